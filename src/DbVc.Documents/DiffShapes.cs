using DbVc.Orchestration;

namespace DbVc.Documents;

/// <summary>Differences, blame and what else is told about the past, as documents. Rows are read when the document is written.</summary>
internal static class DiffShapes
{
    public static DiffDocument ToJson(this DiffReport report) => new(report.Before, report.After,
        report.Tables.Select(table => new TableDiffDocument(table.Name, table.Status, table.Counts.Added, table.Counts.Modified, table.Counts.Deleted,
            table.Counts.Moved, table.Truncated, table.Rows.Select(row => new DiffRow(table, row).ToJson()))),
        Json.List(report.Schema, change => new SchemaChangeDocument(change.Kind, change.Object, change.Before, change.After)),
        Json.List(report.Files, file => new FileDiffDocument(file.Path, file.Status, file.Patch)));

    public static ShowDocument With(this DiffDocument diff, LogEntry commit) =>
        new(commit.ToJson(), diff.Before, diff.After, diff.Tables, diff.Schema, diff.Files);

    public static StashContentDocument With(this DiffDocument diff, StashReport stash) =>
        new(stash.ToJson(), diff.Before, diff.After, diff.Tables, diff.Schema, diff.Files);

    public static ScriptDocument ToJson(this ScriptReport script) => new(script.Before, script.After, script.Statements);

    public static BlameDocument ToJson(this BlameReport report) =>
        new(report.Table, report.Revision, report.Truncated, report.Rows.Select(row => new BlameRowDocument(
            Json.Map(row.Key, part => part.Key, part => part.Value), Json.Map(row.Cells, cell => cell.Column, ToJson))));

    public static HistoryDocument ToJson(this RowHistoryReport report) => new(report.Table, Json.Row(report.Key), Json.List(report.Versions, version =>
    {
        var commit = version.Commit.Commit;
        return new RowVersionDocument(version.Commit.Id, commit.Time, commit.Author.ToJson(), commit.Message, commit.Provenance?.Task, commit.Origin,
            version.Change, version.Row is { } row ? Json.Row(row) : null);
    }));

    public static OperationDocument ToJson(this OperationEntry entry) => new(entry.Number, entry.Command, entry.Actor, entry.Time, entry.Moves,
        Json.List(entry.Refs, move => new MovedRefDocument(move.Name, move.Before, move.After)))
    {
        Override = entry.Override,
    };

    public static OperationsDocument ToJson(this IEnumerable<OperationEntry> entries, AuditProblem? problem) =>
        new(Json.List(entries, ToJson), problem?.ToJson());

    public static UndoDocument ToJson(this UndoReport report) => new(report.Operation, report.Command, report.Moves, report.Main?.ToJson());

    private static RowDiffDocument ToJson(this DiffRow row) => new(
        Json.Row(row.Key), row.Before is null ? null : Json.Row(row.Before), row.After is null ? null : Json.Row(row.After))
    {
        Count = row.Count == 1 ? null : row.Count,
        Moved = row.IsMoved ? true : null,
    };

    private static BlameCellDocument ToJson(this BlameCell cell)
    {
        var commit = cell.Commit.Commit;
        return new BlameCellDocument(cell.Value, cell.Commit.Id, commit.Author.ToJson(), commit.Time, commit.Provenance?.Task, commit.Origin)
        {
            Contributors = cell.Contributors.Count == 0 ? null : Json.List(cell.Contributors, contributor => new ContributorDocument(contributor.Id,
                contributor.Commit.Author.ToJson(), contributor.Commit.Time, contributor.Commit.Provenance?.Task, contributor.Commit.Origin)),
        };
    }
}

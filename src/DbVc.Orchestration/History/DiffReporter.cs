using System.Text;
using DbVc.Model;
using DbVc.Store;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>Makes a diff that a person or a program can read; counts are exact, listed rows are limited.</summary>
internal sealed class DiffReporter(IChunkSource chunks, string? onlyTable, int maxRows)
{
    public DiffReport Report((string Before, string After) names, Snapshot before, Snapshot after)
    {
        var diff = new SnapshotDiff(chunks, before, after);
        var tables = diff.Tables().Where(t => onlyTable is null || t.Name.Equals(onlyTable, StringComparison.OrdinalIgnoreCase)).ToList();
        return new DiffReport(names.Before, names.After,
            [.. tables.Select(t => Describe(diff, t))],
            [.. tables.Where(t => !SchemaEquality.Same(t.Before?.Schema, t.After?.Schema)).Select(Schema), .. onlyTable is null
                ? diff.Objects().Select(Object) : []],
            onlyTable is null ? [.. diff.Files().Select(File)] : []);
    }

    private TableDiff Describe(SnapshotDiff diff, TableDifference table)
    {
        var (added, modified, deleted) = RowDiff.Count(chunks, table.Before, table.After);
        List<RowChange> rows = [.. diff.Rows(table).Take(maxRows)];
        return new TableDiff(table.Name, TableChanges.Status(table), added, modified, deleted,
            table.Before?.Schema, table.After?.Schema, rows, rows.Sum(r => r.Count) < added + modified + deleted);
    }

    private static SchemaChange Schema(TableDifference table) => new("table", table.Name, table.Before?.Schema.Sql, table.After?.Schema.Sql);

    private static SchemaChange Object(ObjectDifference change)
    {
        var known = (change.After ?? change.Before)!;
        return new SchemaChange(known.Kind.ToString().ToLowerInvariant(), known.Name, change.Before?.Sql, change.After?.Sql);
    }

    private static FileDiff File(FileDifference file) => new(file.Path,
        file.Before is null ? "added" : file.After is null ? "deleted" : "changed",
        UnifiedDiff.Create(file.Path, Text(file.Before), Text(file.After)));

    private static string? Text(ReadOnlyMemory<byte>? content) => content is { } c ? Encoding.UTF8.GetString(c.Span) : null;
}

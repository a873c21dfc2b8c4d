using System.Text;
using DbVc.Model;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>Finds what a comment hangs on in a commit, and says whether it still is in another one as it was.</summary>
internal sealed class RequestPlaces(WorkspaceContext context)
{
    private const int MostNamed = 5;

    /// <summary>
    /// The place that was asked for, as it is at a head; null for the whole. Throws usage failures <c>request.place</c>, <c>table.missing</c>,
    /// <c>column.missing</c>, <c>key.invalid</c> and <c>row.missing</c> where it is none, or not there.
    /// </summary>
    public RequestPlace? Find(RequestComment asked, StandingRequest view)
    {
        if ((asked.File, asked.Table) is (not null, not null)) throw Place("A comment hangs on a file or on a table, not on both.", "--file PATH --line L");
        if (asked.Line is not null && asked.File is null) throw Place("A line of which file?", "--file PATH --line L");
        if (asked.Table is null && (asked.Key ?? asked.Column) is not null) throw Place("A row of which table?", "--table T --key K");
        if (asked.File is { } file) return FindFile(file, asked.Line, view);
        return asked.Table is { } table ? FindRow(table, asked.Key, asked.Column, view) : null;
    }

    /// <summary>How it is now.</summary>
    /// <param name="place">What was found.</param>
    /// <param name="then">The commit in which it was.</param>
    /// <param name="now">The commit in which it is looked for.</param>
    public RequestPlaceReport Describe(RequestPlace place, CommitId then, CommitId now)
    {
        var isKnown = IsThere(then) && IsThere(now);
        var line = place.File is not null && isKnown ? FindLine(place, then, now) : (IsSame: false, Line: null);
        var isSame = place.File is not null ? line.IsSame : isKnown && place.Key is not null && (then == now || IsSameRow(place, then, now));
        return new RequestPlaceReport(!isSame)
        {
            File = place.File,
            Line = place.Line,
            LineNow = line.Line,
            Table = place.Table,
            Key = place.Key is { } key
                ? [.. place.KeyColumns.Zip(KeyCodec.Decode(Convert.FromBase64String(key)), (name, value) => new NamedValue(name, value))] : [],
            Column = place.Column,
        };
    }

    private RequestPlace FindFile(string path, int? line, StandingRequest view)
    {
        var (branch, head) = (view.SourceName, view.Head);
        var snapshot = context.Repository.ReadSnapshot(head);
        var inFolder = view.Source is { IsMain: false } source ? $"pipelines/{context.Instances.Require(source).Pipeline}/{path}" : path;
        var found = snapshot.ReadFile(path) is not null ? path : snapshot.ReadFile(inFolder) is not null ? inFolder : null;
        if (found is null || snapshot.ReadFile(found) is not { } content)
        {
            var files = snapshot.Files().ToList();
            throw Place($"There is no file '{path}' in '{branch}' at {head.Short}.", files.Count == 0 ? "It holds no files."
                : $"Files: {string.Join(", ", files.Take(MostNamed))}{(files.Count > MostNamed ? ", …" : "")}.");
        }

        var lines = UnifiedDiff.CountLines(Encoding.UTF8.GetString(content.Span));
        if (line is null || (line >= 1 && line <= lines)) return new RequestPlace { File = found, Line = line };
        throw Place($"'{found}' has {Quantity.Of(lines, "line")} at {head.Short}, and no line {line}.", $"db-vc diff main {branch} --files");
    }

    private RequestPlace FindRow(string name, string? typed, string? column, StandingRequest view)
    {
        var (branch, head) = (view.SourceName, view.Head);
        var snapshot = context.Repository.ReadSnapshot(head);
        var table = snapshot.FindTableInAnyCase(name) ?? throw Usage("table.missing", $"There is no table '{name}' in '{branch}' at {head.Short}.",
            $"Tables: {string.Join(", ", snapshot.Tables().Select(t => t.Schema.Name))}.");
        if (typed is null) throw Place($"Which row of '{table.Schema.Name}'?", "--key K, as db-vc blame takes it");
        var stored = table.Schema.StoredColumns.ToList();
        var cell = column is null ? null : stored.Find(c => c.Name.Equals(column, StringComparison.OrdinalIgnoreCase))
            ?? throw Usage("column.missing", $"Table '{table.Schema.Name}' stores no column '{column}'.",
                $"Columns: {string.Join(", ", stored.Select(c => c.Name))}.");
        var key = KeyParser.Parse(table.Schema, typed, new TableEncoder(table.Schema), k => Holds(table, k));
        if (!Holds(table, key))
        {
            throw Usage("row.missing", $"There is no row with key {typed} in '{table.Schema.Name}' of '{branch}' at {head.Short}.",
                $"db-vc query --branch {branch} \"SELECT …\"");
        }

        return new RequestPlace
        {
            Table = table.Schema.Name,
            TableId = table.Schema.Id,
            KeyColumns = table.Schema.PrimaryKey,
            Key = Convert.ToBase64String(key.Span),
            Column = cell?.Name,
            ColumnId = cell?.Id,
        };
    }

    private bool Holds(TableSnapshot table, ReadOnlyMemory<byte> key) => ProllyTree.TryGet(context.Repository.Chunks, table.Rows, key.Span, out _);

    /// <summary>Whether a line, or a whole file without one, is as it was; and where the line is now.</summary>
    private (bool IsSame, int? Line) FindLine(RequestPlace place, CommitId then, CommitId now)
    {
        var (before, after) = (ReadText(then, place.File!), ReadText(now, place.File!));
        if (place.Line is not { } line || before is null || after is null) return (before is not null && before == after, null);
        var found = before == after ? line : UnifiedDiff.FindLine(before, after, line);
        return (found is not null, found);
    }

    private string? ReadText(CommitId commit, string path) =>
        context.Repository.ReadSnapshot(commit).ReadFile(path) is { } content ? Encoding.UTF8.GetString(content.Span) : null;

    /// <summary>Columns are told by their ids: another name makes no other cell, and a column that came since none of the row's.</summary>
    private bool IsSameRow(RequestPlace place, CommitId then, CommitId now)
    {
        if (ReadCells(place, then) is not { } before || ReadCells(place, now) is not { } after) return false;
        var asked = place.ColumnId is { } column ? before.Where(c => c.Key == column) : before;
        return asked.All(cell => after.TryGetValue(cell.Key, out var value) && value == cell.Value);
    }

    private Dictionary<int, Value>? ReadCells(RequestPlace place, CommitId commit)
    {
        if (context.Repository.ReadSnapshot(commit).FindSame(place.Table!, place.TableId) is not { } table) return null;
        var key = Convert.FromBase64String(place.Key!);
        if (!ProllyTree.TryGet(context.Repository.Chunks, table.Rows, key, out var body)) return null;
        var row = new TableEncoder(table.Schema).Decode(context.Repository.Chunks, key, body).Values;
        return table.Schema.StoredColumns.Select((c, i) => (c.Id, row[i])).ToDictionary(c => c.Id, c => c.Item2);
    }

    private bool IsThere(CommitId id) => context.Repository.Store.ReadCommit(id.Hash) is not null;

    private static DbVcException Place(string message, string hint) => Usage("request.place", message, hint);

    private static DbVcException Usage(string code, string message, string hint) => new(FailureKind.Usage, code, message, hint: hint);
}

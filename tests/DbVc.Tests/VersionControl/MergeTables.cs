using DbVc.Model;
using DbVc.Store;
using DbVc.VersionControl;

namespace DbVc.Tests;

/// <summary>Small tables written as text, so that merge cases read as data: <c>1:ann,30 2:bob,-</c> is id 1 with two cells, '-' is NULL.</summary>
internal static class MergeTables
{
    public static TableSchema People { get; } = ColumnIds.Assign(new TableSchema
    {
        Name = "people",
        Columns =
        [
            new Column { Id = 0, Name = "id", DeclaredType = "INTEGER", Nullable = false },
            new Column { Id = 0, Name = "name", DeclaredType = "TEXT" },
            new Column { Id = 0, Name = "age", DeclaredType = "INTEGER" },
        ],
        PrimaryKey = ["id"],
        Sql = "CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, age INTEGER)",
    }, null);

    public static TableSchema Lines { get; } = ColumnIds.Assign(new TableSchema
    {
        Name = "lines",
        Columns = [new Column { Id = 0, Name = "text", DeclaredType = "TEXT" }],
        PrimaryKey = [],
        Sql = "CREATE TABLE lines (text TEXT)",
    }, null);

    public static Snapshot Write(IChunkWriter chunks, string people) =>
        WriteTable(chunks, People, ParsePeople(people));

    public static IEnumerable<Value[]> ParsePeople(string people) => people.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(ParsePerson);

    public static Snapshot WriteLines(IChunkWriter chunks, string lines) =>
        WriteTable(chunks, Lines, lines.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(l => new[] { Value.Text(l) }));

    public static Snapshot WriteTable(IChunkWriter chunks, TableSchema schema, IEnumerable<Value[]> rows)
    {
        var editor = new SnapshotEditor(chunks, Snapshot.Empty);
        using var source = new ValueRows(rows);
        var built = RowTree.Build(chunks, new TableEncoder(schema), source);
        editor.PutTable(new TableSnapshot(schema, built.Root, built.Count));
        return editor.Finish();
    }

    /// <summary>The rows of a snapshot's only table, written as they are read by <see cref="Write"/>.</summary>
    public static string Show(IChunkSource chunks, Snapshot snapshot)
    {
        var table = new SnapshotReader(chunks, snapshot).Tables().Single();
        return string.Join(' ', RowDiff.Changes(chunks, null, table).SelectMany(r => Enumerable.Repeat(ShowRow(r.After!), (int)r.Count)));
    }

    public static string ShowConflict(Conflict conflict)
    {
        var place = string.Join(',', conflict.Key.Select(k => k.Value.ToString())) + (conflict.Column is null ? "" : "." + conflict.Column);
        return $"{place} {Side(conflict.Base)}>{Side(conflict.Source)}|{Side(conflict.Target)}";

        static string Side(IReadOnlyList<NamedValue>? values) => values is null ? "none" : string.Join(',', values.Select(v => Cell(v.Value)));
    }

    private static Value[] ParsePerson(string text)
    {
        var parts = text.Split(':', ',');
        return [Value.Integer(long.Parse(parts[0])), parts[1] == "-" ? Value.Null : Value.Text(parts[1]), parts[2] == "-" ? Value.Null
            : Value.Integer(long.Parse(parts[2]))];
    }

    private static string ShowRow(Value[] row) => row.Length == 1 ? row[0].ToString() : $"{row[0]}:{Cell(row[1])},{Cell(row[2])}";

    private static string Cell(Value value) => value.IsNull ? "-" : value.ToString();
}

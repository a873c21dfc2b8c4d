using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>Which commits to list, newest first.</summary>
/// <param name="Table">Only commits that changed this table.</param>
public sealed record LogRequest(string Revision, int Limit, string? Table, bool AllBranches);

/// <summary>A commit with the branches and tags that point at it.</summary>
public sealed record LogEntry(NamedCommit Commit, IReadOnlyList<string> Names);

/// <summary>Compares two revisions, or a revision with the live database.</summary>
/// <param name="Before">Null: main's head.</param>
/// <param name="After">Null: the live database.</param>
/// <param name="MaxRows">Most rows listed per table; counts are always exact.</param>
public sealed record DiffRequest(string? Before, string? After, string? Table, int MaxRows);

/// <summary>What differs. <c>Before</c>/<c>After</c> are commit ids or <c>live</c>.</summary>
public sealed record DiffReport(
    string Before, string After, IReadOnlyList<TableDiff> Tables, IReadOnlyList<SchemaChange> Schema, IReadOnlyList<FileDiff> Files);

/// <summary>Rows of one table that differ.</summary>
/// <param name="Status">added, dropped or changed.</param>
/// <param name="Truncated">True when more rows differ than are listed.</param>
public sealed record TableDiff(
    string Name, string Status, long Added, long Modified, long Deleted, TableSchema? Before, TableSchema? After,
    IReadOnlyList<RowChange> Rows, bool Truncated);

/// <summary>A schema object before and after, as DDL; null where it does not exist.</summary>
public sealed record SchemaChange(string Kind, string Object, string? Before, string? After);

/// <summary>A file before and after.</summary>
/// <param name="Status">added, deleted or changed.</param>
/// <param name="Patch">Unified diff.</param>
public sealed record FileDiff(string Path, string Status, string Patch);

/// <summary>Asks who gave each cell its value.</summary>
/// <param name="Key">Key values as text, in key order; null for the whole table (up to <paramref name="MaxRows"/> rows).</param>
public sealed record BlameRequest(string Table, string Revision, IReadOnlyList<string>? Key, string? Column, int MaxRows);

/// <summary>Blame of some rows.</summary>
public sealed record BlameReport(string Table, CommitId Revision, IReadOnlyList<BlameRow> Rows);

/// <summary>A row with the commit behind each cell.</summary>
/// <param name="Cells">By column name.</param>
public sealed record BlameRow(IReadOnlyDictionary<string, Value> Key, IReadOnlyList<BlameCell> Cells);

/// <summary>One cell: its value and the commit that gave it.</summary>
public sealed record BlameCell(string Column, Value Value, NamedCommit Commit);

/// <summary>A read-only query on the live database, a revision, or a branch's instance.</summary>
public sealed record QueryRequest(string Sql, string? Revision, BranchName? Branch, long MaxRows);

/// <summary>A streaming answer; read its rows once, then dispose.</summary>
public sealed record QueryReport(IReadOnlyList<QueryField> Columns, IEnumerable<Value[]> Rows, IDisposable Owner) : IDisposable
{
    public void Dispose() => Owner.Dispose();
}

/// <summary>Name and declared type of a result column.</summary>
public sealed record QueryField(string Name, string Type);

/// <summary>An entry of the operation log.</summary>
public sealed record OperationEntry(long Number, string Command, string Actor, DateTimeOffset Time, IReadOnlyList<string> Moves);

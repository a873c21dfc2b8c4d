using DbVc.Databases;
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

/// <summary>What differs. <c>Before</c>/<c>After</c> are commit ids or <c>live</c>. Dispose it when its rows are read.</summary>
public sealed record DiffReport(
    string Before, string After, IReadOnlyList<TableDiff> Tables, IReadOnlyList<SchemaChange> Schema, IReadOnlyList<FileDiff> Files) : IDisposable
{
    internal IDisposable? Owner { get; init; }

    public void Dispose() => Owner?.Dispose();
}

/// <summary>The statements that turn one state into another, read once; dispose it then.</summary>
public sealed record ScriptReport(string Before, string After, IEnumerable<string> Statements, IDisposable Owner) : IDisposable
{
    /// <summary>Makes of a statement what stands in a file for the engine's own shell.</summary>
    public Func<string, string> Terminate { get; init; } = ChangeScript.Terminate;

    public void Dispose() => Owner.Dispose();
}

/// <summary>Rows of one table that differ.</summary>
/// <param name="Status">added, dropped or changed.</param>
/// <param name="Counts">Exact, whatever is listed.</param>
/// <param name="Rows">Read from the store as they are asked for; a row whose key changed is one row with both keys.</param>
/// <param name="Truncated">True when more rows differ than are listed.</param>
public sealed record TableDiff(
    string Name, string Status, RowCount Counts, TableSchema? Before, TableSchema? After, IEnumerable<RowChange> Rows, bool Truncated);

/// <summary>How many rows differ; a moved row only has another key, and is neither among the added nor among the deleted.</summary>
public sealed record RowCount(long Added, long Modified, long Deleted, long Moved);

/// <summary>A schema object before and after, as DDL; null where it does not exist.</summary>
public sealed record SchemaChange(string Kind, string Object, string? Before, string? After);

/// <summary>A file before and after.</summary>
/// <param name="Status">added, deleted or changed.</param>
/// <param name="Patch">Unified diff.</param>
public sealed record FileDiff(string Path, string Status, string Patch);

/// <summary>Asks who gave each cell its value.</summary>
/// <param name="Key">Key values as text, in key order, separated by commas; null for the whole table (up to <paramref name="MaxRows"/> rows).</param>
public sealed record BlameRequest(string Table, string Revision, string? Key, string? Column, int MaxRows);

/// <summary>Blame of some rows, found as they are read.</summary>
/// <param name="Truncated">True when the table has more rows than are listed.</param>
public sealed record BlameReport(string Table, CommitId Revision, IEnumerable<BlameRow> Rows, bool Truncated)
{
    /// <summary>Columns whose text is a number.</summary>
    public IReadOnlySet<string> Numbers { get; init; } = new HashSet<string>();
}

/// <summary>A row with the commit behind each cell.</summary>
/// <param name="Cells">By column name.</param>
public sealed record BlameRow(IReadOnlyDictionary<string, Value> Key, IReadOnlyList<BlameCell> Cells);

/// <summary>One cell: its value and the commit that gave it.</summary>
/// <param name="Contributors">For a value that a merge computed: the commits it was computed from.</param>
public sealed record BlameCell(string Column, Value Value, NamedCommit Commit, IReadOnlyList<NamedCommit> Contributors);

/// <summary>Asks for every version of one row.</summary>
public sealed record RowHistoryRequest(string Table, string Key, string Revision, int MaxVersions);

/// <summary>The versions of one row, newest first.</summary>
public sealed record RowHistoryReport(string Table, IReadOnlyList<NamedValue> Key, IReadOnlyList<RowVersionReport> Versions)
{
    /// <summary>Columns whose text is a number.</summary>
    public IReadOnlySet<string> Numbers { get; init; } = new HashSet<string>();
}

/// <summary>One version of a row.</summary>
/// <param name="Change">added, modified, deleted, or moved where only its key changed.</param>
/// <param name="Row">What it was then; null where it was deleted.</param>
public sealed record RowVersionReport(NamedCommit Commit, string Change, IReadOnlyList<NamedValue>? Row);

/// <summary>A read-only query on the live database, a revision, or a branch's instance.</summary>
public sealed record QueryRequest(string Sql, string? Revision, BranchName? Branch, long MaxRows)
{
    public TimeSpan MaxTime { get; init; } = QueryLimits.Default.MaxTime;
}

/// <summary>A streaming answer; read its rows once, then dispose.</summary>
public sealed record QueryReport(IReadOnlyList<QueryField> Columns, IEnumerable<Value[]> Rows, IDisposable Owner) : IDisposable
{
    public void Dispose() => Owner.Dispose();
}

/// <summary>Name and declared type of a result column.</summary>
public sealed record QueryField(string Name, string Type);

/// <summary>An entry of the operation log.</summary>
/// <param name="Moves">One line for each ref, for people.</param>
/// <param name="Refs">The same in full.</param>
public sealed record OperationEntry(
    long Number, string Command, string Actor, DateTimeOffset Time, IReadOnlyList<string> Moves, IReadOnlyList<MovedRef> Refs)
{
    /// <summary>Why it went past a branch's rules; null for any other.</summary>
    public string? Override => MergeTrailers.FindOverride(Command);
}

/// <summary>A ref before and after an operation; null where it did not exist.</summary>
public sealed record MovedRef(string Name, CommitId? Before, CommitId? After);

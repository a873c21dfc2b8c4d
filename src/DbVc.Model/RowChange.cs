namespace DbVc.Model;

/// <summary>
/// One row before and after. Values are aligned with the stored columns of the table they belong to:
/// <see cref="Before"/> with the schema before, <see cref="After"/> with the schema after.
/// </summary>
/// <param name="Before">Null when the row was added.</param>
/// <param name="After">Null when the row was deleted.</param>
/// <param name="Count">How many identical rows; other than 1 only in tables without primary key.</param>
public sealed record RowChange(Value[]? Before, Value[]? After, long Count = 1);

/// <summary>Everything that turns one table from before to after.</summary>
/// <param name="Before">Null when the table was created.</param>
/// <param name="After">Null when the table was dropped.</param>
/// <param name="Rows">In key order; may be read once only; empty for a dropped table.</param>
public sealed record TableDelta(TableSchema? Before, TableSchema? After, IEnumerable<RowChange> Rows);

/// <summary>Everything that turns one database from before to after; a plan, applying it is the database's work.</summary>
/// <param name="Tables">Only tables that differ in schema or rows.</param>
/// <param name="ObjectsBefore">Indexes, views and triggers that no longer exist or differ.</param>
/// <param name="ObjectsAfter">Indexes, views and triggers that are new or differ.</param>
public sealed record DatabaseDelta(
    IReadOnlyList<TableDelta> Tables, IReadOnlyList<SchemaObject> ObjectsBefore, IReadOnlyList<SchemaObject> ObjectsAfter)
{
    public static DatabaseDelta Empty { get; } = new([], [], []);

    public bool IsEmpty => Tables.Count == 0 && ObjectsBefore.Count == 0 && ObjectsAfter.Count == 0;
}

/// <summary>A constraint or invariant that a state of the database breaks.</summary>
/// <param name="Constraint">For example <c>FOREIGN KEY orders.customer_id -> customers.id</c> or an invariant's name.</param>
/// <param name="Table">The table of the offending row.</param>
/// <param name="Key">The row's key as text, or its row number where it has none.</param>
/// <param name="Message">One sentence for a person.</param>
public sealed record ConstraintViolation(string Constraint, string Table, string Key, string Message)
{
    /// <summary>The rows that cannot stand together: the offending one, and the one that it meets or misses.</summary>
    public IReadOnlyList<ViolatingRow> Rows { get; init; } = [];
}

/// <summary>A row that has a part in a violation.</summary>
/// <param name="Table">Its table.</param>
/// <param name="Key">Names and values that identify it.</param>
/// <param name="Exists">False for a row that is missed.</param>
public sealed record ViolatingRow(string Table, IReadOnlyList<NamedValue> Key, bool Exists = true)
{
    /// <summary>Whose doing it is in a merge: <c>source</c> or <c>target</c>; null where neither touched it, or nobody merges.</summary>
    public string? Side { get; init; }

    /// <summary>The commit that touched it.</summary>
    public CommitId? Commit { get; init; }
}

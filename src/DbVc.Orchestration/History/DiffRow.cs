using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>A changed row with the names of its columns.</summary>
public sealed class DiffRow
{
    private readonly TableSchema? _columnsBefore;
    private readonly TableSchema? _columnsAfter;

    /// <summary>A row of a table that differs.</summary>
    public DiffRow(TableDiff table, RowChange change)
    {
        (_columnsBefore, _columnsAfter) = (table.Before, table.After);
        Before = Name(table.Before, change.Before);
        After = Name(table.After, change.After);
        Count = change.Count;
        Numbers = new[] { table.Before, table.After }.SelectMany(t => t?.ExactNumbers ?? []).ToHashSet(StringComparer.Ordinal);
        Key = After is null ? KeyOf(table.Before, Before) : KeyOf(table.After, After);
        OldKey = Before is null || After is null ? [] : KeyOf(table.Before, Before);
    }

    /// <summary>Null where the row was added.</summary>
    public IReadOnlyList<NamedValue>? Before { get; }

    /// <summary>Null where it was deleted.</summary>
    public IReadOnlyList<NamedValue>? After { get; }

    /// <summary>Empty for a table without primary key.</summary>
    public IReadOnlyList<NamedValue> Key { get; }

    /// <summary>How many identical rows.</summary>
    public long Count { get; }

    /// <summary>Columns whose text is a number.</summary>
    public IReadOnlySet<string> Numbers { get; }

    /// <summary>The cells that differ, under their newest names: a renamed column is one column. A column that exists on one side only is NULL on
    /// the other.</summary>
    public IEnumerable<(string Column, Value Before, Value After)> Cells()
    {
        if (Before is null || After is null) yield break;
        var before = ById(_columnsBefore!, Before);
        foreach (var (id, cell) in ById(_columnsAfter!, After))
        {
            var was = before.Remove(id, out var old) ? old.Value : Value.Null;
            if (was != cell.Value) yield return (cell.Name, was, cell.Value);
        }

        foreach (var dropped in before.Values.Where(cell => cell.Value != Value.Null)) yield return (dropped.Name, dropped.Value, Value.Null);
    }

    private static Dictionary<int, NamedValue> ById(TableSchema schema, IReadOnlyList<NamedValue> row) =>
        schema.StoredColumns.Zip(row).ToDictionary(pair => pair.First.Id, pair => pair.Second);

    /// <summary>True where the primary key changed.</summary>
    public bool IsMoved => OldKey.Count > 0 && !OldKey.Select(part => part.Value).SequenceEqual(Key.Select(part => part.Value));

    /// <summary>The key before; empty where there was no row.</summary>
    public IReadOnlyList<NamedValue> OldKey { get; }

    private static List<NamedValue>? Name(TableSchema? schema, Value[]? values) =>
        schema is null || values is null ? null : [.. schema.StoredColumns.Zip(values, (column, value) => new NamedValue(column.Name, value))];

    private static List<NamedValue> KeyOf(TableSchema? schema, IReadOnlyList<NamedValue>? row) => schema is null || row is null ? []
        : [.. schema.PrimaryKey.Select(name => row.First(cell => cell.Name.Equals(name, StringComparison.OrdinalIgnoreCase)))];
}

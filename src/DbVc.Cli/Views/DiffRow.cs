using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Cli;

/// <summary>A changed row with the names of its columns.</summary>
internal sealed class DiffRow
{
    public DiffRow(TableDiff table, RowChange change)
    {
        Before = Name(table.Before, change.Before);
        After = Name(table.After, change.After);
        Count = change.Count;
        Key = After is null ? KeyOf(table.Before, Before) : KeyOf(table.After, After);
        OldKey = Before is null || After is null ? [] : KeyOf(table.Before, Before);
    }

    public IReadOnlyList<NamedValue>? Before { get; }

    public IReadOnlyList<NamedValue>? After { get; }

    /// <summary>Empty for a table without primary key.</summary>
    public IReadOnlyList<NamedValue> Key { get; }

    public long Count { get; }

    /// <summary>The cells that differ; a column that exists on one side only is NULL on the other.</summary>
    public IEnumerable<(string Column, Value Before, Value After)> Cells()
    {
        if (Before is null || After is null) yield break;
        var names = After.Select(cell => cell.Name).Union(Before.Select(cell => cell.Name));
        foreach (var name in names)
        {
            var (before, after) = (Find(Before, name), Find(After, name));
            if (before != after) yield return (name, before, after);
        }
    }

    private static Value Find(IReadOnlyList<NamedValue> row, string name) => row.FirstOrDefault(cell => cell.Name == name)?.Value ?? Value.Null;

    /// <summary>True where the primary key changed.</summary>
    public bool IsMoved => OldKey.Count > 0 && !OldKey.Select(part => part.Value).SequenceEqual(Key.Select(part => part.Value));

    /// <summary>The key before; empty where there was no row.</summary>
    public IReadOnlyList<NamedValue> OldKey { get; }

    private static List<NamedValue>? Name(TableSchema? schema, Value[]? values) =>
        schema is null || values is null ? null : [.. schema.StoredColumns.Zip(values, (column, value) => new NamedValue(column.Name, value))];

    private static List<NamedValue> KeyOf(TableSchema? schema, IReadOnlyList<NamedValue>? row) => schema is null || row is null ? []
        : [.. schema.PrimaryKey.Select(name => row.First(cell => cell.Name.Equals(name, StringComparison.OrdinalIgnoreCase)))];
}

using DbVc.Model;
using DbVc.VersionControl;

namespace DbVc.Live;

/// <summary>How many rows of a table changed.</summary>
public readonly record struct RowsChanged(long Added, long Modified, long Deleted);

/// <summary>
/// A delta whose rows are counted while they are applied, so that nobody has to make the whole difference again to report it. Only tables whose definition
/// stays are counted: of others the changes may be more than the rows that differ.
/// </summary>
internal sealed class CountedDelta
{
    private readonly Dictionary<string, RowsChanged> _tables = new(StringComparer.Ordinal);

    public CountedDelta(DatabaseDelta delta) => Delta = delta with { Tables = [.. delta.Tables.Select(Count)] };

    /// <summary>The same changes.</summary>
    public DatabaseDelta Delta { get; }

    /// <summary>By table; complete for those whose changes were read to the end.</summary>
    public IReadOnlyDictionary<string, RowsChanged> Tables => _tables;

    private TableDelta Count(TableDelta table) =>
        SchemaEquality.Same(table.Before, table.After) ? table with { Rows = Count(table.After!.Name, table.Rows) } : table;

    private IEnumerable<RowChange> Count(string table, IEnumerable<RowChange> rows)
    {
        long added = 0, modified = 0, deleted = 0;
        foreach (var row in rows)
        {
            if (row.Before is null) added += row.Count;
            else if (row.After is null) deleted += row.Count;
            else modified += row.Count;
            yield return row;
        }

        _tables[table] = new RowsChanged(added, modified, deleted);
    }
}

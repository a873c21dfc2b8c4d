using DbVc.Model;
using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>What every step of one merge works with.</summary>
/// <param name="Chunks">Where merged trees are written.</param>
/// <param name="Policies">The policy of each column.</param>
/// <param name="Conflicts">Looks up decisions and keeps what nobody decided.</param>
/// <param name="History">The histories behind the sides, if they are known.</param>
internal sealed record MergeWork(IChunkWriter Chunks, MergePolicies Policies, ConflictLog Conflicts, IMergeHistory? History)
{
    /// <summary>Where keys are noted that both sides gave to rows of their own; null once such rows have new keys.</summary>
    public DoubledKeys? Doubled { get; init; }

    /// <summary>The highest key that the engine ever handed out in a table; 0 where it does not remember.</summary>
    public Func<string, long> HighestKey { get; init; } = _ => 0;

    /// <summary>Says whether cells of a column are JSON documents.</summary>
    public Func<TableSchema, Column, bool> HoldsJson { get; init; } = PlainDialect.Instance.HoldsJson;

    /// <summary>True for rows that both sides added under one key that is handed out: they are two, unless a cherry-pick brought the row to both.</summary>
    public bool IsTwoRows(TableEncoder mergedRows, ReadOnlyMemory<byte> key) =>
        KeyColumn.Find(mergedRows.Table, Policies) is { IsAllocated: true } column && column.IsInteger(mergedRows, key)
        && History?.MeetsItself(new CellPlace(mergedRows.Table.Name, key, 0) { TableId = mergedRows.Table.Id }) != true;
}

/// <summary>Keys under which both sides added rows that are two.</summary>
internal sealed class DoubledKeys
{
    private readonly List<(TableSides Sides, List<ReadOnlyMemory<byte>> Keys)> _tables = [];

    public IReadOnlyList<(TableSides Sides, List<ReadOnlyMemory<byte>> Keys)> Tables => _tables;

    public void Add(TableSides sides, ReadOnlyMemory<byte> key)
    {
        if (_tables.Count == 0 || _tables[^1].Sides != sides) _tables.Add((sides, []));
        _tables[^1].Keys.Add(key);
    }
}

/// <summary>The column of a table's key that can get new values.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Ordinal">Its place in the key.</param>
/// <param name="IsAllocated">The same new value on both sides always means two rows.</param>
internal sealed record KeyColumn(string Name, int Ordinal, bool IsAllocated)
{
    /// <summary>Null where the key has several columns, and no policy chooses one.</summary>
    public static KeyColumn? Find(TableSchema table, MergePolicies policies)
    {
        for (var i = 0; i < table.PrimaryKey.Count; i++)
        {
            if (policies.Find(table.Name, table.PrimaryKey[i]).Kind == MergePolicy.Rekey) return new KeyColumn(table.PrimaryKey[i], i, IsAllocated: true);
        }

        return table.PrimaryKey.Count == 1 ? new KeyColumn(table.PrimaryKey[0], 0, table.AllocatesKeys) : null;
    }

    public bool IsInteger(TableEncoder rows, ReadOnlyMemory<byte> key) => rows.DecodeKey(key)[Ordinal].Kind == ValueKind.Integer;
}

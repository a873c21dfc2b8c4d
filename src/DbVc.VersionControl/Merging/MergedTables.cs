using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>The tables that a merge made, and beside them those that only the target changed.</summary>
internal sealed class MergedTables
{
    private readonly IChunkWriter _chunks;
    private readonly Dictionary<string, MergedTable> _tables = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The tables that only the target changed stay as it has them unless somebody edits them.</summary>
    public MergedTables(IChunkWriter chunks, IReadOnlyList<TableSides> targetOnly)
    {
        _chunks = chunks;
        foreach (var sides in targetOnly) _tables[sides.Merged.Name] = new MergedTable(sides, sides.Target with { Schema = sides.Merged }, IsMerged: false);
    }

    public IReadOnlyCollection<MergedTable> All => _tables.Values;

    /// <summary>The tables that the merge made.</summary>
    public IEnumerable<TableSnapshot> Changed => _tables.Values.Where(t => t.IsMerged).Select(t => t.Merged);

    public void Add(TableSides sides, TableSnapshot merged) => _tables[merged.Schema.Name] = new MergedTable(sides, merged, IsMerged: true);

    public MergedTable? Find(string name) => _tables.GetValueOrDefault(name);

    /// <summary>Changes rows of a merged table once more.</summary>
    public void Edit(string name, IEnumerable<TreeEdit> ascending)
    {
        var table = _tables[name];
        var rows = ProllyTree.Edit(_chunks, table.Merged.Rows, ascending);
        var (added, _, deleted) = RowDiff.Count(_chunks, table.Merged, table.Merged with { Rows = rows });
        _tables[name] = table with { Merged = table.Merged with { Rows = rows, Count = table.Merged.Count + added - deleted }, IsMerged = true };
    }
}

/// <summary>One table before and after its rows were merged.</summary>
internal sealed record MergedTable(TableSides Sides, TableSnapshot Merged, bool IsMerged)
{
    public string Name => Merged.Schema.Name;

    public IReadOnlyList<TreeDifference> Changes(IChunkSource chunks, MergeSide side) =>
        side == MergeSide.Source ? Sides.SourceChanges(chunks) : Sides.TargetChanges(chunks);

    public TableEncoder RowsOf(MergeSide side) => Sides.EncoderOf(side == MergeSide.Source ? Sides.Source : Sides.Target);
}

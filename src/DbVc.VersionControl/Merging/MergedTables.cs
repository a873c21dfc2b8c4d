using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>The tables that a merge made, and beside them those that only the target changed.</summary>
internal sealed class MergedTables(IChunkWriter chunks, Snapshot start, Snapshot target)
{
    private readonly Dictionary<string, MergedTable> _tables = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The tables that the merge made.</summary>
    public IEnumerable<TableSnapshot> Changed => _tables.Values.Where(t => t.IsMerged).Select(t => t.Merged);

    public void Add(TableSides sides, TableSnapshot merged) => _tables[merged.Schema.Name] = new MergedTable(sides, merged, IsMerged: true);

    /// <summary>Takes the tables that only the target changed along; they stay as the target has them unless somebody edits them.</summary>
    public IReadOnlyCollection<MergedTable> WithTargetOnly()
    {
        foreach (var change in ProllyTree.Diff(chunks, start.Objects, target.Objects).Where(d => d.Key.Span.StartsWith("table/"u8)))
        {
            if (change.After is not { } after) continue;
            var theTarget = SnapshotCodec.DecodeTable(chunks, after.Span);
            if (_tables.ContainsKey(theTarget.Schema.Name)) continue;
            TableSnapshot? before = change.Before is { } b ? SnapshotCodec.DecodeTable(chunks, b.Span) : null;
            var source = before ?? theTarget with { Rows = default, Count = 0 };
            _tables[theTarget.Schema.Name] = new MergedTable(new TableSides(before, source, theTarget, theTarget.Schema), theTarget, IsMerged: false);
        }

        return _tables.Values;
    }

    public MergedTable? Find(string name) => _tables.GetValueOrDefault(name);

    /// <summary>Changes rows of a merged table once more.</summary>
    public void Edit(string name, IEnumerable<TreeEdit> ascending)
    {
        var table = _tables[name];
        var rows = ProllyTree.Edit(chunks, table.Merged.Rows, ascending);
        var (added, _, deleted) = RowDiff.Count(chunks, table.Merged, table.Merged with { Rows = rows });
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

using DbVc.Model;
using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>How many rows differ.</summary>
/// <param name="Moved">Rows that only have another key; they are neither among the added nor among the deleted.</param>
/// <param name="Entries">Changes to list: identical rows of a table without key are one.</param>
public sealed record RowCounted(long Added, long Modified, long Deleted, long Moved, long Entries);

/// <summary>The rows of one table that differ: counted first, then listed one at a time, however many they are.</summary>
public sealed class RowDifferences
{
    private readonly IChunkSource _chunks;
    private readonly TableDifference _table;
    private readonly Dictionary<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> _moved = new(KeyEquality.Instance);
    private readonly HashSet<ReadOnlyMemory<byte>> _left = new(KeyEquality.Instance);

    public RowDifferences(IChunkSource chunks, TableDifference table)
    {
        (_chunks, _table) = (chunks, table);
        var (added, modified, deleted) = RowDiff.Count(chunks, table.Before, table.After);
        if (added > 0 && deleted > 0 && table is { Before.Schema.HasKey: true, After.Schema.HasKey: true }) FindMoved();
        Counts = new RowCounted(added - _moved.Count, modified, deleted - _moved.Count, _moved.Count,
            table is { After.Schema.HasKey: false } or { After: null, Before.Schema.HasKey: false }
                ? Differences().LongCount() : added + modified + deleted - _moved.Count);
    }

    public RowCounted Counts { get; }

    /// <summary>In key order; a row whose key changed stands at its new key.</summary>
    public IEnumerable<RowChange> Rows()
    {
        var before = new TableEncoder((_table.Before ?? _table.After)!.Schema);
        var after = new TableEncoder((_table.After ?? _table.Before)!.Schema);
        foreach (var difference in Differences())
        {
            if (_left.Contains(difference.Key)) continue;
            if (_moved.TryGetValue(difference.Key, out var from) && ProllyTree.TryGet(_chunks, _table.Before!.Rows, from.Span, out var old))
            {
                yield return new RowChange(before.Decode(_chunks, from, old).Values, after.Decode(_chunks, difference.Key, difference.After!.Value).Values);
            }
            else
            {
                yield return RowTree.ToChange(_chunks, before, after, difference);
            }
        }
    }

    private IEnumerable<TreeDifference> Differences() => ProllyTree.Diff(_chunks, _table.Before?.Rows ?? default, _table.After?.Rows ?? default);

    private void FindMoved()
    {
        var gone = new KeyMoves();
        foreach (var difference in Differences())
        {
            if (difference.After is null) gone.AddDeleted(difference);
        }

        foreach (var difference in Differences())
        {
            if (difference.Before is not null || difference.After is not { } value || gone.Take(value) is not { } from) continue;
            _moved[difference.Key] = from;
            _left.Add(from);
        }
    }
}

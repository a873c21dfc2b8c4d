using DbVc.Model;
using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>The tree of a table's rows, and how many rows it stands for.</summary>
public readonly record struct RowTreeResult(TreeRoot Root, long Count);

/// <summary>
/// Trees of rows. There is no comparing of a table with its tree: building the new tree costs the same reading and encoding, its unchanged
/// chunks are found in the store by name and not written again, and it needs no reading of the old tree at all.
/// </summary>
public static class RowTree
{
    /// <summary>
    /// Builds the tree of all rows of <paramref name="source"/>. Rows in the order of their encoded keys stream through with bounded memory;
    /// from the first row out of order on (collations, tables without key) they are sorted, with about 128 MiB of memory.
    /// </summary>
    /// <param name="writer">Where the tree goes.</param>
    /// <param name="encoder">Of the table.</param>
    /// <param name="source">The rows.</param>
    /// <param name="earlier">The table's tree as it was: what did not change much is stored as a difference to it. Changes no hash.</param>
    public static RowTreeResult Build(IChunkWriter writer, TableEncoder encoder, IRowSource source, TreeRoot earlier = default) =>
        Build(writer, encoder, source, RowSorter.DefaultMemoryLimit, earlier);

    /// <summary>
    /// Applies changes that are known, in any order, without reading the table: the cost follows the changes. The result is the tree that
    /// building from all rows would give.
    /// </summary>
    /// <param name="writer">Where changed nodes and large values go.</param>
    /// <param name="encoder">Of the table; both sides of a change are aligned with its stored columns.</param>
    /// <param name="before">The tree and its number of rows.</param>
    /// <param name="changes">At most one for a row; a row whose key changes is one change, or a deletion and an addition.</param>
    /// <exception cref="DbVcException">Code <c>row.unknown</c>: a change does not fit the tree; nothing may be published then.</exception>
    public static RowTreeResult Edit(IChunkWriter writer, TableEncoder encoder, RowTreeResult before, IEnumerable<RowChange> changes) =>
        new RowEdits(writer, encoder, before).Apply(changes);

    /// <summary>
    /// Brings a tree up to date by rows that may have changed, in any order, each with what it is now; others have not, but for those that
    /// <paramref name="left"/> finds gone. Null where that does not fit the tree, a key holds a NULL, or so much changed that building costs no more.
    /// </summary>
    public static RowTreeResult? Update(
        IChunkWriter writer, TableEncoder encoder, RowTreeResult before, IEnumerable<TouchedRow> touched, RowsLeft? left = null) =>
        new RowUpdates(writer, encoder, before).Apply(touched, left);

    /// <summary>The rows that differ, in key order. Either side may have another schema; its values are aligned with its own stored columns.</summary>
    public static IEnumerable<RowChange> Diff(
        IChunkSource source, TableEncoder before, TreeRoot beforeRoot, TableEncoder after, TreeRoot afterRoot)
    {
        foreach (var difference in ProllyTree.Diff(source, beforeRoot, afterRoot)) yield return ToChange(source, before, after, difference);
    }

    /// <summary>One difference of two trees as a change of a row.</summary>
    internal static RowChange ToChange(IChunkSource source, TableEncoder before, TableEncoder after, TreeDifference difference)
    {
        var old = difference.Before is { } oldValue ? before.Decode(source, difference.Key, oldValue) : default;
        var next = difference.After is { } nextValue ? after.Decode(source, difference.Key, nextValue) : default;
        if (old.Values is null) return new RowChange(null, next.Values, next.Count);
        if (next.Values is null) return new RowChange(old.Values, null, old.Count);
        if (old.Count == next.Count) return new RowChange(old.Values, next.Values, next.Count);
        return old.Count < next.Count
            ? new RowChange(null, next.Values, next.Count - old.Count)
            : new RowChange(old.Values, null, old.Count - next.Count);
    }

    /// <summary>All chunks of a tree of rows: nodes, each before what it refers to, and large values. Nodes that <paramref name="skip"/>
    /// accepts are left out with everything below; large values may come more than once.</summary>
    public static IEnumerable<Hash> Chunks(IChunkSource source, TableEncoder encoder, TreeRoot root, Predicate<Hash>? skip = null)
    {
        var found = new List<LargeValue>();
        foreach (var (hash, node) in ProllyTree.Nodes(source, root, skip))
        {
            yield return hash;
            found.Clear();
            for (var i = 0; node.Level == 0 && i < node.Count; i++) encoder.CollectLarge(node.Key(i), node.Value(i), found);
            foreach (var large in found)
            {
                foreach (var chunk in BlobTree.Chunks(source, large.Hash, large.Length)) yield return chunk;
            }
        }
    }

    internal static RowTreeResult Build(IChunkWriter writer, TableEncoder encoder, IRowSource source, long memoryLimit, TreeRoot earlier = default)
    {
        var builder = new TreeBuilder(writer, earlier);
        RowSorter? sorter = encoder.Table.HasKey ? null : new RowSorter(writer, encoder, memoryLimit, earlier);
        var count = 0L;
        for (; source.Read(); count++)
        {
            encoder.Encode(writer, source, 1, out var key, out var value);
            if (sorter is null && !builder.TryAdd(key, value))
            {
                sorter = new RowSorter(writer, encoder, memoryLimit, earlier);
                sorter.AddFirst(builder.Finish(), count);
            }

            sorter?.Add(key, value);
        }

        return new RowTreeResult(sorter?.Finish() ?? builder.Finish(), count);
    }
}

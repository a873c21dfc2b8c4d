using DbVc.Model;
using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>
/// A sorted map from key bytes to value bytes whose root hash depends on its content only, never on the order of edits.
/// Every method may throw <see cref="DbVcException"/> <c>tree.node-damaged</c> besides the failures of the store.
/// </summary>
public static class ProllyTree
{
    /// <summary>Applies edits in strictly ascending order of key; only touched nodes are written.</summary>
    public static TreeRoot Edit(IChunkWriter writer, TreeRoot root, IEnumerable<TreeEdit> ascending) => TreeEditor.Edit(writer, root, ascending);

    /// <summary>What differs, in ascending order of key, found lazily; equal subtrees are not read.</summary>
    public static IEnumerable<TreeDifference> Diff(IChunkSource source, TreeRoot before, TreeRoot after) => TreeDiff.Run(source, before, after);

    /// <summary>Entries in ascending order, beginning with the first key that is at least <paramref name="from"/>.</summary>
    public static IEnumerable<TreeEntry> Scan(IChunkSource source, TreeRoot root, ReadOnlyMemory<byte> from = default)
    {
        if (root.IsEmpty) yield break;
        var cursor = new LevelCursor(source, root.Hash, Node.Load(source, root.Hash), 0);
        cursor.Seek(from.Span);
        var index = cursor.Current.FindFirstAtLeast(from.Span);
        do
        {
            var leaf = cursor.Current;
            for (; index < leaf.Count; index++) yield return new TreeEntry(leaf.Key(index), leaf.Value(index));
            index = 0;
        }
        while (cursor.MoveNext());
    }

    /// <summary>The value of one key.</summary>
    public static bool TryGet(IChunkSource source, TreeRoot root, ReadOnlySpan<byte> key, out ReadOnlyMemory<byte> value)
    {
        value = default;
        if (root.IsEmpty) return false;
        var node = Node.Load(source, root.Hash);
        while (true)
        {
            var index = node.FindFirstAtLeast(key);
            if (index == node.Count) return false;
            if (node.Level == 0)
            {
                if (!node.KeySpan(index).SequenceEqual(key)) return false;
                value = node.Value(index);
                return true;
            }

            node = node.LoadChild(source, index);
        }
    }

    /// <summary>The highest key.</summary>
    public static bool TryGetLast(IChunkSource source, TreeRoot root, out ReadOnlyMemory<byte> key)
    {
        key = default;
        if (root.IsEmpty) return false;
        var node = Node.Load(source, root.Hash);
        while (node.Level > 0) node = node.LoadChild(source, node.Count - 1);
        key = node.Key(node.Count - 1);
        return true;
    }

    /// <summary>Number of entries; reads the root only.</summary>
    public static long Count(IChunkSource source, TreeRoot root) => root.IsEmpty ? 0 : Node.Load(source, root.Hash).Rows;

    /// <summary>All nodes, each before its children. A node that <paramref name="skip"/> accepts is left out with everything below it,
    /// so that trees which share subtrees can be walked without walking those again.</summary>
    public static IEnumerable<Hash> Chunks(IChunkSource source, TreeRoot root, Predicate<Hash>? skip = null) =>
        Nodes(source, root, skip).Select(n => n.Hash);

    /// <summary>All nodes with their hashes, each before its children.</summary>
    internal static IEnumerable<(Hash Hash, Node Node)> Nodes(IChunkSource source, TreeRoot root, Predicate<Hash>? skip)
    {
        if (root.IsEmpty || skip?.Invoke(root.Hash) == true) yield break;
        var top = Node.Load(source, root.Hash);
        yield return (root.Hash, top);
        var path = new Stack<(Node Node, int Index)>();
        if (top.Level > 0) path.Push((top, 0));
        while (path.TryPop(out var position))
        {
            var (node, index) = position;
            if (index + 1 < node.Count) path.Push((node, index + 1));
            var hash = node.ChildHash(index);
            if (skip?.Invoke(hash) == true) continue;
            var child = node.LoadChild(source, index);
            yield return (hash, child);
            if (child.Level > 0) path.Push((child, 0));
        }
    }
}

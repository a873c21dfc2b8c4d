using DbVc.Model;
using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>
/// Finds, for the nodes of a tree that is built from its rows, the nodes of an earlier version that they probably take the place of.
/// It reads no leaf. What it finds is a hint only: an earlier tree that cannot be read gives none, and stops nothing.
/// </summary>
internal sealed class EarlierNodes(IChunkSource source, TreeRoot root)
{
    private readonly Dictionary<int, LevelCursor> _parents = [];
    private Node? _top;
    private bool _failed;

    /// <summary>The earlier node of a level that <paramref name="lastKey"/> falls into; none above the earlier root. Keys must ascend on each level.</summary>
    public Hash Find(int level, ReadOnlySpan<byte> lastKey)
    {
        if (_failed) return Hash.None;
        try
        {
            _top ??= Node.Load(source, root.Hash);
            if (level >= _top.Level) return level == _top.Level ? root.Hash : Hash.None;
            if (!_parents.TryGetValue(level, out var parents)) _parents[level] = parents = new LevelCursor(source, root.Hash, _top, level + 1);
            parents.Seek(lastKey);
            return parents.Current.ChildHash(Math.Min(parents.Current.FindFirstAtLeast(lastKey), parents.Current.Count - 1));
        }
        catch (DbVcException)
        {
            _failed = true;
            return Hash.None;
        }
    }
}

using DbVc.Model;
using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>
/// Walks a tree for comparing: it stands on a subtree, which can be skipped or opened, or on an entry of a leaf, or at the end.
/// </summary>
internal sealed class DiffCursor
{
    /// <summary>The level of entries of leaves, below that of leaves.</summary>
    public const int EntryLevel = -1;

    private readonly IChunkSource _source;
    private readonly Hash _rootHash;
    private readonly int _top;

    // The opened nodes by level, and where the cursor stands in each; those at or below the level it stands on are stale.
    private readonly Node[] _path;
    private readonly int[] _index;

    public DiffCursor(IChunkSource source, TreeRoot root)
    {
        _source = source;
        _rootHash = root.Hash;
        if (root.IsEmpty)
        {
            (_path, _index, AtEnd) = ([], [], true);
            return;
        }

        var node = Node.Load(source, root.Hash);
        Level = _top = node.Level;
        _path = new Node[_top + 1];
        _index = new int[_top + 1];
        _path[_top] = node;
    }

    public bool AtEnd { get; private set; }

    /// <summary>The level of the subtree, or <see cref="EntryLevel"/>.</summary>
    public int Level { get; private set; }

    /// <summary>The hash of the subtree.</summary>
    public Hash Hash => Level == _top ? _rootHash : _path[Level + 1].ChildHash(_index[Level + 1]);

    /// <summary>The subtree's last key.</summary>
    public ReadOnlyMemory<byte> LastKey => Level == _top ? _path[_top].Key(_path[_top].Count - 1) : _path[Level + 1].Key(_index[Level + 1]);

    /// <summary>Rows in the subtree.</summary>
    public long Rows => Level == _top ? _path[_top].Rows : Node.ReadRows(_path[Level + 1].ValueSpan(_index[Level + 1]));

    /// <summary>True if nothing follows the subtree.</summary>
    public bool IsLast
    {
        get
        {
            for (var level = Level + 1; level <= _top; level++)
            {
                if (_index[level] + 1 < _path[level].Count) return false;
            }

            return true;
        }
    }

    /// <summary>The key of the entry.</summary>
    public ReadOnlyMemory<byte> Key => _path[0].Key(_index[0]);

    /// <summary>The value of the entry.</summary>
    public ReadOnlyMemory<byte> Value => _path[0].Value(_index[0]);

    /// <summary>The node above the leaf that it stands on; null where it stands on something else, or the leaf is all there is.</summary>
    public Node? LeafParent => !AtEnd && Level == 0 && _top > 0 ? _path[1] : null;

    /// <summary>The leaf that it stands on and those after it below the same node, up to the one that holds <paramref name="lastKey"/>.</summary>
    public List<Hash> NextLeaves(ReadOnlySpan<byte> lastKey)
    {
        var leaves = new List<Hash>();
        for (var i = _index[1]; i < _path[1].Count; i++)
        {
            leaves.Add(_path[1].ChildHash(i));
            if (_path[1].KeySpan(i).SequenceCompareTo(lastKey) >= 0) break;
        }

        return leaves;
    }

    /// <summary>Reads the leaf that it stands on now, when called, wherever the cursor is by then.</summary>
    public Func<Node> DeferLeaf()
    {
        if (_top == 0)
        {
            var root = _path[0];
            return () => root;
        }

        var (parent, index) = (_path[1], _index[1]);
        return () => parent.LoadChild(_source, index);
    }

    /// <summary>Goes down to the first child or entry of the subtree.</summary>
    public void Open()
    {
        if (Level < _top) _path[Level] = _path[Level + 1].LoadChild(_source, _index[Level + 1]);
        _index[Level] = 0;
        Level--;
    }

    /// <summary>Goes past the subtree or the entry.</summary>
    public void Skip() => Advance(1);

    /// <summary>How many entries from here on are the same, byte for byte, as those from where <paramref name="other"/> stands, within both leaves.</summary>
    public int CountEqual(DiffCursor other) => _path[0].CountEqual(_index[0], other._path[0], other._index[0]);

    /// <summary>Goes past <paramref name="count"/> entries, or subtrees below one node.</summary>
    public void Advance(int count)
    {
        for (var level = Level + 1; level <= _top; level++, count = 1)
        {
            _index[level] += count;
            if (_index[level] >= _path[level].Count) continue;
            Level = level - 1;
            return;
        }

        AtEnd = true;
    }
}

using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>Stands on one entry of a tree; jumps by key or by rank and moves both ways.
/// A jump loads only the nodes that it does not stand in already.</summary>
internal sealed class TreeCursor
{
    private readonly IChunkSource _source;
    private readonly Node?[] _path;
    private readonly int[] _index;
    private readonly int _top;

    public TreeCursor(IChunkSource source, TreeRoot root)
    {
        _source = source;
        if (root.IsEmpty)
        {
            (_path, _index, _top) = ([], [], -1);
            return;
        }

        var node = Node.Load(source, root.Hash);
        _top = node.Level;
        (_path, _index) = (new Node?[_top + 1], new int[_top + 1]);
        _path[_top] = node;
        Entries = node.Rows;
    }

    /// <summary>How many entries the tree has.</summary>
    public long Entries { get; }

    public ReadOnlyMemory<byte> Key => _path[0]!.Key(_index[0]);

    public ReadOnlyMemory<byte> Value => _path[0]!.Value(_index[0]);

    /// <summary>How many entries come before the current one.</summary>
    public long Rank
    {
        get
        {
            var rank = (long)_index[0];
            for (var level = 1; level <= _top; level++)
            {
                for (var i = 0; i < _index[level]; i++) rank += Node.ReadRows(_path[level]!.ValueSpan(i));
            }

            return rank;
        }
    }

    /// <summary>Moves to the first entry whose key is at least <paramref name="key"/>; false if there is none.</summary>
    public bool Seek(ReadOnlySpan<byte> key)
    {
        if (_top < 0) return false;
        for (var level = _top; ; level--)
        {
            var index = _path[level]!.FindFirstAtLeast(key);
            if (index == _path[level]!.Count) return false;
            if (level == 0)
            {
                _index[0] = index;
                return true;
            }

            Enter(level, index);
        }
    }

    /// <summary>Moves to the entry that <paramref name="rank"/> others come before; false if there is none.</summary>
    public bool SeekRank(long rank)
    {
        if (rank < 0 || rank >= Entries) return false;
        for (var level = _top; level > 0; level--)
        {
            var index = 0;
            for (long rows; rank >= (rows = Node.ReadRows(_path[level]!.ValueSpan(index))); index++) rank -= rows;
            Enter(level, index);
        }

        _index[0] = (int)rank;
        return true;
    }

    /// <summary>Moves on; false, and nothing moved, at the end.</summary>
    public bool MoveNext() => Move(1);

    /// <summary>Moves back; false, and nothing moved, at the beginning.</summary>
    public bool MovePrevious() => Move(-1);

    private bool Move(int step)
    {
        var level = 0;
        while (level <= _top && !IsInside(level, _index[level] + step)) level++;
        if (level > _top) return false;
        if (level == 0)
        {
            _index[0] += step;
            return true;
        }

        Enter(level, _index[level] + step);
        while (--level > 0) Enter(level, step > 0 ? 0 : _path[level]!.Count - 1);
        _index[0] = step > 0 ? 0 : _path[0]!.Count - 1;
        return true;
    }

    private bool IsInside(int level, int index) => index >= 0 && index < _path[level]!.Count;

    /// <summary>Makes a child the current node of the level below; what lies further below is forgotten if that is another node.</summary>
    private void Enter(int level, int index)
    {
        if (_path[level - 1] is not null && _index[level] == index) return;
        var child = _path[level]!.LoadChild(_source, index);
        _index[level] = index;
        _path[level - 1] = child;
        for (var below = level - 2; below >= 0; below--) _path[below] = null;
    }
}

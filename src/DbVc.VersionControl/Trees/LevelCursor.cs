using DbVc.Model;
using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>Walks the nodes of one level of a tree forward, jumping by key; keeps the path from the root so that a jump loads little.</summary>
internal sealed class LevelCursor
{
    private readonly IChunkSource _source;
    private readonly int _level;
    private readonly int _top;
    private readonly Node[] _path;
    private readonly int[] _index;
    private readonly Hash _root;
    private bool _started;

    public LevelCursor(IChunkSource source, Hash rootHash, Node root, int level)
    {
        (_source, _level, _top, _root) = (source, level, root.Level, rootHash);
        _path = new Node[_top + 1];
        _index = new int[_top + 1];
        _path[_top] = root;
    }

    public Node Current => _path[_level];

    public Hash CurrentHash => _level == _top ? _root : _path[_level + 1].ChildHash(_index[_level + 1]);

    public bool HasNext
    {
        get
        {
            for (var level = _level + 1; level <= _top; level++)
            {
                if (_index[level] + 1 < _path[level].Count) return true;
            }

            return false;
        }
    }

    /// <summary>Moves to the first node whose last key is at least <paramref name="key"/>, or to the last node. Keys must not descend.</summary>
    public void Seek(ReadOnlySpan<byte> key)
    {
        var level = _started ? _level : _top;
        while (level < _top && _path[level].LastKey.SequenceCompareTo(key) < 0) level++;
        for (; level > _level; level--) Enter(level, Math.Min(_path[level].FindFirstAtLeast(key), _path[level].Count - 1));
        _started = true;
    }

    /// <summary>Moves to the next node of the level; false, and nothing moved, at the end.</summary>
    public bool MoveNext()
    {
        if (!HasNext) return false;
        var level = _level + 1;
        while (_index[level] + 1 >= _path[level].Count) level++;
        Enter(level, _index[level] + 1);
        while (--level > _level) Enter(level, 0);
        return true;
    }

    private void Enter(int level, int index)
    {
        _index[level] = index;
        _path[level - 1] = _path[level].LoadChild(_source, index);
    }
}

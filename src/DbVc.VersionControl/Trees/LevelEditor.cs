using DbVc.Model;
using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>A node that an edit wrote.</summary>
internal readonly record struct WrittenNode(byte[] LastKey, Hash Hash, long Rows);

/// <summary>
/// Applies ascending edits to one level of a tree. Only nodes that an edit touches are cut anew; cutting goes on into the following nodes
/// until a new node ends where an old one did, for from there on all ends are the old ones. The result is a list of edits for the level above.
/// </summary>
internal sealed class LevelEditor
{
    private readonly LevelCursor _cursor;
    private readonly NodeChunker _chunker;
    private readonly int _level;
    private readonly List<(byte[] LastKey, Hash Hash)> _removed = [];
    private Node? _node;
    private int _position;

    public LevelEditor(IChunkWriter writer, Hash rootHash, Node root, int level)
    {
        _level = level;
        _cursor = new LevelCursor(writer, rootHash, root, level);
        _chunker = new NodeChunker(writer, level, (key, hash, rows) => Region.Add(new WrittenNode(key.ToArray(), hash, rows)));
    }

    /// <summary>Nodes written since the last region was closed. At the level of the root there is only one region.</summary>
    public List<WrittenNode> Region { get; } = [];

    /// <summary>Edits for the level above, ascending.</summary>
    public List<TreeEdit> ParentEdits { get; } = [];

    /// <summary>True once a node has been opened.</summary>
    public bool Touched => _removed.Count > 0 || ParentEdits.Count > 0;

    public void Apply(TreeEdit edit)
    {
        var key = edit.Key.Span;
        while (true)
        {
            if (_node is null)
            {
                _cursor.Seek(key);
                Enter();
            }

            CopyBelow(key);
            if (_position < _node!.Count) break;
            if (_chunker.IsEmpty && _cursor.HasNext) Close();
            else if (!TryEnterNext()) break;
        }

        if (_position < _node!.Count && _node.KeySpan(_position).SequenceEqual(key)) _position++;
        if (edit.Value is { } value) Add(key, value.Span, _cursor.CurrentHash);
    }

    /// <summary>
    /// Puts neighbouring nodes in the place of others, which end with the same key. They are taken by name and not read, unless an edit before
    /// them has moved the ends of nodes up to here.
    /// </summary>
    public void Replace(LeafRun old, LeafRun next)
    {
        CopyUpTo(old.Leaves[0].LastKey.Span);
        foreach (var leaf in old.Leaves.Skip(_node is null ? 0 : 1)) _removed.Add((leaf.LastKey.ToArray(), leaf.Hash));
        for (var i = 0; i < next.Leaves.Count; i++)
        {
            var leaf = next.Leaves[i];
            if (_chunker.IsEmpty) Region.Add(new WrittenNode(leaf.LastKey.ToArray(), leaf.Hash, leaf.Rows));
            else CopyAll(next.Load(i), leaf.Hash);
        }

        if (_chunker.IsEmpty)
        {
            Close();
            return;
        }

        _cursor.Seek(old.Leaves[^1].LastKey.Span);
        _node = _cursor.Current;
        _position = _node.Count;
    }

    /// <summary>Copies on until the ends of nodes agree with the old ones again, or the level ends.</summary>
    public void Finish()
    {
        while (_node is not null)
        {
            while (_position < _node.Count) CopyOne();
            if (_chunker.IsEmpty || !TryEnterNext())
            {
                _chunker.Flush();
                _node = null;
            }
        }
    }

    /// <summary>Turns the last region into edits of the level above.</summary>
    public void CloseLast() => Close();

    private void Enter()
    {
        _node = _cursor.Current;
        _position = 0;
        _removed.Add((_node.LastKey.ToArray(), _cursor.CurrentHash));
    }

    private bool TryEnterNext()
    {
        if (!_cursor.MoveNext()) return false;
        Enter();
        return true;
    }

    /// <summary>Copies on until the ends of nodes agree, or to the beginning of the node with this last key, which then is the current one.</summary>
    private void CopyUpTo(ReadOnlySpan<byte> lastKey)
    {
        while (_node is not null)
        {
            while (_position < _node.Count) CopyOne();
            if (_chunker.IsEmpty) Close();
            else if (!TryEnterNext()) throw new InvalidOperationException("The node to replace comes before the last edit.");
            else if (_node.LastKey.SequenceEqual(lastKey)) return;
        }
    }

    private void CopyAll(Node node, Hash hash)
    {
        for (var i = 0; i < node.Count; i++) Add(node.KeySpan(i), node.ValueSpan(i), hash);
    }

    private void CopyBelow(ReadOnlySpan<byte> key)
    {
        while (_position < _node!.Count && _node.KeySpan(_position).SequenceCompareTo(key) < 0) CopyOne();
    }

    private void CopyOne()
    {
        Add(_node!.KeySpan(_position), _node.ValueSpan(_position), _cursor.CurrentHash);
        _position++;
    }

    /// <summary>The old node that a new one begins in is the one it has most in common with, nearly always.</summary>
    private void Add(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, Hash from)
    {
        if (_chunker.IsEmpty) _chunker.BasedOn = from;
        _chunker.Add(key, value, _level == 0 ? 1 : Node.ReadRows(value));
    }

    private void Close()
    {
        var (old, next) = (0, 0);
        while (old < _removed.Count || next < Region.Count)
        {
            var order = old == _removed.Count ? 1
                : next == Region.Count ? -1
                : _removed[old].LastKey.AsSpan().SequenceCompareTo(Region[next].LastKey);
            if (order >= 0)
            {
                var node = Region[next++];
                if (order > 0 || _removed[old].Hash != node.Hash) ParentEdits.Add(TreeEdit.Put(node.LastKey, Node.ChildValue(node.Hash, node.Rows)));
            }
            else
            {
                ParentEdits.Add(TreeEdit.Delete(_removed[old].LastKey));
            }

            if (order <= 0) old++;
        }

        _removed.Clear();
        Region.Clear();
        _node = null;
    }
}

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
    private readonly Stack<(Node Node, int Index)> _path = new();
    private readonly Hash _rootHash;
    private Node? _unopenedRoot;

    public DiffCursor(IChunkSource source, TreeRoot root)
    {
        _source = source;
        _rootHash = root.Hash;
        if (!root.IsEmpty) _unopenedRoot = Node.Load(source, root.Hash);
    }

    public bool AtEnd => _unopenedRoot is null && _path.Count == 0;

    /// <summary>The level of the subtree, or <see cref="EntryLevel"/>.</summary>
    public int Level => _unopenedRoot?.Level ?? _path.Peek().Node.Level - 1;

    /// <summary>The hash of the subtree.</summary>
    public Hash Hash => _unopenedRoot is not null ? _rootHash : _path.Peek().Node.ChildHash(_path.Peek().Index);

    public ReadOnlyMemory<byte> Key => _path.Peek().Node.Key(_path.Peek().Index);

    public ReadOnlyMemory<byte> Value => _path.Peek().Node.Value(_path.Peek().Index);

    /// <summary>Goes down to the first child or entry of the subtree.</summary>
    public void Open()
    {
        if (_unopenedRoot is { } root)
        {
            _unopenedRoot = null;
            _path.Push((root, 0));
            return;
        }

        var (node, index) = _path.Peek();
        _path.Push((node.LoadChild(_source, index), 0));
    }

    /// <summary>Goes past the subtree or the entry.</summary>
    public void Skip()
    {
        _unopenedRoot = null;
        while (_path.TryPop(out var top))
        {
            if (top.Index + 1 >= top.Node.Count) continue;
            _path.Push((top.Node, top.Index + 1));
            return;
        }
    }
}

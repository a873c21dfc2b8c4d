using DbVc.Model;
using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>Builds the levels of a tree from the entries of its lowest one, a node of each in memory.</summary>
internal sealed class NodeStack(IChunkWriter writer, int firstLevel, EarlierNodes? earlier = null)
{
    private readonly List<Level> _levels = [];

    private IChunkWriter Writer { get; } = writer;

    private int FirstLevel { get; } = firstLevel;

    private EarlierNodes? Earlier { get; } = earlier;

    public void Add(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, long rows)
    {
        if (_levels.Count == 0) _levels.Add(new Level(this, 0));
        _levels[0].Chunker.Add(key, value, rows);
    }

    public void AddChild(ReadOnlySpan<byte> lastKey, Hash hash, long rows) => AddChild(0, lastKey, hash, rows);

    /// <summary>The root is the only node of the lowest level that has only one: so it is the same however the tree came about.</summary>
    public TreeRoot Finish()
    {
        for (var i = 0; i < _levels.Count; i++)
        {
            _levels[i].Chunker.Flush();
            if (_levels[i].Nodes == 1) return new TreeRoot(_levels[i].LastHash);
        }

        return TreeRoot.Empty;
    }

    private void AddChild(int index, ReadOnlySpan<byte> lastKey, Hash hash, long rows)
    {
        Span<byte> value = stackalloc byte[Hash.Size + VarInt.MaxSize];
        var length = Node.WriteChild(value, hash, rows);
        if (_levels.Count == index) _levels.Add(new Level(this, index));
        _levels[index].Chunker.Add(lastKey, value[..length], rows);
    }

    private sealed class Level
    {
        private readonly NodeStack _stack;
        private readonly int _index;

        public Level(NodeStack stack, int index)
        {
            (_stack, _index) = (stack, index);
            Chunker = new NodeChunker(stack.Writer, stack.FirstLevel + index, Written) { Earlier = stack.Earlier };
        }

        public NodeChunker Chunker { get; }

        public long Nodes { get; private set; }

        public Hash LastHash { get; private set; }

        private void Written(ReadOnlySpan<byte> lastKey, Hash hash, long rows)
        {
            Nodes++;
            LastHash = hash;
            _stack.AddChild(_index + 1, lastKey, hash, rows);
        }
    }
}

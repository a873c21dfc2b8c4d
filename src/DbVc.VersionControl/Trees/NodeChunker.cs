using DbVc.Model;
using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>Told of each node that was written.</summary>
internal delegate void NodeWritten(ReadOnlySpan<byte> lastKey, Hash hash, long rows);

/// <summary>Cuts the ascending entries of one level into nodes and writes them.</summary>
internal sealed class NodeChunker
{
    private readonly IChunkWriter _writer;
    private readonly int _level;
    private readonly NodeWritten _written;
    private readonly ByteBuffer _buffer = new(ChunkBoundary.MaxSize + 1024);
    private int _entries;
    private long _rows;
    private int _lastKeyStart;
    private int _lastKeyLength;

    public NodeChunker(IChunkWriter writer, int level, NodeWritten written)
    {
        (_writer, _level, _written) = (writer, level, written);
        Begin();
    }

    /// <summary>The node that the one being filled takes the place of; a hint for the store.</summary>
    public Hash BasedOn { get; set; }

    /// <summary>Gives <see cref="BasedOn"/> by the last key of the new node, where it is not known beforehand.</summary>
    public EarlierNodes? Earlier { get; init; }

    /// <summary>True right after a node ended: what was written so far does not depend on what follows.</summary>
    public bool IsEmpty => _entries == 0;

    public void Add(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, long rows)
    {
        var before = _buffer.Length;
        _buffer.AppendVarInt((ulong)key.Length);
        _buffer.AppendVarInt((ulong)value.Length);
        (_lastKeyStart, _lastKeyLength) = (_buffer.Length, key.Length);
        _buffer.Append(key);
        _buffer.Append(value);
        _entries++;
        _rows += rows;
        if (ChunkBoundary.EndsAfter(_level, _entries, key, before - Node.HeaderSize, _buffer.Length - Node.HeaderSize)) Flush();
    }

    /// <summary>Ends the node that is being filled.</summary>
    public void Flush()
    {
        if (_entries == 0) return;
        var lastKey = _buffer.Written.Slice(_lastKeyStart, _lastKeyLength);
        var hash = _writer.Write(_buffer.Written, Earlier?.Find(_level, lastKey) ?? BasedOn);
        _written(lastKey, hash, _rows);
        Begin();
    }

    private void Begin()
    {
        _buffer.Clear();
        _buffer.Append(Node.Version);
        _buffer.Append((byte)_level);
        _entries = 0;
        _rows = 0;
    }
}

using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>Builds a tree from entries in strictly ascending order of key, in one pass and bounded memory.</summary>
/// <param name="writer">Where the nodes go.</param>
/// <param name="earlier">A tree that the new one is probably much like: its nodes help to store the new ones as differences. Changes no hash.</param>
public sealed class TreeBuilder(IChunkWriter writer, TreeRoot earlier = default)
{
    private readonly NodeStack _levels = new(writer, 0, earlier.IsEmpty ? null : new EarlierNodes(writer, earlier));
    private readonly ByteBuffer _lastKey = new();
    private bool _finished;

    /// <summary>Entries added so far.</summary>
    public long Count { get; private set; }

    /// <summary>Adds an entry; throws <see cref="ArgumentException"/> if its key does not follow the one before.</summary>
    public void Add(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (!TryAdd(key, value)) throw new ArgumentException("Keys must be added in strictly ascending order.", nameof(key));
    }

    /// <summary>Adds an entry; false, and nothing done, if its key does not follow the one before.</summary>
    public bool TryAdd(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        ObjectDisposedException.ThrowIf(_finished, this);
        if (Count > 0 && key.SequenceCompareTo(_lastKey.Written) <= 0) return false;
        _lastKey.Clear();
        _lastKey.Append(key);
        _levels.Add(key, value, 1);
        Count++;
        return true;
    }

    /// <summary>Writes what is left; nothing may be added afterwards.</summary>
    public TreeRoot Finish()
    {
        ObjectDisposedException.ThrowIf(_finished, this);
        _finished = true;
        return _levels.Finish();
    }
}

using DbVc.Model;

namespace DbVc.Store;

/// <summary>Writes chunks to a pack of its own. Thread-safe, so that several tables can be encoded at once.</summary>
internal sealed class ChunkWriter : IChunkWriter, IStoredChunks
{
    private readonly ChunkStore _store;
    private readonly Lease _lease;
    private readonly string _folder;
    private readonly Lock _lock = new();
    private readonly Dictionary<Hash, ChunkPlace> _pending = [];
    private readonly DeltaEncoder _deltas = new();
    private PackAppender? _pack;
    private long _published;
    private bool _hasPublished;
    private bool _disposed;

    // In an empty store no chunk can be there already; what another writer publishes meanwhile is then stored twice, which is harmless.
    private bool _looksUp;

    public ChunkWriter(ChunkStore store, string folder)
    {
        _store = store;
        _folder = folder;
        // Before the first look for a chunk that exists already: from here on gc keeps it.
        _lease = store.EnterLease();
        _looksUp = !store.Index.IsEmpty;
    }

    public Hash Write(ReadOnlySpan<byte> chunk, Hash basedOn = default)
    {
        var hash = Hash.Of(chunk);
        lock (_lock)
        {
            if (_pending.ContainsKey(hash)) return hash;
            var known = _looksUp ? _store.Index.Contains(hash, basedOn) : default;
            if (known.First) return hash;
            if (!known.Second && !_pending.ContainsKey(basedOn)) basedOn = Hash.None;
            _pack ??= new PackAppender(_folder, _lease.NextPack(), _store.Probe);
            _pending.Add(hash, Append(_pack, hash, chunk, basedOn));
            return hash;
        }
    }

    public ReadOnlyMemory<byte> Read(Hash hash) => Load(hash, 0).Bytes;

    StoredChunk IStoredChunks.Load(Hash hash, int steps) => Load(hash, steps);

    public bool Contains(Hash hash)
    {
        lock (_lock)
        {
            if (_pending.ContainsKey(hash)) return true;
        }

        return _store.Index.Contains(hash);
    }

    private StoredChunk Load(Hash hash, int steps)
    {
        lock (_lock)
        {
            if (_pending.TryGetValue(hash, out var place)) return ChunkStore.Decode(_pack!.ReadRecord(place), hash, _pack.Name, this, steps);
        }

        return _store.Load(hash, steps);
    }

    /// <summary>Stores a chunk in the shortest of the ways that are worth trying.</summary>
    private ChunkPlace Append(PackAppender pack, Hash hash, ReadOnlySpan<byte> chunk, Hash basedOn)
    {
        if (FindBase(hash, basedOn) is { } other
            && _deltas.TryEncode(other.Bytes.Span, chunk, PackRecord.MaxDeltaLength(chunk.Length), out var delta))
        {
            return pack.Append(hash, PackCodec.Delta, PackRecord.WrapDelta(basedOn, delta)) with { Base = basedOn };
        }

        return chunk.Length >= PackRecord.MinDeflatedLength && PackRecord.Deflate(chunk) is { } deflated
            ? pack.Append(hash, PackCodec.Deflated, deflated)
            : pack.Append(hash, PackCodec.Whole, chunk);
    }

    /// <summary>The chunk to store a difference to, which is there; null if there is none, or its own chain is long already.</summary>
    private StoredChunk? FindBase(Hash hash, Hash basedOn)
    {
        if (basedOn.IsNone || basedOn == hash) return null;
        try
        {
            var other = Load(basedOn, 0);
            return other.Depth < PackRecord.MaxDepth ? other : null;
        }
        catch (DbVcException failure) when (failure.Code is "store.chunk-damaged" or "store.chunk-missing")
        {
            // It is only a hint: what is stored now must not depend on a chunk that cannot be read.
            return null;
        }
    }

    public void Publish()
    {
        lock (_lock)
        {
            // What was found in the store counts as published too: a commit may now name it.
            _hasPublished = true;
            if (_pack is null || _pending.Count == 0) return;
            _pack.MakeDurable();
            _store.Index.Publish(_pack.Name, _pending);
            _published = _pack.DurableLength;
            _pending.Clear();
            _looksUp = true;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed) return;
            _disposed = true;
            if (_pending.Count > 0) _pack?.Discard(_published);
            _pack?.Dispose();
            _pack = null;
            _pending.Clear();
            _store.LeaveLease(_hasPublished);
        }
    }
}

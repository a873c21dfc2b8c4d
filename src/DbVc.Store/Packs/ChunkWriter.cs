using DbVc.Model;

namespace DbVc.Store;

/// <summary>Writes chunks to a pack of its own. Thread-safe, so that several tables can be encoded at once.</summary>
internal sealed class ChunkWriter : IChunkWriter
{
    private readonly ChunkStore _store;
    private readonly Lease _lease;
    private readonly string _folder;
    private readonly Lock _lock = new();
    private readonly Dictionary<Hash, ChunkPlace> _pending = [];
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

    public Hash Write(ReadOnlySpan<byte> chunk)
    {
        var hash = Hash.Of(chunk);
        lock (_lock)
        {
            if (_pending.ContainsKey(hash) || (_looksUp && _store.Index.Contains(hash))) return hash;
            _pack ??= new PackAppender(_folder, _lease.NextPack(), _store.Probe);
            _pending.Add(hash, _pack.Append(hash, chunk));
            return hash;
        }
    }

    public ReadOnlyMemory<byte> Read(Hash hash)
    {
        lock (_lock)
        {
            if (_pending.TryGetValue(hash, out var place)) return _pack!.Read(place);
        }

        return _store.Read(hash);
    }

    public bool Contains(Hash hash)
    {
        lock (_lock)
        {
            if (_pending.ContainsKey(hash)) return true;
        }

        return _store.Index.Contains(hash);
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

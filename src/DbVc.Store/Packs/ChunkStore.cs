using DbVc.Model;

namespace DbVc.Store;

/// <summary>The published chunks of a repository. Thread-safe.</summary>
internal sealed class ChunkStore : IChunkStore, IStoredChunks, IDisposable
{
    private const long CacheBytes = 64L << 20;
    private const int MaxLooks = 4;

    private readonly string _folder;
    private readonly string _leases;
    private readonly PackReader _packs;
    private readonly ChunkCache _cache = new(CacheBytes);
    private readonly Lock _lock = new();
    private Lease? _lease;
    private int _writers;
    private bool _keepsLease;

    public ChunkStore(string folder, string leases, StoreDatabase database)
    {
        _folder = folder;
        _leases = leases;
        _packs = new PackReader(folder);
        Index = new ChunkIndex(database);
        Probe = database.Probe;
    }

    public ChunkIndex Index { get; }

    public StoreProbe Probe { get; }

    public IChunkWriter BeginWrite() => new ChunkWriter(this, _folder);

    public IDisposable HoldView() => new ChunkView(Index);

    public bool Contains(Hash hash) => Index.TryFind(hash, out _, out _);

    public ReadOnlyMemory<byte> Read(Hash hash) => Load(hash, 0).Bytes;

    /// <summary>A chunk, rebuilt if it is stored as a difference to another one.</summary>
    public StoredChunk Load(Hash hash, int steps)
    {
        if (_cache.TryGet(hash, out var chunk)) return chunk;
        for (var look = 1; ; look++)
        {
            if (!Index.TryFind(hash, out var pack, out var place))
            {
                throw new DbVcException(FailureKind.Failed, "store.chunk-missing", $"Chunk {hash} is not in the repository.",
                    hint: "Run db-vc verify; restore .db-version-control from a backup if more is missing.");
            }

            if (TryReadRecord(pack, place, isLast: look == MaxLooks) is not { } record) continue;
            chunk = Decode(record, hash, $"{pack} at byte {place.Offset}", this, steps);
            _cache.Add(hash, chunk);
            return chunk;
        }
    }

    /// <summary>Null if gc moved the chunk to another pack since the index was asked.</summary>
    private ReadOnlyMemory<byte>? TryReadRecord(string pack, ChunkPlace place, bool isLast)
    {
        try
        {
            return _packs.ReadRecord(pack, place);
        }
        catch (DbVcException failure) when (failure.Code == "store.chunk-missing" && !isLast)
        {
            Index.Refresh();
            return null;
        }
    }

    /// <summary>The lease of this store's writers, taken with the first of them.</summary>
    public Lease EnterLease()
    {
        lock (_lock)
        {
            _lease ??= Lease.Take(_leases, Index.ReadGeneration());
            _writers++;
            // A writer's view begins after its lease, or gc would not know of what it finds there.
            Index.HoldView();
            return _lease;
        }
    }

    /// <summary>A lease under which something was published lasts until the store is closed: a commit that names it may still be on its way.</summary>
    public void LeaveLease(bool published)
    {
        lock (_lock)
        {
            _keepsLease |= published;
            Index.ReleaseView();
            if (--_writers > 0 || _keepsLease) return;
            _lease?.Dispose();
            _lease = null;
        }
    }

    /// <summary>Ends a lease that is kept for commits on their way; only the caller knows that there is none.</summary>
    public void DropLease()
    {
        lock (_lock)
        {
            _keepsLease = false;
            if (_writers > 0) return;
            _lease?.Dispose();
            _lease = null;
        }
    }

    /// <summary>The chunk that a record holds; its base is asked of <paramref name="others"/>.</summary>
    public static StoredChunk Decode(ReadOnlyMemory<byte> record, Hash hash, string where, IStoredChunks others, int steps)
    {
        if (steps > PackRecord.MaxSteps) throw StoreFailure.DamagedChunk($"Chunk {hash} is damaged: its chain of differences has no end.", where);
        var problem = PackRecord.TryRead(record, hash, others, steps, out var chunk);
        return problem is null ? chunk : throw StoreFailure.DamagedChunk($"Chunk {hash} is damaged: {problem}.", where);
    }

    public void Dispose()
    {
        _packs.Dispose();
        Index.Dispose();
        lock (_lock)
        {
            _lease?.Dispose();
            _lease = null;
        }
    }
}

using DbVc.Model;

namespace DbVc.Store;

/// <summary>The published chunks of a repository. Thread-safe.</summary>
internal sealed class ChunkStore : IChunkStore, IStoredChunks, IDisposable
{
    private const long CacheBytes = 64L << 20;

    private readonly string _folder;
    private readonly PackReader _packs;
    private readonly ChunkCache _cache = new(CacheBytes);

    public ChunkStore(string folder, StoreDatabase database)
    {
        _folder = folder;
        _packs = new PackReader(folder);
        Index = new ChunkIndex(database);
    }

    public ChunkIndex Index { get; }

    public IChunkWriter BeginWrite() => new ChunkWriter(this, _folder);

    public bool Contains(Hash hash) => Index.Contains(hash);

    public ReadOnlyMemory<byte> Read(Hash hash) => Load(hash, 0).Bytes;

    /// <summary>A chunk, rebuilt if it is stored as a difference to another one.</summary>
    public StoredChunk Load(Hash hash, int steps)
    {
        if (_cache.TryGet(hash, out var chunk)) return chunk;
        if (!Index.TryFind(hash, out var pack, out var place))
        {
            throw new DbVcException(FailureKind.Failed, "store.chunk-missing", $"Chunk {hash} is not in the repository.",
                hint: "Run db-vc verify; restore .db-version-control from a backup if more is missing.");
        }

        chunk = Decode(_packs.ReadRecord(pack, place), hash, $"{pack} at byte {place.Offset}", this, steps);
        _cache.Add(hash, chunk);
        return chunk;
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
    }
}

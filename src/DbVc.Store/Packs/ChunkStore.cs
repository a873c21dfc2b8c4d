using DbVc.Model;

namespace DbVc.Store;

/// <summary>The published chunks of a repository. Thread-safe.</summary>
internal sealed class ChunkStore : IChunkStore, IDisposable
{
    private const long CacheBytes = 32L << 20;

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

    public ReadOnlyMemory<byte> Read(Hash hash)
    {
        if (_cache.TryGet(hash, out var chunk)) return chunk;
        if (!Index.TryFind(hash, out var pack, out var place))
        {
            throw new DbVcException(FailureKind.Failed, "store.chunk-missing", $"Chunk {hash} is not in the repository.",
                hint: "Run db-vc verify; restore .db-version-control from a backup if more is missing.");
        }

        chunk = _packs.Read(pack, place.Offset, place.Length, hash);
        _cache.Add(hash, chunk);
        return chunk;
    }

    public void Dispose()
    {
        _packs.Dispose();
        Index.Dispose();
    }
}

using DbVc.Model;
using DbVc.Store;

namespace DbVc.Tests;

/// <summary>Chunks in memory, for tests of what is built on them.</summary>
internal sealed class MemoryChunks : IChunkStore, IChunkWriter
{
    private readonly Dictionary<Hash, byte[]> _chunks = [];
    private int _reads;

    /// <summary>Chunks read since the counter was last set; shows whether cost follows the change.</summary>
    public int Reads
    {
        get => _reads;
        set => _reads = value;
    }

    public IChunkWriter BeginWrite() => this;

    public IDisposable HoldView() => this;

    public bool Contains(Hash hash) => _chunks.ContainsKey(hash);

    public ReadOnlyMemory<byte> Read(Hash hash)
    {
        Interlocked.Increment(ref _reads);
        return _chunks.TryGetValue(hash, out var chunk)
            ? chunk
            : throw new DbVcException(FailureKind.Failed, "store.chunk-missing", $"Chunk {hash} is not in memory.");
    }

    public void Lose(Hash hash) => _chunks.Remove(hash);

    public Hash Write(ReadOnlySpan<byte> chunk, Hash basedOn = default)
    {
        var hash = Hash.Of(chunk);
        _chunks.TryAdd(hash, chunk.ToArray());
        return hash;
    }

    public void Publish()
    {
    }

    public void Dispose()
    {
    }
}

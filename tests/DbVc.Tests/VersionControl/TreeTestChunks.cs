using System.Collections.Concurrent;
using DbVc.Model;
using DbVc.Store;

namespace DbVc.Tests;

/// <summary>Chunks in memory that count how often they are read and written.</summary>
internal sealed class TreeTestChunks : IChunkWriter
{
    private int _reads;

    public ConcurrentDictionary<Hash, byte[]> Chunks { get; } = [];

    public int Reads { get => _reads; set => _reads = value; }

    public int Writes { get; set; }

    public ReadOnlyMemory<byte> Read(Hash hash)
    {
        Interlocked.Increment(ref _reads);
        return Chunks.TryGetValue(hash, out var chunk)
            ? chunk
            : throw new DbVcException(FailureKind.Failed, "store.chunk-missing", $"Chunk {hash} is missing.");
    }

    public bool Contains(Hash hash) => Chunks.ContainsKey(hash);

    public Hash Write(ReadOnlySpan<byte> chunk, Hash basedOn = default)
    {
        var hash = Hash.Of(chunk);
        if (Chunks.TryAdd(hash, chunk.ToArray())) Writes++;
        return hash;
    }

    public void Publish()
    {
    }

    public void Dispose()
    {
    }
}

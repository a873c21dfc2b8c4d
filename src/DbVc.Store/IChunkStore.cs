using DbVc.Model;

namespace DbVc.Store;

/// <summary>Reads chunks by name.</summary>
public interface IChunkSource
{
    /// <summary>The bytes of a chunk. Throws <see cref="DbVcException"/> <c>store.chunk-missing</c> or <c>store.chunk-damaged</c>
    /// (the hash is checked when it comes from disk).</summary>
    ReadOnlyMemory<byte> Read(Hash hash);

    bool Contains(Hash hash);
}

/// <summary>Reads and writes chunks. What is written can be read back at once by the writer, and by everybody after <see cref="Publish"/>.</summary>
public interface IChunkWriter : IChunkSource, IDisposable
{
    /// <summary>Stores a chunk under its name; a chunk that exists already costs nothing.</summary>
    /// <param name="chunk">The content.</param>
    /// <param name="basedOn">A hint: a chunk that this one has much in common with. Where it pays, only the difference is stored.</param>
    Hash Write(ReadOnlySpan<byte> chunk, Hash basedOn = default);

    /// <summary>Makes everything written durable (the pack is fsynced, then a short index transaction). Disposed without it, nothing remains.
    /// Writing may go on afterwards.</summary>
    void Publish();
}

/// <summary>Immutable chunks named by content.</summary>
public interface IChunkStore : IChunkSource
{
    /// <summary>Opens a writer with a pack of its own; writers do not wait for each other.</summary>
    IChunkWriter BeginWrite();

    /// <summary>Until it is disposed, chunks are looked for within one view of the index, as a writer does: for whoever reads many of them. What is published
    /// meanwhile is found all the same.</summary>
    IDisposable HoldView();
}

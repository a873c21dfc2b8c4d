using DbVc.Model;
using DbVc.Store;

namespace DbVc.Live;

/// <summary>
/// Chunks that stop being read and written when the command is interrupted. Whatever walks trees for long (a merge, a diff that is applied)
/// ends at its next chunk, in front of anything it would have made visible.
/// </summary>
public static class InterruptibleChunks
{
    public static IChunkSource For(IChunkSource chunks, CancellationToken cancel) => new Source(chunks, cancel);

    public static IChunkWriter For(IChunkWriter chunks, CancellationToken cancel) => new Writer(chunks, cancel);

    private class Source(IChunkSource chunks, CancellationToken cancel) : IChunkSource
    {
        public ReadOnlyMemory<byte> Read(Hash hash)
        {
            cancel.ThrowIfCancellationRequested();
            return chunks.Read(hash);
        }

        public bool Contains(Hash hash) => chunks.Contains(hash);
    }

    private sealed class Writer(IChunkWriter chunks, CancellationToken cancel) : Source(chunks, cancel), IChunkWriter
    {
        private readonly IChunkWriter _chunks = chunks;
        private readonly CancellationToken _cancel = cancel;

        public Hash Write(ReadOnlySpan<byte> chunk, Hash basedOn = default)
        {
            _cancel.ThrowIfCancellationRequested();
            return _chunks.Write(chunk, basedOn);
        }

        public void Publish() => _chunks.Publish();

        public void Dispose() => _chunks.Dispose();
    }
}

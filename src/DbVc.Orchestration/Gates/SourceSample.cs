using DbVc.Model;
using DbVc.PipelineRuntime;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>
/// The beginning of a source: as many bytes of it, unpacked, as a reader takes for some records and one more. A run that stops after those records gives the
/// same on it as on the whole source.
/// </summary>
/// <param name="Content">The bytes.</param>
/// <param name="Records">How many records a run on it reads; fewer than asked for where the source has no more.</param>
/// <param name="IsWhole">It is the whole source.</param>
internal sealed record SourceSample(ReadOnlyMemory<byte> Content, long Records, bool IsWhole)
{
    /// <summary>A sample of very long records ends sooner.</summary>
    public const int MaxBytes = 16 * 1024 * 1024;

    public Hash Hash => Hash.Of(Content.Span);

    /// <summary>Throws kind Failed where the source cannot be read so far.</summary>
    public static SourceSample Read(SourceFile source, SourceSpec spec, long records)
    {
        using var stream = source.OpenStream();
        using var taken = new MemoryStream();
        var tee = new Tee(stream, taken);
        long count = 0;
        try
        {
            var reader = spec.Open(tee);
            while (count <= records && taken.Length < MaxBytes && reader.Read()) count++;
        }
        catch (PipelineException failure)
        {
            throw new DbVcException(FailureKind.Failed, failure.Code, failure.Message, source.Path, inner: failure);
        }

        // The last record that was read may go on behind what was taken.
        return new SourceSample(taken.ToArray(), Math.Min(tee.IsAtEnd ? count : Math.Max(0, count - 1), records), tee.IsAtEnd);
    }

    /// <summary>Keeps what is read through it.</summary>
    private sealed class Tee(Stream source, MemoryStream kept) : Stream
    {
        public bool IsAtEnd { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => kept.Position;
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            var read = source.Read(buffer);
            kept.Write(buffer[..read]);
            IsAtEnd |= read == 0 && buffer.Length > 0;
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}

using System.IO.Compression;

namespace DbVc.Pipelines;

/// <summary>
/// The content of a gzip file, all of its members. The decompressor takes a file that was cut off for one that ends; so a last member of our own is
/// put behind the file, and its content must be what comes last.
/// </summary>
internal sealed class GzipContent : Stream
{
    private static readonly byte[] s_end = "the end of gzip\n"u8.ToArray();

    private readonly GZipStream _content;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;
    private bool _ended;

    public GzipContent(Stream packed) => _content = new GZipStream(new Followed(packed, PackEnd()), CompressionMode.Decompress);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <summary>Throws <see cref="InvalidDataException"/> for a file that is damaged or cut off.</summary>
    public override int Read(Span<byte> buffer)
    {
        while (_end - _start <= s_end.Length && !_ended) Fill();
        var count = Math.Min(buffer.Length, _end - _start - (_ended ? 0 : s_end.Length));
        _buffer.AsSpan(_start, count).CopyTo(buffer);
        _start += count;
        return count;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) _content.Dispose();
        base.Dispose(disposing);
    }

    private void Fill()
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        var count = _content.Read(_buffer.AsSpan(_end));
        _end += count;
        if (count > 0) return;
        _ended = true;
        if (!_buffer.AsSpan(0, _end).EndsWith(s_end)) throw new InvalidDataException("The file ends before its content does.");
        _end -= s_end.Length;
    }

    private static byte[] PackEnd()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.NoCompression, leaveOpen: true)) gzip.Write(s_end);
        return packed.ToArray();
    }

    /// <summary>A stream with some bytes behind it.</summary>
    private sealed class Followed(Stream first, byte[] last) : Stream
    {
        private int _position;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            var count = first.Read(buffer);
            if (count > 0) return count;
            count = Math.Min(buffer.Length, last.Length - _position);
            last.AsSpan(_position, count).CopyTo(buffer);
            _position += count;
            return count;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing) first.Dispose();
            base.Dispose(disposing);
        }
    }
}

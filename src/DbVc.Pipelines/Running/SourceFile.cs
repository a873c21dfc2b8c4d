using DbVc.Model;
using Microsoft.Win32.SafeHandles;

namespace DbVc.Pipelines;

/// <summary>
/// A source that the host opened, by path, once: the worker gets the open file, never the name, and the host counts records
/// in the same file, whatever happens to the name meanwhile.
/// </summary>
public sealed class SourceFile : IDisposable
{
    private SourceFile(string path, SafeFileHandle handle, long length) => (Path, Handle, Length) = (path, handle, length);

    public string Path { get; }

    /// <summary>Bytes when it was opened.</summary>
    public long Length { get; }

    internal SafeFileHandle Handle { get; }

    /// <summary>Opens a regular file; throws <c>source.missing</c>, <c>source.unreadable</c> or <c>source.not-a-file</c>.</summary>
    public static SourceFile Open(string path) => RegularFile.TryOpen(path, followLink: true, out var file) is { } problem
        ? throw OpenFailure(path, problem)
        : new SourceFile(path, file.Handle, file.Length);

    /// <summary>A stream of its own over the open file, from its start.</summary>
    public Stream OpenStream() => new SourceStream(Handle);

    public void Dispose() => Handle.Dispose();

    private static DbVcException OpenFailure(string path, FileProblem problem)
    {
        var (code, hint) = problem.Kind switch
        {
            FileProblemKind.Missing => ("source.missing", "Check the path in the metadata."),
            FileProblemKind.NotRegular => ("source.not-a-file", "Name a regular file."),
            _ => ("source.unreadable", "Check its permissions, and those of the folders above it."),
        };
        return new DbVcException(FailureKind.Failed, code, $"The source {problem.Text}.", path, hint);
    }

    /// <summary>Reads by position, so it shares nothing with other readers of the same open file.</summary>
    private sealed class SourceStream(SafeFileHandle handle) : Stream
    {
        private long _position;

        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => false;

        public override long Length => RandomAccess.GetLength(handle);

        public override long Position
        {
            get => _position;
            set => _position = value;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            var read = RandomAccess.Read(handle, buffer, _position);
            _position += read;
            return read;
        }

        public override long Seek(long offset, SeekOrigin origin) => _position = origin switch
        {
            SeekOrigin.Begin => offset,
            SeekOrigin.Current => _position + offset,
            _ => Length + offset,
        };

        public override void Flush()
        {
        }

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}

using System.ComponentModel;
using System.Runtime.InteropServices;
using DbVc.Model;
using Microsoft.Win32.SafeHandles;

namespace DbVc.Pipelines;

/// <summary>
/// A source that the host opened, by path, once: the worker gets the open file, never the name, and the host counts records
/// in the same file, whatever happens to the name meanwhile.
/// </summary>
public sealed partial class SourceFile : IDisposable
{
    private const int ReadOnly = 0;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;

    private SourceFile(string path, SafeFileHandle handle, long length) => (Path, Handle, Length) = (path, handle, length);

    public string Path { get; }

    /// <summary>Bytes when it was opened.</summary>
    public long Length { get; }

    internal SafeFileHandle Handle { get; }

    /// <summary>Opens a regular file; throws <c>source.missing</c>, <c>source.unreadable</c> or <c>source.not-a-file</c>.</summary>
    public static SourceFile Open(string path)
    {
        var descriptor = NativeOpen(path, ReadOnly | NonBlocking | CloseOnExec, 0);
        if (descriptor < 0)
            throw OpenFailure(path, Marshal.GetLastPInvokeError());
        var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        var status = FileStatus.Of(descriptor);
        if (status.Type == FileType.Regular)
            return new SourceFile(path, handle, status.Length);
        handle.Dispose();
        throw new DbVcException(FailureKind.Failed, "source.not-a-file", $"The source {KindName(status.Type)}.", path, "Name a regular file.");
    }

    /// <summary>A stream of its own over the open file, from its start.</summary>
    public Stream OpenStream() => new SourceStream(Handle);

    public void Dispose() => Handle.Dispose();

    private static string KindName(FileType type) => type switch
    {
        FileType.Folder => "is a directory, not a file",
        FileType.Pipe => "is a named pipe, not a file",
        FileType.CharacterDevice or FileType.BlockDevice => "is a device, not a file",
        FileType.Socket => "is a socket, not a file",
        _ => "is not a regular file",
    };

    private static DbVcException OpenFailure(string path, int error) => error switch
    {
        2 or 20 => new DbVcException(FailureKind.Failed, "source.missing", "The source does not exist.", path, "Check the path in the metadata."),
        6 => new DbVcException(FailureKind.Failed, "source.not-a-file", "The source is a socket or device, not a file.", path, "Name a regular file."),
        _ => new DbVcException(FailureKind.Failed, "source.unreadable",
            $"The source cannot be opened: {new Win32Exception(error).Message}.", path, "Check its permissions."),
    };

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int NativeOpen(string path, int flags, int mode);

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

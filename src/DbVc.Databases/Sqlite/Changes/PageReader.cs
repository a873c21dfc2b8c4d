using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace DbVc.Databases;

/// <summary>
/// Reads pages as a read transaction sees them: from the log where it has a newer version that counts, else from the main file. While the transaction
/// is open no checkpoint writes what it does not see to the main file. The log may begin anew only if the transaction does not need it; then its
/// header changes before any frame does, so <see cref="IsValid"/> tells afterwards whether what was read is what the transaction sees.
/// </summary>
internal sealed class PageReader : IDisposable
{
    private const int LogMagic = 0x377F0682;

    private readonly SqliteHandle _handle;
    private readonly SafeFileHandle? _log;
    private readonly LogView _view;
    private readonly Dictionary<uint, long> _frames = [];

    private PageReader(SqliteHandle handle, LogView view, SafeFileHandle? log, ReadOnlySpan<byte> header)
    {
        (_handle, _view, _log) = (handle, view, log);
        PageSize = BinaryPrimitives.ReadUInt16BigEndian(header[16..]) is var size && size == 1 ? 65_536 : size;
        UsableSize = PageSize - header[20];
        PageCount = (uint)handle.ReadInteger("PRAGMA page_count");
    }

    public int PageSize { get; }

    /// <summary>The part of a page that is not reserved for extensions.</summary>
    public int UsableSize { get; }

    public uint PageCount { get; }

    /// <summary>True if some pages come from the log.</summary>
    public bool HasLog => _frames.Count > 0;

    /// <summary>Null where the pages cannot be told for certain. The handle is in a read transaction.</summary>
    public static PageReader? Open(SqliteHandle handle, bool isWal)
    {
        Span<byte> header = stackalloc byte[100];
        LiveFile.Read(handle, 0, header);
        if (!header.StartsWith("SQLite format 3\0"u8)) return null;
        var view = isWal ? LogView.Read(handle) : LogView.None;
        if (view is null) return null;
        if (view.Frames == 0) return new PageReader(handle, view, null, header);
        SafeFileHandle? log = null;
        PageReader? reader = null;
        try
        {
            log = File.OpenHandle(handle.RealPath + "-wal", share: FileShare.ReadWrite | FileShare.Delete);
            reader = new PageReader(handle, view, log, header);
            if (reader.FindFrames()) return reader;
        }
        catch (IOException)
        {
            // No log to look into: whoever removed it knew that nobody needs it, and we cannot tell.
        }

        reader?.Dispose();
        log?.Dispose();
        return null;
    }

    /// <summary>Fills the buffer with a page; numbers begin at 1.</summary>
    public void Read(uint page, Span<byte> buffer)
    {
        if (!TryReadLog(page, buffer)) LiveFile.Read(_handle, (page - 1L) * PageSize, buffer);
    }

    /// <summary>Several pages from the main file at once, whatever the log has.</summary>
    public void ReadMain(uint firstPage, Span<byte> buffer) => LiveFile.Read(_handle, (firstPage - 1L) * PageSize, buffer);

    /// <summary>False, and nothing read, if the log does not have the page.</summary>
    public bool TryReadLog(uint page, Span<byte> buffer)
    {
        if (!_frames.TryGetValue(page, out var offset)) return false;
        if (RandomAccess.Read(_log!, buffer, offset) != buffer.Length) throw new EndOfStreamException("The write-ahead log was cut off.");
        return true;
    }

    /// <summary>True if everything that was read so far belongs together.</summary>
    public bool IsValid()
    {
        if (_log is null) return true;
        Span<byte> header = stackalloc byte[LogView.HeaderSize];
        return RandomAccess.Read(_log, header, 0) == header.Length && BinaryPrimitives.ReadUInt64BigEndian(header[16..]) == _view.Salt;
    }

    public void Dispose() => _log?.Dispose();

    /// <summary>The last frame of each page. The checksum of the last of all, which goes over all before it, says that they are those that count.</summary>
    private bool FindFrames()
    {
        Span<byte> header = stackalloc byte[LogView.HeaderSize];
        if (!IsValid() || RandomAccess.Read(_log!, header, 0) != header.Length) return false;
        if ((BinaryPrimitives.ReadInt32BigEndian(header) & ~1) != LogMagic || BinaryPrimitives.ReadUInt32BigEndian(header[8..]) != PageSize) return false;
        Span<byte> frame = stackalloc byte[LogView.FrameHeaderSize];
        var stride = (long)LogView.FrameHeaderSize + PageSize;
        for (uint i = 0; i < _view.Frames; i++)
        {
            var offset = LogView.HeaderSize + (i * stride);
            if (RandomAccess.Read(_log!, frame, offset) != frame.Length || BinaryPrimitives.ReadUInt64BigEndian(frame[8..]) != _view.Salt) return false;
            _frames[BinaryPrimitives.ReadUInt32BigEndian(frame)] = offset + LogView.FrameHeaderSize;
        }

        return BinaryPrimitives.ReadUInt64BigEndian(frame[16..]) == _view.Checksum && IsValid();
    }
}

using System.Buffers.Binary;

namespace DbVc.Databases;

/// <summary>
/// What a read transaction sees of a write-ahead log: its header in the log's index, as <c>sqlite3_snapshot_get</c> hands it out. Equal salts and an
/// equal checksum over all frames mean equal frames. No frames at all: the main file alone is what is seen.
/// </summary>
/// <param name="Frames">How many frames count.</param>
/// <param name="Salt">New each time the log begins anew.</param>
/// <param name="Checksum">Over all frames that count.</param>
internal sealed unsafe record LogView(uint Frames, ulong Salt, ulong Checksum)
{
    public const int HeaderSize = 32;
    public const int FrameHeaderSize = 24;

    // WalIndexHdr of SQLite's wal.c; the version is checked before anything is believed.
    private const uint Version = 3_007_000;

    public static LogView None { get; } = new(0, 0, 0);

    /// <summary>Null where SQLite does not say. The connection is in a read transaction, and its database has a write-ahead log.</summary>
    public static LogView? Read(SqliteHandle handle)
    {
        nint snapshot = 0;
        int code;
        fixed (byte* main = "main"u8) code = SqliteNative.SnapshotGet(handle.Pointer, main, &snapshot);
        // SQLite has no snapshot of a log without frames.
        if (code != SqliteError.Ok) return SqliteError.Primary(code) == 1 ? None : null;
        try
        {
            var header = new ReadOnlySpan<byte>((void*)snapshot, 48);
            if (BitConverter.ToUInt32(header) != Version) return null;
            var checksum = ((ulong)BitConverter.ToUInt32(header[24..]) << 32) | BitConverter.ToUInt32(header[28..]);
            return new LogView(BitConverter.ToUInt32(header[16..]), BinaryPrimitives.ReadUInt64BigEndian(header[32..]), checksum);
        }
        finally
        {
            SqliteNative.SnapshotFree(snapshot);
        }
    }
}

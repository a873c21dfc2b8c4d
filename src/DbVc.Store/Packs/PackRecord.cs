using System.Buffers.Binary;
using System.IO.Compression;
using System.Numerics;
using DbVc.Model;

namespace DbVc.Store;

/// <summary>How the bytes of a record stand for a chunk; part of the on-disk format.</summary>
internal enum PackCodec : byte
{
    /// <summary>As they are.</summary>
    Whole = 0,

    /// <summary>A checksum (4 bytes), the hash of another chunk, and a <see cref="ChunkDelta"/> to it.</summary>
    Delta = 1,

    /// <summary>A checksum (4 bytes), the length of the chunk (4 bytes), and its bytes by deflate.</summary>
    Deflated = 2,
}

/// <summary>A chunk read from a pack.</summary>
/// <param name="Bytes">Checked against its hash.</param>
/// <param name="Depth">How many other records had to be read for it.</param>
internal readonly record struct StoredChunk(ReadOnlyMemory<byte> Bytes, int Depth);

/// <summary>Gives the chunk that another one is a difference to.</summary>
internal interface IStoredChunks
{
    /// <summary>Fails once <paramref name="steps"/> exceeds <see cref="PackRecord.MaxSteps"/>.</summary>
    StoredChunk Load(Hash hash, int steps);
}

/// <summary>
/// The bytes of one chunk in a pack, behind the record's header. The checksum is CRC-32C of everything after it: it finds a damaged record
/// before anything is rebuilt from it, also where the damage would not show in the result.
/// </summary>
internal static class PackRecord
{
    /// <summary>A writer makes no longer chain of differences than this, so that reading stays cheap.</summary>
    public const int MaxDepth = 8;

    /// <summary>Longer than any chain that writers make, even when they race; ends a forged circle.</summary>
    public const int MaxSteps = 64;

    /// <summary>Shorter chunks (the nodes of trees) are not compressed: it would cost several times their hashing, with every one of them.</summary>
    public const int MinDeflatedLength = 20 * 1024;

    private const int ChecksumSize = 4;
    private const int DeltaHeaderSize = ChecksumSize + Hash.Size;
    private const int DeflateHeaderSize = ChecksumSize + 4;

    /// <summary>Deflate cannot do better than this; a greater length is forged.</summary>
    private const int BestDeflateRatio = 1032;

    /// <summary>The stored bytes of a difference, without checksum and base, may have this share of the chunk's own.</summary>
    public static int MaxDeltaLength(int chunkLength) => (chunkLength / 2) - DeltaHeaderSize;

    public static byte[] WrapDelta(Hash other, ReadOnlySpan<byte> delta)
    {
        var stored = new byte[DeltaHeaderSize + delta.Length];
        other.CopyTo(stored.AsSpan(ChecksumSize));
        delta.CopyTo(stored.AsSpan(DeltaHeaderSize));
        return Seal(stored);
    }

    /// <summary>The deflated chunk; null if that saves less than an eighth.</summary>
    public static byte[]? Deflate(ReadOnlySpan<byte> chunk)
    {
        using var buffer = new MemoryStream(chunk.Length);
        buffer.SetLength(DeflateHeaderSize);
        buffer.Position = DeflateHeaderSize;
        using (var deflate = new DeflateStream(buffer, CompressionLevel.Fastest, leaveOpen: true)) deflate.Write(chunk);
        if (buffer.Length > chunk.Length - (chunk.Length / 8)) return null;
        var stored = buffer.ToArray();
        BinaryPrimitives.WriteInt32LittleEndian(stored.AsSpan(ChecksumSize), chunk.Length);
        return Seal(stored);
    }

    /// <summary>Reads a chunk out of its record (with header). The result is what is wrong with it, or null.</summary>
    public static string? TryRead(ReadOnlyMemory<byte> record, Hash expected, IStoredChunks others, int steps, out StoredChunk chunk)
    {
        chunk = default;
        if (PackFormat.FindRecordProblem(record.Span, expected) is { } problem) return problem;
        var stored = record[PackFormat.RecordHeaderSize..];
        var codec = PackFormat.CodecOf(record.Span);
        if (codec == PackCodec.Whole) chunk = new StoredChunk(stored, 0);
        else if (!IsSealed(stored.Span)) return "its checksum is wrong";
        else if (codec == PackCodec.Delta) chunk = ReadDelta(stored.Span, others, steps);
        else if (codec == PackCodec.Deflated) chunk = new StoredChunk(Inflate(stored), 0);
        return Hash.Of(chunk.Bytes.Span) == expected ? null : "its bytes do not match its hash";
    }

    /// <summary>What is wrong with a record that stands for some chunk, or null; without the chunk that it may be a difference to.</summary>
    public static string? FindProblem(ReadOnlySpan<byte> record)
    {
        if (record.Length < PackFormat.RecordHeaderSize) return "the pack ends before it";
        var hash = Hash.Read(record[5..]);
        if (PackFormat.FindRecordProblem(record, hash) is { } problem) return problem;
        var stored = record[PackFormat.RecordHeaderSize..];
        if (PackFormat.CodecOf(record) != PackCodec.Whole) return IsSealed(stored) ? null : "its checksum is wrong";
        return Hash.Of(stored) == hash ? null : "its bytes do not match its hash";
    }

    private static StoredChunk ReadDelta(ReadOnlySpan<byte> stored, IStoredChunks others, int steps)
    {
        if (stored.Length < DeltaHeaderSize) return default;
        var other = others.Load(Hash.Read(stored[ChecksumSize..]), steps + 1);
        return new StoredChunk(ChunkDelta.Apply(other.Bytes.Span, stored[DeltaHeaderSize..]), other.Depth + 1);
    }

    /// <summary>Empty if it is malformed.</summary>
    private static ReadOnlyMemory<byte> Inflate(ReadOnlyMemory<byte> stored)
    {
        if (stored.Length < DeflateHeaderSize) return default;
        var length = BinaryPrimitives.ReadInt32LittleEndian(stored.Span[ChecksumSize..]);
        if (length < 0 || length > (long)stored.Length * BestDeflateRatio) return default;
        var bytes = GC.AllocateUninitializedArray<byte>(length);
        using var inflate = new DeflateStream(new MemoryStream(stored[DeflateHeaderSize..].ToArray(), writable: false), CompressionMode.Decompress);
        try
        {
            return inflate.ReadAtLeast(bytes, length, throwOnEndOfStream: false) == length && inflate.ReadByte() < 0 ? bytes : default(ReadOnlyMemory<byte>);
        }
        catch (InvalidDataException)
        {
            return default;
        }
    }

    private static byte[] Seal(byte[] stored)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(stored, Checksum(stored.AsSpan(ChecksumSize)));
        return stored;
    }

    private static bool IsSealed(ReadOnlySpan<byte> stored) => stored.Length >= ChecksumSize
        && BinaryPrimitives.ReadUInt32LittleEndian(stored) == Checksum(stored[ChecksumSize..]);

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..]) crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var value in bytes) crc = BitOperations.Crc32C(crc, value);
        return ~crc;
    }
}

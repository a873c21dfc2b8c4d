using System.Buffers.Binary;
using DbVc.Model;

namespace DbVc.Store;

/// <summary>
/// The bytes of a pack file; part of the on-disk format. Header: the eight letters DBVCPACK and a version (4 bytes, little endian).
/// Then records: length of the stored bytes (4 bytes, little endian), <see cref="PackCodec"/> (1 byte), hash of the chunk, stored bytes.
/// </summary>
internal static class PackFormat
{
    public const int HeaderSize = 12;
    public const int RecordHeaderSize = 4 + 1 + Hash.Size;
    private const int Version = 2;

    private static ReadOnlySpan<byte> Magic => "DBVCPACK"u8;

    public static void WriteHeader(Span<byte> destination)
    {
        Magic.CopyTo(destination);
        BinaryPrimitives.WriteInt32LittleEndian(destination[Magic.Length..], Version);
    }

    public static void WriteRecordHeader(Span<byte> destination, Hash hash, PackCodec codec, int length)
    {
        BinaryPrimitives.WriteInt32LittleEndian(destination, length);
        destination[4] = (byte)codec;
        hash.CopyTo(destination[5..]);
    }

    /// <summary>Null if the header can be read by this version, else what is wrong with it.</summary>
    public static string? FindHeaderProblem(ReadOnlySpan<byte> header)
    {
        if (header.Length < HeaderSize || !header.StartsWith(Magic)) return "it does not begin as a pack";
        var version = BinaryPrimitives.ReadInt32LittleEndian(header[Magic.Length..]);
        return version == Version ? null : $"its format is {version}, this program reads {Version}";
    }

    public static PackCodec CodecOf(ReadOnlySpan<byte> record) => (PackCodec)record[4];

    /// <summary>Null if the record is whole and says that it holds the chunk that was asked for, else what is wrong with it.</summary>
    public static string? FindRecordProblem(ReadOnlySpan<byte> record, Hash expected)
    {
        if (record.Length < RecordHeaderSize) return "the pack ends before it";
        if (BinaryPrimitives.ReadInt32LittleEndian(record) != record.Length - RecordHeaderSize) return "its length differs from the index";
        if (CodecOf(record) > PackCodec.Deflated) return $"its codec {record[4]} is unknown to this version";
        return Hash.Read(record[5..]) == expected ? null : "another chunk lies in its place";
    }
}

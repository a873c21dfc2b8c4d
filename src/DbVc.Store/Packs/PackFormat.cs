using System.Buffers.Binary;
using DbVc.Model;

namespace DbVc.Store;

/// <summary>
/// The bytes of a pack file; part of the on-disk format. Header: the eight letters DBVCPACK and a version (4 bytes, little endian).
/// Then records: length of the stored bytes (4 bytes, little endian), codec (1 byte, 0 = as they are), hash of the chunk, bytes.
/// </summary>
internal static class PackFormat
{
    public const int HeaderSize = 12;
    public const int RecordHeaderSize = 4 + 1 + Hash.Size;
    public const byte RawCodec = 0;
    private const int Version = 1;

    private static ReadOnlySpan<byte> Magic => "DBVCPACK"u8;

    public static void WriteHeader(Span<byte> destination)
    {
        Magic.CopyTo(destination);
        BinaryPrimitives.WriteInt32LittleEndian(destination[Magic.Length..], Version);
    }

    public static void WriteRecordHeader(Span<byte> destination, Hash hash, int length)
    {
        BinaryPrimitives.WriteInt32LittleEndian(destination, length);
        destination[4] = RawCodec;
        hash.CopyTo(destination[5..]);
    }

    /// <summary>Null if the header can be read by this version, else what is wrong with it.</summary>
    public static string? FindHeaderProblem(ReadOnlySpan<byte> header)
    {
        if (header.Length < HeaderSize || !header.StartsWith(Magic)) return "it does not begin as a pack";
        var version = BinaryPrimitives.ReadInt32LittleEndian(header[Magic.Length..]);
        return version == Version ? null : $"its format is {version}, this program reads {Version}";
    }

    /// <summary>Null if the record is whole and holds the chunk that was asked for, else what is wrong with it.</summary>
    public static string? FindRecordProblem(ReadOnlySpan<byte> record, Hash expected)
    {
        if (record.Length < RecordHeaderSize) return "the pack ends before it";
        var body = record[RecordHeaderSize..];
        if (BinaryPrimitives.ReadInt32LittleEndian(record) != body.Length) return "its length differs from the index";
        if (record[4] != RawCodec) return $"its codec {record[4]} is unknown to this version";
        return Hash.Read(record[5..]) == expected && Hash.Of(body) == expected ? null : "its bytes do not match its hash";
    }
}

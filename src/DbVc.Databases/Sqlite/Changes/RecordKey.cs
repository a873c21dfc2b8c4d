using System.Buffers.Binary;
using DbVc.Model;

namespace DbVc.Databases;

/// <summary>Reads the first values of a row out of a page, as SQLite's file format describes its records. Text must be UTF-8.</summary>
internal static class RecordKey
{
    /// <summary>Null where they do not lie in this part of the record, or it is damaged.</summary>
    public static Value[]? TryRead(ReadOnlySpan<byte> record, int count)
    {
        var at = 0;
        if (!NodePage.TryVarInt(record, ref at, out var headerSize) || headerSize < at || headerSize > record.Length) return null;
        var header = record[..(int)headerSize];
        var body = record[(int)headerSize..];
        var values = new Value[count];
        for (var i = 0; i < count; i++)
        {
            if (!NodePage.TryVarInt(header, ref at, out var type) || LengthOf(type) is not (>= 0 and var length) || length > body.Length) return null;
            values[i] = Read(type, body[..(int)length]);
            body = body[(int)length..];
        }

        return values;
    }

    private static long LengthOf(long type) => type switch
    {
        0 or 8 or 9 => 0,
        >= 1 and <= 4 => type,
        5 => 6,
        6 or 7 => 8,
        >= 12 => (type - 12) / 2,
        _ => -1,
    };

    private static Value Read(long type, ReadOnlySpan<byte> bytes) => type switch
    {
        0 => Value.Null,
        <= 6 => Value.Integer(ReadInteger(bytes)),
        7 => Value.Real(BinaryPrimitives.ReadDoubleBigEndian(bytes)),
        8 or 9 => Value.Integer(type - 8),
        _ => type % 2 == 0 ? Value.Blob(bytes.ToArray()) : Value.Text(bytes.ToArray()),
    };

    private static long ReadInteger(ReadOnlySpan<byte> bytes)
    {
        long value = (sbyte)bytes[0];
        foreach (var next in bytes[1..]) value = (value << 8) | next;
        return value;
    }
}

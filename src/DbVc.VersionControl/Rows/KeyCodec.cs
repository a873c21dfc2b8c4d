using System.Buffers.Binary;
using System.Numerics;
using DbVc.Model;

namespace DbVc.VersionControl;

/// <summary>
/// Encodes key values so that comparing bytes compares values, and nothing is lost: NULL, then integers, reals, text, blobs; each in its own
/// order. A composite key is its parts one after the other. Part of the on-disk format:
/// <list type="bullet">
/// <item>NULL: 05.</item>
/// <item>Integer of n significant bytes (0 … 8; of the complement for negative ones), big endian: 18 + n, or 17 - n if negative.</item>
/// <item>Real: 30, then 8 bytes big endian; the sign bit flipped for positive ones, all bits for negative ones.</item>
/// <item>Text: 40, blob: 50; then the bytes with 00 written as 00 FF, then 00 01.</item>
/// </list>
/// </summary>
public static class KeyCodec
{
    private const byte NullTag = 0x05;
    private const byte NegativeTag = 0x17;
    private const byte PositiveTag = 0x18;
    private const byte RealTag = 0x30;
    private const byte TextTag = 0x40;
    private const byte BlobTag = 0x50;
    private const byte Escaped = 0xFF;
    private const byte Terminator = 0x01;

    /// <summary>The key of these values.</summary>
    public static byte[] Encode(ReadOnlySpan<Value> values)
    {
        var buffer = new ByteBuffer();
        foreach (var value in values)
        {
            switch (value.Kind)
            {
                case ValueKind.Integer: AppendInteger(buffer, value.AsInteger); break;
                case ValueKind.Real: AppendReal(buffer, value.AsReal); break;
                case ValueKind.Text or ValueKind.Blob: AppendBytes(buffer, value.Kind, value.AsBytes.Span); break;
                default: AppendNull(buffer); break;
            }
        }

        return buffer.Written.ToArray();
    }

    /// <summary>The values of a whole key.</summary>
    public static Value[] Decode(ReadOnlyMemory<byte> key)
    {
        var values = new List<Value>();
        for (var position = 0; position < key.Length;) values.Add(ReadValue(key, ref position));
        return values.ToArray();
    }

    internal static void AppendNull(ByteBuffer buffer) => buffer.Append(NullTag);

    internal static void AppendInteger(ByteBuffer buffer, long value)
    {
        var magnitude = (ulong)(value < 0 ? ~value : value);
        var length = (64 - BitOperations.LeadingZeroCount(magnitude) + 7) / 8;
        buffer.Append((byte)(value < 0 ? NegativeTag - length : PositiveTag + length));
        var bytes = buffer.Reserve(length);
        for (var i = length - 1; i >= 0; i--, value >>= 8) bytes[i] = (byte)value;
    }

    internal static void AppendReal(ByteBuffer buffer, double value)
    {
        var bits = BitConverter.DoubleToUInt64Bits(value);
        buffer.Append(RealTag);
        BinaryPrimitives.WriteUInt64BigEndian(buffer.Reserve(8), (bits >> 63) == 0 ? bits | (1UL << 63) : ~bits);
    }

    internal static void AppendBytes(ByteBuffer buffer, ValueKind kind, ReadOnlySpan<byte> bytes)
    {
        buffer.Append(kind == ValueKind.Text ? TextTag : BlobTag);
        for (var zero = bytes.IndexOf((byte)0); zero >= 0; zero = bytes.IndexOf((byte)0))
        {
            buffer.Append(bytes[..(zero + 1)]);
            buffer.Append(Escaped);
            bytes = bytes[(zero + 1)..];
        }

        buffer.Append(bytes);
        buffer.Append((byte)0);
        buffer.Append(Terminator);
    }

    /// <summary>Reads the next part of a key.</summary>
    internal static Value ReadValue(ReadOnlyMemory<byte> key, ref int position)
    {
        if (position >= key.Length) throw Damaged("it ends early");
        var tag = key.Span[position++];
        return tag switch
        {
            NullTag => Value.Null,
            RealTag => ReadReal(key.Span, ref position),
            TextTag => Value.Text(ReadBytes(key, ref position)),
            BlobTag => Value.Blob(ReadBytes(key, ref position)),
            >= NegativeTag - 8 and <= PositiveTag + 8 => ReadInteger(key.Span, tag, ref position),
            _ => throw Damaged($"the tag {tag} is unknown"),
        };
    }

    private static Value ReadInteger(ReadOnlySpan<byte> key, byte tag, ref int position)
    {
        var negative = tag <= NegativeTag;
        var length = negative ? NegativeTag - tag : tag - PositiveTag;
        if (key.Length - position < length) throw Damaged("it ends inside an integer");
        var value = negative ? -1L : 0L;
        foreach (var next in key.Slice(position, length)) value = (value << 8) | next;
        position += length;
        return Value.Integer(value);
    }

    private static Value ReadReal(ReadOnlySpan<byte> key, ref int position)
    {
        if (key.Length - position < 8) throw Damaged("it ends inside a real");
        var bits = BinaryPrimitives.ReadUInt64BigEndian(key[position..]);
        position += 8;
        return Value.Real(BitConverter.UInt64BitsToDouble((bits >> 63) == 1 ? bits & ~(1UL << 63) : ~bits));
    }

    private static ReadOnlyMemory<byte> ReadBytes(ReadOnlyMemory<byte> key, ref int position)
    {
        var start = position;
        var escapes = 0;
        while (true)
        {
            var zero = key.Span[position..].IndexOf((byte)0);
            if (zero < 0 || position + zero + 1 >= key.Length) throw Damaged("it ends inside text or a blob");
            var mark = key.Span[position + zero + 1];
            position += zero + 2;
            if (mark == Terminator) break;
            if (mark != Escaped) throw Damaged("a zero byte is not escaped");
            escapes++;
        }

        var encoded = key[start..(position - 2)];
        return escapes == 0 ? encoded : Unescape(encoded.Span, escapes);
    }

    private static byte[] Unescape(ReadOnlySpan<byte> encoded, int escapes)
    {
        var bytes = new byte[encoded.Length - escapes];
        for (int from = 0, to = 0; to < bytes.Length; to++)
        {
            bytes[to] = encoded[from];
            from += encoded[from] == 0 ? 2 : 1;
        }

        return bytes;
    }

    private static DbVcException Damaged(string reason) => new(FailureKind.Failed, "row.damaged", $"The key of a row cannot be read: {reason}.",
        hint: "Run db-vc verify.");
}

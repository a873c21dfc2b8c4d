namespace DbVc.Store;

/// <summary>
/// A chunk written as what differs from another one. Part of the on-disk format: the length of the result, then steps until it is reached.
/// A step begins with count × 2 + kind. Kind 0: the next count bytes follow. Kind 1: count bytes of the other chunk; the distance (zigzag) of
/// their place from the expected one follows. Expected is the place where the step before ended, had it been a copy: so a change in place
/// costs one byte. Numbers are of variable length, 7 bits a byte, lowest first, at most 32 bits.
/// </summary>
internal static class ChunkDelta
{
    /// <summary>Longer chunks are never differences; bounds what a forged one can cost.</summary>
    public const int MaxLength = 1 << 20;

    /// <summary>Bytes of the longest number.</summary>
    public const int MaxNumberSize = 5;

    /// <summary>The chunk; null if the delta is malformed.</summary>
    public static byte[]? Apply(ReadOnlySpan<byte> other, ReadOnlySpan<byte> delta)
    {
        var position = 0;
        if (!TryReadNumber(delta, ref position, out var length) || length > MaxLength) return null;
        var result = GC.AllocateUninitializedArray<byte>((int)length);
        var (written, place) = (0, 0L);
        while (written < result.Length)
        {
            if (!TryReadNumber(delta, ref position, out var step)) return null;
            var count = (int)(step >> 1);
            if (count == 0 || count > result.Length - written) return null;
            if ((step & 1) == 0)
            {
                if (count > delta.Length - position) return null;
                delta.Slice(position, count).CopyTo(result.AsSpan(written));
                position += count;
            }
            else
            {
                if (!TryReadNumber(delta, ref position, out var distance)) return null;
                place += (int)(distance >> 1) ^ -(int)(distance & 1);
                if (place < 0 || place > other.Length - count) return null;
                other.Slice((int)place, count).CopyTo(result.AsSpan(written));
            }

            written += count;
            place += count;
        }

        return position == delta.Length ? result : null;
    }

    public static int WriteNumber(Span<byte> destination, uint value)
    {
        var length = 0;
        for (; value >= 0x80; value >>= 7) destination[length++] = (byte)(value | 0x80);
        destination[length++] = (byte)value;
        return length;
    }

    private static bool TryReadNumber(ReadOnlySpan<byte> source, ref int position, out uint value)
    {
        value = 0;
        for (var shift = 0; shift < 32; shift += 7)
        {
            if ((uint)position >= (uint)source.Length) return false;
            var next = source[position++];
            if (shift == 28 && next > 0x0f) return false;
            value |= (uint)(next & 0x7f) << shift;
            if (next < 0x80) return true;
        }

        return false;
    }
}

using System.Runtime.CompilerServices;

namespace DbVc.PipelineRuntime;

/// <summary>Numbers in as few bytes as they need: seven bits a byte, least significant first, high bit set while more follow.</summary>
internal static class Varint
{
    public const int MaxBytes = 10;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Write(Span<byte> target, ulong value)
    {
        var length = 0;
        while (value >= 0x80)
        {
            target[length++] = (byte)(value | 0x80);
            value >>= 7;
        }
        target[length++] = (byte)value;
        return length;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Zigzag(long value) => (ulong)(value << 1) ^ (ulong)(value >> 63);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Unzigzag(ulong value) => (long)(value >> 1) ^ -(long)(value & 1);

    /// <summary>Reads a number and moves <paramref name="position"/> past it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Read(ReadOnlySpan<byte> source, ref int position)
    {
        if ((uint)position < (uint)source.Length && source[position] < 0x80)
            return source[position++];
        return ReadLong(source, ref position);
    }

    private static ulong ReadLong(ReadOnlySpan<byte> source, ref int position)
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if ((uint)position >= (uint)source.Length)
                throw new WireException("a number is cut off");
            var part = source[position++];
            if (shift == 63 && part > 1)
                throw new WireException("a number does not fit 64 bits");
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80)
                return value;
        }
        throw new WireException("a number does not fit 64 bits");
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[module: SkipLocalsInit]

namespace DbVc.PipelineRuntime;

/// <summary>
/// Questions about short texts, eight bytes at a time. Plain words and not vectors: cells are short, and precompiled
/// library code that mixes vector widths costs more than it saves here.
/// </summary>
internal static class AsciiBytes
{
    private const ulong HighBits = 0x8080_8080_8080_8080;
    private const ulong Ones = 0x0101_0101_0101_0101;

    /// <summary>Whether all bytes are below 0x80 and none is a letter from <paramref name="first"/> to <paramref name="last"/>.</summary>
    public static bool IsAsciiWithout(ReadOnlySpan<byte> bytes, byte first, byte last)
    {
        var fromFirst = Ones * (ulong)(0x80 - first);
        var afterLast = Ones * (ulong)(0x7F - last);
        ulong found = 0;
        while (bytes.Length >= 8)
        {
            var word = MemoryMarshal.Read<ulong>(bytes);

            // The eighth bit of a sum tells whether its byte is at or past a bound; bytes with the eighth bit set are reported as they are.
            found |= word | ((word + fromFirst) ^ (word + afterLast));
            bytes = bytes[8..];
        }

        if ((found & HighBits) != 0) return false;
        foreach (var value in bytes)
        {
            if (value >= 0x80 || (value >= first && value <= last)) return false;
        }

        return true;
    }

    /// <summary>Whether all bytes are below 0x80.</summary>
    public static bool IsAscii(ReadOnlySpan<byte> bytes)
    {
        ulong all = 0;
        while (bytes.Length >= 8)
        {
            all |= MemoryMarshal.Read<ulong>(bytes);
            bytes = bytes[8..];
        }

        foreach (var value in bytes) all |= value;
        return (all & HighBits) == 0;
    }

    /// <summary>Whether a byte is below 0x80 and neither white space nor control.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsPlain(byte value) => value is > 0x20 and < 0x7F;

    /// <summary>Copies ASCII, turning one case of letters into the other.</summary>
    public static void ChangeCase(ReadOnlySpan<byte> bytes, Span<byte> destination, byte first, byte last)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            var value = bytes[i];
            destination[i] = value >= first && value <= last ? (byte)(value ^ 0x20) : value;
        }
    }
}

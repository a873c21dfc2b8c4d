using System.Buffers.Binary;

namespace DbVc.Databases;

/// <summary>Dates and times of the binary protocol, written as the server itself writes them: <c>2024-02-29 23:59:59.999999</c>,
/// <c>-838:59:59</c>.</summary>
internal static class MySqlTemporal
{
    private const int MaxDecimals = 6;

    public static int WriteDate(ReadOnlySpan<byte> packed, Span<byte> text)
    {
        var year = packed.Length >= 4 ? BinaryPrimitives.ReadUInt16LittleEndian(packed) : 0;
        Write(text, 0, year, 4);
        text[4] = (byte)'-';
        Write(text, 5, packed.Length >= 4 ? packed[2] : 0, 2);
        text[7] = (byte)'-';
        Write(text, 8, packed.Length >= 4 ? packed[3] : 0, 2);
        return 10;
    }

    public static int WriteDateTime(ReadOnlySpan<byte> packed, int decimals, Span<byte> text)
    {
        WriteDate(packed, text);
        text[10] = (byte)' ';
        var time = packed.Length >= 7 ? packed[4..7] : [0, 0, 0];
        var at = WriteClock(text, 11, time[0], 2, time);
        return WriteFraction(text, at, packed.Length >= 11 ? BinaryPrimitives.ReadUInt32LittleEndian(packed[7..]) : 0, decimals);
    }

    public static int WriteTime(ReadOnlySpan<byte> packed, int decimals, Span<byte> text)
    {
        var at = 0;
        if (packed.Length > 0 && packed[0] != 0) text[at++] = (byte)'-';
        var hours = packed.Length >= 8 ? (int)((BinaryPrimitives.ReadUInt32LittleEndian(packed[1..]) * 24) + packed[5]) : 0;
        at = WriteClock(text, at, hours, hours >= 100 ? 3 : 2, packed.Length >= 8 ? packed[5..8] : [0, 0, 0]);
        return WriteFraction(text, at, packed.Length >= 12 ? BinaryPrimitives.ReadUInt32LittleEndian(packed[8..]) : 0, decimals);
    }

    private static int WriteClock(Span<byte> text, int at, int hours, int digits, ReadOnlySpan<byte> time)
    {
        Write(text, at, hours, digits);
        at += digits;
        text[at] = (byte)':';
        Write(text, at + 1, time[1], 2);
        text[at + 3] = (byte)':';
        Write(text, at + 4, time[2], 2);
        return at + 6;
    }

    /// <summary>An expression may not know how many decimals it has; then those that there are.</summary>
    private static int WriteFraction(Span<byte> text, int at, uint microseconds, int decimals)
    {
        if (decimals == 0 || (decimals > MaxDecimals && microseconds == 0)) return at;
        text[at] = (byte)'.';
        Write(text, at + 1, (int)microseconds, MaxDecimals);
        return at + 1 + Math.Min(decimals, MaxDecimals);
    }

    private static void Write(Span<byte> text, int at, int number, int digits)
    {
        for (var i = at + digits - 1; i >= at; i--, number /= 10) text[i] = (byte)('0' + (number % 10));
    }
}

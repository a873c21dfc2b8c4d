using System.Runtime.CompilerServices;

namespace DbVc.PipelineRuntime;

/// <summary>Reads and writes ISO 8601 dates and timestamps as UTF-8.</summary>
internal static class DateText
{
    /// <summary>Bytes of <c>2024-01-31 23:59:59.1234567Z</c>.</summary>
    public const int LongestTimestamp = 28;

    private const int MaxOffsetMinutes = 14 * 60;

    public static bool TryReadDate(ReadOnlySpan<byte> text, out DateOnly date)
    {
        date = default;
        if (text.Length < 10 || text[4] is not ((byte)'-' or (byte)'/') || text[7] != text[4]) return false;
        if (!TryReadPair(text, 0, out var century) || !TryReadPair(text, 2, out var year)
            || !TryReadPair(text, 5, out var month) || !TryReadPair(text, 8, out var day))
        {
            return false;
        }

        year += century * 100;
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)) return false;
        date = new DateOnly(year, month, day);
        return true;
    }

    public static bool TryReadTimestamp(ReadOnlySpan<byte> text, out DateTime timestamp)
    {
        timestamp = default;
        if (!TryReadDate(text, out var date)) return false;
        timestamp = date.ToDateTime(TimeOnly.MinValue);
        text = text[10..];
        if (text.IsEmpty) return true;
        if (text[0] is not ((byte)'T' or (byte)'t' or (byte)' ') || !TryReadTime(ref text, out var ticks)) return false;
        timestamp = timestamp.AddTicks(ticks);
        if (!text.IsEmpty && text[0] == ' ') text = text[1..];
        return text.IsEmpty || TryApplyOffset(text, ref timestamp);
    }

    public static int WriteDate(DateOnly date, Span<byte> destination)
    {
        var (year, month, day) = date;
        WritePair(year / 100, destination, 0);
        WritePair(year % 100, destination, 2);
        destination[4] = (byte)'-';
        WritePair(month, destination, 5);
        destination[7] = (byte)'-';
        WritePair(day, destination, 8);
        return 10;
    }

    public static int WriteTimestamp(DateTime timestamp, Span<byte> destination)
    {
        var length = WriteDate(DateOnly.FromDateTime(timestamp), destination);
        destination[length] = (byte)' ';
        var seconds = (int)(timestamp.Ticks % TimeSpan.TicksPerDay / TimeSpan.TicksPerSecond);
        WritePair(seconds / 3600, destination, 11);
        destination[13] = (byte)':';
        WritePair(seconds / 60 % 60, destination, 14);
        destination[16] = (byte)':';
        WritePair(seconds % 60, destination, 17);
        length = 19;
        var fraction = (int)(timestamp.Ticks % TimeSpan.TicksPerSecond);
        if (fraction != 0)
        {
            destination[19] = (byte)'.';
            for (length = 26; length > 19; length--)
            {
                destination[length] = (byte)('0' + (fraction % 10));
                fraction /= 10;
            }

            length = 27;
            while (destination[length - 1] == '0') length--;
        }

        if (timestamp.Kind == DateTimeKind.Utc) destination[length++] = (byte)'Z';
        return length;
    }

    private static bool TryReadTime(ref ReadOnlySpan<byte> text, out long ticks)
    {
        ticks = 0;
        var second = 0;
        if (text.Length < 6 || text[3] != ':') return false;
        if (!TryReadPair(text, 1, out var hour) || !TryReadPair(text, 4, out var minute)) return false;
        text = text[6..];
        if (!text.IsEmpty && text[0] == ':')
        {
            if (text.Length < 3 || !TryReadPair(text, 1, out second)) return false;
            text = text[3..];
            if (!text.IsEmpty && text[0] == '.' && !TryReadFraction(ref text, out ticks)) return false;
        }

        if (hour > 23 || minute > 59 || second > 59) return false;
        ticks += (((hour * 60L) + minute) * 60 + second) * TimeSpan.TicksPerSecond;
        return true;
    }

    private static bool TryReadFraction(ref ReadOnlySpan<byte> text, out long ticks)
    {
        ticks = 0;
        text = text[1..];
        var digits = 0;
        while (digits < text.Length && char.IsAsciiDigit((char)text[digits]))
        {
            if (digits == 7) return false;
            ticks = (ticks * 10) + (text[digits++] - '0');
        }

        text = text[digits..];
        for (var i = digits; i < 7; i++) ticks *= 10;
        return digits > 0;
    }

    /// <summary>Moves a time that is written at an offset such as +02:00 or Z to UTC; false for what is no offset, or where the calendar ends.</summary>
    public static bool TryApplyOffset(ReadOnlySpan<byte> text, ref DateTime timestamp)
    {
        var minutes = 0;
        if (text is not [(byte)'Z' or (byte)'z'])
        {
            if (text.Length is not (3 or 5 or 6) || text[0] is not ((byte)'+' or (byte)'-')) return false;
            if (text.Length == 6 && text[3] != ':') return false;
            var minute = 0;
            if (!TryReadPair(text, 1, out var hour) || (text.Length > 3 && !TryReadPair(text, text.Length - 2, out minute)) || minute > 59) return false;
            minutes = ((hour * 60) + minute) * (text[0] == '-' ? -1 : 1);
        }

        if (Math.Abs(minutes) > MaxOffsetMinutes) return false;
        var ticks = timestamp.Ticks - (minutes * TimeSpan.TicksPerMinute);
        if (ticks < DateTime.MinValue.Ticks || ticks > DateTime.MaxValue.Ticks) return false;
        timestamp = new DateTime(ticks, DateTimeKind.Utc);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryReadPair(ReadOnlySpan<byte> text, int offset, out int value)
    {
        var tens = (uint)(text[offset] - '0');
        var ones = (uint)(text[offset + 1] - '0');
        value = (int)((tens * 10) + ones);
        return tens <= 9 && ones <= 9;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WritePair(int value, Span<byte> destination, int offset)
    {
        var (tens, ones) = Math.DivRem((uint)value, 10u);
        destination[offset] = (byte)('0' + tens);
        destination[offset + 1] = (byte)('0' + ones);
    }
}

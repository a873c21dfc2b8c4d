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
        if (!TryReadDigits(text[..4], out var year) || !TryReadDigits(text[5..7], out var month) || !TryReadDigits(text[8..10], out var day)) return false;
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
        WriteDigits(date.Year, destination[..4]);
        destination[4] = (byte)'-';
        WriteDigits(date.Month, destination[5..7]);
        destination[7] = (byte)'-';
        WriteDigits(date.Day, destination[8..10]);
        return 10;
    }

    public static int WriteTimestamp(DateTime timestamp, Span<byte> destination)
    {
        var length = WriteDate(DateOnly.FromDateTime(timestamp), destination);
        destination[length] = (byte)' ';
        WriteDigits(timestamp.Hour, destination[11..13]);
        destination[13] = (byte)':';
        WriteDigits(timestamp.Minute, destination[14..16]);
        destination[16] = (byte)':';
        WriteDigits(timestamp.Second, destination[17..19]);
        length = 19;
        var fraction = (int)(timestamp.Ticks % TimeSpan.TicksPerSecond);
        if (fraction != 0)
        {
            destination[19] = (byte)'.';
            WriteDigits(fraction, destination[20..27]);
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
        if (!TryReadDigits(text[1..3], out var hour) || !TryReadDigits(text[4..6], out var minute)) return false;
        text = text[6..];
        if (!text.IsEmpty && text[0] == ':')
        {
            if (text.Length < 3 || !TryReadDigits(text[1..3], out second)) return false;
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

    private static bool TryApplyOffset(ReadOnlySpan<byte> text, ref DateTime timestamp)
    {
        var minutes = 0;
        if (text is not [(byte)'Z' or (byte)'z'])
        {
            if (text[0] is not ((byte)'+' or (byte)'-') || text.Length is not (3 or 5 or 6)) return false;
            if (text.Length == 6 && text[3] != ':') return false;
            var minute = 0;
            if (!TryReadDigits(text[1..3], out var hour) || (text.Length > 3 && !TryReadDigits(text[^2..], out minute)) || minute > 59) return false;
            minutes = ((hour * 60) + minute) * (text[0] == '-' ? -1 : 1);
        }

        if (Math.Abs(minutes) > MaxOffsetMinutes) return false;
        var ticks = timestamp.Ticks - (minutes * TimeSpan.TicksPerMinute);
        if (ticks < DateTime.MinValue.Ticks || ticks > DateTime.MaxValue.Ticks) return false;
        timestamp = new DateTime(ticks, DateTimeKind.Utc);
        return true;
    }

    private static bool TryReadDigits(ReadOnlySpan<byte> text, out int value)
    {
        value = 0;
        foreach (var c in text)
        {
            if (!char.IsAsciiDigit((char)c)) return false;
            value = (value * 10) + (c - '0');
        }

        return true;
    }

    private static void WriteDigits(int value, Span<byte> destination)
    {
        for (var i = destination.Length - 1; i >= 0; i--)
        {
            destination[i] = (byte)('0' + (value % 10));
            value /= 10;
        }
    }
}

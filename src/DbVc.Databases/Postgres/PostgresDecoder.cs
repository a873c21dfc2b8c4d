using System.Buffers.Binary;

namespace DbVc.Databases;

/// <summary>
/// Writes the text of values that come in the server's binary form: exactly what the server itself would write under the pinned settings. It costs the
/// server, which is what a capture waits for, several times what it costs here.
/// </summary>
internal static class PostgresDecoder
{
    private const long MicrosecondsOfDay = 86_400_000_000;
    private const int DaysTo2000 = 730_425;

    /// <summary>More than any of the fixed forms needs.</summary>
    public const int FixedLength = 48;

    /// <summary>The most bytes that the text of a value can take.</summary>
    public static int LengthOf(PostgresReading reading, ReadOnlySpan<byte> value)
    {
        if (reading != PostgresReading.Numeric) return FixedLength;
        var weight = BinaryPrimitives.ReadInt16BigEndian(value[2..]);
        var scale = BinaryPrimitives.ReadInt16BigEndian(value[6..]);
        return FixedLength + (Math.Max(0, weight + 1) * 4) + scale;
    }

    /// <summary>Writes the text and returns its length.</summary>
    public static int Write(PostgresReading reading, ReadOnlySpan<byte> value, Span<byte> text) => reading switch
    {
        PostgresReading.Boolean => Copy(value[0] != 0 ? "true"u8 : "false"u8, text),
        PostgresReading.Uuid => WriteUuid(value, text),
        PostgresReading.Date => WriteDate(BinaryPrimitives.ReadInt32BigEndian(value), text),
        PostgresReading.Timestamp => WriteTimestamp(BinaryPrimitives.ReadInt64BigEndian(value), text, ""u8),
        PostgresReading.TimestampTz => WriteTimestamp(BinaryPrimitives.ReadInt64BigEndian(value), text, "+00"u8),
        PostgresReading.Numeric => WriteNumeric(value, text),
        _ => throw new ArgumentOutOfRangeException(nameof(reading)),
    };

    private static int WriteUuid(ReadOnlySpan<byte> value, Span<byte> text)
    {
        var digits = "0123456789abcdef"u8;
        var at = 0;
        for (var i = 0; i < 16; i++)
        {
            if (i is 4 or 6 or 8 or 10) text[at++] = (byte)'-';
            text[at++] = digits[value[i] >> 4];
            text[at++] = digits[value[i] & 15];
        }

        return at;
    }

    private static int WriteDate(int days, Span<byte> text) => days switch
    {
        int.MaxValue => Copy("infinity"u8, text),
        int.MinValue => Copy("-infinity"u8, text),
        _ => WriteDay(days, text, out var isBefore) is var at && isBefore ? at + Copy(" BC"u8, text[at..]) : at,
    };

    private static int WriteTimestamp(long microseconds, Span<byte> text, ReadOnlySpan<byte> zone)
    {
        if (microseconds == long.MaxValue) return Copy("infinity"u8, text);
        if (microseconds == long.MinValue) return Copy("-infinity"u8, text);
        var (days, rest) = Math.DivRem(microseconds, MicrosecondsOfDay);
        if (rest < 0) (days, rest) = (days - 1, rest + MicrosecondsOfDay);
        var at = WriteDay(days, text, out var isBefore);
        text[at++] = (byte)' ';
        var (seconds, fraction) = Math.DivRem(rest, 1_000_000);
        WriteTwo(text[at..], seconds / 3600);
        text[at + 2] = (byte)':';
        WriteTwo(text[(at + 3)..], seconds / 60 % 60);
        text[at + 5] = (byte)':';
        WriteTwo(text[(at + 6)..], seconds % 60);
        at += 8;
        if (fraction != 0) at += WriteFraction(text[at..], fraction);
        at += Copy(zone, text[at..]);
        return isBefore ? at + Copy(" BC"u8, text[at..]) : at;
    }

    /// <summary>Six digits after the point, without zeros at the end.</summary>
    private static int WriteFraction(Span<byte> text, long fraction)
    {
        text[0] = (byte)'.';
        for (var i = 6; i >= 1; i--, fraction /= 10) text[i] = (byte)('0' + (fraction % 10));
        var length = 7;
        while (text[length - 1] == '0') length--;
        return length;
    }

    /// <summary>Year, month and day of a number of days since 2000-01-01, by the Gregorian calendar in all times; years before 1 count from 1 back.</summary>
    private static int WriteDay(long days, Span<byte> text, out bool isBefore)
    {
        // Years begin in March here, so that the leap day is the last of one.
        var shifted = days + DaysTo2000;
        var era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097;
        var ofEra = shifted - (era * 146_097);
        var yearOfEra = (ofEra - (ofEra / 1460) + (ofEra / 36_524) - (ofEra / 146_096)) / 365;
        var ofYear = ofEra - ((365 * yearOfEra) + (yearOfEra / 4) - (yearOfEra / 100));
        var fromMarch = ((5 * ofYear) + 2) / 153;
        var day = ofYear - (((153 * fromMarch) + 2) / 5) + 1;
        var month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
        var year = yearOfEra + (era * 400) + (month <= 2 ? 1 : 0);
        isBefore = year <= 0;
        var at = WriteYear(isBefore ? 1 - year : year, text);
        text[at] = (byte)'-';
        WriteTwo(text[(at + 1)..], month);
        text[at + 3] = (byte)'-';
        WriteTwo(text[(at + 4)..], day);
        return at + 6;
    }

    private static int WriteYear(long year, Span<byte> text)
    {
        if (year <= 9999)
        {
            WriteTwo(text, year / 100);
            WriteTwo(text[2..], year % 100);
            return 4;
        }

        System.Buffers.Text.Utf8Formatter.TryFormat(year, text, out var length);
        return length;
    }

    /// <summary>Digits come in groups of four, the first of which is worth 10000 to the power of the weight.</summary>
    private static int WriteNumeric(ReadOnlySpan<byte> value, Span<byte> text)
    {
        var count = BinaryPrimitives.ReadInt16BigEndian(value);
        var weight = BinaryPrimitives.ReadInt16BigEndian(value[2..]);
        var sign = BinaryPrimitives.ReadUInt16BigEndian(value[4..]);
        var scale = BinaryPrimitives.ReadInt16BigEndian(value[6..]);
        if (sign == 0xC000) return Copy("NaN"u8, text);
        if (sign == 0xD000) return Copy("Infinity"u8, text);
        if (sign == 0xF000) return Copy("-Infinity"u8, text);
        var at = 0;
        if (sign == 0x4000) text[at++] = (byte)'-';
        if (weight < 0) text[at++] = (byte)'0';
        for (var i = 0; i <= weight; i++)
        {
            var group = Group(value, i, count);
            if (i == 0) at += WriteLeading(text[at..], group);
            else
            {
                WriteFour(text[at..], group);
                at += 4;
            }
        }

        if (scale <= 0) return at;
        text[at++] = (byte)'.';
        var end = at + scale;
        for (var i = weight + 1; at < end; i++, at += 4) WriteFour(text[at..], Group(value, i, count));
        return end;
    }

    private static int Group(ReadOnlySpan<byte> value, int index, int count) =>
        index >= 0 && index < count ? BinaryPrimitives.ReadInt16BigEndian(value[(8 + (2 * index))..]) : 0;

    private static int WriteLeading(Span<byte> text, int group)
    {
        System.Buffers.Text.Utf8Formatter.TryFormat(group, text, out var length);
        return length;
    }

    private static void WriteFour(Span<byte> text, int group)
    {
        WriteTwo(text, group / 100);
        WriteTwo(text[2..], group % 100);
    }

    private static void WriteTwo(Span<byte> text, long number)
    {
        text[0] = (byte)('0' + (number / 10));
        text[1] = (byte)('0' + (number % 10));
    }

    private static int Copy(ReadOnlySpan<byte> from, Span<byte> text)
    {
        from.CopyTo(text);
        return from.Length;
    }
}

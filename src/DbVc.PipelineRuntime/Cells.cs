using System.Buffers.Text;
using System.Globalization;

namespace DbVc.PipelineRuntime;

/// <summary>
/// Turns text cells into typed values and typed values into the cells of a sink. Parsing is strict and the same in every
/// culture; white space around a value is ignored, a blank cell is NULL, and false means that the text has another type.
/// </summary>
public static class Cells
{
    internal const int LongestNumber = 64;

    // A double holds whole numbers of this many digits exactly.
    private const int ShortDigits = 15;

    private static readonly double[] s_powers = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

    /// <summary>Decimal digits that a decimal holds exactly, whatever they are.</summary>
    public const int DecimalDigits = 28;

    /// <summary>A whole number of 64 bits, with an optional sign.</summary>
    public static bool TryParseInteger(Text cell, out long? value)
    {
        value = null;
        if (IsBlank(cell, out var digits)) return true;
        if (TryReadShort(digits, out var mantissa, out var fraction) && fraction < 0)
        {
            value = mantissa;
            return true;
        }

        if (digits[0] == '+' && digits.Length > 1 && char.IsAsciiDigit((char)digits[1])) digits = digits[1..];
        if (!Utf8Parser.TryParse(digits, out long number, out var consumed) || consumed != digits.Length) return false;
        value = number;
        return true;
    }

    /// <summary>A finite double such as <c>-1.5</c> or <c>2e10</c>.</summary>
    public static bool TryParseReal(Text cell, out double? value)
    {
        value = null;
        if (IsBlank(cell, out var digits)) return true;
        if (TryReadShort(digits, out var mantissa, out var fraction) && mantissa != 0)
        {
            // Both are exact doubles, so the quotient is the nearest one.
            value = fraction <= 0 ? mantissa : mantissa / s_powers[fraction];
            return true;
        }

        const NumberStyles Styles = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (!double.TryParse(digits, Styles, CultureInfo.InvariantCulture, out var number) || !double.IsFinite(number)) return false;
        value = number;
        return true;
    }

    /// <summary>A decimal number of at most 28 digits; never rounded.</summary>
    public static bool TryParseDecimal(Text cell, out decimal? value)
    {
        value = null;
        if (IsBlank(cell, out var digits)) return true;
        const NumberStyles Styles = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;
        if (digits.Length > LongestNumber || CountDigits(digits) > DecimalDigits) return false;
        if (!decimal.TryParse(digits, Styles, CultureInfo.InvariantCulture, out var number)) return false;
        value = number;
        return true;
    }

    /// <summary>true, t, yes, y, on, 1 or false, f, no, n, off, 0, in any case.</summary>
    public static bool TryParseBoolean(Text cell, out bool? value)
    {
        value = null;
        if (IsBlank(cell, out var word)) return true;
        if (word.Length > 5) return false;
        Span<byte> lower = stackalloc byte[5];
        System.Text.Ascii.ToLower(word, lower, out _);
        ReadOnlySpan<byte> text = lower[..word.Length];
        if (text.SequenceEqual("true"u8) || text.SequenceEqual("t"u8) || text.SequenceEqual("yes"u8) || text.SequenceEqual("y"u8)
            || text.SequenceEqual("on"u8) || text.SequenceEqual("1"u8))
        {
            value = true;
        }
        else if (text.SequenceEqual("false"u8) || text.SequenceEqual("f"u8) || text.SequenceEqual("no"u8) || text.SequenceEqual("n"u8)
            || text.SequenceEqual("off"u8) || text.SequenceEqual("0"u8))
        {
            value = false;
        }

        return value is not null;
    }

    /// <summary>A day of the calendar as <c>2024-01-31</c> or <c>2024/01/31</c>.</summary>
    public static bool TryParseDate(Text cell, out DateOnly? value)
    {
        value = null;
        if (IsBlank(cell, out var text)) return true;
        if (text.Length != 10 || !DateText.TryReadDate(text, out var date)) return false;
        value = date;
        return true;
    }

    /// <summary>
    /// A date with an optional time, fraction (up to 7 digits) and offset. With an offset it becomes UTC (kind Utc),
    /// without one it is kept as written (kind Unspecified).
    /// </summary>
    public static bool TryParseTimestamp(Text cell, out DateTime? value)
    {
        value = null;
        if (IsBlank(cell, out var text)) return true;
        if (!DateText.TryReadTimestamp(text, out var timestamp)) return false;
        value = timestamp;
        return true;
    }

    /// <summary>The time of the load as its host gives it, UTC; null where nobody does.</summary>
    internal static DateTime? TimeOfLoad { get; set; }

    /// <summary>The time of the load in UTC, whole seconds, as the database's own CURRENT_TIMESTAMP would give it.</summary>
    public static DateTime Now()
    {
        var now = TimeOfLoad ?? DateTime.UtcNow;
        return new DateTime(now.Ticks - (now.Ticks % TimeSpan.TicksPerSecond), DateTimeKind.Unspecified);
    }

    public static void Write(IRowSink sink, Text value)
    {
        if (value.IsNull) sink.Null();
        else sink.Text(value.Bytes);
    }

    public static void Write(IRowSink sink, long? value)
    {
        if (value is { } number) sink.Integer(number);
        else sink.Null();
    }

    public static void Write(IRowSink sink, double? value)
    {
        if (value is { } number) sink.Real(number);
        else sink.Null();
    }

    /// <summary>Booleans are stored as 1 and 0.</summary>
    public static void Write(IRowSink sink, bool? value)
    {
        if (value is { } truth) sink.Integer(truth ? 1 : 0);
        else sink.Null();
    }

    /// <summary>Canonical text: no leading zero, no zero at the end of a fraction.</summary>
    public static void Write(IRowSink sink, decimal? value)
    {
        if (value is not { } number)
        {
            sink.Null();
            return;
        }

        Span<byte> text = stackalloc byte[LongestNumber];
        sink.Text(text[..FormatDecimal(number, text)]);
    }

    /// <summary>Canonical text: <c>2024-01-31</c>.</summary>
    public static void Write(IRowSink sink, DateOnly? value)
    {
        if (value is not { } date)
        {
            sink.Null();
            return;
        }

        Span<byte> text = stackalloc byte[DateText.LongestTimestamp];
        sink.Text(text[..DateText.WriteDate(date, text)]);
    }

    /// <summary>Canonical text: <c>2024-01-31 23:59:59[.fraction][Z]</c>, the form of SQL's CURRENT_TIMESTAMP; Z where the source gave an offset.</summary>
    public static void Write(IRowSink sink, DateTime? value)
    {
        if (value is not { } timestamp)
        {
            sink.Null();
            return;
        }

        Span<byte> text = stackalloc byte[DateText.LongestTimestamp];
        sink.Text(text[..DateText.WriteTimestamp(timestamp, text)]);
    }

    /// <summary>Whether text is exactly what <see cref="Write(IRowSink, decimal?)"/> writes.</summary>
    public static bool IsCanonicalDecimal(ReadOnlySpan<byte> text)
    {
        if (!TryParseDecimal(new Text(text), out var value) || value is not { } number) return false;
        Span<byte> canonical = stackalloc byte[LongestNumber];
        return text.SequenceEqual(canonical[..FormatDecimal(number, canonical)]);
    }

    /// <summary>Whether text is exactly what <see cref="Write(IRowSink, DateOnly?)"/> writes.</summary>
    public static bool IsCanonicalDate(ReadOnlySpan<byte> text) => text.Length == 10 && text[4] == '-' && DateText.TryReadDate(text, out _);

    /// <summary>Whether text is exactly what <see cref="Write(IRowSink, DateTime?)"/> writes.</summary>
    public static bool IsCanonicalTimestamp(ReadOnlySpan<byte> text)
    {
        if (!DateText.TryReadTimestamp(text, out var timestamp)) return false;
        Span<byte> canonical = stackalloc byte[DateText.LongestTimestamp];
        return text.SequenceEqual(canonical[..DateText.WriteTimestamp(timestamp, canonical)]);
    }

    /// <summary>Writes canonical decimal text; returns its length.</summary>
    internal static int FormatDecimal(decimal value, Span<byte> destination)
    {
        Utf8Formatter.TryFormat(value, destination, out var length);
        if (destination[..length].Contains((byte)'.'))
        {
            while (destination[length - 1] == '0') length--;
            if (destination[length - 1] == '.') length--;
        }

        if (length != 2 || destination[0] != '-' || destination[1] != '0') return length;
        destination[0] = (byte)'0';
        return 1;
    }

    /// <summary>Reads a sign, up to 15 digits and a point among them; the fraction's length is -1 without point.</summary>
    private static bool TryReadShort(ReadOnlySpan<byte> text, out long mantissa, out int fraction)
    {
        mantissa = 0;
        fraction = -1;
        var start = text[0] == '-' ? 1 : 0;
        if (text.Length - start > ShortDigits || text.Length == start) return false;
        for (var i = start; i < text.Length; i++)
        {
            var digit = (uint)(text[i] - '0');
            if (digit <= 9)
            {
                mantissa = (mantissa * 10) + digit;
                continue;
            }

            // A point needs a digit on both sides here; the rest is for the general parser.
            if (text[i] != '.' || fraction >= 0 || i == start || i + 1 == text.Length) return false;
            fraction = text.Length - i - 1;
        }

        if (start == 1) mantissa = -mantissa;
        return true;
    }

    private static bool IsBlank(Text cell, out ReadOnlySpan<byte> trimmed)
    {
        trimmed = Operations.Trim(cell).Bytes;
        return trimmed.IsEmpty;
    }

    private static int CountDigits(ReadOnlySpan<byte> text)
    {
        var digits = 0;
        foreach (var c in text)
        {
            if (c == '0' && digits == 0) continue;
            if (char.IsAsciiDigit((char)c)) digits++;
        }

        return digits;
    }
}

using System.Globalization;
using System.Text;

namespace DbVc.PipelineRuntime;

/// <summary>What becomes of the fraction of a number that must be whole.</summary>
public enum Fraction
{
    /// <summary>A fraction other than zero stays, and the cell then fails as no integer.</summary>
    Refuse,

    /// <summary>To the nearest whole number, halves away from zero.</summary>
    Round,

    /// <summary>To the next lower whole number.</summary>
    Floor,

    /// <summary>To the next higher whole number.</summary>
    Ceiling,

    /// <summary>Towards zero.</summary>
    Truncate,
}

/// <summary>The sign between whole number and fraction.</summary>
public enum DecimalMark
{
    Point,
    Comma,
}

public static partial class Operations
{
    /// <summary>
    /// Prepares a whole number: white space around it and a fraction of zeros (<c>42.0</c>) go. Anything else, such as
    /// <c>1.5</c> or <c>1,234</c>, is left as it is, and then fails as no integer.
    /// </summary>
    public static Text ConvertToInt(Text value)
    {
        value = Trim(value);
        var point = value.Bytes.IndexOf((byte)'.');
        if (point <= 0) return value;
        var whole = value.Bytes[..point];
        var fraction = value.Bytes[(point + 1)..];
        return !fraction.ContainsAnyExcept((byte)'0') && char.IsAsciiDigit((char)whole[^1]) ? new Text(whole) : value;
    }

    /// <summary>Prepares a whole number as <see cref="ConvertToInt(Text)"/> does, and deals with a fraction as it is told.</summary>
    public static Text ConvertToInt(Text value, Fraction fraction, Scratch scratch)
    {
        value = ConvertToInt(value);
        if (fraction == Fraction.Refuse || !Cells.TryParseDecimal(value, out var number) || number is not { } known) return value;
        var whole = fraction switch
        {
            Fraction.Round => decimal.Round(known, MidpointRounding.AwayFromZero),
            Fraction.Floor => decimal.Floor(known),
            Fraction.Ceiling => decimal.Ceiling(known),
            _ => decimal.Truncate(known),
        };
        return whole == known ? value : Format(whole, scratch);
    }

    /// <summary>Prepares a decimal number: white space around it goes. What is no number then fails as such.</summary>
    public static Text ConvertToFloat(Text value) => Trim(value);

    /// <summary>
    /// Reads a number as people write it: groups of three digits (separated by the other mark, an apostrophe, a blank or a no-break space), a decimal mark, a
    /// sign before or after it, or parentheses for a negative one. What is no such number is left as it is.
    /// </summary>
    public static Text ParseNumber(Text value, DecimalMark mark, Scratch scratch)
    {
        var text = Trim(value).Bytes;
        var negative = TakeSign(ref text);
        if (text.IsEmpty) return value;
        var (point, group) = mark == DecimalMark.Comma ? ((byte)',', (byte)'.') : ((byte)'.', (byte)',');
        var result = scratch.Take(text.Length + 1);
        result[0] = (byte)'-';
        var written = 1;
        var at = text.IndexOf(point);
        var whole = at < 0 ? text : text[..at];
        var fraction = at < 0 ? [] : text[(at + 1)..];
        if (!TryReadGroups(whole, group, result, ref written) || fraction.ContainsAnyExceptInRange((byte)'0', (byte)'9') || (at >= 0 && fraction.IsEmpty))
        {
            return value;
        }

        if (at >= 0)
        {
            result[written++] = (byte)'.';
            fraction.CopyTo(result[written..]);
            written += fraction.Length;
        }

        return new Text(negative ? result[..written] : result[1..written]);
    }

    /// <summary>Removes a currency sign, or the three letters of a currency, before or after a number.</summary>
    public static Text StripCurrency(Text value)
    {
        var bytes = Trim(value).Bytes;
        while (Rune.DecodeFromUtf8(bytes, out var first, out var length) == System.Buffers.OperationStatus.Done && IsCurrency(first)) bytes = bytes[length..];
        while (Rune.DecodeLastFromUtf8(bytes, out var last, out var length) == System.Buffers.OperationStatus.Done
            && IsCurrency(last)) bytes = bytes[..^length];
        if (bytes.Length > 3 && IsCurrencyCode(bytes[..3]) && !char.IsAsciiLetter((char)bytes[3])) bytes = bytes[3..];
        if (bytes.Length > 3 && IsCurrencyCode(bytes[^3..]) && !char.IsAsciiLetter((char)bytes[^4])) bytes = bytes[..^3];
        return value.IsNull ? value : Trim(new Text(bytes));
    }

    /// <summary>Removes one of the <paramref name="units"/> after a number; a number with another unit stays as it is, and then fails as no number.</summary>
    public static Text StripUnit(Text value, TextSet units)
    {
        var bytes = Trim(value).Bytes;
        var digits = bytes.LastIndexOfAnyInRange((byte)'0', (byte)'9') + 1;
        return digits > 0 && digits < bytes.Length && units.Contains(Trim(new Text(bytes[digits..])).Bytes) ? new Text(bytes[..digits]) : value;
    }

    /// <summary><c>12.5%</c> becomes <c>0.125</c>; a number without the sign stays.</summary>
    public static Text PercentToFraction(Text value, Scratch scratch)
    {
        var bytes = Trim(value).Bytes;
        if (bytes.IsEmpty || bytes[^1] != '%') return value;
        return Cells.TryParseDecimal(new Text(bytes[..^1]), out var number) && number is { } percent ? Format(percent / 100, scratch) : value;
    }

    /// <summary>Rounds a number to <paramref name="digits"/> digits after the point, halves away from zero.</summary>
    public static Text Round(Text value, int digits, Scratch scratch) =>
        Change(value, scratch, number => decimal.Round(number, digits, MidpointRounding.AwayFromZero));

    /// <summary>Multiplies a number by <paramref name="factor"/>; a result that is too large for 28 digits leaves it as it is.</summary>
    public static Text Scale(Text value, decimal factor, Scratch scratch) => Change(value, scratch, number => number * factor);

    /// <summary>A number below <paramref name="minimum"/> becomes the minimum, one above <paramref name="maximum"/> the maximum.</summary>
    public static Text Clip(Text value, decimal minimum, decimal maximum, Scratch scratch) =>
        Change(value, scratch, number => Math.Clamp(number, minimum, maximum));

    /// <summary>A number without its sign.</summary>
    public static Text Abs(Text value, Scratch scratch) => Change(value, scratch, Math.Abs);

    /// <summary>
    /// <c>true</c> for the text that means true and <c>false</c> for the one that means false, in any case; other texts stay as they are.
    /// </summary>
    public static Text ConvertToBool(Text value, ReadOnlySpan<byte> whenTrue, ReadOnlySpan<byte> whenFalse, Scratch scratch)
    {
        var word = Casefold(Trim(value), scratch).Bytes;
        if (value.IsNull) return value;
        if (word.SequenceEqual(Casefold(new Text(whenTrue), scratch).Bytes)) return new Text("true"u8);
        return word.SequenceEqual(Casefold(new Text(whenFalse), scratch).Bytes) ? new Text("false"u8) : value;
    }

    private static Text Change(Text value, Scratch scratch, Func<decimal, decimal> change)
    {
        if (!Cells.TryParseDecimal(value, out var number) || number is not { } before) return value;
        try
        {
            var after = change(before);
            return after == before ? value : Format(after, scratch);
        }
        catch (OverflowException)
        {
            return value;
        }
    }

    private static Text Format(decimal number, Scratch scratch)
    {
        var result = scratch.Take(Cells.LongestNumber);
        return new Text(result[..Cells.FormatDecimal(number, result)]);
    }

    /// <summary>Takes a sign or parentheses off; true for a negative number. Two of them leave nothing, so that the number is none.</summary>
    private static bool TakeSign(ref ReadOnlySpan<byte> text)
    {
        var signs = 0;
        var negative = false;
        if (text is [(byte)'(', .., (byte)')'])
        {
            text = text[1..^1];
            (negative, signs) = (true, 1);
        }

        if (text is [(byte)'-' or (byte)'+', ..])
        {
            (negative, signs) = (text[0] == '-', signs + 1);
            text = text[1..];
        }

        if (text is [.., (byte)'-'])
        {
            (negative, signs) = (true, signs + 1);
            text = text[..^1];
        }

        if (signs > 1) text = [];
        text = Trim(new Text(text)).Bytes;
        return negative;
    }

    private static bool TryReadGroups(ReadOnlySpan<byte> text, byte group, Span<byte> result, ref int written)
    {
        var groups = 0;
        byte separator = 0;
        while (true)
        {
            var digits = text.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
            var length = digits < 0 ? text.Length : digits;
            if (length == 0 || (groups > 0 ? length != 3 : digits >= 0 && length > 3)) return false;
            text[..length].CopyTo(result[written..]);
            written += length;
            if (digits < 0) return true;
            text = text[length..];
            var (sign, size) = text switch
            {
                [0xC2, 0xA0, ..] => ((byte)' ', 2),
                [0xE2, 0x80, 0xAF, ..] => ((byte)' ', 3),
                _ => (text[0], 1),
            };
            if ((sign != group && sign is not ((byte)' ' or (byte)'\'')) || (separator != 0 && sign != separator)) return false;
            separator = sign;
            text = text[size..];
            groups++;
        }
    }

    private static bool IsCurrency(Rune rune) => Rune.GetUnicodeCategory(rune) == UnicodeCategory.CurrencySymbol || Rune.IsWhiteSpace(rune);

    private static bool IsCurrencyCode(ReadOnlySpan<byte> text) => CurrencyCodes.Contains(text);
}

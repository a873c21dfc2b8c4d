using System.Globalization;
using System.Text.RegularExpressions;
using DbVc.Model;

namespace DbVc.VersionControl;

/// <summary>How much a declared type holds, as far as its name and the numbers behind it say.</summary>
/// <param name="Letters">Letters of a text; null for any number.</param>
/// <param name="Bits">Of a whole number; null where it is none.</param>
/// <param name="Digits">Before the point, of an exact number.</param>
internal sealed partial record ColumnWidth(int? Letters, int? Bits, int? Digits)
{
    private static readonly (string Name, int Bits)[] Integers =
        [("tinyint", 8), ("smallint", 16), ("int2", 16), ("mediumint", 24), ("bigint", 64), ("int8", 64), ("integer", 32), ("int", 32)];

    /// <summary>The narrower type, where one is narrower than the other; null where it is not, or cannot be told.</summary>
    public static ColumnWidth? Find(string before, string after)
    {
        if (string.Equals(before, after, StringComparison.OrdinalIgnoreCase)) return null;
        var (was, now) = (Of(before), Of(after));
        return Less(was.Letters, now.Letters) || Less(was.Bits, now.Bits) || Less(was.Digits, now.Digits) || (was.Bits is null && now.Bits is not null)
            ? now
            : null;
    }

    /// <summary>Whether a value has no place in it.</summary>
    public bool Exceeds(Value value) => value.Kind switch
    {
        ValueKind.Text => Letters is { } letters ? value.AsText.EnumerateRunes().Count() > letters
            : Digits is { } digits ? WholeDigits(value.AsText) > digits
            : Bits is { } width && !(decimal.TryParse(value.AsText, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) && Fits(number, width)),
        ValueKind.Integer => Bits is { } bits ? !Fits(value.AsInteger, bits)
            : Digits is { } places && WholeDigits(value.AsInteger.ToString(CultureInfo.InvariantCulture)) > places,
        ValueKind.Real => Bits is { } size && (value.AsReal != Math.Floor(value.AsReal) || Math.Abs(value.AsReal) >= Math.Pow(2, size - 1)),
        _ => false,
    };

    private static bool Fits(decimal number, int bits) => bits >= 64 || (number < (1L << (bits - 1)) && number >= -(1L << (bits - 1)));

    private static int WholeDigits(string number) => number.TrimStart('-', '+', '0').Split('.')[0].Length;

    private static bool Less(int? before, int? after) => after is { } now && (before is null || now < before);

    private static ColumnWidth Of(string type)
    {
        var match = Numbers().Match(type);
        var first = match.Success ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : (int?)null;
        var scale = match.Success && match.Groups[2].Success ? int.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture) : 0;
        var name = type.ToLowerInvariant();
        if (name.Contains("char", StringComparison.Ordinal)) return new ColumnWidth(first, null, null);
        if (name.StartsWith("numeric", StringComparison.Ordinal) || name.StartsWith("decimal", StringComparison.Ordinal))
            return new ColumnWidth(null, null, first is { } digits ? digits - scale : null);
        var bits = Integers.FirstOrDefault(i => name.StartsWith(i.Name, StringComparison.Ordinal)).Bits;
        return new ColumnWidth(null, bits == 0 ? null : bits, null);
    }

    [GeneratedRegex(@"\((\d{1,6})(?:\s*,\s*(\d{1,6}))?\)")]
    private static partial Regex Numbers();
}

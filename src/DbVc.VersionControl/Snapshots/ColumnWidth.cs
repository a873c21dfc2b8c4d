using System.Globalization;
using System.Text.RegularExpressions;
using DbVc.Model;

namespace DbVc.VersionControl;

/// <summary>How much a declared type holds, as far as its name and the numbers behind it say; what is not known is not compared.</summary>
/// <param name="Letters">Letters of a text; null for any number.</param>
/// <param name="Bits">Of a whole number; null where it is none.</param>
/// <param name="Digits">Before the point, of an exact number.</param>
/// <param name="Scale">Behind the point, of an exact number.</param>
internal sealed partial record ColumnWidth(int? Letters, int? Bits, int? Digits, int? Scale)
{
    private static readonly Dictionary<string, int> s_integers = new(StringComparer.OrdinalIgnoreCase)
    {
        ["tinyint"] = 8,
        ["smallint"] = 16,
        ["int2"] = 16,
        ["smallserial"] = 16,
        ["mediumint"] = 24,
        ["int"] = 32,
        ["integer"] = 32,
        ["int4"] = 32,
        ["serial"] = 32,
        ["bigint"] = 64,
        ["int8"] = 64,
        ["bigserial"] = 64,
    };

    private static readonly HashSet<string> s_texts = new(StringComparer.OrdinalIgnoreCase)
    {
        "char", "varchar", "character", "character varying", "nchar", "nvarchar",
    };

    /// <summary>The narrower type, where one is narrower than the other; null where it is not, or cannot be told.</summary>
    public static ColumnWidth? Find(string before, string after)
    {
        if (string.Equals(before, after, StringComparison.OrdinalIgnoreCase) || Of(before) is not { } was || Of(after) is not { } now) return null;
        var losesSign = was.Bits % 8 == 0 && now.Bits % 8 == 1;
        return losesSign || Less(was.Letters, now.Letters) || Less(was.Bits, now.Bits) || Less(was.Digits, now.Digits) || Less(was.Scale, now.Scale)
            ? now
            : null;
    }

    /// <summary>Whether a value has no place in it.</summary>
    public bool Exceeds(Value value) => value.Kind switch
    {
        ValueKind.Text when Letters is { } letters => value.AsText.EnumerateRunes().Count() > letters,
        ValueKind.Text when Digits is not null || Scale is not null => IsLonger(value.AsText),
        ValueKind.Text when Bits is { } bits =>
            !(decimal.TryParse(value.AsText, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) && Fits(number, bits)),
        ValueKind.Integer when Bits is { } bits => !Fits(value.AsInteger, bits),
        ValueKind.Integer when Digits is not null => IsLonger(value.AsInteger.ToString(CultureInfo.InvariantCulture)),
        ValueKind.Real when Bits is { } bits => value.AsReal != Math.Floor(value.AsReal) || Math.Abs(value.AsReal) >= Math.Pow(2, bits - 1),
        _ => false,
    };

    private bool IsLonger(string number)
    {
        var parts = number.TrimStart('-', '+').Split('.');
        return (Digits is { } digits && parts[0].TrimStart('0').Length > digits)
            || (Scale is { } scale && parts.Length > 1 && parts[1].TrimEnd('0').Length > scale);
    }

    /// <summary>Unsigned types count one bit more: they hold as much as a signed one of that size.</summary>
    private static bool Fits(decimal number, int bits)
    {
        var beyond = (decimal)(UInt128.One << (bits - 1));
        return number < beyond && number >= (bits % 8 == 1 ? 0 : -beyond);
    }

    private static bool Less(int? before, int? after) => after is { } now && (before is null || now < before);

    /// <summary>Null for a type that says nothing of its width.</summary>
    private static ColumnWidth? Of(string type)
    {
        if (Shape().Match(type) is not { Success: true } match) return null;
        var name = match.Groups["name"].Value.Trim();
        var (first, second) = (Number(match.Groups["first"]), Number(match.Groups["second"]));
        if (s_texts.Contains(name)) return new ColumnWidth(first, null, null, null);
        if (name.ToLowerInvariant() is "text" or "") return new ColumnWidth(null, null, null, null);
        if (name.ToLowerInvariant() is "numeric" or "decimal") return new ColumnWidth(null, null, first - (second ?? 0), first is null ? null : second ?? 0);
        return s_integers.TryGetValue(name, out var bits) ? new ColumnWidth(null, match.Groups["unsigned"].Success ? bits + 1 : bits, null, null) : null;
    }

    private static int? Number(Group group) => group.Success ? int.Parse(group.ValueSpan, CultureInfo.InvariantCulture) : null;

    [GeneratedRegex(@"^(?<name>[a-z][a-z0-9 ]*?)?\s*(\(\s*(?<first>\d{1,6})\s*(,\s*(?<second>\d{1,6})\s*)?\))?\s*(?<unsigned>unsigned)?$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Shape();
}

using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;
using DbVc.Model;

namespace DbVc.VersionControl;

/// <summary>Numbers in cells: sums that lose nothing, and order. Whatever cannot be told exactly is null, and a conflict.</summary>
internal static partial class Arithmetic
{
    /// <summary>
    /// Base plus both changes. Integers stay integers; decimals kept as text are summed exactly and stay text; reals are summed as the decimals
    /// that they print as, where those fit, so that cents stay cents.
    /// </summary>
    public static Value? AddChanges(Value? before, Value source, Value target)
    {
        if (before is not { } start) return null;
        Value[] all = [start, source, target];
        if (all.All(v => v.Kind == ValueKind.Integer))
        {
            var sum = (BigInteger)source.AsInteger + target.AsInteger - start.AsInteger;
            return sum >= long.MinValue && sum <= long.MaxValue ? Value.Integer((long)sum) : null;
        }

        if (all.All(v => v.Kind is ValueKind.Integer or ValueKind.Real)) return AddReals(start, source, target);
        return all.All(v => v.Kind == ValueKind.Text && Decimal().IsMatch(v.AsText)) ? AddTexts(start.AsText, source.AsText, target.AsText) : null;
    }

    /// <summary>The order of two values of one kind; integers and reals are one kind.</summary>
    public static int? Compare(Value source, Value target) => (source.Kind, target.Kind) switch
    {
        (ValueKind.Integer, ValueKind.Integer) => source.AsInteger.CompareTo(target.AsInteger),
        (ValueKind.Real, ValueKind.Real) => source.AsReal.CompareTo(target.AsReal),
        (ValueKind.Integer, ValueKind.Real) => -Compare(target.AsReal, source.AsInteger),
        (ValueKind.Real, ValueKind.Integer) => Compare(source.AsReal, target.AsInteger),
        (ValueKind.Text, ValueKind.Text) => CompareTexts(source, target),
        _ => null,
    };

    private static int Compare(double real, long integer) => Math.Abs(real) >= 9.3e18 || double.IsNaN(real)
        ? Math.Sign(real)
        : ((Int128)Math.Floor(real)).CompareTo(integer) is var order && order == 0 ? (Math.Floor(real) < real ? 1 : 0) : order;

    /// <summary>Text that holds decimals on both sides is compared as numbers, other text by its bytes.</summary>
    private static int CompareTexts(Value source, Value target)
    {
        if (!Decimal().IsMatch(source.AsText) || !Decimal().IsMatch(target.AsText)) return source.AsBytes.Span.SequenceCompareTo(target.AsBytes.Span);
        var scale = Math.Max(Scale(source.AsText), Scale(target.AsText));
        return Units(source.AsText, scale).CompareTo(Units(target.AsText, scale));
    }

    private static Value? AddReals(Value start, Value source, Value target)
    {
        if (AsDecimal(start) is { } b && AsDecimal(source) is { } s && AsDecimal(target) is { } t)
        {
            return Value.Real((double)(s + t - b));
        }

        var sum = AsDouble(source) + AsDouble(target) - AsDouble(start);
        return double.IsFinite(sum) ? Value.Real(sum) : null;
    }

    /// <summary>Null outside of what sums of decimals keep exact.</summary>
    private static decimal? AsDecimal(Value value) =>
        Math.Abs(AsDouble(value)) is 0 or (>= 1e-9 and <= 1e15)
            && decimal.TryParse(value.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    private static double AsDouble(Value value) => value.Kind == ValueKind.Integer ? value.AsInteger : value.AsReal;

    private static Value AddTexts(string start, string source, string target)
    {
        var scale = Math.Max(Scale(start), Math.Max(Scale(source), Scale(target)));
        var sum = Units(source, scale) + Units(target, scale) - Units(start, scale);
        var digits = BigInteger.Abs(sum).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        var text = scale == 0 ? digits : $"{digits[..^scale]}.{digits[^scale..]}";
        return Value.Text(sum.Sign < 0 ? "-" + text : text);
    }

    private static int Scale(string text) => text.IndexOf('.') is var dot && dot < 0 ? 0 : text.Length - dot - 1;

    private static BigInteger Units(string text, int scale) =>
        BigInteger.Parse(text.Replace(".", "", StringComparison.Ordinal), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)
        * BigInteger.Pow(10, scale - Scale(text));

    [GeneratedRegex(@"^[+-]?[0-9]{1,400}(\.[0-9]{1,400})?\z")]
    private static partial Regex Decimal();
}

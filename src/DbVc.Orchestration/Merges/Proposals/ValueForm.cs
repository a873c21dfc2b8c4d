using System.Globalization;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>Tells what two values say from how they are written: white space, upper and lower case, the form of a number.</summary>
internal static class ValueForm
{
    /// <summary>Whether two different values say the same.</summary>
    public static bool AreAlike(Value one, Value other) => one != other
        && (Number(one) is { } number ? Number(other) == number : Words(one) is { } words && words.Equals(Words(other), StringComparison.OrdinalIgnoreCase));

    /// <summary>The better written of two that are alike; null where neither is.</summary>
    public static Preference? Prefer(Value one, Value other)
    {
        if (Number(one) is not null)
        {
            return one.Kind != other.Kind ? Choose(one.Kind != ValueKind.Text, other.Kind != ValueKind.Text, "is a number, not a text")
                : Choose(Digits(one) > Digits(other), Digits(other) > Digits(one), "has more digits after the point");
        }

        var (first, second) = (one.AsText, other.AsText);
        return Choose(first == Words(one), second == Words(other), "has no white space too many")
            ?? (first.Contains('@', StringComparison.Ordinal) ? Choose(IsLower(first), IsLower(second), "is in lower case, as addresses are") : null)
            ?? Choose(IsMixed(first), IsMixed(second), "is written in upper and lower case");
    }

    private static Preference? Choose(bool first, bool second, string why) =>
        first == second ? null : new Preference(first, isFirst => $"the {(isFirst ? "source's" : "target's")} {why}");

    private static decimal? Number(Value value) => value.Kind switch
    {
        ValueKind.Integer => value.AsInteger,
        ValueKind.Real when Math.Abs(value.AsReal) < 1e15 => (decimal)value.AsReal,
        ValueKind.Text when decimal.TryParse(value.AsText, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture,
            out var number) && value.AsText is { } text && !IsCode(text) => number,
        _ => null,
    };

    /// <summary>A leading zero or plus means something in a code or a telephone number.</summary>
    private static bool IsCode(string text) => text[0] == '+' || (text.Length > 1 && text[0] == '0' && text[1] != '.');

    private static int Digits(Value value) => value.Kind == ValueKind.Text && value.AsText.IndexOf('.', StringComparison.Ordinal) is >= 0 and var at
        ? value.AsText.Length - at - 1 : 0;

    private static string? Words(Value value) =>
        value.Kind == ValueKind.Text ? string.Join(' ', value.AsText.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)) : null;

    private static bool IsLower(string text) => !text.Any(char.IsUpper);

    private static bool IsMixed(string text) => text.Any(char.IsUpper) && text.Any(char.IsLower);
}

/// <summary>Which of two is better written, and why.</summary>
/// <param name="IsFirst">The first one.</param>
/// <param name="Why">Says so, of the source if told true.</param>
internal sealed record Preference(bool IsFirst, Func<bool, string> Why);

using System.Globalization;
using DbVc.Model;

namespace DbVc.Agents;

/// <summary>Limits as people write them: <c>iterations=20,errors=3,repairs=2,tokens=200k,usd=0.50,time=10m,rows=1M</c>.</summary>
public static class LimitsText
{
    private const string Hint = "Write for example iterations=20,errors=3,repairs=2,tokens=200k,usd=0.50,time=10m,rows=1M.";

    private const int MostUsd = 1_000_000;

    private static readonly Dictionary<string, Func<AgentLimits, string, AgentLimits>> s_words = new(StringComparer.Ordinal)
    {
        ["iterations"] = (limits, text) => limits with { Iterations = (int)Amount(text, 1_000) },
        ["errors"] = (limits, text) => limits with { ConsecutiveErrors = (int)Amount(text, 1_000) },
        ["repairs"] = (limits, text) => limits with { FailedValidations = (int)Amount(text, 1_000) },
        ["tokens"] = (limits, text) => limits with { Tokens = Amount(text, long.MaxValue) },
        ["usd"] = (limits, text) => limits with { Usd = Money(text) },
        ["time"] = (limits, text) => limits with { WallTime = Time(text) },
        ["rows"] = (limits, text) => limits with { Rows = Amount(text, long.MaxValue) },
    };

    /// <summary>The words that name a limit.</summary>
    public static IReadOnlyCollection<string> Words => s_words.Keys;

    /// <summary>What is written in place of what <paramref name="otherwise"/> says. Throws usage failure <c>limits.invalid</c>.</summary>
    public static AgentLimits Parse(string? text, AgentLimits otherwise)
    {
        var (limits, seen) = (otherwise, new HashSet<string>(StringComparer.Ordinal));
        foreach (var part in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var words = part.Split('=', 2);
            if (words.Length != 2) throw Invalid($"'{part}' is not NAME=AMOUNT");
            if (!s_words.TryGetValue(words[0], out var set)) throw Invalid($"'{words[0]}' is none of {string.Join(", ", Words)}");
            if (!seen.Add(words[0])) throw Invalid($"'{words[0]}' is there twice");
            limits = set(limits, words[1]);
        }

        return text is not null && seen.Count == 0 ? throw Invalid("nothing is in it") : limits;
    }

    private static long Amount(string text, long most)
    {
        var unit = text.Length == 0 ? 1 : char.ToLowerInvariant(text[^1]) switch { 'k' => 1_000, 'm' => 1_000_000, 'g' => 1_000_000_000, _ => 1L };
        var digits = unit == 1 ? text : text[..^1];
        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > long.MaxValue / unit)
            throw Invalid($"'{text}' is not a whole number, with k, M or G behind it if you like");
        return number * unit <= most ? number * unit : throw Invalid($"'{text}' is more than {Quantity.Of(most)}");
    }

    private static decimal Money(string text) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number <= MostUsd
            ? number
            : throw Invalid($"'{text}' is no amount of US dollars up to {Quantity.Of(MostUsd)}, such as 2 or 0.50");

    private static TimeSpan Time(string text)
    {
        const int MostSeconds = 86_400;
        var unit = text.Length == 0 ? 1 : text[^1] switch { 'm' => 60, 'h' => 3_600, _ => 1 };
        var digits = unit > 1 || text.EndsWith('s') ? text[..^1] : text;
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && (long)number * unit <= MostSeconds
            ? TimeSpan.FromSeconds(number * unit)
            : throw Invalid($"'{text}' is no time of at most a day, such as 90s, 10m or 2h");
    }

    private static DbVcException Invalid(string why) =>
        new(FailureKind.Usage, "limits.invalid", $"The limits cannot be read: {why}.", "--limits", Hint);
}

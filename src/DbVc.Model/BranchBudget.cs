using System.Globalization;

namespace DbVc.Model;

/// <summary>How much a branch may become; null is no limit.</summary>
/// <param name="Rows">Rows that it adds, changes or deletes against its base.</param>
/// <param name="Bytes">Bytes of the values in the rows that it adds or changes.</param>
/// <param name="Seconds">Time that agents and gates may work on it, all runs together.</param>
public sealed record BranchBudget(long? Rows, long? Bytes, long? Seconds)
{
    private const string Hint = "Write for example rows=100000,bytes=50M,seconds=600.";

    /// <summary>Throws usage failure <c>budget.invalid</c>.</summary>
    public static BranchBudget Parse(string text)
    {
        var budget = new BranchBudget(null, null, null);
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var words = part.Split('=', 2);
            var amount = words.Length == 2 ? Amount(words[1]) : throw Invalid($"'{part}' is not NAME=AMOUNT");
            budget = words[0] switch
            {
                "rows" when budget.Rows is null => budget with { Rows = amount },
                "bytes" when budget.Bytes is null => budget with { Bytes = amount },
                "seconds" or "time" when budget.Seconds is null => budget with { Seconds = amount },
                _ => throw Invalid($"'{words[0]}' is none of rows, bytes, seconds, or there twice"),
            };
        }

        return budget is { Rows: null, Bytes: null, Seconds: null } ? throw Invalid("nothing is in it") : budget;
    }

    /// <summary>As <see cref="Parse"/> reads it.</summary>
    public override string ToString() => string.Join(',', new[] { ("rows", Rows), ("bytes", Bytes), ("seconds", Seconds) }
        .Where(p => p.Item2 is not null).Select(p => FormattableString.Invariant($"{p.Item1}={p.Item2}")));

    private static long Amount(string text)
    {
        var unit = text.Length == 0 ? 1 : char.ToLowerInvariant(text[^1]) switch { 'k' => 1_000, 'm' => 1_000_000, 'g' => 1_000_000_000, _ => 1L };
        var digits = unit == 1 ? text : text[..^1];
        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= long.MaxValue / unit
            ? number * unit
            : throw Invalid($"'{text}' is not a whole number, with k, M or G behind it if you like");
    }

    private static DbVcException Invalid(string why) => new(FailureKind.Usage, "budget.invalid", $"The budget cannot be read: {why}.", "--budget", Hint);
}

using System.Globalization;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>How long a branch lives and how much it may become.</summary>
/// <param name="Budget">As <see cref="BranchBudget"/> reads it, for example <c>rows=1000,seconds=60</c>; null: no limit.</param>
/// <param name="Expires">A time, or how long from now: <c>90m</c>, <c>12h</c>, <c>7d</c>, <c>2w</c>; null: never.</param>
public sealed record BranchTerms(string? Budget, string? Expires)
{
    /// <summary>The only tables that the branch's database shall hold, with all that they need; several may stand in one text, with commas between them.
    /// None: all.</summary>
    public IReadOnlyList<string> Tables { get; init; } = [];

    public static BranchTerms None { get; } = new(null, null);

    internal BranchBudget? ReadBudget() => Budget is null ? null : BranchBudget.Parse(Budget);

    /// <summary>Throws usage failure <c>expires.invalid</c>.</summary>
    internal DateTimeOffset? ReadExpiry(DateTimeOffset now)
    {
        if (Expires is not { Length: > 0 } text) return Expires is null ? null : throw Invalid("");
        var unit = text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3_600, 'd' => 86_400, 'w' => 604_800, _ => 0 };
        if (unit > 0 && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            && (long)number * unit <= 3_652L * 86_400)
        {
            return now.AddSeconds((double)number * unit);
        }

        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        if (unit == 0 && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, Utc, out var at))
        {
            if (at > now) return at;
            throw new DbVcException(FailureKind.Usage, "expires.invalid", $"'{text}' is over already.", "--expires", "Give a time to come.");
        }

        throw Invalid(text);
    }

    private static DbVcException Invalid(string text) => new(FailureKind.Usage, "expires.invalid", $"'{text}' is neither a time nor a length of time.",
        "--expires", "Write for example 90m, 12h, 7d, 2w or 2026-01-31.");
}

namespace DbVc.Model;

/// <summary>A dialect that was merged before.</summary>
/// <param name="As">Of which pipeline, for example <c>as in orders (commit 4f2a91c0de)</c>.</param>
public sealed record RememberedDialect(SourceDialect Dialect, string As)
{
    /// <summary>Whether its dates have the day before the month; null where some do and others do not, or none says.</summary>
    public bool? DayFirst { get; } = FindOrder(Dialect.DateFormats);

    private static bool? FindOrder(IReadOnlyList<string> formats)
    {
        bool Begins(char first, char second) => formats.Any(f => f.TrimStart(first) is { } rest && rest != f
            && rest.Length > 1 && rest[0] is '.' or '/' or '-' && rest[1..].StartsWith(second) && !rest[1..].StartsWith("MON", StringComparison.Ordinal));
        var (day, month) = (Begins('D', 'M'), Begins('M', 'D'));
        return day == month ? null : day;
    }

    /// <summary>Everything that stands for NULL somewhere.</summary>
    public IReadOnlySet<string> Tokens { get; } = Dialect.NullTokens.Values.SelectMany(t => t).ToHashSet(StringComparer.Ordinal);

    /// <summary>What stands for NULL in a field.</summary>
    public IReadOnlyList<string> TokensOf(string field) => Dialect.NullTokens.GetValueOrDefault(field) ?? [];
}

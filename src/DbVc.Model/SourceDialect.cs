namespace DbVc.Model;

/// <summary>How somebody writes what they supply; null and empty for what is not known.</summary>
public sealed record SourceDialect
{
    /// <summary>Between the fields of a CSV file.</summary>
    public char? Delimiter { get; init; }

    /// <summary>The name of an encoding.</summary>
    public string? Encoding { get; init; }

    /// <summary><c>point</c> or <c>comma</c>.</summary>
    public string? DecimalMark { get; init; }

    /// <summary>As <c>parse_date</c> takes them, for example <c>D.M.YYYY</c>.</summary>
    public IReadOnlyList<string> DateFormats { get; init; } = [];

    /// <summary>What stands for NULL, by field.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> NullTokens { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Whether nothing is known.</summary>
    public bool IsEmpty => Delimiter is null && Encoding is null && DecimalMark is null && DateFormats.Count == 0 && NullTokens.Count == 0;

    /// <summary>What is known, in words.</summary>
    public IReadOnlyList<string> Describe() =>
    [
        .. new[]
        {
            Delimiter is { } sign ? $"delimiter {(sign == '\t' ? "tab" : $"'{sign}'")}" : null,
            Encoding is { } encoding ? $"encoding {encoding}" : null,
            DecimalMark is { } mark ? $"decimal {mark}" : null,
            DateFormats.Count > 0 ? $"dates like {string.Join(", ", DateFormats)}" : null,
        }.OfType<string>(),
        .. NullTokens.Select(n => $"NULL in {n.Key}: {string.Join(", ", n.Value.Select(t => $"'{t}'"))}"),
    ];
}

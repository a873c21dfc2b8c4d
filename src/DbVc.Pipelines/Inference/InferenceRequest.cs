using DbVc.Model;

namespace DbVc.Pipelines;

/// <summary>What a proposal is made from.</summary>
/// <param name="Location">Of the source, as the metadata names it.</param>
/// <param name="Table">The destination; null: named after the source.</param>
/// <param name="Decisions">Answers to open questions, by field.</param>
public sealed record InferenceRequest(string Location, string? Table, IReadOnlyDictionary<string, string> Decisions)
{
    /// <summary>Records to look at.</summary>
    public long MaxRecords { get; init; } = 100_000;

    /// <summary>The source as the proposal is to have it; null: as it was found.</summary>
    public SourceDraft? Draft { get; init; }

    /// <summary>How its supplier wrote before; null where nobody knows. It is proposed where the source does not say, and never without saying so.</summary>
    public RememberedDialect? Remembered { get; init; }

    /// <summary>The decision about a field, ignoring case; null when there is none.</summary>
    internal string? FindDecision(string field) =>
        Decisions.Where(d => d.Key.Equals(field, StringComparison.OrdinalIgnoreCase)).Select(d => d.Value.ToLowerInvariant()).FirstOrDefault();
}

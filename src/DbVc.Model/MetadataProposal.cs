using System.Collections.Immutable;

namespace DbVc.Model;

/// <summary>Metadata that was read off real data: what is proposed, what speaks for it, and what only a person can say.</summary>
/// <param name="Json">The metadata file.</param>
/// <param name="Source">How the source is written, in words.</param>
/// <param name="Table">The destination table.</param>
/// <param name="Records">Records looked at.</param>
/// <param name="IsWhole">Whether these are all.</param>
public sealed record MetadataProposal(string Json, string Source, string Table, long Records, bool IsWhole)
{
    public required IReadOnlyList<ProposedField> Fields { get; init; }

    public required IReadOnlyList<ProposedRule> Rules { get; init; }

    /// <summary>What the data leaves open, with the choice that the proposal makes until somebody decides.</summary>
    public required IReadOnlyList<OpenQuestion> Questions { get; init; }

    /// <summary>What else a person should know; sentences.</summary>
    public required IReadOnlyList<string> Findings { get; init; }

    /// <summary>What is as a supplier wrote before, because this source does not say; sentences, which stand among the findings, too.</summary>
    public IReadOnlyList<string> Recalled { get; init; } = [];

    /// <summary>The different values of a field in the records that were looked at, as text and as its steps leave them.</summary>
    public Func<string, IReadOnlySet<string>> Values { get; init; } = _ => ImmutableHashSet<string>.Empty;
}

/// <summary>A field as the data suggests it.</summary>
/// <param name="Name">Its name in the schema.</param>
/// <param name="Column">Its name, or path, in the source.</param>
/// <param name="Type">As metadata names it.</param>
/// <param name="Steps">Preprocessing that it needs, as English.</param>
/// <param name="Evidence">What speaks for all that; sentences without a full stop.</param>
public sealed record ProposedField(
    string Name, string Column, string Type, bool IsKey, bool IsNullable, IReadOnlyList<string> Steps, IReadOnlyList<string> Evidence);

/// <summary>A rule that the data suggests.</summary>
/// <param name="Text">In English.</param>
/// <param name="Severity">As metadata names it.</param>
/// <param name="Confidence">
/// The share, 0 to 1, of all values to come that keep the rule, as far as the values that were seen let one be 95 % sure: the lower end of Wilson's score
/// interval (E. B. Wilson, 1927).
/// </param>
/// <param name="Evidence">What was counted.</param>
public sealed record ProposedRule(string Text, string Severity, double Confidence, string Evidence);

/// <summary>What only a person can say.</summary>
/// <param name="Field">The field, or <c>SOURCE</c>.</param>
/// <param name="Choices">Words for the answers.</param>
/// <param name="Assumed">The answer that the proposal assumes.</param>
public sealed record OpenQuestion(string Field, string Text, IReadOnlyList<string> Choices, string Assumed);

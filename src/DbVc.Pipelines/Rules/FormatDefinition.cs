using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>Whether a text has a format.</summary>
public delegate bool TextJudge(Text value);

/// <summary>
/// One format of the vocabulary. Reading metadata, the grammar, the generator, the samples of tests, the host's check and the documentation all take what they
/// know about a format from here.
/// </summary>
/// <param name="Name">In metadata: <c>must_be_valid_</c> before it, or alone.</param>
/// <param name="Method">The method of <see cref="PipelineRuntime.Rules"/>.</param>
/// <param name="Judge">The same method.</param>
/// <param name="Summary">One sentence for a person, with the standard that it comes from.</param>
public sealed record FormatDefinition(string Name, string Method, TextJudge Judge, string Summary)
{
    /// <summary>English for it; the first is the one that is written.</summary>
    public required IReadOnlyList<string> Nouns { get; init; }

    /// <summary>Other names in metadata.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>Words in a field's name by which "must be valid" means this format.</summary>
    public IReadOnlyList<string> Hints { get; init; } = [];

    /// <summary>Texts that have the format.</summary>
    public required IReadOnlyList<string> Accepted { get; init; }

    /// <summary>Texts that nearly have it.</summary>
    public required IReadOnlyList<string> Refused { get; init; }

    /// <summary>Every name in metadata.</summary>
    public IEnumerable<string> Names => [Name, "must_be_valid_" + Name, "valid_" + Name, .. Aliases];
}

namespace DbVc.Pipelines;

/// <summary>A rule or operation that is not understood or makes no sense; becomes a metadata problem.</summary>
internal sealed class RuleException(string message, string? suggestion = null) : Exception(message)
{
    public string? Suggestion { get; } = suggestion;

    /// <summary>The whole rule that is not understood; null for anything else.</summary>
    public string? Sentence { get; init; }
}

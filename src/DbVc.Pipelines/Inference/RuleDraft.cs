using DbVc.Model;

namespace DbVc.Pipelines;

/// <summary>A rule that a proposal makes, in its long form.</summary>
/// <param name="Rule">Its name in metadata.</param>
/// <param name="Fields">What it is about.</param>
/// <param name="Severity">What the kind of a value says is a reason to reject; what was merely seen so far is one to warn.</param>
/// <param name="Confidence">See <see cref="ProposedRule.Confidence"/>.</param>
/// <param name="Evidence">What was counted.</param>
internal sealed record RuleDraft(string Rule, IReadOnlyList<string> Fields, RuleSeverity Severity, double Confidence, string Evidence)
{
    /// <summary>Parameters: texts, numbers or lists of texts.</summary>
    public IReadOnlyList<(string Name, object Value)> Arguments { get; init; } = [];
}

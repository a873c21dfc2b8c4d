using DbVc.Model;

namespace DbVc.Agents;

/// <summary>What a run started from, so that it can be repeated.</summary>
/// <param name="Start">The head of its branch.</param>
/// <param name="Base">Where its branch left its origin.</param>
/// <param name="Main">Main's head.</param>
/// <param name="Baseline">The task with which the gates compared what it loaded; null where there was none.</param>
public sealed record RunOrigin(CommitId Start, CommitId Base, CommitId Main, string? Baseline);

namespace DbVc.Orchestration;

/// <summary>One thing a gate found.</summary>
/// <param name="Rule">The gate's own name for it.</param>
/// <param name="Where">File and line, or row, if known.</param>
public sealed record GateFinding(string Rule, string Message, string? Where);

/// <summary>What one gate says.</summary>
/// <param name="Seconds">How long it took.</param>
/// <param name="Summary">One line for a person, for example <c>28/28 tests, coverage 97 %</c>.</param>
public sealed record GateResult(string Name, bool Passed, double Seconds, string Summary, IReadOnlyList<GateFinding> Findings);

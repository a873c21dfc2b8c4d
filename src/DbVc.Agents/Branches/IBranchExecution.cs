namespace DbVc.Agents;

/// <summary>Runs the branch's code in the sandbox and judges it. Rules, thresholds and the sample come from the pinned metadata, never from here.</summary>
public interface IBranchExecution
{
    /// <summary>Compiles the code of the branch, runs it on the source, and loads what it accepts into the branch's database,
    /// in place of what an earlier call loaded.</summary>
    ExecutionReport Execute(CancellationToken cancellation);

    /// <summary>Runs all gates on what is in the branch now; tells each one's verdict as it falls.</summary>
    GateVerdict ValidateResults(Action<GateSummary> gateFinished, CancellationToken cancellation);
}

/// <summary>What happened to the records of a source. Read is always the sum of the others.</summary>
public sealed record RowCounts(long Read, long Loaded, long Rejected, long Filtered);

/// <summary>What one execution did.</summary>
/// <param name="Succeeded">The code compiled, ran to its end, and every record came back exactly once.</param>
/// <param name="Rows">Counted by the host.</param>
/// <param name="RowsPerSecond">Records read per second of wall time.</param>
/// <param name="FirstFailures">The first rejected records.</param>
/// <param name="Problem">Why it did not succeed; null if it did.</param>
public sealed record ExecutionReport(
    bool Succeeded, RowCounts Rows, double RowsPerSecond, IReadOnlyList<RowFailure> FirstFailures, string? Problem = null)
{
    /// <summary>Compiler messages and the like, with file and line.</summary>
    public IReadOnlyList<GateFinding> Findings { get; init; } = [];
}

/// <summary>One broken rule of one record.</summary>
/// <param name="Record">Its number in the source, from 1.</param>
/// <param name="Line">The physical line where it starts, from 1.</param>
/// <param name="Field">Empty for a rule over several fields.</param>
/// <param name="Rule">The rule's name.</param>
/// <param name="Value">The value as it was read.</param>
/// <param name="Message">The rule's message.</param>
public sealed record RowFailure(long Record, long Line, string Field, string Rule, string Value, string Message);

/// <summary>Whether all gates let the branch through.</summary>
public sealed record GateVerdict(bool Passed, IReadOnlyList<GateSummary> Gates);

/// <summary>One gate's decision.</summary>
/// <param name="Name">For example <c>lint</c>.</param>
/// <param name="Passed">Its verdict.</param>
/// <param name="Seconds">Wall time.</param>
/// <param name="Summary">One line, for example <c>28/28 (coverage 97 %)</c>.</param>
/// <param name="Findings">What is wrong, where; empty if it passed cleanly.</param>
public sealed record GateSummary(string Name, bool Passed, double Seconds, string Summary, IReadOnlyList<GateFinding> Findings);

/// <summary>One thing a gate objects to.</summary>
public sealed record GateFinding(string Message)
{
    /// <summary>Relative to the branch; null if it is not about a file.</summary>
    public string? File { get; init; }

    /// <summary>From 1.</summary>
    public int? Line { get; init; }

    /// <summary>The rule, test or diagnostic it comes from.</summary>
    public string? Rule { get; init; }

    /// <summary>The source record it is about, from 1.</summary>
    public long? Row { get; init; }
}

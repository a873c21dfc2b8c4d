using DbVc.Model;
using DbVc.Pipelines;

namespace DbVc.Agents;

/// <summary>Runs the branch's code in the sandbox and judges it. Rules, thresholds and the sample come from the pinned metadata, never from here.</summary>
public interface IBranchExecution
{
    /// <summary>Compiles the code of the branch, runs it on the source, and loads what it accepts into the branch's database,
    /// in place of what an earlier call loaded. A source with more records than <paramref name="mostRows"/> throws <see cref="LimitMetException"/>.</summary>
    ExecutionReport Execute(long? mostRows, CancellationToken cancellation);

    /// <summary>The source as it is, with the first <paramref name="rows"/> rows.</summary>
    SourceProfile ProfileSource(int rows, CancellationToken cancellation);

    /// <summary>Records of the source as they are, by their numbers.</summary>
    IReadOnlyList<SourceRow> ReadSource(IReadOnlySet<long> records, CancellationToken cancellation);

    /// <summary>Runs all gates on what is in the branch now; tells each one's verdict as it falls.</summary>
    GateVerdict ValidateResults(Action<GateSummary> gateFinished, CancellationToken cancellation);
}

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

    /// <summary>Whether the problem is in the words of the code that ran, and may hold a row.</summary>
    public bool CodeSaysProblem { get; init; }
}

/// <summary>Whether all gates let the branch through.</summary>
public sealed record GateVerdict(bool Passed, IReadOnlyList<GateSummary> Gates);

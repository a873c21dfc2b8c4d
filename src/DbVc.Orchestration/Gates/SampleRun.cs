using DbVc.Model;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>What the host measured when the branch's code ran on its source: everything here was counted or checked outside the sandbox.</summary>
/// <param name="Columns">The columns the pipeline filled, in order.</param>
/// <param name="Rows">Every record counted once.</param>
/// <param name="Elapsed">Wall time, loading included.</param>
/// <param name="TableRowsBefore">Rows of the destination table before.</param>
/// <param name="TableRowsAfter">Rows of the destination table after.</param>
public sealed record SampleRun(
    IReadOnlyList<string> Columns, RowCounts Rows, TimeSpan Elapsed, long TableRowsBefore, long TableRowsAfter)
{
    /// <summary>How many records each rule rejected.</summary>
    public IReadOnlyDictionary<string, long> RejectedByRule { get; init; } = new Dictionary<string, long>();

    /// <summary>What became of every declared rule.</summary>
    public IReadOnlyList<RuleOutcome> Rules { get; init; } = [];

    /// <summary>What the rules about the whole table say.</summary>
    public IReadOnlyList<TableOutcome> TableRules { get; init; } = [];

    /// <summary>Records that the code left out though no rule drops them, as far as the host can see.</summary>
    public long Unexplained { get; init; }

    public IReadOnlyList<RowFailure> FirstFailures { get; init; } = [];

    /// <summary>How the code took the first records, beside what the metadata says of them.</summary>
    public SampleComparison Compared { get; init; } = SampleComparison.None;

    /// <summary>Accepted rows that break a declared rule or type when the host evaluates it again: how many.</summary>
    public long Disagreements { get; init; }

    public IReadOnlyList<RowFailure> FirstDisagreements { get; init; } = [];

    /// <summary>Constraints and invariants that the branch's database breaks now.</summary>
    public IReadOnlyList<ConstraintViolation> Violations { get; init; } = [];

    /// <summary>What the steps of preprocessing changed, counted by the host in the first records; null where there are no steps.</summary>
    public ChangeCounts? Changes { get; init; }

    /// <summary>What was loaded, column by column.</summary>
    public TableProfile? Profile { get; init; }

    /// <summary>In what it differs from what the pipeline's last merged run loaded.</summary>
    public IReadOnlyList<DriftFinding> Drift { get; init; } = [];

    /// <summary>What the steps that reshape the source's records did, step by step; empty where there are none.</summary>
    public IReadOnlyList<ReshapeCount> Reshaped { get; init; } = [];

    /// <summary>Bytes that the pipeline's process took at most, as the kernel says; 0 where it does not.</summary>
    public long PeakMemory { get; init; }

    public double RowsPerSecond => Elapsed > TimeSpan.Zero ? Rows.Read / Elapsed.TotalSeconds : 0;
}

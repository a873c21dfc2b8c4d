using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>What came of running a pipeline on its sample: once, killed midway, and once more.</summary>
/// <param name="Sample">Hash of the sample's bytes.</param>
/// <param name="Records">Records of the sample.</param>
/// <param name="Rows">What became of them the first time.</param>
/// <param name="Content">What the destination's filled columns hold after the first run.</param>
/// <param name="Rejected">Hash of the quarantine of the first run.</param>
public sealed record TrialResult(Hash Sample, long Records, RowCounts Rows, Hash Content, Hash Rejected)
{
    /// <summary>After how many records the process was killed; null where the sample gave nothing to wait for.</summary>
    public long? KilledAfter { get; init; }

    /// <summary>What was other than it should be; empty where the pipeline can be run again at any time.</summary>
    public IReadOnlyList<GateFinding> Problems { get; init; } = [];

    /// <summary>How many records each rule rejected in the first run.</summary>
    public IReadOnlyDictionary<string, long> RejectedByRule { get; init; } = new Dictionary<string, long>();

    /// <summary>What the code took otherwise than the metadata says.</summary>
    public SampleComparison Compared { get; init; } = SampleComparison.None;
}

/// <summary>What the engine said to the definition of the destination.</summary>
/// <param name="Statement">The table's definition as the engine keeps it; null where it refused it.</param>
/// <param name="Problem">Why it refused it; null where it did not.</param>
public sealed record DefinitionCheck(string? Statement, GateFinding? Problem);

namespace DbVc.Orchestration;

/// <summary>How good is good enough. From <c>config.yaml</c> (unversioned), never from a branch; what the metadata asks for comes on top.</summary>
public sealed record GateThresholds
{
    public static GateThresholds Default { get; } = new();

    /// <summary>Share of lines the tests must reach, 0 to 1.</summary>
    public double LineCoverage { get; init; } = 0.80;

    /// <summary>Share of branch outcomes the tests must reach, 0 to 1.</summary>
    public double BranchCoverage { get; init; } = 0.60;

    /// <summary>Share of small changes of the code that the tests must notice, 0 to 1; 0 tries none.</summary>
    public double MutationScore { get; init; } = 0.60;

    /// <summary>Share of the sample's records that the code may take otherwise than the metadata says, 0 to 1.</summary>
    public double SampleDifferences { get; init; }

    /// <summary>Lint warnings that are tolerated; errors never are.</summary>
    public int LintWarnings { get; init; }

    /// <summary>Records per second that a pipeline must read at least.</summary>
    public double RowsPerSecond { get; init; } = 500;

    /// <summary>Runs with fewer records say nothing about speed: starting takes longer than running.</summary>
    public long MinRowsToJudgeSpeed { get; init; } = 1_000;

    /// <summary>How much slower than the last merged run is tolerated, 0 to 1.</summary>
    public double SlowerThanMerged { get; init; } = 0.5;

    /// <summary>Most resident memory that the pipeline's process may take, in bytes.</summary>
    public long MemoryBytes { get; init; } = 1L << 30;

    /// <summary>Runs smaller than this are not compared with the last merged run.</summary>
    public long MinRowsToCompareSpeed { get; init; } = 50_000;
}

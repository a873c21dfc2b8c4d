using DbVc.Agents;
using DbVc.Live;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>What one execution works with.</summary>
internal sealed record ExecutionSetup(
    WorkspaceContext Context, BranchRecord Record, PipelineTask Task, PipelineSpec Spec, string SourcePath)
{
    public required Checkout Checkout { get; init; }

    public required SecretMask Mask { get; init; }

    /// <summary>The last merged run of the same pipeline; null for the first.</summary>
    public AgentReport? LastMerged { get; init; }

    /// <summary>Whether the tests are tried on changed code; code that was merged has been.</summary>
    public bool TriesMutants { get; init; }

    /// <summary>One more run of code that was merged, and was tried on a sample then.</summary>
    public bool IsRun { get; init; }

    /// <summary>What was measured once is measured again, to be compared: nothing of it outlives the branch.</summary>
    public bool IsRepetition { get; init; }
}

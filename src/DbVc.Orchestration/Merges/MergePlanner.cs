using DbVc.Model;
using DbVc.Store;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>Computes three-way merges of commits; writes trees, decides nothing else and publishes nothing.</summary>
internal sealed class MergePlanner(Repository repository, ISchemaDialect dialect)
{
    /// <summary>True when the target holds everything of the source already.</summary>
    public bool IsUpToDate(CommitId source, CommitId target) => new CommitGraph(repository).IsAncestor(source, target);

    /// <summary>Merges the source's commit into a snapshot of the target.</summary>
    public MergeOutcome Run(MergeInputs inputs, IChunkWriter chunks)
    {
        var graph = new CommitGraph(repository);
        var bases = graph.MergeBases(inputs.Source, inputs.TargetHead);
        if (bases.Count == 0)
        {
            throw new DbVcException(FailureKind.Refused, "merge.unrelated", "The two histories have no commit in common.",
                where: $"{inputs.Source.Short} and {inputs.TargetHead.Short}", hint: "Only branches of one repository can be merged.");
        }

        // After criss-cross merges the newest common ancestor is taken; both candidates give a correct, if noisier, merge.
        var start = repository.ReadSnapshot(bases[0]).Snapshot;
        var source = repository.ReadSnapshot(inputs.Source).Snapshot;
        return new ThreeWayMerge(chunks, inputs.Policies, inputs.Decisions, dialect).Run(start, source, inputs.Target);
    }
}

/// <summary>What a merge is computed from.</summary>
/// <param name="Source">The source's head.</param>
/// <param name="TargetHead">The target's head, for the merge base.</param>
/// <param name="Target">The target's content; more than the head's when live changes are looked at without committing them.</param>
/// <param name="Policies">Column policies.</param>
/// <param name="Decisions">Resolutions by conflict id.</param>
internal sealed record MergeInputs(CommitId Source, CommitId TargetHead, Snapshot Target, MergePolicies Policies, Func<string, Resolution?> Decisions);

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
        var start = new CommonState(repository, chunks, inputs.Policies, dialect).Find(inputs.Source, inputs.TargetHead)
            ?? throw new DbVcException(FailureKind.Refused, "merge.unrelated", "The two histories have no commit in common.",
                where: $"{inputs.Source.Short} and {inputs.TargetHead.Short}", hint: "Only branches of one repository can be merged.");
        var source = repository.ReadSnapshot(inputs.Source).Snapshot;
        inputs.Policies.Check([.. Tables(source), .. Tables(inputs.Target)]);
        var translation = new KeyTranslation(repository, chunks, inputs.HighestKey, dialect);
        var states = translation.Run(inputs.Source, inputs.TargetHead, new MergeStates(start, source, inputs.Target));
        var history = new MergeHistory(repository, inputs.Source, inputs.TargetHead);
        var merge = new ThreeWayMerge(chunks, inputs.Policies, inputs.Decisions, history) { HighestKey = inputs.HighestKey, Dialect = dialect };
        var outcome = merge.Run(states.Base, states.Source, states.Target);
        var moved = translation.MovedIn(new SnapshotReader(chunks, outcome.Merged)).ToList();
        return moved.Count == 0 ? outcome : outcome with { Rekeyed = [.. moved, .. outcome.Rekeyed] };

        IEnumerable<TableSchema> Tables(Snapshot snapshot) =>
            inputs.Policies.IsEmpty ? [] : new SnapshotReader(chunks, snapshot).Tables().Select(t => t.Schema);
    }
}

/// <summary>What a merge is computed from.</summary>
/// <param name="Source">The source's head.</param>
/// <param name="TargetHead">The target's head, for the merge base.</param>
/// <param name="Target">The target's content; more than the head's when live changes are looked at without committing them.</param>
/// <param name="Policies">Column policies.</param>
/// <param name="Decisions">Resolutions by conflict id.</param>
internal sealed record MergeInputs(CommitId Source, CommitId TargetHead, Snapshot Target, MergePolicies Policies, Func<string, Resolution?> Decisions)
{
    /// <summary>The highest key that a database behind the two sides ever handed out in a table.</summary>
    public Func<string, long> HighestKey { get; init; } = _ => 0;
}

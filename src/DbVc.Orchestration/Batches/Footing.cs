using DbVc.Live;
using DbVc.Model;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>Where a branch begins that stands on others.</summary>
/// <param name="Commit">Holds all of them.</param>
/// <param name="On">Those that main does not hold.</param>
internal sealed record Footing(CommitId Commit, IReadOnlyList<StandsOn> On)
{
    /// <summary>
    /// A commit that holds what all these tasks made: the head of their branch, or of the one that holds the others; else they are merged into a commit
    /// that no branch names. Null where main holds it all.
    /// </summary>
    /// <param name="context">The repository.</param>
    /// <param name="parents">Tasks that are ready, or merged.</param>
    /// <param name="child">What is made on them, for the commit's message.</param>
    public static Footing? Find(WorkspaceContext context, IReadOnlyList<AgentReport> parents, string child)
    {
        var (repository, graph) = (context.Repository, new CommitGraph(context.Repository));
        var main = repository.Head(BranchName.Main);
        var on = parents.Where(p => p.State != TaskState.Merged)
            .Select(p => new StandsOn(p.Branch, repository.Head(BranchName.Parse(p.Branch)).ToString()))
            .Where(o => !graph.IsAncestor(CommitId.Parse(o.Commit), main)).ToList();
        if (on.Count == 0) return null;
        var heads = on.Select(o => CommitId.Parse(o.Commit)).Distinct().ToList();
        // What another parent brought to main, the branches that are not merged need not hold.
        if (on.Count < parents.Count && !heads.Contains(main)) heads.Insert(0, main);
        var tops = heads.Where(h => !heads.Exists(other => other != h && graph.IsAncestor(h, other))).ToList();
        return new Footing(tops.Skip(1).Aggregate(tops[0], (into, from) => Merge(context, into, from, on, child)), on);
    }

    /// <summary>No branch is moved by it, and no database is touched: the branch that begins there is made of the merged snapshot.</summary>
    private static CommitId Merge(WorkspaceContext context, CommitId into, CommitId from, IReadOnlyList<StandsOn> on, string child)
    {
        var repository = context.Repository;
        using var chunks = repository.Chunks.BeginWrite();
        var inputs = new MergeInputs(
            from, into, repository.ReadSnapshot(into).Snapshot, MergePolicies.Parse([.. context.Configuration.Policies]), _ => null);
        var merged = new MergePlanner(repository, context.Live.Provider.Dialect).Run(inputs, chunks);

        // Rows that get other keys here might get different ones in main, and what is loaded on top would refer to the wrong ones.
        if (merged.Conflicts.Count + merged.Rekeyed.Count > 0)
        {
            throw new DbVcException(FailureKind.Conflict, "batch.parents", $"What '{child}' needs cannot be put together: {BranchStart.Names(on)} "
                + (merged.Conflicts.Count > 0 ? $"have {Quantity.Of(merged.Conflicts.Count, "conflict")}." : "numbered rows of one table alike."),
                hint: "Merge them into main, where the conflicts are resolved, and go on: db-vc agent run --resume.");
        }

        var snapshot = SnapshotCodec.Write(chunks, merged.Merged);
        chunks.Publish();
        var transaction = new CommitTransaction(repository, $"agent run {child}", context.Options.User.Name);
        var commit = transaction.Add(new Commit
        {
            Snapshot = snapshot,
            Parents = [into, from],
            Author = context.Options.User,
            Time = repository.NextTime([into, from]),
            Message = $"Bring together what '{child}' needs: {BranchStart.Names(on)}",
        });
        transaction.Publish();
        return commit;
    }
}

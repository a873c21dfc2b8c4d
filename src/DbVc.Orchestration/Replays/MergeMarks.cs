using DbVc.Live;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>Keeps what is said of a branch, that it was merged, true when the merge is undone or done again.</summary>
internal static class MergeMarks
{
    /// <summary>What changes together with an undo; nothing for other commands.</summary>
    public static IEnumerable<DocumentChange> Changes(WorkspaceContext context, ReplayRecord replay)
    {
        if (replay is not { Verb: ReplayVerb.Undo, Before: { } undone }) return [];
        var commit = context.Repository.ReadCommit(CommitId.Parse(undone));
        if (commit.Parents.Count == 2) return Mark(context, r => r.Merged == commit.Parents[1].ToString(), null, null);

        // An undo undone: what the first one took back is there again.
        if (commit.Origin is not { } origin || context.Repository.ReadCommit(origin) is not { Parents: [_, var source] } merge) return [];
        return Mark(context, r => r.Merged is null && context.Repository.FindHead(BranchName.Parse(r.Name)) == source, source.ToString(),
            MergeTrailers.FindOverride(merge));
    }

    private static IEnumerable<DocumentChange> Mark(WorkspaceContext context, Func<BranchRecord, bool> which, string? merged, string? reason) =>
        context.Repository.ListBranches().Select(b => BranchRecord.Read(context.Repository.Store, BranchName.Parse(b.Key))).OfType<BranchRecord>()
            .Where(which).Select(r => new DocumentChange(BranchRecord.Collection, r.Name, (r with { Merged = merged, Override = reason }).ToBytes()));
}

using DbVc.Live;
using DbVc.Model;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>Where that begins which a commit brings to main, or brought.</summary>
internal static class BranchSpan
{
    /// <summary>
    /// Where main and a commit part; for one that main holds, where they parted before it was merged. A commit that main was at itself begins at the one
    /// before. Null where they have nothing in common.
    /// </summary>
    /// <param name="context">The repository.</param>
    /// <param name="commit">What is brought.</param>
    /// <param name="record">The branch that brings it: it may begin on another one than main. Null where that is not known.</param>
    public static CommitId? StartOf(WorkspaceContext context, CommitId commit, BranchRecord? record = null)
    {
        var graph = new CommitGraph(context.Repository);
        var main = context.FirstParents(context.Repository.Head(BranchName.Main)).ToList();
        if (!graph.IsAncestor(commit, main[0])) return BranchStart.Find(context.Repository, record, commit, main[0]);
        var (holds, lacks) = (0, main.Count);
        while (lacks - holds > 1)
        {
            var middle = (holds + lacks) / 2;
            if (graph.IsAncestor(commit, main[middle])) holds = middle;
            else lacks = middle;
        }

        return lacks < main.Count ? BranchStart.Find(context.Repository, record, commit, main[lacks]) : null;
    }
}

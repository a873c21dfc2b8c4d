using DbVc.Model;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>
/// What a head brings to a branch that it goes to, and what that repeats: whoever picks a commit is its author then, and where it came from must not get
/// lost. A commit that the branch holds is settled where the branch itself was at it; what only came with a merge was judged as a whole, and counts
/// again when it comes alone.
/// </summary>
internal static class BroughtCommits
{
    public static IEnumerable<NamedCommit> List(WorkspaceContext context, CommitId head, CommitId goal)
    {
        var graph = new CommitGraph(context.Repository);
        var held = graph.Walk(goal).Select(c => c.Id).ToHashSet();
        var seen = new HashSet<CommitId>();
        var open = new Queue<CommitId>([head]);
        while (open.TryDequeue(out var start))
        {
            var settled = held.Contains(start) ? FindSettled(context, graph, start, goal) : held;
            foreach (var named in graph.Walk(start).Where(c => !settled.Contains(c.Id) && seen.Add(c.Id)))
            {
                yield return named;
                if (named.Commit.Origin is { } origin && context.Repository.Store.ReadCommit(origin.Hash) is not null) open.Enqueue(origin);
            }
        }
    }

    /// <summary>The newest commit that the branch was at and that a merged one stands on, with all before it.</summary>
    private static HashSet<CommitId> FindSettled(WorkspaceContext context, CommitGraph graph, CommitId start, CommitId goal)
    {
        var below = graph.Walk(start).Select(c => c.Id).ToHashSet();
        return graph.Walk(context.FirstParents(goal).Where(below.Contains).Take(1)).Select(c => c.Id).ToHashSet();
    }
}

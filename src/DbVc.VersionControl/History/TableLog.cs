using DbVc.Model;

namespace DbVc.VersionControl;

/// <summary>The commits that changed one table, newest first, followed over renames. A merge counts where the table is none of its parents'.</summary>
public sealed class TableLog(Repository repository, string table)
{
    public IEnumerable<NamedCommit> Commits(IReadOnlyList<CommitId> starts)
    {
        var graph = new CommitGraph(repository);
        var trail = new TableTrail(repository, graph, table);
        foreach (var commit in graph.Walk(starts))
        {
            var now = trail.Start(commit.Id);
            var parents = commit.Commit.Parents.Select(parent => trail.Parent(now, parent)).ToList();
            if (parents.Count == 0 ? now is not null : parents.TrueForAll(before => Differs(before, now))) yield return commit;
        }
    }

    private static bool Differs(TableAt? before, TableAt? now) => before is null ? now is not null : now is null || !before.IsSame(now);
}

using DbVc.Model;

namespace DbVc.VersionControl;

/// <summary>Questions about ancestry.</summary>
public sealed class CommitGraph(Repository repository)
{
    private readonly Dictionary<CommitId, Commit> _cache = [];

    public Commit Read(CommitId id)
    {
        if (!_cache.TryGetValue(id, out var commit)) _cache[id] = commit = repository.ReadCommit(id);
        return commit;
    }

    /// <summary>A commit and all its ancestors, newest first; a commit always comes before its parents (times grow along every path).</summary>
    public IEnumerable<NamedCommit> Walk(params IEnumerable<CommitId> starts)
    {
        var queue = new PriorityQueue<CommitId, (long, Hash)>();
        var seen = new HashSet<CommitId>();
        foreach (var start in starts) Enqueue(start);
        while (queue.TryDequeue(out var id, out _))
        {
            var commit = Read(id);
            yield return new NamedCommit(id, commit);
            foreach (var parent in commit.Parents) Enqueue(parent);
        }

        void Enqueue(CommitId id)
        {
            if (seen.Add(id)) queue.Enqueue(id, (-Read(id).Time.UtcTicks, id.Hash));
        }
    }

    public bool IsAncestor(CommitId ancestor, CommitId descendant)
    {
        var earliest = Read(ancestor).Time;
        foreach (var (id, commit) in Walk(descendant))
        {
            if (id == ancestor) return true;
            if (commit.Time < earliest) return false;
        }

        return false;
    }

    /// <summary>
    /// The best common ancestors of two commits: those that are not an ancestor of another common ancestor; newest first.
    /// Empty for unrelated histories; more than one after criss-cross merges.
    /// </summary>
    public IReadOnlyList<CommitId> MergeBases(CommitId source, CommitId target)
    {
        var fromSource = Walk(source).Select(c => c.Id).ToHashSet();
        var bases = new List<CommitId>();
        var covered = new HashSet<CommitId>();
        foreach (var (id, commit) in Walk(target))
        {
            if (covered.Contains(id))
            {
                covered.UnionWith(commit.Parents);
            }
            else if (fromSource.Contains(id))
            {
                bases.Add(id);
                covered.UnionWith(commit.Parents);
            }
        }

        return bases;
    }
}

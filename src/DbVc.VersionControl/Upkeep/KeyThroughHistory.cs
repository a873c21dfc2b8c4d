using DbVc.Model;

namespace DbVc.VersionControl;

/// <summary>
/// Which key a row has in each commit. Where a merge gave it a new key, the commits that it came from know it by its old one, and whatever has
/// the new key there is another row.
/// </summary>
internal sealed class KeyThroughHistory
{
    private readonly IReadOnlyList<Value> _key;
    private readonly List<Renumbering> _merges = [];

    /// <param name="commits">All commits, parents before children.</param>
    /// <param name="namesAt">The names of the row's table in a commit.</param>
    /// <param name="key">The key today.</param>
    public KeyThroughHistory(IReadOnlyList<NamedCommit> commits, Func<Commit, IEnumerable<string>> namesAt, IReadOnlyList<Value> key)
    {
        _key = key;
        foreach (var (id, commit) in commits.Where(c => c.Commit.Parents.Count == 2).Reverse())
        {
            var changes = KeyTrailer.Read(commit.Message);
            if (changes.Count == 0) continue;
            var names = namesAt(commit).ToHashSet(StringComparer.OrdinalIgnoreCase);
            var ofTable = changes.Where(c => names.Contains(c.Table)).ToList();
            if (ofTable.Count > 0) _merges.Add(new Renumbering(ofTable, FindOldLine(commits, id, commit)));
        }
    }

    /// <summary>Null where the row cannot be, because another one has its key.</summary>
    public IReadOnlyList<Value>? At(CommitId commit)
    {
        var key = _key;
        foreach (var merge in _merges.Where(m => m.OldLine.Contains(commit)))
        {
            if (merge.Changes.FirstOrDefault(c => IsKey(c.NewKey, key)) is { } change) key = [.. change.Before.Select(p => p.Value)];
            else if (merge.Changes.Any(c => IsKey(c.Before, key))) return null;
        }

        return key;
    }

    /// <summary>What the merge took in, and what went on from there without it.</summary>
    private static HashSet<CommitId> FindOldLine(IReadOnlyList<NamedCommit> commits, CommitId merge, Commit of)
    {
        var (old, known, since) = (new HashSet<CommitId> { of.Parents[1] }, new HashSet<CommitId> { of.Parents[0] }, new HashSet<CommitId> { merge });
        foreach (var (id, commit) in commits.Reverse())
        {
            if (known.Contains(id)) known.UnionWith(commit.Parents);
            if (old.Contains(id)) old.UnionWith(commit.Parents);
        }

        old.ExceptWith(known);
        foreach (var (id, commit) in commits)
        {
            if (commit.Parents.Any(since.Contains)) since.Add(id);
            else if (id != merge && !known.Contains(id) && commit.Parents.Any(old.Contains) && KeyTrailer.Read(commit.Message).Count == 0) old.Add(id);
        }

        return old;
    }

    private static bool IsKey(IReadOnlyList<NamedValue> named, IReadOnlyList<Value> key) => named.Select(p => p.Value).SequenceEqual(key);

    private sealed record Renumbering(IReadOnlyList<KeyChange> Changes, HashSet<CommitId> OldLine);
}

using DbVc.Model;

namespace DbVc.VersionControl;

/// <summary>
/// Blames up to 64 columns of a table. Walks from the newest commit to the oldest and reads only what commits changed: a cell goes on to the
/// first parent that has the same value, and belongs to the commit where no parent has. Only rows that were changed are kept; the rest of the
/// table belongs to the commit where the walk ends.
/// </summary>
internal sealed class BlameRun(Repository repository, CommitGraph graph, TableTrail trail, int[] columns)
{
    public const int MostColumns = 64;
    private const int LookupLimit = 64;

    private readonly Dictionary<ReadOnlyMemory<byte>, CommitId[]> _settled = new(KeyEquality.Instance);
    private readonly CommitId[] _rest = new CommitId[columns.Length];
    private readonly Dictionary<CommitId, BlameRegion> _pending = [];

    private ulong All => columns.Length == MostColumns ? ulong.MaxValue : (1UL << columns.Length) - 1;

    /// <summary>Finds the commits of the rows with these keys, or of all rows.</summary>
    public void Run(CommitId revision, IEnumerable<ReadOnlyMemory<byte>>? keys)
    {
        var start = new BlameRegion { Rest = keys is null ? All : 0 };
        foreach (var key in keys ?? []) start.Rows[key] = new OpenCells(All, key);
        _pending[revision] = start;
        trail.Start(revision);
        foreach (var (id, commit) in graph.Walk(revision))
        {
            if (_pending.Remove(id, out var region)) Visit(id, commit, region);
            if (_pending.Count == 0) break;
        }
    }

    /// <summary>The commits of a row's cells, aligned with the columns. Shared: not to be changed.</summary>
    public CommitId[] CommitsOf(ReadOnlyMemory<byte> key)
    {
        if (!_settled.TryGetValue(key, out var commits)) return _rest;
        for (var i = 0; i < commits.Length; i++)
        {
            if (commits[i] == default) commits[i] = _rest[i];
        }

        return commits;
    }

    /// <summary>The rows of which a commit gave at least one cell its value, the commit at the end of the walk excepted.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> RowsOf(CommitId commit) => _settled.Where(s => s.Value.Contains(commit)).Select(s => s.Key);

    private void Visit(CommitId id, Commit commit, BlameRegion region)
    {
        if (trail.Start(id) is { } now)
        {
            foreach (var parent in commit.Parents)
            {
                if (trail.Parent(now, parent) is not { } before || !before.HasSameKey(now)) continue;
                var left = Pass(before, now, region);
                // Only the source's rows get new keys, and it is the second parent.
                if (commit.Parents.Count == 2 && parent == commit.Parents[1])
                {
                    new RowPairs(repository.Chunks, before, now, columns).FollowNewKeys(NewKeys(commit, now), region, left);
                }

                if (_pending.TryGetValue(parent, out var there)) there.Add(region);
                else _pending[parent] = region;
                region = left;
                if (region.IsEmpty) return;
            }
        }

        Settle(region, id);
    }

    /// <summary>The rows to which a merge gave a new key, as its message tells.</summary>
    private static IEnumerable<(ReadOnlyMemory<byte> Before, ReadOnlyMemory<byte> Now)> NewKeys(Commit merge, TableAt now)
    {
        var table = now.Table.Schema;
        foreach (var change in KeyTrailer.Read(merge.Message).Where(c => c.Table == table.Name && c.Before.Count == table.PrimaryKey.Count))
        {
            var before = change.Before.Select(part => part.Value).ToArray();
            var at = table.PrimaryKey.ToList().FindIndex(name => name.Equals(change.Column, StringComparison.OrdinalIgnoreCase));
            if (at < 0) continue;
            var after = (Value[])before.Clone();
            after[at] = Value.Integer(change.After);
            yield return (now.Rows.EncodeKey(before), now.Rows.EncodeKey(after));
        }
    }

    /// <summary>Leaves in the region what the parent has with the same value; returns the rest.</summary>
    private BlameRegion Pass(TableAt before, TableAt now, BlameRegion region)
    {
        var left = new BlameRegion();
        if (before.IsSame(now)) return left;
        PassColumns(before, now, region, left);
        if (before.Table.Rows == now.Table.Rows) return left;
        var pairs = new RowPairs(repository.Chunks, before, now, columns);
        if (region.Rest != 0 || region.Rows.Count > LookupLimit || !pairs.TryLookUp(region, left)) pairs.Walk(region, left);
        return left;
    }

    /// <summary>A column that the parent does not have stays behind in every row.</summary>
    private void PassColumns(TableAt before, TableAt now, BlameRegion region, BlameRegion left)
    {
        var shared = 0UL;
        for (var i = 0; i < columns.Length; i++)
        {
            if (before.Rows.IndexOf(columns[i]) >= 0 && now.Rows.IndexOf(columns[i]) >= 0) shared |= 1UL << i;
        }

        if (shared == All) return;
        left.Rest = region.Rest & ~shared;
        region.Rest &= shared;
        foreach (var (key, open) in region.Rows.ToList())
        {
            left.Rows[key] = open with { Cells = open.Cells & ~shared };
            region.Rows[key] = open with { Cells = open.Cells & shared };
        }
    }

    private void Settle(BlameRegion region, CommitId commit)
    {
        foreach (var open in region.Rows.Values.Where(open => open.Cells != 0))
        {
            if (!_settled.TryGetValue(open.Row, out var commits)) _settled[open.Row.ToArray()] = commits = new CommitId[columns.Length];
            Settle(commits, open.Cells, commit);
        }

        Settle(_rest, region.Rest, commit);
    }

    private static void Settle(CommitId[] commits, ulong cells, CommitId commit)
    {
        for (var i = 0; cells != 0; i++, cells >>= 1)
        {
            if ((cells & 1) != 0 && commits[i] == default) commits[i] = commit;
        }
    }
}

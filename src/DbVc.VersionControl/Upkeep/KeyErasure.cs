using DbVc.Model;
using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>A history without one row, and what was in the row.</summary>
/// <param name="Names">Commits and snapshots that have another name now.</param>
/// <param name="Commits">The new commits, parents before children.</param>
public sealed record ErasedHistory(IReadOnlyDictionary<Hash, Hash> Names, IReadOnlyList<NamedCommit> Commits);

/// <summary>
/// Takes the row of one key out of every commit that the store holds, whether a ref leads to it or not. Commits keep author, time and message;
/// those whose content or ancestors change get other ids.
/// </summary>
/// <param name="repository">The repository.</param>
/// <param name="table">The table's name.</param>
/// <param name="key">The values of its primary key, in key order.</param>
public sealed class KeyErasure(Repository repository, string table, IReadOnlyList<Value> key)
{
    private readonly Dictionary<Hash, Hash> _snapshots = [];
    private readonly Dictionary<Hash, TableSnapshot> _tables = [];

    /// <summary>Every row that the key ever had, each once, with the table as it was.</summary>
    public IEnumerable<(TableSchema Table, Value[] Row)> FindRows(CancellationToken cancel)
    {
        var seen = new HashSet<Hash>();
        foreach (var (_, commit) in ReadCommits())
        {
            cancel.ThrowIfCancellationRequested();
            var found = FindTable(repository.Chunks, SnapshotCodec.Read(repository.Chunks, commit.Snapshot));
            if (found is null || !seen.Add(found.Rows.Hash)) continue;
            foreach (var entry in FindEntries(repository.Chunks, found))
            {
                yield return (found.Schema, new TableEncoder(found.Schema).Decode(repository.Chunks, entry).Values);
            }
        }
    }

    /// <summary>The row in one snapshot; null if there is none.</summary>
    public (TableSchema Table, Value[] Row)? FindRow(IChunkSource chunks, Snapshot snapshot)
    {
        if (FindTable(chunks, snapshot) is not { } found) return null;
        foreach (var entry in FindEntries(chunks, found)) return (found.Schema, new TableEncoder(found.Schema).Decode(chunks, entry).Values);
        return null;
    }

    /// <summary>The snapshot without the row; the same one if it has none.</summary>
    public Snapshot Erase(IChunkWriter chunks, Snapshot snapshot)
    {
        if (FindTable(chunks, snapshot) is not { } found) return snapshot;
        if (!_tables.TryGetValue(found.Rows.Hash, out var without))
        {
            var entries = FindEntries(chunks, found).ToList();
            without = entries.Count == 0 ? found : found with
            {
                Rows = ProllyTree.Edit(chunks, found.Rows, entries.Select(e => TreeEdit.Delete(e.Key))),
                Count = found.Count - entries.Count,
            };
            _tables.Add(found.Rows.Hash, without);
        }

        if (without.Rows == found.Rows) return snapshot;
        var editor = new SnapshotEditor(chunks, snapshot);
        editor.PutTable(found with { Rows = without.Rows, Count = without.Count });
        return editor.Finish();
    }

    /// <summary>Writes the history without the row; nothing of it is visible yet.</summary>
    public ErasedHistory Run(IChunkWriter chunks, CancellationToken cancel)
    {
        var names = new Dictionary<Hash, Hash>();
        var commits = new List<NamedCommit>();
        foreach (var (id, commit) in ReadCommits())
        {
            cancel.ThrowIfCancellationRequested();
            var next = commit with
            {
                Snapshot = EraseSnapshot(chunks, commit.Snapshot),
                Parents = [.. commit.Parents.Select(p => Rename(p, names))],
                Origin = commit.Origin is { } origin ? Rename(origin, names) : null,
            };
            var nextId = new CommitId(Hash.Of(CommitCodec.Encode(next)));
            if (nextId == id) continue;
            names.Add(id.Hash, nextId.Hash);
            commits.Add(new NamedCommit(nextId, next));
        }

        foreach (var (old, next) in _snapshots.Where(s => s.Key != s.Value)) names.TryAdd(old, next);
        return new ErasedHistory(names, commits);
    }

    private static CommitId Rename(CommitId id, Dictionary<Hash, Hash> names) => names.TryGetValue(id.Hash, out var next) ? new CommitId(next) : id;

    private Hash EraseSnapshot(IChunkWriter chunks, Hash snapshot)
    {
        if (_snapshots.TryGetValue(snapshot, out var known)) return known;
        var read = SnapshotCodec.Read(chunks, snapshot);
        var erased = Erase(chunks, read);
        return _snapshots[snapshot] = erased == read ? snapshot : SnapshotCodec.Write(chunks, erased);
    }

    /// <summary>Parents come before children: a commit is always later than its parents.</summary>
    private List<NamedCommit> ReadCommits() =>
        [.. repository.Store.ListCommits().Select(h => new NamedCommit(new CommitId(h), repository.ReadCommit(new CommitId(h))))
            .OrderBy(c => c.Commit.Time).ThenBy(c => c.Id.Hash)];

    private TableSnapshot? FindTable(IChunkSource chunks, Snapshot snapshot) => new SnapshotReader(chunks, snapshot).FindTable(table);

    /// <summary>A table that had a key of another kind then has no row of this one.</summary>
    private IEnumerable<TreeEntry> FindEntries(IChunkSource chunks, TableSnapshot found)
    {
        if (found.Schema.PrimaryKey.Count != key.Count) yield break;
        var encoded = new TableEncoder(found.Schema).EncodeKey([.. key]);
        if (ProllyTree.TryGet(chunks, found.Rows, encoded, out var value)) yield return new TreeEntry(encoded, value);
    }
}

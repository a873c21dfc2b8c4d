using DbVc.Model;
using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>A history without one row, and what was in the row.</summary>
/// <param name="Names">Commits and snapshots that have another name now.</param>
/// <param name="Commits">The new commits, parents before children.</param>
public sealed record ErasedHistory(IReadOnlyDictionary<Hash, Hash> Names, IReadOnlyList<NamedCommit> Commits);

/// <summary>The table that a row is taken out of.</summary>
/// <param name="Name">Its last name.</param>
/// <param name="Id">Its identity, which stays when it is renamed.</param>
/// <param name="Others">The ids of tables that stand beside it: what they hold stays, also from a time when one of them bore that name.</param>
public sealed record ErasedTable(string Name, string Id, IReadOnlyCollection<string> Others);

/// <summary>
/// Takes the row of one key out of every commit that the store holds, whether a ref leads to it or not. Commits keep author, time and message;
/// those whose content or ancestors change get other ids.
/// </summary>
/// <param name="repository">The repository.</param>
/// <param name="table">The table, under whatever name it stands in a commit.</param>
/// <param name="key">The values of its primary key, in key order.</param>
public sealed class KeyErasure(Repository repository, ErasedTable table, IReadOnlyList<Value> key)
{
    private readonly Dictionary<(Hash Snapshot, string Key), Hash> _snapshots = [];
    private readonly Dictionary<(Hash Rows, string Key), TableSnapshot> _tables = [];
    private KeyThroughHistory? _keys;

    /// <summary>Every row that the key ever had, each once, with the table as it was.</summary>
    public IEnumerable<(TableSchema Table, Value[] Row)> FindRows(CancellationToken cancel)
    {
        var seen = new HashSet<(Hash, string)>();
        foreach (var (id, commit) in ReadCommits())
        {
            if (KeyAt(id) is not { } own) continue;
            cancel.ThrowIfCancellationRequested();
            foreach (var found in FindTables(repository.Chunks, SnapshotCodec.Read(repository.Chunks, commit.Snapshot)))
            {
                if (!seen.Add((found.Rows.Hash, TextOf(own)))) continue;
                foreach (var entry in FindEntries(repository.Chunks, found, own))
                {
                    yield return (found.Schema, new TableEncoder(found.Schema).Decode(repository.Chunks, entry).Values);
                }
            }
        }
    }

    /// <summary>The rows in a snapshot that stands on a commit; usually one or none.</summary>
    public IEnumerable<(TableSchema Table, Value[] Row)> FindRows(IChunkSource chunks, CommitId commit, Snapshot snapshot) =>
        from found in FindTables(chunks, snapshot)
        from entry in FindEntries(chunks, found, KeyAt(commit))
        select (found.Schema, new TableEncoder(found.Schema).Decode(chunks, entry).Values);

    /// <summary>A commit's snapshot without the row; the same one if it has none.</summary>
    public Snapshot Erase(IChunkWriter chunks, CommitId commit, Snapshot snapshot)
    {
        if (KeyAt(commit) is not { } own) return snapshot;
        foreach (var found in FindTables(chunks, snapshot)) snapshot = Erase(chunks, snapshot, found, own);
        return snapshot;
    }

    private Snapshot Erase(IChunkWriter chunks, Snapshot snapshot, TableSnapshot found, IReadOnlyList<Value> own)
    {
        if (!_tables.TryGetValue((found.Rows.Hash, TextOf(own)), out var without))
        {
            var entries = FindEntries(chunks, found, own).ToList();
            without = entries.Count == 0 ? found : found with
            {
                Rows = ProllyTree.Edit(chunks, found.Rows, entries.Select(e => TreeEdit.Delete(e.Key))),
                Count = found.Count - entries.Count,
            };
            _tables.Add((found.Rows.Hash, TextOf(own)), without);
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
                Snapshot = EraseSnapshot(chunks, id, commit.Snapshot),
                Parents = [.. commit.Parents.Select(p => Rename(p, names))],
                Origin = commit.Origin is { } origin ? Rename(origin, names) : null,
            };
            var nextId = new CommitId(Hash.Of(CommitCodec.Encode(next)));
            if (nextId == id) continue;
            names.Add(id.Hash, nextId.Hash);
            commits.Add(new NamedCommit(nextId, next));
        }

        foreach (var (old, next) in _snapshots.Where(s => s.Key.Snapshot != s.Value)) names.TryAdd(old.Snapshot, next);
        return new ErasedHistory(names, commits);
    }

    private IReadOnlyList<Value>? KeyAt(CommitId commit) => (_keys ??= new KeyThroughHistory(ReadCommits(),
        c => FindTables(repository.Chunks, SnapshotCodec.Read(repository.Chunks, c.Snapshot)).Select(t => t.Schema.Name), key)).At(commit);

    private static string TextOf(IReadOnlyList<Value> key) => Convert.ToHexString(KeyCodec.Encode([.. key]));

    private static CommitId Rename(CommitId id, Dictionary<Hash, Hash> names) => names.TryGetValue(id.Hash, out var next) ? new CommitId(next) : id;

    private Hash EraseSnapshot(IChunkWriter chunks, CommitId commit, Hash snapshot)
    {
        var place = (snapshot, KeyAt(commit) is { } own ? TextOf(own) : "");
        if (_snapshots.TryGetValue(place, out var known)) return known;
        var read = SnapshotCodec.Read(chunks, snapshot);
        var erased = Erase(chunks, commit, read);
        return _snapshots[place] = erased == read ? snapshot : SnapshotCodec.Write(chunks, erased);
    }

    /// <summary>Parents come before children: a commit is always later than its parents.</summary>
    private List<NamedCommit> ReadCommits() =>
        [.. repository.Store.ListCommits().Select(h => new NamedCommit(new CommitId(h), repository.ReadCommit(new CommitId(h))))
            .OrderBy(c => c.Commit.Time).ThenBy(c => c.Id.Hash)];

    /// <summary>The table, and what bore its name before it; not what bears another name today, for that is another table.</summary>
    private List<TableSnapshot> FindTables(IChunkSource chunks, Snapshot snapshot)
    {
        var reader = new SnapshotReader(chunks, snapshot);
        var named = reader.FindTable(table.Name);
        if (named?.Schema.Id == table.Id) return [named];
        var found = reader.Tables().Where(t => t.Schema.Id == table.Id).ToList();
        if (named is not null && !table.Others.Contains(named.Schema.Id)) found.Add(named);
        return found;
    }

    /// <summary>A table that had a key of another kind then has no row of this one.</summary>
    private static IEnumerable<TreeEntry> FindEntries(IChunkSource chunks, TableSnapshot found, IReadOnlyList<Value>? own)
    {
        if (own is null || found.Schema.PrimaryKey.Count != own.Count) yield break;
        var encoded = new TableEncoder(found.Schema).EncodeKey([.. own]);
        if (ProllyTree.TryGet(chunks, found.Rows, encoded, out var value)) yield return new TreeEntry(encoded, value);
    }
}

using DbVc.Model;

namespace DbVc.VersionControl;

/// <summary>One table at one commit. Commits between which it did not change share the object.</summary>
internal sealed record TableAt(ReadOnlyMemory<byte> Entry, TableSnapshot Table, TableEncoder Rows)
{
    /// <summary>True where schema and rows are the same.</summary>
    public bool IsSame(TableAt other) => ReferenceEquals(this, other) || Entry.Span.SequenceEqual(other.Entry.Span);

    /// <summary>True where rows of one key have one encoded key on both sides.</summary>
    public bool HasSameKey(TableAt other) => KeyIds(Table.Schema).SequenceEqual(KeyIds(other.Table.Schema));

    private static IEnumerable<int> KeyIds(TableSchema table) => table.PrimaryKey.Select(name => table.FindColumn(name)!.Id);
}

/// <summary>Follows one table from commit to parent; each commit is looked at once.</summary>
internal sealed class TableTrail(Repository repository, CommitGraph graph, string name)
{
    private readonly Dictionary<CommitId, TableAt?> _known = [];
    private readonly Dictionary<Hash, TableEncoder> _schemas = [];

    /// <summary>The table where the trail begins, found by name; null if there is none.</summary>
    public TableAt? Start(CommitId commit) => _known.TryGetValue(commit, out var known) ? known : _known[commit] = FindByName(Read(commit), name);

    /// <summary>What the table of a commit was in one of its parents; where the commit has none, the table of the trail's name.</summary>
    public TableAt? Parent(TableAt? child, CommitId parent)
    {
        if (_known.TryGetValue(parent, out var known)) return known;
        var snapshot = Read(parent);
        var found = FindByName(snapshot, child?.Table.Schema.Name ?? name);
        if (child?.Table.Schema.Id is { Length: > 0 } id && found?.Table.Schema.Id != id)
        {
            // The name is gone or is another table's: here it may be called otherwise.
            found = snapshot.FindTableEntryById(id) is { } entry ? Decode(entry) : found?.Table.Schema.Id.Length > 0 ? null : found;
        }

        if (found is not null && child is not null && found.IsSame(child)) found = child;
        return _known[parent] = found;
    }

    private SnapshotReader Read(CommitId commit) =>
        new(repository.Chunks, SnapshotCodec.Read(repository.Chunks, graph.Read(commit).Snapshot));

    private TableAt? FindByName(SnapshotReader snapshot, string wanted) => snapshot.FindTableEntry(wanted) is { } entry ? Decode(entry) : null;

    private TableAt Decode(ReadOnlyMemory<byte> entry)
    {
        var hash = SnapshotCodec.SchemaOf(entry.Span);
        if (_schemas.TryGetValue(hash, out var rows)) return new TableAt(entry, SnapshotCodec.DecodeTable(entry.Span, rows.Table), rows);
        var table = SnapshotCodec.DecodeTable(repository.Chunks, entry.Span);
        _schemas[hash] = rows = new TableEncoder(table.Schema);
        return new TableAt(entry, table, rows);
    }
}

using DbVc.Model;

namespace DbVc.VersionControl;

/// <summary>One row and the commit that gave each of its stored columns its value (aligned with <see cref="Values"/>).</summary>
public sealed record BlamedRow(ReadOnlyMemory<byte> Key, Value[] Values, CommitId[] Commits);

/// <summary>
/// Finds for every cell the commit that gave it its value. A cell belongs to a commit when no parent has the same value there;
/// so after a cell merge each cell names its real author's commit, and only cells that the merge itself computed name the merge.
/// </summary>
public sealed class Blame(Repository repository)
{
    private const int LookupLimit = 64;

    private readonly CommitGraph _graph = new(repository);
    private readonly Dictionary<CommitId, TableAt?> _tables = [];
    private int[] _columns = [];

    /// <summary>Blames the rows with the given encoded keys, or the first <paramref name="maxRows"/> rows of the table.</summary>
    public IReadOnlyList<BlamedRow> Run(CommitId revision, string table, ReadOnlyMemory<byte>? key, int maxRows)
    {
        var start = Table(revision, table)
            ?? throw new DbVcException(FailureKind.Usage, "table.missing", $"There is no table '{table}' at {revision.Short}.");
        _columns = [.. start.Table.Schema.StoredColumns.Select(c => c.Id)];
        var rows = SelectRows(start, key, maxRows).ToDictionary(r => r.Key, r => r, KeyEquality.Instance);
        var pending = new Dictionary<CommitId, Dictionary<ReadOnlyMemory<byte>, bool[]>>
        {
            [revision] = rows.ToDictionary(r => r.Key, r => Enumerable.Repeat(true, r.Value.Values.Length).ToArray(), KeyEquality.Instance),
        };
        foreach (var (id, commit) in _graph.Walk(revision))
        {
            if (!pending.Remove(id, out var cells)) continue;
            foreach (var parent in commit.Parents)
            {
                PassToParent(id, parent, table, cells, pending);
            }

            foreach (var (row, open) in cells) Settle(rows[row], open, id);
            if (pending.Count == 0) break;
        }

        return [.. rows.Values.OrderBy(r => r.Key, KeyEquality.Instance)];
    }

    private static void Settle(BlamedRow row, bool[] open, CommitId commit)
    {
        for (var i = 0; i < open.Length; i++)
        {
            if (open[i]) row.Commits[i] = commit;
        }
    }

    private IEnumerable<BlamedRow> SelectRows(TableAt start, ReadOnlyMemory<byte>? key, int maxRows)
    {
        var entries = key is not { } k
            ? ProllyTree.Scan(repository.Chunks, start.Table.Rows).Take(maxRows)
            : ProllyTree.TryGet(repository.Chunks, start.Table.Rows, k.Span, out var value) ? [new TreeEntry(k, value)] : [];
        foreach (var entry in entries)
        {
            var values = start.Rows.Decode(repository.Chunks, entry).Values;
            yield return new BlamedRow(entry.Key.ToArray(), values, new CommitId[values.Length]);
        }
    }

    /// <summary>Moves every open cell that the parent has with the same value over to the parent.</summary>
    private void PassToParent(CommitId child, CommitId parent, string table,
        Dictionary<ReadOnlyMemory<byte>, bool[]> cells, Dictionary<CommitId, Dictionary<ReadOnlyMemory<byte>, bool[]>> pending)
    {
        if (Table(parent, table) is not { } before) return;
        var after = Table(child, table)!;
        var changed = FindChanged(before, after, cells.Count);
        foreach (var (key, open) in cells)
        {
            var passed = changed is not null && !changed.Contains(key) ? (bool[])open.Clone() : SameCells(before, after, key, open);
            if (passed is null || !passed.Contains(true)) continue;
            for (var i = 0; i < open.Length; i++) open[i] &= !passed[i];
            Merge(pending, parent, key, passed);
        }
    }

    /// <summary>Keys whose rows differ; null when it is cheaper to look each key up.</summary>
    private HashSet<ReadOnlyMemory<byte>>? FindChanged(TableAt before, TableAt after, int keys)
    {
        if (before.Table.Rows == after.Table.Rows && SchemaEquality.Same(before.Table.Schema, after.Table.Schema)) return [];
        return keys <= LookupLimit || !SchemaEquality.Same(before.Table.Schema, after.Table.Schema)
            ? null
            : ProllyTree.Diff(repository.Chunks, before.Table.Rows, after.Table.Rows).Select(d => d.Key).ToHashSet(KeyEquality.Instance);
    }

    private bool[]? SameCells(TableAt before, TableAt after, ReadOnlyMemory<byte> key, bool[] open)
    {
        if (!ProllyTree.TryGet(repository.Chunks, before.Table.Rows, key.Span, out var beforeValue)) return null;
        if (!ProllyTree.TryGet(repository.Chunks, after.Table.Rows, key.Span, out var afterValue)) return null;
        var beforeRow = before.Rows.Decode(repository.Chunks, key, beforeValue).Values;
        var afterRow = after.Rows.Decode(repository.Chunks, key, afterValue).Values;
        var same = new bool[open.Length];
        for (var i = 0; i < open.Length; i++)
        {
            var (beforeIndex, afterIndex) = (before.Rows.IndexOf(_columns[i]), after.Rows.IndexOf(_columns[i]));
            same[i] = open[i] && beforeIndex >= 0 && afterIndex >= 0 && beforeRow[beforeIndex] == afterRow[afterIndex];
        }

        return same;
    }

    private static void Merge(
        Dictionary<CommitId, Dictionary<ReadOnlyMemory<byte>, bool[]>> pending, CommitId parent, ReadOnlyMemory<byte> key, bool[] passed)
    {
        if (!pending.TryGetValue(parent, out var cells)) pending[parent] = cells = new(KeyEquality.Instance);
        if (!cells.TryGetValue(key, out var open)) cells[key] = passed;
        else
        {
            for (var i = 0; i < open.Length; i++) open[i] |= passed[i];
        }
    }

    private TableAt? Table(CommitId commit, string name)
    {
        if (_tables.TryGetValue(commit, out var known)) return known;
        var table = new SnapshotReader(repository.Chunks, SnapshotCodec.Read(repository.Chunks, _graph.Read(commit).Snapshot)).FindTable(name);
        return _tables[commit] = table is null ? null : new TableAt(table, new TableEncoder(table.Schema));
    }

    private sealed record TableAt(TableSnapshot Table, TableEncoder Rows);
}

/// <summary>Compares encoded keys by content.</summary>
internal sealed class KeyEquality : IEqualityComparer<ReadOnlyMemory<byte>>, IComparer<ReadOnlyMemory<byte>>
{
    public static KeyEquality Instance { get; } = new();

    public bool Equals(ReadOnlyMemory<byte> x, ReadOnlyMemory<byte> y) => x.Span.SequenceEqual(y.Span);

    public int GetHashCode(ReadOnlyMemory<byte> key)
    {
        var hash = new HashCode();
        hash.AddBytes(key.Span);
        return hash.ToHashCode();
    }

    public int Compare(ReadOnlyMemory<byte> x, ReadOnlyMemory<byte> y) => x.Span.SequenceCompareTo(y.Span);
}

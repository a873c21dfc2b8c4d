using DbVc.Model;

namespace DbVc.VersionControl;

/// <summary>One row and the commit that gave each blamed column its value.</summary>
/// <param name="Values">Aligned with the stored columns of the table at the revision.</param>
/// <param name="Commits">Aligned with the blamed columns.</param>
public sealed record BlamedRow(ReadOnlyMemory<byte> Key, Value[] Values, CommitId[] Commits);

/// <summary>
/// Finds for every cell the commit that gave it its value: the one where no parent has the same value there. So after a cell merge each cell
/// names its real author's commit, and only cells that a merge itself computed name the merge.
/// </summary>
public sealed class Blame
{
    private readonly Repository _repository;
    private readonly CommitGraph _graph;
    private readonly TableAt _table;
    private readonly List<BlameRun> _runs = [];
    private readonly Dictionary<(CommitId Merge, CommitId Parent), Blame?> _sides = [];

    /// <param name="columns">Ids of the columns to blame; null for all.</param>
    /// <param name="keys">Encoded keys of the rows to blame; null for all.</param>
    /// <param name="revision">Where to begin.</param>
    /// <param name="table">The table's name there; throws usage failure <c>table.missing</c>.</param>
    public Blame(Repository repository, CommitId revision, string table, IReadOnlyList<int>? columns, IReadOnlyList<ReadOnlyMemory<byte>>? keys)
        : this(repository, new CommitGraph(repository), revision, table, new BlameScope(columns, keys))
    {
    }

    private Blame(Repository repository, CommitGraph graph, CommitId revision, string table, BlameScope scope)
    {
        (_repository, _graph) = (repository, graph);
        var trail = new TableTrail(repository, graph, table);
        _table = trail.Start(revision)
            ?? throw new DbVcException(FailureKind.Usage, "table.missing", $"There is no table '{table}' at {revision.Short}.");
        Columns = scope.Columns ?? [.. _table.Table.Schema.StoredColumns.Select(c => c.Id)];
        Keys = scope.Keys;
        foreach (var group in Columns.Chunk(BlameRun.MostColumns))
        {
            var run = new BlameRun(repository, graph, trail, group);
            run.Run(revision, scope.Keys);
            _runs.Add(run);
        }
    }

    /// <summary>The blamed columns.</summary>
    public IReadOnlyList<int> Columns { get; }

    public TableSnapshot Table => _table.Table;

    private IReadOnlyList<ReadOnlyMemory<byte>>? Keys { get; }

    /// <summary>The blamed rows in key order, one at a time.</summary>
    public IEnumerable<BlamedRow> Rows()
    {
        foreach (var entry in Entries())
        {
            yield return new BlamedRow(entry.Key, _table.Rows.Decode(_repository.Chunks, entry).Values, CommitsOf(entry.Key));
        }
    }

    /// <summary>
    /// The commits behind a cell that a merge computed: for each parent of the merge that has the row, who had set the cell there.
    /// Empty for a cell whose commit is no merge.
    /// </summary>
    public IReadOnlyList<CommitId> Contributors(BlamedRow row, int column)
    {
        var merge = row.Commits[column];
        var parents = _graph.Read(merge).Parents;
        if (parents.Count < 2) return [];
        return [.. parents.Select(parent => Side(merge, parent)?.CommitOf(row.Key, Columns[column])).OfType<CommitId>().Distinct()];
    }

    private CommitId? CommitOf(ReadOnlyMemory<byte> key, int column)
    {
        var at = Columns.ToList().IndexOf(column);
        if (_table.Rows.IndexOf(column) < 0 || at < 0 || !ProllyTree.TryGet(_repository.Chunks, _table.Table.Rows, key.Span, out _)) return null;
        return CommitsOf(key)[at];
    }

    /// <summary>The blame of a merge's parent, for all rows that the merge computed something of at once.</summary>
    private Blame? Side(CommitId merge, CommitId parent)
    {
        if (_sides.TryGetValue((merge, parent), out var known)) return known;
        var trail = new TableTrail(_repository, _graph, _table.Table.Schema.Name);
        var rows = _runs.SelectMany(run => run.RowsOf(merge)).Distinct(KeyEquality.Instance).ToList();
        var side = trail.Parent(trail.Start(merge), parent) is { } there && there.HasSameKey(_table)
            ? new Blame(_repository, _graph, parent, there.Table.Schema.Name, new BlameScope(Columns, rows))
            : null;
        return _sides[(merge, parent)] = side;
    }

    private CommitId[] CommitsOf(ReadOnlyMemory<byte> key) => _runs.Count == 1 ? _runs[0].CommitsOf(key) : [.. _runs.SelectMany(run => run.CommitsOf(key))];

    private IEnumerable<TreeEntry> Entries()
    {
        if (Keys is null) return ProllyTree.Scan(_repository.Chunks, _table.Table.Rows);
        return Keys.Where(key => ProllyTree.TryGet(_repository.Chunks, _table.Table.Rows, key.Span, out _)).Select(key =>
        {
            ProllyTree.TryGet(_repository.Chunks, _table.Table.Rows, key.Span, out var value);
            return new TreeEntry(key, value);
        });
    }

    private sealed record BlameScope(IReadOnlyList<int>? Columns, IReadOnlyList<ReadOnlyMemory<byte>>? Keys);
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

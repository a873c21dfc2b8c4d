using DbVc.Databases;
using DbVc.Model;
using DbVc.Store;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>Answers questions about history: log, diff, blame, time travel, operations. Changes nothing.</summary>
public sealed class HistoryReader
{
    private const string Live = "live";

    /// <summary>So few rows are looked for by key; for more the whole table is blamed.</summary>
    private const int FewRows = 1000;

    private readonly WorkspaceContext _context;
    private readonly RevisionParser _revisions;
    private readonly Dictionary<CommitId, NamedCommit> _commits = [];

    internal HistoryReader(WorkspaceContext context)
    {
        _context = context;
        _revisions = new RevisionParser(context.Repository);
    }

    /// <summary>Commits, newest first. With a table only those that changed it, also under an earlier name; throws usage failure
    /// <c>table.missing</c> if none did.</summary>
    public IReadOnlyList<LogEntry> Log(LogRequest request)
    {
        var names = Names();
        IReadOnlyList<CommitId> starts = request.AllBranches
            ? [.. _context.Repository.ListBranches().Select(b => b.Value).Append(_revisions.Parse(request.Revision)).Distinct()]
            : [_revisions.Parse(request.Revision)];
        var commits = request.Table is { } table
            ? new TableLog(_context.Repository, table).Commits(starts)
            : new CommitGraph(_context.Repository).Walk(starts);
        List<LogEntry> entries = [.. commits.Take(request.Limit).Select(c => new LogEntry(c, names[c.Id].ToList()))];
        return entries.Count > 0 || request.Table is null ? entries : throw MissingTable(starts[0], request.Table);
    }

    /// <summary>One commit with the names that point at it.</summary>
    public LogEntry Find(string revision)
    {
        var id = _revisions.Parse(revision);
        return new LogEntry(new NamedCommit(id, _context.Repository.ReadCommit(id)), Names()[id].ToList());
    }

    /// <summary>What a commit changed against its first parent.</summary>
    public DiffReport Show(string revision, int maxRows)
    {
        var id = _revisions.Parse(revision);
        var commit = _context.Repository.ReadCommit(id);
        var before = commit.Parents.Count == 0 ? Snapshot.Empty : _context.Repository.ReadSnapshot(commit.Parents[0]).Snapshot;
        var names = (commit.Parents.Count == 0 ? "nothing" : commit.Parents[0].ToString(), id.ToString());
        return new DiffReporter(_context.Repository.Chunks, null, maxRows).Report(names, before, _context.Repository.ReadSnapshot(id).Snapshot);
    }

    /// <summary>Tables, columns and what else a revision's database is made of.</summary>
    public SchemaReport Schema(string revision)
    {
        var id = _revisions.Parse(revision);
        var snapshot = _context.Repository.ReadSnapshot(id);
        return new SchemaReport(id, [.. snapshot.Tables().Select(table => new SchemaTable(table.Schema, table.Count))], [.. snapshot.Objects()]);
    }

    /// <summary>Compares two revisions, or a revision with the live database. Its rows are read while it is open.</summary>
    public DiffReport Diff(DiffRequest request, CancellationToken cancel)
    {
        var chunks = _context.Repository.Chunks.BeginWrite();
        try
        {
            var (names, before, after) = Sides(request, chunks, cancel);
            return new DiffReporter(chunks, request.Table, request.MaxRows).Report(names, before, after) with { Owner = chunks };
        }
        catch
        {
            chunks.Dispose();
            throw;
        }
    }

    /// <summary>The statements that turn one state into the other, one at a time, in the engine's own SQL.</summary>
    public ScriptReport Script(DiffRequest request, CancellationToken cancel)
    {
        var chunks = _context.Repository.Chunks.BeginWrite();
        try
        {
            var (names, before, after) = Sides(request, chunks, cancel);
            if (request.Table is { } table)
            {
                DiffReporter.RequireTable(chunks, table, before, after);
                after = SnapshotSelection.TakeTable(chunks, before, after, table);
            }

            var script = new ChangeScript(_context.Live.Provider.Scripts, new SnapshotDiff(chunks, before, after).ToDelta(),
                new SnapshotReader(chunks, before).ReadSchema(), new SnapshotReader(chunks, after).ReadSchema());
            return new ScriptReport(names.Before, names.After, script.Statements(), chunks) { Terminate = _context.Live.Provider.Scripts.Terminate };
        }
        catch
        {
            chunks.Dispose();
            throw;
        }
    }

    /// <summary>Who gave each cell its value; rows are found one at a time, while they are read.</summary>
    public BlameReport Blame(BlameRequest request)
    {
        var revision = _revisions.Parse(request.Revision);
        var table = FindTable(revision, request.Table);
        var stored = table.Schema.StoredColumns.ToList();
        var column = request.Column is null ? null : table.Schema.FindColumn(request.Column)
            ?? throw new DbVcException(FailureKind.Usage, "column.missing", $"Table '{request.Table}' has no column '{request.Column}'.",
                hint: "Columns: " + string.Join(", ", stored.Select(c => c.Name)) + ".");
        if (column is { Generated: true })
        {
            throw new DbVcException(FailureKind.Usage, "column.generated", $"Column '{column.Name}' is computed by the database; it has no author.");
        }

        var columns = column is null ? stored : [column];
        IReadOnlyList<ReadOnlyMemory<byte>>? keys = request.Key is { } key ? [FindKey(table, key)]
            : request.MaxRows <= FewRows ? [.. ProllyTree.Scan(_context.Repository.Chunks, table.Rows).Take(request.MaxRows).Select(e => e.Key)] : null;
        var blame = new Blame(_context.Repository, revision, table.Schema.Name, [.. columns.Select(c => c.Id)], keys);
        if (request.Key is not null && !blame.Rows().Any()) throw MissingRow(request.Table, request.Key);
        return new BlameReport(table.Schema.Name, revision,
            blame.Rows().Take(request.MaxRows).Select(row => Describe(blame, row, table.Schema, columns)),
            request.Key is null && table.Count > request.MaxRows)
        {
            Numbers = table.Schema.ExactNumbers.ToHashSet(StringComparer.Ordinal),
        };
    }

    /// <summary>Every version of one row, newest first. Throws usage failure <c>row.missing</c> if there never was one.</summary>
    public RowHistoryReport RowHistory(RowHistoryRequest request)
    {
        var revision = _revisions.Parse(request.Revision);
        var table = FindTable(revision, request.Table);
        var encoder = new TableEncoder(table.Schema);
        var history = new RowHistory(_context.Repository);
        // The row may be gone: what was meant is what there ever was.
        var key = KeyParser.Parse(table.Schema, request.Key, encoder, k => history.Versions(revision, table.Schema.Name, k).Any());
        var versions = history.Versions(revision, table.Schema.Name, key).Take(request.MaxVersions)
            .Select(v => new RowVersionReport(v.Commit, v.Kind.ToString().ToLowerInvariant(), v.Row is { } row
                ? [.. v.Table.StoredColumns.Zip(row, (column, value) => new NamedValue(column.Name, value))] : null)).ToList();
        if (versions.Count == 0) throw MissingRow(request.Table, request.Key);
        var named = table.Schema.PrimaryKey.Zip(encoder.DecodeKey(key), (name, value) => new NamedValue(name, value));
        return new RowHistoryReport(table.Schema.Name, [.. named], versions) { Numbers = table.Schema.ExactNumbers.ToHashSet(StringComparer.Ordinal) };
    }

    private ReadOnlyMemory<byte> FindKey(TableSnapshot table, string key) => KeyParser.Parse(table.Schema, key, new TableEncoder(table.Schema),
        k => ProllyTree.TryGet(_context.Repository.Chunks, table.Rows, k.Span, out _));

    /// <summary>A read-only query on the live database, on a branch's instance, or on the database as it was at a revision.</summary>
    public QueryReport Query(QueryRequest request) => request.Revision is { } revision
        ? new TimeTravel(_context).Query(_revisions.Parse(revision), request)
        : request.Branch is { IsMain: false } branch ? PartialPlan.Query(_context, branch, request.Sql, database => TimeTravel.Run(database, request))
        : TimeTravel.Run(_context.Publisher.Open(BranchName.Main), request);

    /// <summary>The operation log, newest first.</summary>
    public IReadOnlyList<OperationEntry> Operations(int limit) =>
        [.. _context.Repository.Store.ListOperations(limit).Select(o => new OperationEntry(
            o.Number, o.Operation.Command, o.Operation.Actor, o.Operation.Time,
            [.. o.Operation.Moves.Select(m => $"{m.Name} {Short(m.Before)} -> {Short(m.After)}")],
            [.. o.Operation.Moves.Select(m => new MovedRef(m.Name, Id(m.Before), Id(m.After)))]))];

    /// <summary>Changes in the live database that no commit holds.</summary>
    internal IReadOnlyList<TableChange> LiveChanges(CancellationToken cancel)
    {
        using var chunks = _context.Repository.Chunks.BeginWrite();
        var head = _context.Repository.ReadSnapshot(_context.Repository.Head(BranchName.Main)).Snapshot;
        var now = _context.Publisher.Peek(BranchName.Main, chunks, cancel);
        return now == head ? [] : TableChanges.Between(chunks, head, now);
    }

    private ((string Before, string After) Names, Snapshot Before, Snapshot After) Sides(DiffRequest request, IChunkWriter chunks, CancellationToken cancel)
    {
        var before = _revisions.Parse(request.Before ?? "HEAD");
        var afterId = request.After is null ? (CommitId?)null : _revisions.Parse(request.After);
        var after = afterId is { } id ? _context.Repository.ReadSnapshot(id).Snapshot : _context.Publisher.Peek(BranchName.Main, chunks, cancel);
        return ((before.ToString(), afterId?.ToString() ?? Live), _context.Repository.ReadSnapshot(before).Snapshot, after);
    }

    private BlameRow Describe(Blame blame, BlamedRow row, TableSchema schema, List<Column> columns)
    {
        var stored = schema.StoredColumns.ToList();
        var key = schema.PrimaryKey.ToDictionary(
            name => name, name => row.Values[stored.FindIndex(c => c.Name.Equals(name, StringComparison.OrdinalIgnoreCase))]);
        return new BlameRow(key, [.. columns.Select((column, i) => new BlameCell(
            column.Name, row.Values[stored.IndexOf(column)], Name(row.Commits[i]), [.. blame.Contributors(row, i).Select(Name)]))]);
    }

    private NamedCommit Name(CommitId id)
    {
        if (!_commits.TryGetValue(id, out var commit)) _commits[id] = commit = new NamedCommit(id, _context.Repository.ReadCommit(id));
        return commit;
    }

    private TableSnapshot FindTable(CommitId revision, string name) =>
        _context.Repository.ReadSnapshot(revision).FindTable(name)
        ?? _context.Repository.ReadSnapshot(revision).Tables().FirstOrDefault(t => t.Schema.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw MissingTable(revision, name);

    private DbVcException MissingTable(CommitId revision, string table) =>
        new(FailureKind.Usage, "table.missing", $"There is no table '{table}' at {revision.Short}.",
            hint: "Tables: " + string.Join(", ", _context.Repository.ReadSnapshot(revision).Tables().Select(t => t.Schema.Name)) + ".");

    private static DbVcException MissingRow(string table, string key) =>
        new(FailureKind.Usage, "row.missing", $"There is no row with key {key} in '{table}'.");

    private ILookup<CommitId, string> Names() =>
        _context.Repository.ListBranches().Concat(_context.Repository.ListTags().Select(t => KeyValuePair.Create("tag: " + t.Key, t.Value)))
            .ToLookup(b => b.Value, b => b.Key);

    private static CommitId? Id(Hash? hash) => hash is { } h ? new CommitId(h) : null;

    private static string Short(Hash? hash) => hash is { } h ? h.ToString()[..10] : "-";
}

using DbVc.Model;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>Answers questions about history: log, diff, blame, time travel, operations, verify. Changes nothing.</summary>
public sealed class HistoryReader
{
    private const string Live = "live";

    private readonly WorkspaceContext _context;
    private readonly RevisionParser _revisions;

    internal HistoryReader(WorkspaceContext context)
    {
        _context = context;
        _revisions = new RevisionParser(context.Repository);
    }

    /// <summary>Commits, newest first.</summary>
    public IReadOnlyList<LogEntry> Log(LogRequest request)
    {
        var names = Names();
        var starts = request.AllBranches
            ? _context.Repository.ListBranches().Select(b => b.Value).Append(_revisions.Parse(request.Revision))
            : [_revisions.Parse(request.Revision)];
        return
        [
            .. new CommitGraph(_context.Repository).Walk(starts)
                .Where(c => request.Table is null || Touches(c.Commit, request.Table))
                .Take(request.Limit)
                .Select(c => new LogEntry(c, names[c.Id].ToList())),
        ];
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

    /// <summary>Compares two revisions, or a revision with the live database.</summary>
    public DiffReport Diff(DiffRequest request, CancellationToken cancel)
    {
        using var chunks = _context.Repository.Chunks.BeginWrite();
        var before = _revisions.Parse(request.Before ?? "HEAD");
        var afterId = request.After is null ? (CommitId?)null : _revisions.Parse(request.After);
        var after = afterId is { } id ? _context.Repository.ReadSnapshot(id).Snapshot : _context.Publisher.Peek(BranchName.Main, chunks, cancel);
        return new DiffReporter(chunks, request.Table, request.MaxRows)
            .Report((before.ToString(), afterId?.ToString() ?? Live), _context.Repository.ReadSnapshot(before).Snapshot, after);
    }

    /// <summary>Who gave each cell its value.</summary>
    public BlameReport Blame(BlameRequest request)
    {
        var revision = _revisions.Parse(request.Revision);
        var table = _context.Repository.ReadSnapshot(revision).FindTable(request.Table)
            ?? throw new DbVcException(FailureKind.Usage, "table.missing", $"There is no table '{request.Table}' at {revision.Short}.",
                hint: "Tables: " + string.Join(", ", _context.Repository.ReadSnapshot(revision).Tables().Select(t => t.Schema.Name)) + ".");
        var columns = table.Schema.StoredColumns.ToList();
        if (request.Column is not null && table.Schema.FindColumn(request.Column) is null)
        {
            throw new DbVcException(FailureKind.Usage, "column.missing", $"Table '{request.Table}' has no column '{request.Column}'.",
                hint: "Columns: " + string.Join(", ", columns.Select(c => c.Name)) + ".");
        }

        var encoder = new TableEncoder(table.Schema);
        ReadOnlyMemory<byte>? key = request.Key is null ? (ReadOnlyMemory<byte>?)null : KeyParser.Parse(table.Schema, request.Key, encoder);
        var rows = new Blame(_context.Repository).Run(revision, request.Table, key, request.MaxRows);
        if (request.Key is not null && rows.Count == 0)
        {
            throw new DbVcException(FailureKind.Usage, "row.missing", $"There is no row with key {string.Join(", ", request.Key)} in '{request.Table}'.");
        }

        return new BlameReport(request.Table, revision, [.. rows.Select(r => Describe(r, table.Schema, columns, request.Column))]);
    }

    /// <summary>A read-only query on the live database, on a branch's instance, or on the database as it was at a revision.</summary>
    public QueryReport Query(QueryRequest request) => request.Revision is { } revision
        ? new TimeTravel(_context).Query(_revisions.Parse(revision), request)
        : TimeTravel.Run(_context.Publisher.Open(request.Branch ?? BranchName.Main), request);

    /// <summary>The operation log, newest first.</summary>
    public IReadOnlyList<OperationEntry> Operations(int limit) =>
        [.. _context.Repository.Store.ListOperations(limit).Select(o => new OperationEntry(
            o.Number, o.Operation.Command, o.Operation.Actor, o.Operation.Time,
            [.. o.Operation.Moves.Select(m => $"{m.Name} {Short(m.Before)} -> {Short(m.After)}")]))];

    /// <summary>Checks everything; see <see cref="Maintenance.Verify"/>.</summary>
    public VerifyReport Verify(CancellationToken cancel) => new Verifier(_context).Run(cancel);

    /// <summary>Changes in the live database that no commit holds.</summary>
    internal IReadOnlyList<TableChange> LiveChanges(CancellationToken cancel)
    {
        using var chunks = _context.Repository.Chunks.BeginWrite();
        var head = _context.Repository.ReadSnapshot(_context.Repository.Head(BranchName.Main)).Snapshot;
        var now = _context.Publisher.Peek(BranchName.Main, chunks, cancel);
        return now == head ? [] : TableChanges.Between(chunks, head, now);
    }

    private BlameRow Describe(BlamedRow row, TableSchema schema, List<Column> columns, string? only)
    {
        var key = schema.PrimaryKey.ToDictionary(name => name, name => row.Values[columns.FindIndex(c => c.Name == name)]);
        var cells = columns.Select((c, i) => (Column: c.Name, Value: row.Values[i], Commit: row.Commits[i]))
            .Where(c => only is null || string.Equals(c.Column, only, StringComparison.OrdinalIgnoreCase));
        return new BlameRow(key, [.. cells.Select(c => new BlameCell(c.Column, c.Value, new NamedCommit(c.Commit, _context.Repository.ReadCommit(c.Commit))))]);
    }

    private bool Touches(Commit commit, string table)
    {
        var now = _context.Repository.Chunks;
        var after = new SnapshotReader(now, SnapshotCodec.Read(now, commit.Snapshot)).FindTable(table);
        return commit.Parents.Count == 0
            ? after is not null
            : commit.Parents.All(p => _context.Repository.ReadSnapshot(p).FindTable(table)?.Rows != after?.Rows);
    }

    private ILookup<CommitId, string> Names() =>
        _context.Repository.ListBranches().Concat(_context.Repository.ListTags().Select(t => KeyValuePair.Create("tag: " + t.Key, t.Value)))
            .ToLookup(b => b.Value, b => b.Key);

    private static string Short(Hash? hash) => hash is { } h ? h.ToString()[..10] : "-";
}

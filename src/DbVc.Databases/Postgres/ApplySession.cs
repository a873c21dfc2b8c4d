using DbVc.Model;

namespace DbVc.Databases;

/// <summary>
/// The one writing transaction on a PostgreSQL database. It is READ COMMITTED on purpose: each statement sees what was committed when it began, so a row that
/// was waited for is compared as it is then, and children that came while their parent was waited for are found. REPEATABLE READ would judge by
/// what was there when the session began, and would fail for rows that moved instead of naming them.
/// </summary>
internal sealed class PostgresApplySession : IApplySession
{
    /// <summary>
    /// A thousand rows are found by their keys while the server reads a large table once; it thinks otherwise, as it expects each page to come from a disk
    /// that turns. For a twentieth of the table or more it reads the table, as it should.
    /// </summary>
    private const string Costs = "SET LOCAL seq_page_cost = 0.1; SET LOCAL random_page_cost = 0.1; ";

    private readonly PostgresConnection _connection;
    private readonly TimeSpan _lockTimeout;
    private readonly PostgresTriggers _triggers;
    private readonly Dictionary<TableDelta, PostgresStage> _stages = new(ReferenceEqualityComparer.Instance);
    private readonly List<string> _held = [];
    private IReadOnlyList<ConstraintViolation> _orphans = [];
    private (DatabaseDelta Delta, PostgresForeignKeyCheck Keys)? _read;
    private int _stageCount;
    private bool _isDone;

    private PostgresApplySession(PostgresConnection connection, TimeSpan lockTimeout)
    {
        (_connection, _lockTimeout) = (connection, lockTimeout);
        State = PostgresStateTable.Lock(connection);
        _triggers = PostgresTriggers.Begin(connection);
    }

    public LiveState? State { get; private set; }

    /// <param name="connection">Disposed with the session, or when it cannot be had.</param>
    /// <param name="lockTimeout">For tables.</param>
    public static PostgresApplySession Open(PostgresConnection connection, TimeSpan lockTimeout)
    {
        try
        {
            PostgresTransaction.Begin(connection);
            // One session at a time. Until there is a state to lock, this stands for it; whoever comes next sees what this one wrote.
            connection.Execute(Costs + "SELECT pg_advisory_xact_lock(hashtext('_dbvc_state'), 0)");
            return new PostgresApplySession(connection, lockTimeout);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public void Hold(IReadOnlyList<Invariant> invariants) =>
        _held.AddRange(invariants.SelectMany(i => PostgresInvariantCheck.FindTables(_connection, i, _lockTimeout)).Distinct());

    public ApplyResult Apply(DatabaseDelta delta, Func<TableSchema, IRowCursor, bool>? isAsCaptured = null)
    {
        Stage(delta);
        var apply = new PostgresApply(_connection, delta, _stages, _triggers);
        var result = apply.Run(isAsCaptured, _held, _lockTimeout);
        if (result.IsClean) PostgresTracking.Mend(_connection, delta);
        (_orphans, _read) = (apply.Orphans, apply.ForeignKeys is { } keys ? (delta, keys) : null);
        return result;
    }

    public IReadOnlyList<ConstraintViolation> CheckConstraints(DatabaseDelta delta)
    {
        if (_orphans.Count > 0) return _orphans;
        Stage(delta);
        var stages = delta.Tables.Where(t => t.After is not null && _stages.ContainsKey(t)).Select(t => _stages[t]).ToList();
        var keys = _read is { } read && read.Delta == delta ? read.Keys : new PostgresForeignKeyCheck(_connection, stages);
        // Types of extensions bring their own equality, found where the user has them.
        _connection.Execute("SET LOCAL search_path TO DEFAULT");
        var violations = keys.Run(holds: _triggers.AreOff);
        if (violations.Count == 0) violations = PostgresDeferredCheck.Run(_connection, stages, _triggers.AreOff);
        _connection.Execute("SET LOCAL search_path = ''");
        return violations;
    }

    public IReadOnlyList<ConstraintViolation> CheckInvariants(IReadOnlyList<Invariant> invariants, TimeSpan maxTime) =>
        [.. invariants.SelectMany(invariant => PostgresInvariantCheck.Run(_connection, invariant, maxTime))];

    /// <summary>Nobody writes to a table that is locked so; reading goes on. Tables that cannot be versioned are left alone.</summary>
    public bool HoldWriters(DatabaseDelta tried)
    {
        var tables = PostgresSchemaReader.ReadTables(_connection).Tables.ToDictionary(t => PostgresName.Table(t.Name), _ => PostgresHold.Exclusive);
        PostgresApplyLocks.Take(_connection, tables, _lockTimeout);
        return true;
    }

    public void SetState(LiveState state)
    {
        PostgresStateTable.Write(_connection, state, isThere: State is not null);
        State = state;
    }

    public void Commit()
    {
        _triggers.Restore();
        foreach (var stage in _stages.Values) PostgresSequenceAdvance.Run(_connection, stage);
        _connection.Execute("COMMIT");
        _isDone = true;
    }

    public void Forget(string mark)
    {
        if (PostgresMark.Parse(mark) is { Log: not null } seen) PostgresChangeLog.Read(_connection)?.Forget(_connection, seen);
    }

    public void Dispose() => PostgresTransaction.End(_connection, _isDone);

    private void Stage(DatabaseDelta delta)
    {
        var changedTypes = delta.ObjectsBefore.Where(b => b.Kind == SchemaObjectKind.Type && delta.ObjectsAfter.Any(a => a.Kind == b.Kind && a.Name == b.Name))
            .Select(o => PostgresName.Table(o.Name)).ToList();
        foreach (var table in delta.Tables.Where(t => t.After is not null && !_stages.ContainsKey(t)))
        {
            _stages[table] = PostgresStage.Fill(_connection, table, _stageCount++, changedTypes);
        }
    }
}

using DbVc.Model;

namespace DbVc.Databases;

/// <summary>
/// The one writing session of apply. Rows are written in one transaction; definitions are changed before and after it, step by step, each written down
/// first. Not committed, all steps are taken back.
/// </summary>
internal sealed class MySqlApplySession : IApplySession
{
    private readonly MySqlHandle _handle;
    private readonly bool _mayPauseTriggers;
    private readonly string _scratchFolder;
    private readonly Dictionary<TableDelta, HeldRows> _applied = new(ReferenceEqualityComparer.Instance);
    private MySqlSteps? _steps;
    private bool _isCommitted;

    private MySqlApplySession(MySqlHandle handle, bool mayPauseTriggers, string scratchFolder)
    {
        (_handle, _mayPauseTriggers, _scratchFolder) = (handle, mayPauseTriggers, scratchFolder);
        MySqlStateTable.Create(handle);
        State = Begin();
    }

    public LiveState? State { get; private set; }

    public static MySqlApplySession Open(MySqlAddress address, TimeSpan lockTimeout, bool mayPauseTriggers, string scratchFolder)
    {
        var handle = Connect(address, lockTimeout);
        try
        {
            // What an invariant or a check reads is held against other writers until the end.
            handle.Execute("SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE");
            handle.Execute("SET SESSION foreign_key_checks=0");
            return new MySqlApplySession(handle, mayPauseTriggers, scratchFolder);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>A connection that alone may write for db-vc; what a writer left who died is finished or taken back.</summary>
    public static MySqlHandle Connect(MySqlAddress address, TimeSpan lockTimeout, bool canLoad = false)
    {
        var handle = MySqlHandle.Open(address, new MySqlSession { LockTimeout = lockTimeout, CanLoad = canLoad });
        try
        {
            MySqlWriteLock.Take(handle, address.Database!, lockTimeout);
            if (MySqlSteps.Exist(handle)) new MySqlSteps(handle).Recover();
            return handle;
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    public void Hold(IReadOnlyList<Invariant> invariants)
    {
        // Under SERIALIZABLE, what an invariant reads is held by reading it.
    }

    public ApplyResult Apply(DatabaseDelta delta, Func<TableSchema, IRowCursor, bool>? isAsCaptured = null)
    {
        foreach (var table in delta.Tables) _applied[table] = new HeldRows(_scratchFolder).Fill(table.Rows);
        var schema = new MySqlSchemaChange(_handle, delta);
        var rows = new MySqlApply(_handle, delta, _applied);
        rows.Moved.AddRange(schema.FindMoved().Take(MySqlApply.MaxReported));
        if (rows.Moved.Count == 0) rows.Compare(t => MySqlRowShape.Of(t.Before!));
        if (rows.Moved.Count > 0) return new ApplyResult(rows.Moved, []);

        var triggers = schema.FindTriggers(t => _applied[t].Count > 0);
        if (triggers.Count > 0) RequirePause(triggers);
        if (!schema.IsEmpty || triggers.Count > 0)
        {
            // Changing a definition commits, and gives up all locks: so nothing may be half-written here, and everything is looked at once more.
            _handle.Execute("ROLLBACK");
            Expand(schema, triggers);
            State = Begin();
            RequireAsCaptured(delta, schema, rows, isAsCaptured);
            rows.Compare(schema.ShapeOf);
        }

        if (rows.Moved.Count == 0) rows.Remove(schema.ShapeOf);
        if (rows.Moved.Count > 0) return new ApplyResult(rows.Moved, []);
        rows.Add();
        if (rows.Violations.Count == 0) rows.Violations.AddRange(FindBroken(schema));
        return new ApplyResult([], [.. rows.Violations.Take(MySqlApply.MaxReported)]);
    }

    public IReadOnlyList<ConstraintViolation> CheckConstraints(DatabaseDelta delta)
    {
        foreach (var table in delta.Tables)
        {
            if (!_applied.ContainsKey(table)) _applied[table] = new HeldRows(_scratchFolder).Fill(table.Rows);
        }

        return new MySqlForeignKeyCheck(_handle, delta, _applied).Run();
    }

    public IReadOnlyList<ConstraintViolation> CheckInvariants(IReadOnlyList<Invariant> invariants, TimeSpan maxTime) =>
        [.. invariants.SelectMany(invariant => MySqlInvariantCheck.Run(_handle, invariant, maxTime))];

    public void SetState(LiveState state)
    {
        MySqlStateTable.Write(_handle, state);
        State = state;
    }

    public void Forget(string mark)
    {
        if (MySqlMark.Parse(mark)?.Log is { } seen) MySqlChangeLog.Read(_handle)?.Forget(_handle, seen);
    }

    public void Commit()
    {
        _steps?.MarkRows();
        _handle.Execute("COMMIT");
        _isCommitted = true;
        _steps?.Finish();
        _steps = null;
    }

    public void Dispose()
    {
        try
        {
            if (_steps is not null && !_isCommitted) TakeBack();
        }
        finally
        {
            foreach (var rows in _applied.Values) rows.Dispose();
            // Closing the connection rolls back what was not committed, and gives up the lock.
            _handle.Dispose();
        }
    }

    /// <summary>Begins the transaction of the rows with the lock of the state.</summary>
    private LiveState? Begin()
    {
        _handle.Execute("START TRANSACTION");
        return MySqlStateTable.Lock(_handle);
    }

    private void Expand(MySqlSchemaChange schema, List<MySqlTrigger> triggers)
    {
        if (_steps is not null) throw new InvalidOperationException("Definitions can be changed once in a session.");
        var (before, after) = schema.Plan(triggers);
        var steps = new MySqlSteps(_handle);
        steps.Record(before, after);
        _steps = steps;
        try
        {
            steps.Begin();
        }
        catch (DbVcException failure) when (failure.Code is "database.failed" or "value.rejected" or "constraint.violated")
        {
            throw new DbVcException(FailureKind.Refused, "schema.rejected", $"The server does not accept a definition: {failure.Message}", failure.Where,
                "Change the definition on the branch.", failure);
        }
    }

    private void TakeBack()
    {
        try
        {
            _handle.Execute("ROLLBACK");
            _steps!.Undo();
        }
        catch (DbVcException)
        {
            // The connection is lost, or somebody holds a table: the steps are written down, and the next session takes them back.
        }
    }

    private void RequirePause(List<MySqlTrigger> triggers)
    {
        MySqlTriggerPause.RequireRestorable(_handle, triggers);
        if (_mayPauseTriggers) return;
        throw new DbVcException(FailureKind.Refused, "apply.triggers",
            $"Table '{triggers[0].Table}' has triggers that would fire: {string.Join(", ", triggers.Select(t => t.Name))}.", _handle.Display,
            "MySQL and MariaDB cannot write past a trigger. Allow db-vc to take them away for that moment (in which they fire for "
            + "nobody): db-vc config set database.pause-triggers true");
    }

    /// <summary>Rows that go with their table or column are in no list of changes, so they are looked at all together, out of everybody's reach.</summary>
    private void RequireAsCaptured(DatabaseDelta delta, MySqlSchemaChange schema, MySqlApply rows, Func<TableSchema, IRowCursor, bool>? isAsCaptured)
    {
        if (isAsCaptured is null) return;
        foreach (var table in delta.Tables.Where(t => t.Before is not null))
        {
            if (schema.FindFrozen(table) is not { } frozen) continue;
            using var cursor = MySqlRowCursor.Open(_handle, frozen);
            if (!isAsCaptured(table.Before!, cursor)) rows.Moved.Add(new MovedRow(table.Before!.Name, "rows", null, null));
        }
    }

    private IEnumerable<ConstraintViolation> FindBroken(MySqlSchemaChange schema) =>
        from change in schema.Changes
        from rule in change.Deferred
        let breaker = MySqlRule.FindBreaker(_handle, change.NameAfter, rule, name => name)
        where breaker is not null
        select new ConstraintViolation(rule.Clause, change.NameAfter, breaker, $"Rows of '{change.NameAfter}' break {rule.Clause}: {breaker}.");
}

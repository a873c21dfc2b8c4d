using DbVc.Model;

namespace DbVc.Databases;

/// <summary>The one writing transaction on a SQLite file.</summary>
internal sealed class SqliteApplySession : IApplySession
{
    private readonly SqliteHandle _handle;
    private readonly string _scratchFolder;
    private readonly Dictionary<TableDelta, HeldRows> _applied = new(ReferenceEqualityComparer.Instance);

    private SqliteApplySession(SqliteHandle handle, string scratchFolder) =>
        (_handle, _scratchFolder, State) = (handle, scratchFolder, SqliteStateTable.Read(handle));

    public LiveState? State { get; private set; }

    public static SqliteApplySession Open(string path, string scratchFolder, TimeSpan lockTimeout)
    {
        var handle = SqliteHandle.Open(path, SqliteAccess.Write, lockTimeout);
        try
        {
            handle.Configure(SqliteWriting.OptionTriggers, false);
            handle.Configure(SqliteWriting.OptionForeignKeys, false);
            SqliteWriting.AcceptOldDdl(handle);
            SqliteWriting.Begin(handle);
            return new SqliteApplySession(handle, scratchFolder);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    public void Hold(IReadOnlyList<Invariant> invariants)
    {
        // Nobody else writes while this session has the file.
    }

    public ApplyResult Apply(DatabaseDelta delta, Func<TableSchema, IRowCursor, bool>? isAsCaptured = null)
    {
        foreach (var table in delta.Tables) _applied[table] = new HeldRows(_scratchFolder);
        return new SqliteApply(_handle, delta, _applied).Run(isAsCaptured);
    }

    public IReadOnlyList<ConstraintViolation> CheckConstraints(DatabaseDelta delta)
    {
        foreach (var table in delta.Tables)
        {
            if (!_applied.ContainsKey(table)) _applied[table] = new HeldRows(_scratchFolder).Fill(table.Rows);
        }

        return new SqliteForeignKeyCheck(_handle, delta, _applied).Run();
    }

    public IReadOnlyList<ConstraintViolation> CheckInvariants(IReadOnlyList<Invariant> invariants, TimeSpan maxTime) =>
        [.. invariants.SelectMany(invariant => SqliteInvariantCheck.Run(_handle, invariant, maxTime))];

    // The write lock is there from the beginning.
    public bool HoldWriters(DatabaseDelta tried) => true;

    public void SetState(LiveState state)
    {
        SqliteStateTable.Write(_handle, state);
        State = state;
    }

    public void Forget(string mark)
    {
        if (SqliteMark.Parse(mark) is not { } known || LogPlace.Parse(known.Place) is not { } place) return;
        if (ChangeLog.Read(_handle) is { } log && place.IsIn(_handle, log)) log.Forget(_handle, place.Id);
    }

    public void Commit() => _handle.Execute("COMMIT");

    public void Dispose()
    {
        foreach (var rows in _applied.Values) rows.Dispose();
        // Closing the connection rolls back what was not committed.
        _handle.Dispose();
    }
}

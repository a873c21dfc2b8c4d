using DbVc.Model;

namespace DbVc.Databases;

/// <summary>Runs one reading statement of untrusted SQL on a connection that cannot write.</summary>
internal sealed class SqliteQuery : IQueryResult
{
    public const int OptionDefensive = 1010;
    private const int LimitLength = 0;
    private const int LimitAttached = 7;

    // A value longer than this is refused, so that one expression cannot take all memory.
    private const int MaxValueLength = 256 << 20;

    private readonly SqliteHandle _handle;
    private readonly SqliteQueryGuard _guard;
    private readonly SqliteStatement _statement;
    private readonly QueryLimits _limits;
    private readonly HistoryConnection? _history;

    private SqliteQuery(SqliteHandle handle, SqliteQueryGuard guard, SqliteStatement statement, QueryLimits limits, HistoryConnection? history)
    {
        (_handle, _guard, _statement, _limits, _history) = (handle, guard, statement, limits, history);
        Columns = Enumerable.Range(0, statement.ColumnCount).Select(i => new QueryColumn(statement.ColumnName(i), statement.DeclaredType(i))).ToList();
    }

    public IReadOnlyList<QueryColumn> Columns { get; }

    public IEnumerable<Value[]> Rows => ReadRows();

    public static SqliteQuery Run(string path, string sql, QueryLimits limits, TimeSpan timeout) => Run(Open(path, timeout), sql, limits, null);

    /// <summary>Runs a statement on a database that exists only in history.</summary>
    public static SqliteQuery Run(IHistory history, string sql, QueryLimits limits)
    {
        var handle = SqliteHandle.OpenMemory();
        Confine(handle);
        return Run(handle, sql, limits, history);
    }

    public void Dispose()
    {
        _statement.Dispose();
        _guard.Dispose();
        _handle.Dispose();
    }

    private IEnumerable<Value[]> ReadRows()
    {
        for (long count = 0; Step(); count++)
        {
            if (count >= _limits.MaxRows) throw SqliteQueryGuard.Limit("row");
            yield return _statement.RowAt(0);
        }
    }

    private bool Step()
    {
        _guard.StartClock();
        var code = _statement.TryStep();
        _guard.StopClock();
        if (code == SqliteError.Row) return true;
        if (code == SqliteError.Done)
        {
            _statement.Reset();
            return false;
        }

        var failure = SqliteQueryGuard.Translate(_handle.Fail(), code, _handle.ErrorMessage);
        _statement.Reset();
        _history?.ThrowFailure();
        throw failure;
    }

    private static SqliteHandle Open(string path, TimeSpan timeout)
    {
        SqliteHandle handle;
        try
        {
            handle = SqliteHandle.Open(path, SqliteAccess.ReadOnly, timeout);
        }
        catch (DbVcException failure) when (failure.Code is "database.read-only" or "database.unreadable")
        {
            // A crashed writer left a journal, which a connection that cannot write cannot roll back.
            using (var recovery = SqliteHandle.Open(path, SqliteAccess.Read, timeout)) recovery.ReadInteger("SELECT count(*) FROM sqlite_schema");
            handle = SqliteHandle.Open(path, SqliteAccess.ReadOnly, timeout);
        }

        Confine(handle);
        return handle;
    }

    private static void Confine(SqliteHandle handle)
    {
        handle.Configure(OptionDefensive, true);
        SqliteNative.Limit(handle.Pointer, LimitLength, MaxValueLength);
        SqliteNative.Limit(handle.Pointer, LimitAttached, 0);
    }

    private static SqliteQuery Run(SqliteHandle handle, string sql, QueryLimits limits, IHistory? history)
    {
        SqliteQueryGuard? guard = null;
        try
        {
            guard = new SqliteQueryGuard(handle, limits.MaxTime);
            guard.StartClock();
            var connection = history is null ? null : new HistoryConnection(handle, guard, history);
            var statement = Prepare(handle, sql, connection);
            guard.StopClock();
            return new SqliteQuery(handle, guard, statement, limits, connection);
        }
        catch
        {
            guard?.Dispose();
            handle.Dispose();
            throw;
        }
    }

    private static SqliteStatement Prepare(SqliteHandle handle, string sql, HistoryConnection? history = null)
    {
        SqliteStatement statement;
        try
        {
            statement = history is null ? handle.Prepare(sql) : history.Prepare(sql);
        }
        catch (ArgumentException)
        {
            throw new DbVcException(FailureKind.Usage, "query.failed", "The query is empty.");
        }
        catch (DbVcException failure) when (failure.Code == "statement.several")
        {
            throw SqliteQueryGuard.Refuse("the text holds several");
        }
        catch (DbVcException failure) when (failure.Code != "store.damaged")
        {
            throw SqliteQueryGuard.Translate(failure, SqliteNative.ExtendedErrorCode(handle.Pointer), handle.ErrorMessage);
        }

        if (statement.IsReadOnly && statement.ColumnCount > 0) return statement;
        statement.Dispose();
        throw SqliteQueryGuard.Refuse("the statement does not read");
    }
}

using DbVc.Model;

namespace DbVc.Databases;

/// <summary>Runs one reading statement of untrusted SQL in a transaction that cannot write.</summary>
internal sealed class MySqlQuery : IQueryResult
{
    private readonly MySqlHandle _handle;
    private readonly MySqlQueryGuard _guard;
    private readonly MySqlStatement _statement;
    private readonly MySqlRows _rows;
    private readonly QueryLimits _limits;
    private bool _isAtEnd;

    private MySqlQuery(MySqlHandle handle, MySqlQueryGuard guard, MySqlStatement statement, MySqlRows rows, QueryLimits limits)
    {
        (_handle, _guard, _statement, _rows, _limits) = (handle, guard, statement, rows, limits);
        Columns = [.. Enumerable.Range(0, rows.FieldCount).Select(i => new QueryColumn(rows.NameAt(i), MySqlTypeNames.Of(rows.FieldAt(i))))];
    }

    public IReadOnlyList<QueryColumn> Columns { get; }

    public IEnumerable<Value[]> Rows => ReadRows();

    /// <param name="address">The database.</param>
    /// <param name="sql">The statement.</param>
    /// <param name="limits">Its bounds.</param>
    /// <param name="timeout">For locks.</param>
    /// <param name="first">Our own query that is run in the transaction before it; null: none.</param>
    public static MySqlQuery Run(MySqlAddress address, string sql, QueryLimits limits, TimeSpan timeout, string? first = null)
    {
        var handle = MySqlHandle.Open(address, new MySqlSession { LockTimeout = timeout });
        MySqlQueryGuard? guard = null;
        MySqlStatement? statement = null;
        try
        {
            MySqlQueryGuard.Require(handle, sql);
            handle.Execute("START TRANSACTION READ ONLY");
            if (first is not null) handle.Execute(first);
            guard = new MySqlQueryGuard(handle, limits.MaxTime);
            statement = Prepare(handle, sql);
            var running = statement;
            return new MySqlQuery(handle, guard, running, guard.Run(running.Query), limits);
        }
        catch
        {
            guard?.Dispose();
            statement?.Dispose();
            handle.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _guard.Dispose();
        if (!_isAtEnd) _handle.Abort();
        _rows.Dispose();
        _statement.Dispose();
        _handle.Dispose();
    }

    /// <summary>Prepares a statement that must answer with rows.</summary>
    public static MySqlStatement Prepare(MySqlHandle handle, string sql)
    {
        MySqlStatement statement;
        try
        {
            statement = handle.Prepare(sql);
        }
        catch (DbVcException failure)
        {
            throw MySqlQueryGuard.Translate(failure);
        }

        if (statement.ReturnsRows) return statement;
        statement.Dispose();
        throw MySqlQueryGuard.Refuse("the statement does not read");
    }

    private IEnumerable<Value[]> ReadRows()
    {
        for (long count = 0; !_isAtEnd && !(_isAtEnd = !_guard.Run(_rows.Read)); count++)
        {
            if (count >= _limits.MaxRows) throw MySqlQueryGuard.Limit("row");
            yield return _rows.RowAt(0);
        }
    }
}

using DbVc.Model;
using SQLitePCL;

namespace DbVc.Store;

/// <summary>One connection to <c>commit-history.db</c>; used by one thread at a time.</summary>
internal sealed class StoreConnection : IDisposable
{
    /// <summary>How long a writer waits for others before it gives up; SQLite does not queue them, so twenty of them on a busy machine need patience.</summary>
    private const int BusyMilliseconds = 20_000;

    private readonly sqlite3 _handle;
    private readonly Dictionary<string, Statement> _statements = new(StringComparer.Ordinal);

    static StoreConnection() => Batteries_V2.Init();

    private StoreConnection(sqlite3 handle) => _handle = handle;

    public static StoreConnection Open(string path, bool create)
    {
        var flags = raw.SQLITE_OPEN_READWRITE | (create ? raw.SQLITE_OPEN_CREATE : 0);
        var result = raw.sqlite3_open_v2(path, out var handle, flags, null);
        var connection = new StoreConnection(handle);
        try
        {
            connection.Check(result);
            raw.sqlite3_extended_result_codes(handle, 1);
            raw.sqlite3_busy_timeout(handle, BusyMilliseconds);
            connection.Execute("PRAGMA journal_mode=WAL");
            connection.Execute("PRAGMA synchronous=FULL");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Rows changed by the last statement.</summary>
    public int Changes => raw.sqlite3_changes(_handle);

    /// <summary>The prepared statement of <paramref name="sql"/>; dispose it to give it back.</summary>
    public Statement Use(string sql)
    {
        if (!_statements.TryGetValue(sql, out var statement))
        {
            Check(raw.sqlite3_prepare_v2(_handle, sql, out var handle));
            statement = new Statement(this, handle);
            _statements.Add(sql, statement);
        }

        return statement;
    }

    public void Execute(string sql) => Check(raw.sqlite3_exec(_handle, sql));

    public void Rollback()
    {
        // A failed statement may have rolled back already; then this is an error that means nothing.
        if (raw.sqlite3_get_autocommit(_handle) == 0) raw.sqlite3_exec(_handle, "ROLLBACK");
    }

    public void Check(int result)
    {
        if (result != raw.SQLITE_OK) throw Failure(result);
    }

    public DbVcException Failure(int result) =>
        StoreFailure.FromSqlite(result, raw.sqlite3_errmsg(_handle).utf8_to_string());

    public void Dispose()
    {
        foreach (var statement in _statements.Values) statement.Close();
        _statements.Clear();
        _handle.Dispose();
    }
}

using DbVc.Model;

namespace DbVc.Databases;

/// <summary>
/// One consistent view: a read-only transaction with its own snapshot, which blocks no writer. All tables are locked against being redefined before the
/// snapshot is taken, as a table that is emptied or rewritten after it would come out empty.
/// </summary>
internal sealed class PostgresReadSnapshot : IReadSnapshot
{
    private const int MostAttempts = 10;

    private readonly PostgresConnection _connection;
    private readonly Func<string, PostgresReadSnapshot?>? _join;
    private readonly int _readers;
    private bool _isReading;

    private PostgresReadSnapshot(PostgresConnection connection, int readers = 1, Func<string, PostgresReadSnapshot?>? join = null)
    {
        (_connection, _readers, _join) = (connection, readers, join);
        State = PostgresStateTable.Read(connection);
    }

    public LiveState? State { get; }

    public IReadOnlyList<UnversionedItem> Unversioned
    {
        get
        {
            RequireFree();
            return [.. PostgresSchemaReader.ReadFlaws(_connection), .. PostgresUnversioned.Read(_connection)];
        }
    }

    /// <summary>The connection that holds the snapshot.</summary>
    public PostgresConnection Connection => _connection;

    public string? Mark
    {
        get
        {
            RequireFree();
            return PostgresMark.Read(_connection)?.ToString();
        }
    }

    public IChangeReader? ChangesSince(string mark)
    {
        RequireFree();
        return PostgresChanges.Open(_connection, OpenCursor, mark);
    }

    /// <summary>On a connection of its own.</summary>
    public static PostgresReadSnapshot Open(PostgresAddress address, TimeSpan timeout) =>
        Open(PostgresConnection.Open(address, PostgresUse.Own, timeout), address);

    /// <param name="connection">Disposed with the snapshot, or when it cannot be had.</param>
    /// <param name="address">Of the database.</param>
    /// <param name="readers">How many may read the view at the same time, this one counted.</param>
    public static PostgresReadSnapshot Open(PostgresConnection connection, PostgresAddress address, int readers = 1)
    {
        try
        {
            Begin(connection);
            return new PostgresReadSnapshot(connection, readers, id => TryJoin(address, id));
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public DatabaseSchema ReadSchema()
    {
        RequireFree();
        return PostgresSchemaReader.Read(_connection);
    }

    public IRowCursor ReadRows(TableSchema table)
    {
        RequireFree();
        return OpenCursor(PostgresRows.Select(_connection, table), PostgresRows.ReadingsOf(table));
    }

    public SharedView? Share()
    {
        RequireFree();
        if (_join is not { } join || _readers < 2 || _connection.ReadText("SELECT pg_export_snapshot()") is not { } id) return null;
        return new SharedView(_readers - 1, () => join(id));
    }

    // The transaction ends with it.
    public void Dispose() => _connection.Dispose();

    /// <summary>
    /// A reader of a view that another connection exported. It waits for no lock: somebody who waits to redefine a table stands behind the exporting connection
    /// and before this one, and the three would wait for each other for ever. What one connection more cannot have, the exporting one reads itself.
    /// </summary>
    private static PostgresReadSnapshot? TryJoin(PostgresAddress address, string id)
    {
        PostgresConnection? connection = null;
        try
        {
            connection = PostgresConnection.Open(address);
            connection.Execute($"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET TRANSACTION SNAPSHOT {PostgresName.Literal(id)}");
            var names = PostgresLocks.List(connection);
            if (names.Count > 0) connection.Execute(PostgresLocks.Sql(names) + " NOWAIT");
            return new PostgresReadSnapshot(connection);
        }
        catch (DbVcException)
        {
            connection?.Dispose();
            return null;
        }
    }

    /// <summary>Locks what may be locked, then takes the snapshot, and looks whether it holds exactly what was locked.</summary>
    private static void Begin(PostgresConnection connection)
    {
        for (var attempt = 1; ; attempt++)
        {
            var names = PostgresLocks.List(connection);
            connection.Execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
            try
            {
                if (names.Count > 0) connection.Execute(PostgresLocks.Sql(names));
                if (PostgresLocks.List(connection).SequenceEqual(names)) return;
            }
            catch (DbVcException failure) when (attempt < MostAttempts && PostgresLocks.IsGone(failure))
            {
                // Dropped between being listed and being locked.
            }

            connection.Execute("ROLLBACK");
            if (attempt == MostAttempts) throw PostgresLocks.KeepChanging(connection.Display);
        }
    }

    private PostgresRowCursor OpenCursor(string select, PostgresReading[] readings)
    {
        RequireFree();
        var cursor = PostgresRowCursor.Open(_connection, select, readings, () => _isReading = false);
        _isReading = true;
        return cursor;
    }

    private void RequireFree()
    {
        if (_isReading) throw new InvalidOperationException("One cursor at a time: dispose the one that reads before asking for more.");
    }
}

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
    private bool _isReading;

    private PostgresReadSnapshot(PostgresConnection connection)
    {
        _connection = connection;
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

    public static PostgresReadSnapshot Open(PostgresAddress address, TimeSpan timeout)
    {
        var connection = PostgresConnection.Open(address, PostgresUse.Own, timeout);
        try
        {
            Begin(connection);
            return new PostgresReadSnapshot(connection);
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

    // Closing the connection ends the transaction.
    public void Dispose() => _connection.Dispose();

    /// <summary>Locks what may be locked, then takes the snapshot, and looks whether it holds exactly what was locked.</summary>
    private static void Begin(PostgresConnection connection)
    {
        for (var attempt = 1; ; attempt++)
        {
            var names = PostgresLocks.List(connection);
            connection.Execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
            try
            {
                if (names.Count > 0) connection.Execute($"LOCK TABLE {string.Join(", ", names.Select(n => n.Sql))} IN ACCESS SHARE MODE");
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

using DbVc.Model;

namespace DbVc.Databases;

/// <summary>
/// One consistent view: a transaction that only reads, which blocks no writer. All tables are held against being redefined before the view is taken,
/// as InnoDB cannot show a table as it was before that.
/// </summary>
internal sealed class MySqlReadSnapshot : IReadSnapshot
{
    private const int MostAttempts = 10;
    private const int TablesPerStatement = 50;

    private readonly MySqlHandle _handle;
    private readonly MySqlCatalogue _catalogue;
    private readonly string? _signal;
    private DatabaseSchema? _schema;
    private IReadOnlyList<UnversionedItem>? _unversioned;
    private bool _isReading;

    private MySqlReadSnapshot(MySqlHandle handle, MySqlCatalogue catalogue, LiveState? state, string? signal) =>
        (_handle, _catalogue, State, _signal) = (handle, catalogue, state, signal);

    public LiveState? State { get; }

    public IReadOnlyList<UnversionedItem> Unversioned
    {
        get
        {
            if (_unversioned is null) ReadSchema();
            return _unversioned!;
        }
    }

    public string? Mark
    {
        get
        {
            var mark = new MySqlMark(_signal, MySqlLogMark.Read(_handle));
            return mark is { Signal: null, Log: null } ? null : mark.ToString();
        }
    }

    public static MySqlReadSnapshot Open(MySqlAddress address, TimeSpan timeout)
    {
        var handle = MySqlHandle.Open(address, new MySqlSession { LockTimeout = timeout });
        try
        {
            MySqlRecovery.RunIfNeeded(handle, address, timeout);
            var signal = MySqlSignal.Read(handle);
            var (catalogue, own) = Begin(handle);
            // The first rows that are read fix the view; nothing is read before all tables are held.
            var hasState = own.Contains(MySqlStateTable.Name);
            var state = hasState ? MySqlStateTable.ReadHeld(handle) : null;
            if (!hasState && catalogue.Tables.Count > 0) handle.Execute($"SELECT 1 FROM {MySqlName.Quote(catalogue.Tables[0].Name)} LIMIT 1");
            var isStill = signal is not null && (hasState || catalogue.Tables.Count > 0) && MySqlSignal.Read(handle) == signal;
            return new MySqlReadSnapshot(handle, catalogue, state, isStill ? signal : null);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Read once: tables are held, and what is not would be seen as of now each time.</summary>
    public DatabaseSchema ReadSchema()
    {
        RequireFree();
        if (_schema is not null) return _schema;
        var left = _catalogue.Unversioned.ToList();
        _schema = MySqlSchemaReader.Read(_handle, _catalogue, left);
        _unversioned = left;
        return _schema;
    }

    public IRowCursor ReadRows(TableSchema table)
    {
        RequireFree();
        var cursor = MySqlRowCursor.Open(_handle, table, closed: () => _isReading = false);
        _isReading = true;
        return cursor;
    }

    /// <summary>Character set and collation of the database, as CREATE DATABASE takes them.</summary>
    public string ReadOptions() => MySqlClone.ReadOptions(_handle);

    public IReadOnlyList<(string Table, ulong Next)> ReadCounters() => MySqlSequence.Read(_handle);

    public IChangeReader? ChangesSince(string mark)
    {
        RequireFree();
        if (MySqlMark.Parse(mark) is not { } since) return null;
        if (_signal is not null && _signal == since.Signal) return new MySqlSameRows();
        return since.Log is { } log ? MySqlLogChanges.Open(_handle, log, ReadSchema()) : null;
    }

    // Closing the connection ends the transaction. A cursor that still reads is cut off.
    public void Dispose()
    {
        if (_isReading) _handle.Abort();
        _handle.Dispose();
    }

    private static (MySqlCatalogue Catalogue, IReadOnlyList<string> Own) Begin(MySqlHandle handle)
    {
        for (var attempt = 1; ; attempt++)
        {
            var (catalogue, own) = (MySqlSchemaReader.ReadTables(handle), MySqlSchemaReader.ReadOwn(handle));
            var names = catalogue.Tables.Select(t => t.Name).Concat(own).ToList();
            handle.Execute("START TRANSACTION READ ONLY");
            try
            {
                foreach (var some in names.Chunk(TablesPerStatement))
                {
                    handle.Execute(string.Join(" UNION ALL ", some.Select(n => $"(SELECT 1 FROM {MySqlName.Quote(n)} LIMIT 0)")));
                }

                var now = MySqlSchemaReader.ReadTables(handle);
                if (now.Tables.SequenceEqual(catalogue.Tables) && MySqlSchemaReader.ReadOwn(handle).SequenceEqual(own)) return (now, own);
            }
            catch (DbVcException failure) when (attempt < MostAttempts && MySqlError.NumberOf(failure) == MySqlError.UnknownTable)
            {
                // Dropped between being listed and being held.
            }

            handle.Execute("ROLLBACK");
            if (attempt == MostAttempts)
            {
                throw new DbVcException(FailureKind.Locked, "database.locked", $"The tables of '{handle.Display}' keep being redefined.",
                    handle.Display, "Try again when nobody changes definitions.");
            }
        }
    }

    private void RequireFree()
    {
        if (_isReading) throw new InvalidOperationException("One cursor at a time: dispose the one that reads before asking for more.");
    }
}

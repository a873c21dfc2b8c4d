using DbVc.Model;

namespace DbVc.Databases;

/// <summary>One database of a MySQL or MariaDB server. Every read, apply, load and query has a connection of its own.</summary>
public sealed class MySqlDatabase : IDatabase
{
    private readonly MySqlAddress _address;
    private readonly TimeSpan _readTimeout;
    private readonly bool _mayPauseTriggers;
    private readonly string _scratchFolder;

    internal MySqlDatabase(MySqlAddress address, TimeSpan readTimeout, bool mayPauseTriggers, string scratchFolder) =>
        (_address, _readTimeout, _mayPauseTriggers, _scratchFolder) = (address, readTimeout, mayPauseTriggers, scratchFolder);

    public string Display => _address.Display;

    public DatabaseCapabilities Capabilities { get; } = new(TransactionalDdl: false, CheapClone: false);

    public IReadSnapshot BeginRead() => MySqlReadSnapshot.Open(_address, _readTimeout);

    public IApplySession BeginApply(TimeSpan lockTimeout) => MySqlApplySession.Open(_address, lockTimeout, _mayPauseTriggers, _scratchFolder);

    public IBulkLoad BeginLoad(TableSchema table, TimeSpan lockTimeout, LoadOptions? options = null) =>
        MySqlBulkLoad.Open(_address, table, lockTimeout, options ?? LoadOptions.Default);

    public IQueryResult Query(string sql, QueryLimits limits) => MySqlQuery.Run(_address, sql, limits, _readTimeout);

    /// <summary>Tables are written anew. The server's own logs (undo, redo, binary) are the administrator's to purge.</summary>
    public void Scrub(TimeSpan lockTimeout)
    {
        using var handle = MySqlApplySession.Connect(_address, lockTimeout);
        MySqlChangeLog.Erase(handle);
        foreach (var table in MySqlSchemaReader.ReadTables(handle).Tables) handle.Execute($"ALTER TABLE {MySqlName.Quote(table.Name)} FORCE, ALGORITHM=COPY");
    }

    /// <summary>As the server counts it, which it does now and then.</summary>
    public long ReadSize()
    {
        using var handle = MySqlHandle.Open(_address, new MySqlSession { LockTimeout = _readTimeout });
        return handle.ReadInteger(
            "SELECT CAST(coalesce(sum(data_length + index_length), 0) AS SIGNED) FROM information_schema.tables WHERE table_schema = database()");
    }

    public IReadOnlyDictionary<string, long> ReadHighestKeys()
    {
        using var handle = MySqlHandle.Open(_address, new MySqlSession { LockTimeout = _readTimeout });
        return MySqlSequence.Read(handle).ToDictionary(c => c.Table, c => (long)Math.Min(c.Next - 1, long.MaxValue), StringComparer.OrdinalIgnoreCase);
    }

    public TrackingReport ReadTracking()
    {
        using var handle = MySqlHandle.Open(_address, new MySqlSession { LockTimeout = _readTimeout });
        return MySqlTracking.Read(handle);
    }

    public void StartTracking(TimeSpan lockTimeout, IReadOnlyCollection<string>? tables = null)
    {
        using var handle = MySqlApplySession.Connect(_address, lockTimeout);
        MySqlTracking.Start(handle, tables);
    }

    public void StopTracking(TimeSpan lockTimeout, IReadOnlyCollection<string>? tables = null)
    {
        using var handle = MySqlApplySession.Connect(_address, lockTimeout);
        MySqlChangeLog.Stop(handle, tables);
    }

    public void Dispose()
    {
        // Nothing is held between calls.
    }
}

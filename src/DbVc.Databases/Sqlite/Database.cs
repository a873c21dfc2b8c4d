using DbVc.Model;

namespace DbVc.Databases;

/// <summary>One SQLite file. Every read, apply, load and query has a connection of its own.</summary>
public sealed class SqliteDatabase : IDatabase
{
    private readonly string _path;
    private readonly string _scratchFolder;
    private readonly TimeSpan _readTimeout;
    private readonly Lazy<DatabaseCapabilities> _capabilities;

    internal SqliteDatabase(string path, string scratchFolder, TimeSpan readTimeout)
    {
        (_path, _scratchFolder, _readTimeout) = (path, scratchFolder, readTimeout);
        _capabilities = new Lazy<DatabaseCapabilities>(() => new DatabaseCapabilities(true, LinuxFiles.CanReflink(_scratchFolder)));
    }

    public string Display => _path;

    public DatabaseCapabilities Capabilities => _capabilities.Value;

    public IReadSnapshot BeginRead() => SqliteReadSnapshot.Open(_path, _scratchFolder, _readTimeout, isBrief: false);

    public IReadSnapshot BeginCapture() => SqliteReadSnapshot.Open(_path, _scratchFolder, _readTimeout, isBrief: true);

    public IApplySession BeginApply(TimeSpan lockTimeout) => SqliteApplySession.Open(_path, _scratchFolder, lockTimeout);

    public IBulkLoad BeginLoad(TableSchema table, TimeSpan lockTimeout, LoadOptions? options = null) =>
        SqliteBulkLoad.Open(_path, table, lockTimeout, options ?? LoadOptions.Default);

    public IQueryResult Query(string sql, QueryLimits limits) => SqliteQuery.Run(_path, sql, limits, _readTimeout);

    public void Scrub(TimeSpan lockTimeout)
    {
        using var handle = SqliteHandle.Open(_path, SqliteAccess.Write, lockTimeout);
        SqliteScrub.Run(handle);
        if (handle.IsWal) handle.ReadInteger("PRAGMA wal_checkpoint(TRUNCATE)");
    }

    /// <summary>With its log: what is written there is part of it.</summary>
    public long ReadSize() => new[] { _path, _path + "-wal" }.Select(p => new FileInfo(p)).Sum(f => f.Exists ? f.Length : 0);

    public IReadOnlyDictionary<string, long> ReadHighestKeys()
    {
        using var handle = SqliteHandle.Open(_path, SqliteAccess.Read, _readTimeout);
        return SqliteSequence.Read(handle);
    }

    public TrackingReport ReadTracking()
    {
        using var handle = SqliteHandle.Open(_path, SqliteAccess.Read, _readTimeout);
        return SqliteTracking.Read(handle);
    }

    public void StartTracking(TimeSpan lockTimeout, IReadOnlyCollection<string>? tables = null) => Write(lockTimeout, h => SqliteTracking.Start(h, tables));

    public void StopTracking(TimeSpan lockTimeout, IReadOnlyCollection<string>? tables = null) => Write(lockTimeout, h => ChangeLog.Stop(h, tables));

    public void Dispose()
    {
        // Nothing is held between calls.
    }

    private void Write(TimeSpan lockTimeout, Action<SqliteHandle> change)
    {
        using var handle = SqliteHandle.Open(_path, SqliteAccess.Write, lockTimeout);
        SqliteWriting.Begin(handle);
        change(handle);
        handle.Execute("COMMIT");
    }
}

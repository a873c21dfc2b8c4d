using DbVc.Model;

namespace DbVc.Databases;

/// <summary>One PostgreSQL database. Every read, apply, load and query has a connection for itself alone.</summary>
public sealed class PostgresDatabase : IDatabase
{
    private readonly PostgresAddress _address;
    private readonly TimeSpan _readTimeout;
    private readonly int _readers;
    private readonly PostgresSpare? _spare;

    /// <param name="address">Where it is.</param>
    /// <param name="readTimeout">For locks.</param>
    /// <param name="readers">How many may read one view at the same time.</param>
    /// <param name="spare">Keeps a connection between two uses; null where none may stay.</param>
    internal PostgresDatabase(PostgresAddress address, TimeSpan readTimeout, int readers, PostgresSpare? spare) =>
        (_address, _readTimeout, _readers, _spare) = (address, readTimeout, readers, spare);

    public string Display => _address.Display;

    public DatabaseCapabilities Capabilities { get; } = new(TransactionalDdl: true, CheapClone: false);

    public IReadSnapshot BeginRead() => PostgresReadSnapshot.Open(Connect(_readTimeout), _address, _readers);

    public IApplySession BeginApply(TimeSpan lockTimeout) => PostgresApplySession.Open(Connect(lockTimeout), lockTimeout);

    public IBulkLoad BeginLoad(TableSchema table, TimeSpan lockTimeout, LoadOptions? options = null) =>
        PostgresBulkLoad.Open(_address, table, lockTimeout, options ?? LoadOptions.Default);

    public IQueryResult Query(string sql, QueryLimits limits) => PostgresQuery.Run(_address, sql, limits);

    public void Scrub(TimeSpan lockTimeout) => PostgresScrub.Run(_address, lockTimeout);

    public long ReadSize()
    {
        using var connection = Connect(_readTimeout);
        return connection.Read("SELECT pg_database_size(current_database())", row => row.GetInt64(0))[0];
    }

    public IReadOnlyDictionary<string, long> ReadHighestKeys()
    {
        using var connection = Connect(_readTimeout);
        return PostgresSequence.ReadHighest(connection);
    }

    public TrackingReport ReadTracking()
    {
        using var connection = Connect(_readTimeout);
        return PostgresTracking.Read(connection);
    }

    public void StartTracking(TimeSpan lockTimeout, IReadOnlyCollection<string>? tables = null)
    {
        using var connection = Connect(lockTimeout);
        PostgresTracking.Start(connection, tables, lockTimeout);
    }

    public void StopTracking(TimeSpan lockTimeout, IReadOnlyCollection<string>? tables = null)
    {
        using var connection = Connect(lockTimeout);
        PostgresTracking.Stop(connection, tables, lockTimeout);
    }

    public void Dispose() => _spare?.Dispose();

    private PostgresConnection Connect(TimeSpan lockTimeout) =>
        _spare?.Open(lockTimeout) ?? PostgresConnection.Open(_address, PostgresUse.Own, lockTimeout);
}

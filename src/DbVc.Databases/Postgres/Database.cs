using DbVc.Model;

namespace DbVc.Databases;

/// <summary>One PostgreSQL database. Every read, apply, load and query has a connection of its own.</summary>
public sealed class PostgresDatabase : IDatabase
{
    private readonly PostgresAddress _address;
    private readonly TimeSpan _readTimeout;
    private readonly int _readers;

    internal PostgresDatabase(PostgresAddress address, TimeSpan readTimeout, int readers = 1) =>
        (_address, _readTimeout, _readers) = (address, readTimeout, readers);

    public string Display => _address.Display;

    public DatabaseCapabilities Capabilities { get; } = new(TransactionalDdl: true, CheapClone: false);

    public IReadSnapshot BeginRead() => PostgresReadSnapshot.Open(_address, _readTimeout, _readers);

    public IApplySession BeginApply(TimeSpan lockTimeout) => PostgresApplySession.Open(_address, lockTimeout);

    public IBulkLoad BeginLoad(TableSchema table, TimeSpan lockTimeout, LoadOptions? options = null) =>
        PostgresBulkLoad.Open(_address, table, lockTimeout, options ?? LoadOptions.Default);

    public IQueryResult Query(string sql, QueryLimits limits) => PostgresQuery.Run(_address, sql, limits);

    public void Scrub(TimeSpan lockTimeout) => PostgresScrub.Run(_address, lockTimeout);

    public long ReadSize()
    {
        using var connection = PostgresConnection.Open(_address, PostgresUse.Own, _readTimeout);
        return connection.Read("SELECT pg_database_size(current_database())", row => row.GetInt64(0))[0];
    }

    public IReadOnlyDictionary<string, long> ReadHighestKeys()
    {
        using var connection = PostgresConnection.Open(_address, PostgresUse.Own, _readTimeout);
        return PostgresSequence.ReadHighest(connection);
    }

    public TrackingReport ReadTracking() => TrackingReport.None;

    public void StartTracking(TimeSpan lockTimeout, IReadOnlyCollection<string>? tables = null) => throw new DbVcException(FailureKind.Refused,
        "tracking.unsupported", "Changes of this database cannot be tracked yet.", Display);

    public void StopTracking(TimeSpan lockTimeout, IReadOnlyCollection<string>? tables = null)
    {
        // There is none.
    }

    public void Dispose()
    {
        // Nothing is held between calls.
    }
}

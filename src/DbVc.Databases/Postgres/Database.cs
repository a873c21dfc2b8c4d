namespace DbVc.Databases;

/// <summary>One PostgreSQL database. Every read, apply, load and query has a connection of its own.</summary>
public sealed class PostgresDatabase : IDisposable
{
    private readonly PostgresAddress _address;
    private readonly TimeSpan _readTimeout;

    internal PostgresDatabase(PostgresAddress address, TimeSpan readTimeout) => (_address, _readTimeout) = (address, readTimeout);

    public string Display => _address.Display;

    public IReadSnapshot BeginRead() => PostgresReadSnapshot.Open(_address, _readTimeout);

    public IQueryResult Query(string sql, QueryLimits limits) => PostgresQuery.Run(_address, sql, limits);

    public IReadOnlyDictionary<string, long> ReadHighestKeys()
    {
        using var connection = PostgresConnection.Open(_address, PostgresUse.Own, _readTimeout);
        return PostgresSequence.ReadHighest(connection);
    }

    public void Dispose()
    {
        // Nothing is held between calls.
    }
}

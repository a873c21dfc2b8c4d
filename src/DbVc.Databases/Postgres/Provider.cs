using DbVc.Model;

namespace DbVc.Databases;

/// <summary>PostgreSQL databases; a location is an address without password.</summary>
/// <param name="workServer">Where private databases may be made; null where nobody said.</param>
public sealed class PostgresProvider(ServerAddress? workServer = null) : IDatabaseProvider
{
    private const int RepositoryDigits = 8;
    private const int MaxName = 63;

    private readonly PostgresDialect _dialect = new(workServer);

    public string Engine => DatabaseEngines.Postgres;

    /// <summary>Production is neither copied nor a template: its rows were read once already.</summary>
    public bool ClonesLive => false;

    public ISqlDialect Scripts => PostgresScriptDialect.Instance;

    public ITableMaker Tables => PostgresTableMaker.Instance;

    public ISchemaDialect Dialect => _dialect;

    /// <summary>How long reading waits for somebody who is just redefining a table.</summary>
    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromSeconds(10);

    public IDatabase Open(string location)
    {
        var address = PostgresAddress.Parse(location);
        PostgresConnection.Open(address).Dispose();
        return new PostgresDatabase(address, ReadTimeout);
    }

    public bool Exists(string location) => PostgresClone.Exists(PostgresAddress.Parse(location));

    public string Locate(PrivateDatabase place)
    {
        var name = $"dbvc_{Digits(place.Repository)}_{place.Id}";
        if (name.Length > MaxName - PostgresClone.DraftMark.Length) throw new ArgumentException($"'{name}' is too long for a database's name.", nameof(place));
        return WorkServer.WithDatabase(name).ToString();
    }

    public IReadOnlyList<string> ListPrivate(string repository)
    {
        using var server = PostgresClone.OpenServer(new PostgresAddress(WorkServer.WithDatabase("postgres")));
        return [.. PostgresClone.List(server, $"dbvc_{Digits(repository)}_").Where(d => !PostgresReadyPool.IsReady(d)).Select(d =>
            WorkServer.WithDatabase(d).ToString())];
    }

    public void RemoveDrafts(string location) => PostgresClone.RemoveDrafts(PostgresAddress.Parse(location));

    public void Create(string location) => PostgresClone.Create(PostgresAddress.Parse(location));

    public void Clone(string source, string destination) => PostgresClone.Run(PostgresAddress.Parse(source), PostgresAddress.Parse(destination), ReadTimeout);

    public IQueryResult QueryHistory(IHistory history, string sql, QueryLimits limits) => PostgresHistory.Run(WorkServer, history, sql, limits);

    public void Drop(string location) => PostgresClone.Drop(PostgresAddress.Parse(location));

    private ServerAddress WorkServer => workServer ?? throw Unset();

    private static string Digits(string repository) => repository[..Math.Min(RepositoryDigits, repository.Length)].ToLowerInvariant();

    internal static DbVcException Unset() => new(FailureKind.Usage, "branches.server-unset", "Nobody said on which server private databases may be made.",
        hint: "Name another server, db-vc config set branches.server postgres://USER@HOST:PORT, or allow the server of the live database: "
            + "db-vc config set branches.server production");
}

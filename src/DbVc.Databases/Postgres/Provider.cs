using DbVc.Model;

namespace DbVc.Databases;

/// <summary>PostgreSQL databases; a location is an address without password.</summary>
/// <param name="workServer">Where private databases may be made; null where nobody said.</param>
public sealed class PostgresProvider(ServerAddress? workServer = null) : IDatabaseProvider
{
    /// <summary>Names of private databases begin so.</summary>
    private const string PrivatePrefix = "dbvc_";

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

    /// <summary>How many connections may read tables at the same time.</summary>
    public int Readers { get; init; } = ProviderOptions.DefaultReaders;

    /// <summary>The live database, whose encoding and rules of sorting private ones get; null where they take the server's.</summary>
    public string? Live { get; init; }

    public IDatabase Open(string location)
    {
        var address = PostgresAddress.Parse(location);
        PostgresConnection.Open(address).Dispose();
        return new PostgresDatabase(address, ReadTimeout, Readers, spare: null);
    }

    public IDatabase OpenConnected(string location)
    {
        var address = PostgresAddress.Parse(location);
        var spare = new PostgresSpare(address);
        spare.Open(ReadTimeout).Dispose();
        return new PostgresDatabase(address, ReadTimeout, Readers, spare);
    }

    public bool Exists(string location) => PostgresClone.Exists(PostgresAddress.Parse(location));

    public string Locate(PrivateDatabase place)
    {
        var name = PrefixOf(place.Repository) + place.Id;
        if (name.Length > MaxName - PostgresClone.DraftMark.Length) throw new ArgumentException($"'{name}' is too long for a database's name.", nameof(place));
        return WorkServer.WithDatabase(name).ToString();
    }

    public IReadOnlyList<string> ListPrivate(string repository)
    {
        using var server = PostgresClone.OpenServer(new PostgresAddress(WorkServer.WithDatabase("postgres")));
        var all = PostgresClone.List(server, PrefixOf(repository)).ToLookup(PostgresReadyPool.IsReady);
        var own = all[false].Select(d => d.EndsWith(PostgresClone.DraftMark, StringComparison.Ordinal) ? d[..^PostgresClone.DraftMark.Length] : d)
            .Distinct().ToList();
        // What lies ready belongs to what it is a copy of, and is one more only where that is gone.
        return [.. own.Concat(all[true].Where(r => !own.Exists(o => PostgresReadyPool.IsOf(r, o)))).Select(d => WorkServer.WithDatabase(d).ToString())];
    }

    public void RemoveDrafts(string location) => PostgresClone.RemoveDrafts(PostgresAddress.Parse(location));

    public void Create(string location)
    {
        var address = PostgresAddress.Parse(location);
        PostgresClone.Create(address, LocaleFor(address));
    }

    public string? Clone(string source, string destination, bool tracks = false) =>
        PostgresClone.Run(PostgresAddress.Parse(source), PostgresAddress.Parse(destination), ReadTimeout, tracks)?.ToString();

    public IQueryResult QueryHistory(IHistory history, string sql, QueryLimits limits)
    {
        var (server, prefix) = (WorkServer, PrefixOf(history.Repository));
        PostgresAddress Scratch(int number) => new(server.WithDatabase($"{prefix}scratch_{number}"));
        return PostgresHistory.Run(new PostgresHistoryPlace(Scratch, PastOf(history.Repository), LiveAddress), history, sql, limits);
    }

    public PastKept SweepHistory(string repository, TimeSpan? unusedFor, bool evenUsed = false) =>
        workServer is null ? PastKept.None : PastOf(repository).Sweep(unusedFor, evenUsed);

    public void Drop(string location) => PostgresClone.Drop(PostgresAddress.Parse(location));

    private ServerAddress WorkServer => workServer ?? throw Unset();

    private static string PrefixOf(string repository) =>
        $"{PrivatePrefix}{repository[..Math.Min(RepositoryDigits, repository.Length)].ToLowerInvariant()}_";

    private PostgresPast PastOf(string repository) => new(WorkServer, PrefixOf(repository) + PastCopies.Id, LiveAddress);

    private PostgresAddress? LiveAddress => Live is null ? null : PostgresAddress.Parse(Live);

    /// <summary>Null where private databases need not be like any other.</summary>
    private PostgresLocale? LocaleFor(PostgresAddress address) =>
        address.Database.StartsWith(PrivatePrefix, StringComparison.Ordinal) && LiveAddress is { } live && live.Display != address.Display
            ? PostgresLocale.Read(live) : null;

    internal static DbVcException Unset() => new(FailureKind.Usage, "branches.server-unset", "Nobody said on which server private databases may be made.",
        hint: "Name another server, db-vc config set branches.server postgres://USER@HOST:PORT, or allow the server of the live database: "
            + "db-vc config set branches.server production");
}

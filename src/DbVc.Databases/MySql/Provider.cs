using DbVc.Model;

namespace DbVc.Databases;

/// <summary>MySQL and MariaDB; a location is an address, see <see cref="ServerAddress"/>. What elsewhere is a database is called a schema there.</summary>
public sealed class MySqlProvider : IDatabaseProvider
{
    /// <summary>Names of private databases begin so.</summary>
    private const string PrivatePrefix = "dbvc_";

    private const int DigitsOfRepository = 8;

    private readonly ProviderOptions _options;

    public MySqlProvider(ProviderOptions options)
    {
        _options = options;
        Dialect = new MySqlDialect(options);
    }

    public string Engine => DatabaseEngines.MySql;

    public bool ClonesLive => false;

    public ISqlDialect Scripts => MySqlScriptDialect.Instance;

    public ITableMaker Tables => MySqlTableMaker.Instance;

    public ISchemaDialect Dialect { get; }

    /// <summary>Triggers of tables that a merge writes to may be taken away for that moment, in which they fire for nobody. Without it such a merge is
    /// refused. Private databases have no other writers, so it is always done there.</summary>
    public bool MayPauseTriggers { get; init; }

    /// <summary>The live database, whose character set and collation private ones get; null where they take the usual.</summary>
    public string? Live { get; init; }

    public IDatabase Open(string location)
    {
        var address = AddressOf(location);
        if (!Stands(address)) throw MySqlError.Missing(address);
        return new MySqlDatabase(address, _options.ReadTimeout, MayPauseTriggers || IsPrivate(address.Database!), _options.ScratchFolder);
    }

    public bool Exists(string location) => Stands(AddressOf(location));

    public string Locate(PrivateDatabase place) => WorkServer().WithDatabase($"{PrefixOf(place.Repository)}{place.Id}").ToString();

    public IReadOnlyList<string> ListPrivate(string repository)
    {
        if (_options.WorkServer is not { } server) return [];
        using var handle = MySqlHandle.Open(MySqlAddress.Of(server.WithDatabase(null)));
        var prefix = PrefixOf(repository);
        return [.. MySqlObjects.List(handle, "SELECT schema_name FROM information_schema.schemata ORDER BY schema_name").Select(r => r[0])
            .Where(n => n.StartsWith(prefix, StringComparison.Ordinal)).Select(n => server.WithDatabase(n).ToString())];
    }

    public void RemoveDrafts(string location)
    {
        var address = AddressOf(location);
        using var handle = Connect(address);
        if (MySqlClone.IsDraft(handle, address.Database!)) MySqlClone.Drop(handle, address.Database!);
    }

    public void Create(string location)
    {
        var address = AddressOf(location);
        using var handle = Connect(address);
        if (LiveOf(address) is { } live) MySqlClone.CreateLike(handle, live, address);
        else MySqlClone.CreateEmpty(handle, address);
    }

    public string? Clone(string source, string destination, bool tracks = false)
    {
        var from = AddressOf(source);
        if (!Stands(from)) throw MySqlError.Missing(from);
        return MySqlClone.Run(from, AddressOf(destination), _options.ReadTimeout, tracks)?.ToString();
    }

    public IQueryResult QueryHistory(IHistory history, string sql, QueryLimits limits) =>
        MySqlHistoryQuery.Run(PastOf(history.Repository), Live, new MySqlQuestion(history, sql, limits), _options.ReadTimeout);

    public PastKept SweepHistory(string repository, TimeSpan? unusedFor, bool evenUsed = false) =>
        _options.WorkServer is null ? PastKept.None : PastOf(repository).Sweep(unusedFor, evenUsed);

    public void Drop(string location)
    {
        var address = AddressOf(location);
        using var handle = Connect(address);
        MySqlClone.Drop(handle, address.Database!);
    }

    private static bool IsPrivate(string database) => database.StartsWith(PrivatePrefix, StringComparison.Ordinal);

    /// <summary>The database that one to be made shall be like.</summary>
    private MySqlAddress? LiveOf(MySqlAddress address) =>
        Live is not null && IsPrivate(address.Database!) && AddressOf(Live) is var live && live.Display != address.Display ? live : null;

    private MySqlPast PastOf(string repository) =>
        new(MySqlAddress.Of(WorkServer()), PrefixOf(repository) + PastCopies.Id, Live is null ? null : AddressOf(Live));

    private static string PrefixOf(string repository) =>
        $"{PrivatePrefix}{repository[..Math.Min(DigitsOfRepository, repository.Length)]}_";

    private static MySqlAddress AddressOf(string location)
    {
        var address = ServerAddress.Parse(location);
        return address.Database is not null ? MySqlAddress.Of(address) : throw new DbVcException(FailureKind.Usage, "database.address",
            "The address names a server, but no database on it.", address.ToString(), "Write mysql://USER@HOST:PORT/DATABASE.");
    }

    private static MySqlHandle Connect(MySqlAddress address) => MySqlHandle.Open(address with { Database = null });

    /// <summary>A database that is still being made does not count.</summary>
    private static bool Stands(MySqlAddress address)
    {
        using var handle = Connect(address);
        return MySqlClone.Exists(handle, address.Database!) && !MySqlClone.IsDraft(handle, address.Database!);
    }

    private ServerAddress WorkServer() => _options.WorkServer ?? throw ServerUnset();

    internal static DbVcException ServerUnset() => new(FailureKind.Usage, "branches.server-unset",
        "Branches, merges and questions about the past need a place for private databases, and none is set.",
        hint: "Name another server, db-vc config set branches.server mysql://USER@HOST:PORT, or allow the server of the live database: "
            + "db-vc config set branches.server production");
}

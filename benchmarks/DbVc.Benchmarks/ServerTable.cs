using System.Globalization;
using DbVc.Databases;
using DbVc.Model;
using DbVc.TestServers;
using DbVc.VersionControl;

namespace DbVc.Benchmarks;

/// <summary>The table of people on a server.</summary>
internal static class ServerTable
{
    public const string Columns = "name varchar(100) NOT NULL, email varchar(100) NOT NULL, age integer, city varchar(100), score double precision, "
        + "created_at timestamp";

    private static MySqlProvider MySql { get; } = new(new ProviderOptions(Path.GetTempPath(), TimeSpan.FromMinutes(1)));

    /// <summary>A database with a table of so many people; its URL.</summary>
    public static string Create(DatabaseServer server, int rows)
    {
        var url = server.CreateDatabase();
        var name = Uri.UnescapeDataString(new Uri(url).AbsolutePath.TrimStart('/'));
        var count = rows.ToString(CultureInfo.InvariantCulture);
        server.Run(server is PostgresServer ? Postgres("people", "bigint PRIMARY KEY", "i", count) + "; GRANT ALL ON people TO " + DatabaseServer.User
            : MariaDb("people", "BIGINT PRIMARY KEY", "seq", count), name);
        return url;
    }

    public static string Postgres(string table, string key, string value, string rows) => $"CREATE TABLE {table} (id {key}, {Columns}); "
        + $"INSERT INTO {table} SELECT {value}, 'Name ' || i % 1000 || ' Lastname', 'person' || i || '@example' || i % 50 || '.com', i % 90, "
        + $"'City ' || i % 300, i % 100000 / 100.0, timestamp '2020-01-01' + i * interval '7 s' FROM generate_series(1, {rows}) i";

    public static string MariaDb(string table, string key, string value, string rows) =>
        $"CREATE TABLE {table} (id {key}, {Columns.Replace("timestamp", "datetime", StringComparison.Ordinal)}); INSERT INTO {table} SELECT {value}, "
        + "concat('Name ', seq % 1000, ' Lastname'), concat('person', seq, '@example', seq % 50, '.com'), seq % 90, concat('City ', seq % 300), "
        + $"seq % 100000 / 100.0, timestamp '2020-01-01 00:00:00' + INTERVAL seq * 7 SECOND FROM seq_1_to_1000000 WHERE seq <= {rows}";

    public static IDatabase Open(string url) =>
        url.StartsWith("postgres", StringComparison.Ordinal) ? new PostgresProvider().Open(url) : MySql.Open(url);

    /// <summary>The first commit of the database into an empty repository.</summary>
    public static void Capture(string url, EngineRepository repository)
    {
        using var live = Open(url);
        using var read = live.BeginRead();
        using var chunks = repository.Repository.Chunks.BeginWrite();
        var snapshot = DbVc.Live.Capture.Run(read, Snapshot.Empty, chunks, CancellationToken.None);
        repository.Commit(BranchName.Main, chunks, snapshot);
    }
}

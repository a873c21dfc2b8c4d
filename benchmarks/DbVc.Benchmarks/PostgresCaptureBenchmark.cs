using System.Globalization;
using DbVc.Databases;
using DbVc.TestServers;
using DbVc.VersionControl;

namespace DbVc.Benchmarks;

/// <summary>
/// Capture of a table of PostgreSQL into an empty repository, beside what <c>SELECT *</c> of the same rows costs by the same driver, each cell taken with
/// its own type; for tables whose keys come in tree order, and for those whose do not.
/// </summary>
internal static class PostgresCaptureBenchmark
{
    private const string Columns = "name text NOT NULL, email text NOT NULL, age integer, city text, score double precision, created_at timestamp";
    private const int Several = 4;

    private static readonly (string Name, string Sql)[] s_tables =
    [
        ("people", Table("people", "bigint PRIMARY KEY", "i")),
        ("by_uuid", Table("by_uuid", "uuid PRIMARY KEY", "md5(i::text)::uuid")),
        ("by_text", Table("by_text", "text PRIMARY KEY", "md5(i::text)")),
        ("no_key", Table("no_key", "bigint", "i")),
        ("odd_types", "CREATE TABLE odd_types (id bigint PRIMARY KEY, a numeric(12,2), b timestamptz, c uuid, d jsonb, e boolean, f date); "
            + "INSERT INTO odd_types SELECT i, i * 1.37, now() - i * interval '1 s', md5(i::text)::uuid, jsonb_build_object('n', i, 't', 'x' || i), i % 3 = 0, "
            + "date '2020-01-01' + i % 3000 FROM generate_series(1, ROWS) i"),
    ];

    public static void Run(Bench bench)
    {
        var server = bench.StartServer(ServerKind.Postgres18);
        foreach (var (name, sql) in s_tables)
        {
            var url = server.CreateDatabase();
            using (var connection = ServerDriver.OpenPostgres(url))
            {
                connection.Execute(sql.Replace("ROWS", bench.Rows.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
                connection.Execute("VACUUM ANALYZE");
            }

            List<double> select = [], capture = [], read = [], cpu = [];
            for (var round = 0; round < Bench.Rounds; round++)
            {
                select.Add(Bench.Time(() => Select(url, name)));
                read.Add(Bench.Time(() => Read(url)));
                var folder = bench.NewFolder();
                var before = Environment.CpuUsage.TotalTime;
                capture.Add(Bench.Time(() => Capture(url, folder)));
                cpu.Add((Environment.CpuUsage.TotalTime - before).TotalSeconds);
                Directory.Delete(folder, recursive: true);
            }

            Bench.Print($"SELECT * FROM {name}", select);
            Bench.Print("  its rows read for capture", read);
            Bench.Print("  its first commit", capture, $"{Bench.Median(capture) / Bench.Median(select):0.00} × SELECT *");
            Console.WriteLine($"  processor time of the first commit {Bench.Median(cpu):0.000} s");
        }
    }

    /// <summary>The same rows in several tables, read by one connection and by several that see one snapshot.</summary>
    public static void RunTables(Bench bench)
    {
        var server = bench.StartServer(ServerKind.Postgres18);
        var url = server.CreateDatabase();
        using (var connection = ServerDriver.OpenPostgres(url))
        {
            var rows = (bench.Rows / Several).ToString(CultureInfo.InvariantCulture);
            for (var i = 0; i < Several; i++)
            {
                connection.Execute(Table($"people{i}", "bigint PRIMARY KEY", "i").Replace("ROWS", rows, StringComparison.Ordinal));
            }

            connection.Execute("VACUUM ANALYZE");
        }

        var readers = new[] { 1, 2, 4 };
        var times = readers.Select(_ => new List<double>()).ToArray();
        for (var round = 0; round < Bench.Rounds; round++)
        {
            for (var i = 0; i < readers.Length; i++)
            {
                var folder = bench.NewFolder();
                times[i].Add(Bench.Time(() => Capture(url, folder, readers[i])));
                Directory.Delete(folder, recursive: true);
            }
        }

        for (var i = 0; i < readers.Length; i++) Bench.Print($"first commit of {Several} tables, {readers[i]} connections", times[i]);
    }

    private static string Table(string name, string key, string value) => $"CREATE TABLE {name} (id {key}, {Columns}); INSERT INTO {name} SELECT "
        + $"{value}, 'Name ' || i % 1000 || ' Lastname', 'person' || i || '@example' || i % 50 || '.com', i % 90, 'City ' || i % 300, i % 100000 / 100.0, "
        + "timestamp '2020-01-01' + i * interval '7 s' FROM generate_series(1, ROWS) i";

    private static void Capture(string url, string folder, int readers = 1)
    {
        using var repository = new EngineRepository(folder);
        using var live = new PostgresProvider { Readers = readers }.Open(url);
        using var read = live.BeginRead();
        using var chunks = repository.Repository.Chunks.BeginWrite();
        var snapshot = DbVc.Live.Capture.Run(read, Snapshot.Empty, chunks, CancellationToken.None);
        repository.Commit(Model.BranchName.Main, chunks, snapshot);
    }

    private static void Read(string url)
    {
        using var live = new PostgresProvider().Open(url);
        using var read = live.BeginRead();
        foreach (var table in read.ReadSchema().Tables)
        {
            using var rows = read.ReadRows(table);
            while (rows.Read())
            {
            }
        }
    }

    private static void Select(string url, string table)
    {
        using var connection = ServerDriver.OpenPostgres(url);
        ServerDriver.ReadAll(connection, table);
    }
}

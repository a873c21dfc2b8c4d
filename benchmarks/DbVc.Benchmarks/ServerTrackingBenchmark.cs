
namespace DbVc.Benchmarks;

/// <summary>
/// What tracking costs those who write to a server: the same statements on two databases in turn, one of which tracks its changes. fsync on.
/// <c>DBVC_ENGINES=PostgreSQL,MariaDB</c> chooses.
/// </summary>
internal static class ServerTrackingBenchmark
{
    private const int Most = 100_000;

    public static void Run(Bench bench)
    {
        var rows = Math.Min(bench.Rows, Most);
        foreach (var engine in LiveEngine.StartServers(bench))
        {
            var (plain, tracked) = (Create(engine, rows), Create(engine, rows));
            using (var database = ServerTable.Open(tracked)) database.StartTracking(TimeSpan.FromSeconds(5));
            foreach (var (what, statements) in Works(engine, rows))
            {
                List<Written> without = [], with = [];
                for (var round = 1; round <= Bench.Rounds; round++)
                {
                    without.Add(engine.Run(plain, statements(round)));
                    with.Add(engine.Run(tracked, statements(round)));
                }

                Bench.Print($"{engine.Name}: {what}", [.. without.Select(w => w.Seconds)]);
                Bench.Print("  the same, tracked", [.. with.Select(w => w.Seconds)], $"{Ratio(w => w.Seconds):0.00} ×; of the server's processor time "
                    + $"{Ratio(w => w.ServerCpu):0.00} × ({Bench.Median(without.Select(w => w.ServerCpu)):0.000} s before)");

                double Ratio(Func<Written, double> of) => Bench.Median(with.Select(of)) / Bench.Median(without.Select(of));
            }
        }
    }

    private static string Create(ServerEngine engine, int rows)
    {
        var location = engine.CreateDatabase();
        engine.Run(location,
        [
            "CREATE TABLE people (id bigint PRIMARY KEY, name varchar(200) NOT NULL, email varchar(200) NOT NULL, amount double precision, "
                + "created varchar(40))",
            Insert(engine, 1, rows),
        ]);
        return location;
    }

    /// <summary>Each round takes other rows, so that all of them are alike.</summary>
    private static (string What, Func<int, IEnumerable<string>> Statements)[] Works(ServerEngine engine, int rows) =>
    [
        ($"insert of {rows:N0} rows in one statement", round => [Insert(engine, (round * 1_000_000L) + 1, rows)]),
        ("insert of 5,000 rows in one transaction, a statement each",
            round => InTransaction(Enumerable.Range(1, 5_000).Select(i => InsertOne((round * 1_000_000L) + 500_000 + i)))),
        ("update of a tenth of the rows in one statement", round => [$"UPDATE people SET amount = amount + 1 WHERE id % 10 = {round} AND id <= {rows}"]),
        ("5,000 updates of one row in one transaction", round => InTransaction(Enumerable.Range(1, 5_000).Select(i => UpdateOne(i * 7 % rows, round)))),
        ("2,000 updates of one row, a transaction each", round => Enumerable.Range(1, 2_000).Select(i => UpdateOne(i * 7 % rows, round))),
    ];

    private static string Insert(ServerEngine engine, long first, int rows) => "INSERT INTO people SELECT i, concat('Name ', i % 1000, ' Lastname'), "
        + $"concat('person', i, '@example.com'), i % 100000 / 100.0, '2020-01-01 00:00:00' FROM {engine.Numbers(first, rows)}";

    private static string InsertOne(long id) =>
        $"INSERT INTO people VALUES ({id}, 'A name of some length', 'person{id}@example.com', {id % 90}.5, '2020-01-01 00:00:00')";

    private static string UpdateOne(int id, int round) => $"UPDATE people SET amount = amount + {round} WHERE id = {id}";

    private static IEnumerable<string> InTransaction(IEnumerable<string> statements) => statements.Prepend("START TRANSACTION").Append("COMMIT");
}

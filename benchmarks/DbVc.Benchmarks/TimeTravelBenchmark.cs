using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Benchmarks;

/// <summary>Queries at a revision with one table of 1,000,000 rows, in process and warm.</summary>
internal static class TimeTravelBenchmark
{
    private const int Rounds = 21;

    private static readonly (string What, string Sql)[] s_queries =
    [
        ("one row by key", "SELECT * FROM people WHERE id = 567890"),
        ("count of all rows", "SELECT count(*) FROM people"),
        ("the last ten rows", "SELECT id, name FROM people ORDER BY id DESC LIMIT 10"),
        ("1,000 rows in a range of keys", "SELECT sum(score) FROM people WHERE id BETWEEN 500000 AND 500999"),
        ("sum over all rows", "SELECT sum(score) FROM people"),
        ("count by city", "SELECT city, count(*) FROM people GROUP BY city"),
    ];

    public static void Run(Bench bench)
    {
        People.Write(bench.PathOf("people.csv"), flawed: false);
        Child.Sqlite(bench.Folder, "people.db", People.TableSql, ".mode csv", ".import --skip 1 people.csv people");
        var (folder, database) = (bench.NewFolder(), bench.PathOf("people.db"));
        var options = new WorkspaceOptions(TimeProvider.System, new Author("Bench", "bench@example.com", AuthorKind.Human), "");
        Workspace.Init(new InitRequest(folder, database, null), options, CancellationToken.None);
        using var workspace = Workspace.Open(folder, options, CancellationToken.None);
        foreach (var (what, sql) in s_queries)
        {
            List<double> past = [], live = [];
            for (var round = 0; round <= Rounds; round++)
            {
                past.Add(Bench.Time(() => Ask(workspace, sql, "HEAD")));
                live.Add(Bench.Time(() => Ask(workspace, sql, null)));
            }

            Console.WriteLine($"{what,-40} at a revision {Bench.Median(past.Skip(1)) * 1000,9:0.00} ms   live {Bench.Median(live.Skip(1)) * 1000,9:0.00} ms");
        }
    }

    private static void Ask(Workspace workspace, string sql, string? revision)
    {
        using var report = workspace.History.Query(new QueryRequest(sql, revision, null, 1_000_000));
        foreach (var row in report.Rows) GC.KeepAlive(row);
    }
}

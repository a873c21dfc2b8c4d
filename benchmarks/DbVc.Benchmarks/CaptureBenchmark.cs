using DbVc.Databases;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Benchmarks;

/// <summary>
/// A live SQLite database: the first commit, commits of what changed with and without tracking, nothing changed; what tracking
/// costs writers. Everything in process, fsync on.
/// </summary>
internal static class CaptureBenchmark
{
    private const int Changed = 1_000;
    private static readonly WorkspaceOptions s_options = new(TimeProvider.System, new Author("Bench", "", AuthorKind.Human), "");

    public static void Run(Bench bench)
    {
        var database = bench.PathOf("live.db");
        EngineTable.Create(database, bench.Rows);
        Console.WriteLine($"{bench.Rows:N0} rows, {new FileInfo(database).Length / 1e6:N0} MB");
        FirstCommit(bench, database);
        using var live = Open(bench, database, out _);
        Commits(bench, live, database, "untracked");
        live.Tracking.Start(null);
        live.Branches.Commit(BranchName.Main, "Tracked from here on", null, CancellationToken.None);
        Commits(bench, live, database, "tracked");
        Slowdown(bench);
        ManyTables(bench);
    }

    /// <summary>A file of about 1 GB whose pages are hashed.</summary>
    public static void RunLarge(Bench bench)
    {
        var database = bench.PathOf("large.db");
        EngineTable.Create(database, bench.Rows);
        EngineTable.Widen(database, 1_000_000_000 / bench.Rows);
        Console.WriteLine($"{bench.Rows:N0} rows, {new FileInfo(database).Length / 1e6:N0} MB");
        using var live = Open(bench, database, out var seconds);
        Bench.Print("first commit (init, with the copy for the shadow)", [seconds]);
        Commits(bench, live, database, "untracked");
        var read = new List<double>();
        for (var round = 0; round < Bench.Rounds; round++) read.Add(Bench.Time(() => ReadAll(bench, database)));
        Bench.Print("every row read by the same driver", read);
    }

    private static Workspace Open(Bench bench, string database, out double seconds)
    {
        var folder = bench.NewFolder();
        seconds = Bench.Time(() => Workspace.Init(new InitRequest(folder, database, null), s_options, CancellationToken.None));
        return Workspace.Open(folder, s_options, CancellationToken.None);
    }

    private static void FirstCommit(Bench bench, string database)
    {
        List<double> commits = [], reads = [], whole = [];
        for (var round = 0; round < Bench.Rounds; round++)
        {
            using (var repository = new EngineRepository(bench.NewFolder())) commits.Add(Bench.Time(() => repository.Capture(database, bench.NewFolder())));
            reads.Add(Bench.Time(() => ReadAll(bench, database)));
            var copy = bench.PathOf($"init-{round}.db");
            File.Copy(database, copy);
            using (Open(bench, copy, out var seconds)) whole.Add(seconds);
        }

        Bench.Print("first commit: capture into an empty store", commits);
        Bench.Print("every row read by the same driver", reads, $"ratio {Bench.Median(commits) / Bench.Median(reads):0.00}");
        Bench.Print("init, whole", whole);
    }

    private static void ReadAll(Bench bench, string database)
    {
        using var provider = new SqliteProvider(bench.NewFolder()).Open(database);
        using var read = provider.BeginRead();
        var table = read.ReadSchema().Tables.Single();
        var columns = table.StoredColumns.Count();
        using var rows = read.ReadRows(table);
        var sum = 0L;
        while (rows.Read())
        {
            for (var i = 0; i < columns; i++)
            {
                sum += rows.KindAt(i) switch
                {
                    ValueKind.Integer => rows.IntegerAt(i),
                    ValueKind.Real => (long)rows.RealAt(i),
                    ValueKind.Null => 0,
                    _ => rows.BytesAt(i).Length,
                };
            }
        }

        if (sum == 0) throw new InvalidOperationException("Nothing was read.");
    }

    private static void Commits(Bench bench, Workspace live, string database, string how)
    {
        List<double> commits = [], nothing = [], captures = [];
        for (var round = 0; round < Bench.Rounds; round++)
        {
            EngineTable.Update(database, EngineTable.Choose(bench.Rows, Changed, round), round + 1);
            captures.Add(Bench.Time(() => live.Status(CancellationToken.None)));
            commits.Add(Bench.Time(() => live.Branches.Commit(BranchName.Main, "Changed", null, CancellationToken.None)));
            live.Status(CancellationToken.None);
            nothing.Add(Bench.Time(() => live.Status(CancellationToken.None)));
        }

        Bench.Print($"{Changed:N0} rows changed, {how}: capture and count (status)", captures);
        Bench.Print($"{Changed:N0} rows changed, {how}: commit, published", commits);
        Bench.Print($"nothing changed, {how}: status", nothing);
    }

    private static void Slowdown(Bench bench)
    {
        foreach (var (what, run) in new (string, Func<string, double>)[]
        {
            ("insert of 100,000 rows in one transaction", path => EngineTable.Insert(path, 100_000)),
            ("2,000 updates of one row, a transaction each", path => EngineTable.UpdateOneByOne(path, 2_000)),
            ("update of a tenth of the rows in one statement", EngineTable.UpdateTenth),
        })
        {
            List<double> without = [], with = [];
            for (var round = 0; round < Bench.Rounds; round++)
            {
                foreach (var tracked in new[] { false, true })
                {
                    var path = bench.PathOf($"slow-{Guid.NewGuid():n}.db");
                    EngineTable.Create(path, 100_000);
                    using (var database = new SqliteProvider(bench.Folder).Open(path))
                    {
                        if (tracked) database.StartTracking(TimeSpan.FromSeconds(5));
                    }

                    (tracked ? with : without).Add(run(path));
                    File.Delete(path);
                }
            }

            Bench.Print(what, without);
            Bench.Print("  the same, tracked", with, $"ratio {Bench.Median(with) / Bench.Median(without):0.00}");
        }
    }

    private static void ManyTables(Bench bench)
    {
        var path = bench.PathOf("many.db");
        EngineTable.CreateMany(path, 100, 1_000);
        using var live = Open(bench, path, out _);
        live.Status(CancellationToken.None);
        Thread.Sleep(50);
        live.Status(CancellationToken.None);
        var seconds = new List<double>();
        for (var round = 0; round < 3 * Bench.Rounds; round++)
        {
            seconds.Add(Bench.Time(() => live.Branches.Commit(BranchName.Main, "Nothing", null, CancellationToken.None)));
        }

        Bench.Print("nothing changed, 100 tables: commit", seconds);
    }
}

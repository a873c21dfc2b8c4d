using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Benchmarks;

/// <summary>
/// A live database on a server: its first commit beside <c>SELECT *</c> by the same driver, commits of what changed with and without tracking, and of nothing
/// in a hundred tables. In process, fsync on. <c>DBVC_ENGINES=PostgreSQL,MariaDB</c> chooses.
/// </summary>
internal static class ServerCaptureBenchmark
{
    private const int Changed = 1_000;
    private const int Tables = 100;
    private static readonly WorkspaceOptions s_options = new(TimeProvider.System, new Author("Bench", "", AuthorKind.Human), "");

    public static void Run(Bench bench)
    {
        foreach (var engine in LiveEngine.StartServers(bench))
        {
            var first = FirstCommit(bench, engine);
            using (var live = Open(bench, engine.Location))
            {
                Commits(bench, live, engine, "untracked", first);
                Track(live);
                Commits(bench, live, engine, "tracked", first);
            }

            ManyTables(bench, engine);
        }
    }

    /// <summary>Median of the seconds that the commits took.</summary>
    private static double FirstCommit(Bench bench, ServerEngine engine)
    {
        List<double> commits = [], selects = [], cpu = [];
        for (var round = 0; round < Bench.Rounds; round++)
        {
            selects.Add(engine.Select());
            var folder = bench.NewFolder();
            var before = Environment.CpuUsage.TotalTime;
            using (var repository = new EngineRepository(folder)) commits.Add(Bench.Time(() => ServerTable.Capture(engine.Location, repository)));
            cpu.Add((Environment.CpuUsage.TotalTime - before).TotalSeconds);
            Directory.Delete(folder, recursive: true);
        }

        Bench.Print($"{engine.Name}: SELECT * of {bench.Rows:N0} rows by the same driver", selects);
        Bench.Print("  first commit: capture into an empty store", commits,
            $"{Bench.Median(commits.Zip(selects, (ours, theirs) => ours / theirs)):0.00} × SELECT *; processor time of db-vc {Bench.Median(cpu):0.00} s");
        return Bench.Median(commits);
    }

    private static void Commits(Bench bench, Workspace live, ServerEngine engine, string how, double first)
    {
        List<double> commits = [], nothing = [], captures = [];
        for (var round = 0; round < Bench.Rounds; round++)
        {
            engine.Update(engine.Location, EngineTable.Choose(bench.Rows, Changed, round), round + 1);
            captures.Add(Bench.Time(() => live.Status(CancellationToken.None)));
            commits.Add(Bench.Time(() => live.Branches.Commit(BranchName.Main, "Changed", null, CancellationToken.None)));
            live.Status(CancellationToken.None);
            nothing.Add(Bench.Time(() => live.Status(CancellationToken.None)));
        }

        Bench.Print($"  {Changed:N0} rows changed, {how}: capture and count (status)", captures, $"{Bench.Median(captures) / first:0.00} × first commit");
        Bench.Print($"  {Changed:N0} rows changed, {how}: commit, published", commits);
        Bench.Print($"  nothing changed, {how}: status", nothing);
    }

    private static void ManyTables(Bench bench, ServerEngine engine)
    {
        var location = engine.CreateDatabase();
        engine.Run(location, Enumerable.Range(1, Tables).SelectMany(t => new[]
        {
            $"CREATE TABLE t{t} (id bigint PRIMARY KEY, a varchar(40), b double precision)",
            $"INSERT INTO t{t} SELECT i, concat('row ', i), i / 7.0 FROM {engine.Numbers(1, 1_000)}",
        }));
        using var live = Open(bench, location);
        PrintNothing("untracked");
        Track(live);
        PrintNothing("tracked");

        void PrintNothing(string how)
        {
            live.Status(CancellationToken.None);
            var seconds = new List<double>();
            for (var round = 0; round < 2 * Bench.Rounds; round++)
            {
                seconds.Add(Bench.Time(() => live.Branches.Commit(BranchName.Main, "Nothing", null, CancellationToken.None)));
            }

            Bench.Print($"  nothing changed, {Tables} tables, {how}: commit", seconds);
        }
    }

    private static void Track(Workspace live)
    {
        live.Tracking.Start(null);
        live.Branches.Commit(BranchName.Main, "Tracked from here on", null, CancellationToken.None);
    }

    private static Workspace Open(Bench bench, string location)
    {
        var folder = bench.NewFolder();
        Workspace.Init(new InitRequest(folder, location, null), s_options, CancellationToken.None);
        return Workspace.Open(folder, s_options, CancellationToken.None);
    }
}

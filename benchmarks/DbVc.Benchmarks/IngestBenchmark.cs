using DbVc.Model;
using DbVc.Orchestration;
using DbVc.TestServers;

namespace DbVc.Benchmarks;

/// <summary>
/// Ten columns, six operations, ten rules, three bad rows in a hundred: from CSV and from JSON Lines into SQLite and PostgreSQL, sandbox and quarantine
/// included, beside loading without any validation and beside the same job as it is usually written in Python.
/// </summary>
internal sealed class IngestBenchmark
{
    private const string Script = "usual/ingest.py";
    private readonly Bench _bench;
    private readonly Dictionary<string, (List<double> Seconds, List<double> PerCpu)> _ours = [];
    private readonly Dictionary<string, (List<double> Seconds, List<double> Cpu)> _peers = [];
    private readonly DatabaseServer? _postgres;

    private IngestBenchmark(Bench bench)
    {
        _bench = bench;
        Orders.Write(bench);
        if (LiveEngine.IsChosen("PostgreSQL")) _postgres = bench.StartServer(ServerKind.Postgres18);
    }

    public static void Run(Bench bench) => new IngestBenchmark(bench).Run();

    /// <summary>The most memory that the command line and its sandbox take, by the size of the source.</summary>
    public static void RunMemory(Bench bench)
    {
        foreach (var rows in new[] { bench.Rows, bench.Rows * 10 })
        {
            using var sized = new Bench { Rows = rows };
            Orders.Write(sized);
            foreach (var source in new[] { "csv", "jsonl" })
            {
                var folder = sized.NewFolder();
                Child.Sqlite(folder, "live.db", Orders.TableSql);
                Child.DbVc(folder, "init", "--database", "live.db");
                var (ended, peak) = Child.Watched(folder, "agent", "create", "--metadata", sized.PathOf(source + ".json"), "--json");
                Console.WriteLine($"{source}, {rows:N0} rows: at most {peak >> 20:N0} MiB in one process, {ended.Seconds:0.0} s, "
                    + $"{ended.Json.GetProperty("rows").GetProperty("perSecond").GetDouble():0} rows/s");
            }
        }
    }

    private void Run()
    {
        // The first round warms up what stays warm in a server: this process, not the sandbox.
        for (var round = 0; round <= Bench.Rounds; round++)
        {
            if (round == 1) Forget();
            Peer("sqlite3 .import, no validation", Import);
            Ours("CSV into SQLite", "csv", NewSqlite());
            Ours("JSON Lines into SQLite", "jsonl", NewSqlite());
            if (_postgres is not null)
            {
                Peer(@"psql \copy, no validation", Copy);
                Ours("CSV into PostgreSQL", "csv", NewPostgres());
            }

            Peer("usual Python (csv, sqlite3, row by row)", Usual);
        }

        foreach (var (name, (seconds, cpu)) in _peers) Print(name, seconds, $"processor {Bench.Median(cpu):0.00} s");
        foreach (var (name, (seconds, perCpu)) in _ours) Print("db-vc: " + name, seconds, $"{Bench.Median(perCpu):0} rows a processor second");
    }

    private void Print(string name, List<double> seconds, string more) =>
        Bench.Print(name, seconds, $"{_bench.Rows / Bench.Median(seconds):0} rows/s, {more}");

    private void Forget()
    {
        _ours.Clear();
        _peers.Clear();
    }

    private void Peer(string name, Func<Ended> run)
    {
        if (!_peers.TryGetValue(name, out var figures)) _peers[name] = figures = ([], []);
        var ended = run();
        figures.Seconds.Add(ended.Seconds);
        figures.Cpu.Add(ended.CpuSeconds);
    }

    private void Ours(string name, string metadata, string database)
    {
        if (!_ours.TryGetValue(name, out var figures)) _ours[name] = figures = ([], []);
        var worker = Path.Combine(Child.Root, "artifacts", "publish", "cli", "worker");
        var options = new WorkspaceOptions(TimeProvider.System, new Author("Bench", "", AuthorKind.Human), worker);
        var folder = _bench.NewFolder();
        Workspace.Init(new InitRequest(folder, database, null) { WorkServer = database.Contains("://", StringComparison.Ordinal) ? "production" : null },
            options, CancellationToken.None);
        using (var workspace = Workspace.Open(folder, options, CancellationToken.None))
        {
            var watch = new LoadWatch();
            var request = new AgentRequest(_bench.PathOf(metadata + ".json"), BranchName.Parse("load"), null, null, false);
            var task = workspace.Agents.Create(request, watch, CancellationToken.None);
            if (task.State != TaskState.Ready) throw new InvalidOperationException($"The task ended as {task.State}: {task.Error}");
            figures.Seconds.Add(task.Rows!.Read / task.RowsPerSecond);
            figures.PerCpu.Add(watch.RowsPerCpuSecond);
            workspace.Branches.Delete(BranchName.Parse("load"));
        }

        Directory.Delete(folder, recursive: true);
    }

    private string NewSqlite()
    {
        var path = Path.Combine(_bench.NewFolder(), "live.db");
        Child.Sqlite(_bench.Folder, path, Orders.TableSql);
        return path;
    }

    private string NewPostgres()
    {
        var database = _postgres!.CreateDatabase();
        Child.Program(_bench.Folder, "psql", database, "-q", "-c", Orders.PostgresSql);
        return database;
    }

    private Ended Import()
    {
        var database = NewSqlite();
        return Child.Sqlite(_bench.Folder, database, ".mode csv", ".import --skip 1 orders.csv orders");
    }

    private Ended Copy()
    {
        var database = NewPostgres();
        var ended = Child.Program(_bench.Folder, "psql", database, "-q", "-c", @"\copy orders FROM 'distinct.csv' WITH (FORMAT csv, HEADER)");
        _postgres!.DropDatabase(database);
        return ended;
    }

    private Ended Usual()
    {
        var script = Path.Combine(Child.Root, "benchmarks", Script);
        return Child.Program(_bench.Folder, "python3", script, "orders.csv", Path.Combine(_bench.NewFolder(), "usual.db"));
    }
}

using System.Globalization;
using DbVc.Benchmarks;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var benchmarks = new Dictionary<string, Action<Bench>>
{
    ["load"] = LoadBenchmark.Run,
    ["ingest"] = IngestBenchmark.Run,
    ["ingest-memory"] = IngestBenchmark.RunMemory,
    ["first-commit"] = FirstCommitBenchmark.Run,
    ["agent"] = AgentBenchmark.Run,
    ["capture"] = CaptureBenchmark.Run,
    ["merge-live"] = LiveBenchmark.RunMerges,
    ["rollback"] = LiveBenchmark.RunRollbacks,
    ["capture-large"] = CaptureBenchmark.RunLarge,
    ["status"] = StatusBenchmark.Run,
    ["merge"] = MergeBenchmark.Run,
    ["engine"] = EngineBenchmark.Run,
    ["time-travel"] = TimeTravelBenchmark.Run,
    ["postgres-capture"] = PostgresCaptureBenchmark.Run,
    ["postgres-tables"] = PostgresCaptureBenchmark.RunTables,
    ["capture-servers"] = ServerCaptureBenchmark.Run,
    ["tracking-servers"] = ServerTrackingBenchmark.Run,
    ["server-load"] = ServerLoadBenchmark.Run,
    ["branch"] = InstanceBenchmark.RunSqlite,
    ["branch-servers"] = InstanceBenchmark.RunServers,
    ["branch-commit"] = BranchCommitBenchmark.Run,
    ["sandbox-start"] = SandboxBenchmark.Run,
    ["gates"] = GateBenchmark.Run,
};

// A number among the names is the size of the tables, for benchmarks that let it be chosen.
var rows = args.Select(a => int.TryParse(a, out var number) ? number : 0).FirstOrDefault(n => n >= 10_000, 1_000_000);
var names = args.Where(a => !int.TryParse(a, out _)).ToList();
var unknown = names.Where(name => !benchmarks.ContainsKey(name)).ToList();
if (unknown.Count > 0)
{
    Console.Error.WriteLine($"error: there is no benchmark {string.Join(", ", unknown)}. Known are {string.Join(", ", benchmarks.Keys)}.");
    return 2;
}

Console.WriteLine($"{DateTime.UtcNow:yyyy-MM-dd}, {Environment.ProcessorCount} cores, load average {Bench.LoadAverage()}");
foreach (var (name, run) in benchmarks.Where(b => names.Count == 0 || names.Contains(b.Key)))
{
    Console.WriteLine();
    Console.WriteLine($"## {name}");
    using var bench = new Bench { Rows = rows };
    run(bench);
    Console.WriteLine($"load average {Bench.LoadAverage()}");
}

return 0;

using System.Globalization;
using DbVc.Benchmarks;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var benchmarks = new Dictionary<string, Action<Bench>>
{
    ["load"] = LoadBenchmark.Run,
    ["first-commit"] = FirstCommitBenchmark.Run,
    ["agent"] = AgentBenchmark.Run,
    ["status"] = StatusBenchmark.Run,
    ["merge"] = MergeBenchmark.Run,
    ["time-travel"] = TimeTravelBenchmark.Run,
};

var unknown = args.Where(name => !benchmarks.ContainsKey(name)).ToList();
if (unknown.Count > 0)
{
    Console.Error.WriteLine($"error: there is no benchmark {string.Join(", ", unknown)}. Known are {string.Join(", ", benchmarks.Keys)}.");
    return 2;
}

Console.WriteLine($"{DateTime.UtcNow:yyyy-MM-dd}, {Environment.ProcessorCount} cores, load average {Bench.LoadAverage()}");
foreach (var (name, run) in benchmarks.Where(b => args.Length == 0 || args.Contains(b.Key)))
{
    Console.WriteLine();
    Console.WriteLine($"## {name}");
    using var bench = new Bench();
    run(bench);
    Console.WriteLine($"load average {Bench.LoadAverage()}");
}

return 0;

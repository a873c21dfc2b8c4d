using System.Globalization;
using System.Text;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Benchmarks;

/// <summary>
/// All gates of a branch whose source has a thousand records: each time a fresh process, and again and again in one that keeps its compiler. Then the tests and
/// mutants of the larger sample task alone.
/// </summary>
internal static class GateBenchmark
{
    private const string Metadata = """
        {
          "task_id": "members", "source": "members.csv", "destination": { "table": "members", "disposition": "upsert" },
          "schema": { "id": { "type": "integer", "primary_key": true }, "email": "string", "age": "integer" },
          "validations": [ "email must be valid", "age between 0 and 120" ],
          "preprocessing": [ "trim email", "lowercase email" ],
          "test_data": { "sample_size": 100 }
        }
        """;

    private static readonly BranchName Branch = BranchName.Parse("work");

    public static void Run(Bench bench)
    {
        var folder = MakeSmall(bench);
        List<double> cold = [];
        for (var round = 0; round < Bench.Rounds; round++)
        {
            var ended = Child.DbVc(folder, "gate", "run", Branch.Text, "--json");
            cold.Add(ended.Seconds);
            if (round == 0) Describe(ended.Json.GetProperty("gates").EnumerateArray().Select(g =>
                (g.GetProperty("name").GetString()!, g.GetProperty("seconds").GetDouble(), g.GetProperty("summary").GetString()!)));
        }

        Bench.Print("all gates of 1,000 rows, whole process", cold);
        Bench.Print("all gates of 1,000 rows, compiler kept", Repeat(folder, w => w.Agents.RunGates(Branch, new Silent(), CancellationToken.None)));
        var large = Shop.Create(bench);
        Child.DbVc(large, "agent", "create", "--metadata", "customers.json", "--branch", Branch.Text, "--json");
        IReadOnlyList<GateSummary> last = [];
        var unit = Repeat(large, w => last = w.Agents.RunSomeGates(Branch, ["unit"], new Silent(), CancellationToken.None).Gates);
        Describe(last.Select(g => (g.Name, g.Seconds, g.Summary)));
        Bench.Print("tests and mutants of the sample task, compiler kept", unit);
    }

    private static string MakeSmall(Bench bench)
    {
        var folder = bench.NewFolder();
        var source = new StringBuilder("id,email,age\n");
        for (var n = 1; n <= 1000; n++) source.Append(CultureInfo.InvariantCulture, $"{n}, M{n}@Example.org,{n % 120}\n");
        File.WriteAllText(Path.Combine(folder, "members.csv"), source.ToString());
        File.WriteAllText(Path.Combine(folder, "members.json"), Metadata);
        Child.DbVc(folder, "init", "--database", "members.db", "--json");
        Child.DbVc(folder, "agent", "create", "--metadata", "members.json", "--branch", Branch.Text, "--json");
        return folder;
    }

    /// <summary>Seconds of each round but the first, in one process.</summary>
    private static List<double> Repeat(string folder, Action<Workspace> judge)
    {
        var options = new WorkspaceOptions(TimeProvider.System, new Author("Bench", "", AuthorKind.Human), Path.Combine(Child.Root, "artifacts", "publish",
            "cli", "worker"))
        { KeepsCompiler = true };
        using var workspace = Workspace.Open(folder, options, CancellationToken.None);
        return [.. Enumerable.Range(0, Bench.Rounds + 1).Select(_ => Bench.Time(() => judge(workspace))).Skip(1)];
    }

    private static void Describe(IEnumerable<(string Name, double Seconds, string Summary)> gates)
    {
        foreach (var (name, seconds, summary) in gates) Console.WriteLine($"  {name,-14} {seconds:0.000} s  {summary}");
    }

    private sealed class Silent : IAgentProgress
    {
        public void Message(string text)
        {
        }

        public void StepStarted(string name)
        {
        }

        public void StepFinished(TaskStep step)
        {
        }

        public void GateFinished(GateSummary gate)
        {
        }

        public void Rows(long loaded, long rejected, long? records)
        {
        }
    }
}

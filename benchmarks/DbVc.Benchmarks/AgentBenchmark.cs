namespace DbVc.Benchmarks;

/// <summary>The sample task of a thousand customers, from <c>agent create</c> to ready for review, each time a fresh process on a fresh folder.</summary>
internal static class AgentBenchmark
{
    public static void Run(Bench bench)
    {
        List<double> seconds = [], cpu = [];
        for (var round = 0; round < Bench.Rounds; round++)
        {
            var folder = Shop.Create(bench);
            var task = Child.DbVc(folder, "agent", "create", "--metadata", "customers.json", "--json");
            seconds.Add(task.Seconds);
            cpu.Add(task.CpuSeconds);
            if (round > 0) continue;
            foreach (var step in task.Json.GetProperty("steps").EnumerateArray())
                Console.WriteLine($"  {step.GetProperty("name").GetString(),-30} {step.GetProperty("seconds").GetDouble():0.000} s");
            Console.WriteLine($"  {task.Json.GetProperty("state")}, rows {task.Json.GetProperty("rows")}");
        }

        Bench.Print("agent create to ready for review, whole process", seconds, $"cpu {Bench.Median(cpu):0.000}");
    }
}

namespace DbVc.Benchmarks;

/// <summary><c>db-vc status</c> on the sample shop, and what it costs to start at all.</summary>
internal static class StatusBenchmark
{
    private const int Rounds = 15;

    public static void Run(Bench bench)
    {
        var folder = Shop.Create(bench);
        List<double> status = [], statusCpu = [], version = [];
        for (var round = 0; round < Rounds; round++)
        {
            var ended = Child.DbVc(folder, "status");
            status.Add(ended.Seconds);
            statusCpu.Add(ended.CpuSeconds);
            version.Add(Child.DbVc(folder, "--version").Seconds);
        }

        Bench.Print("db-vc status, whole process", status, $"cpu {Bench.Median(statusCpu):0.000}");
        Bench.Print("db-vc --version, whole process", version);
    }
}

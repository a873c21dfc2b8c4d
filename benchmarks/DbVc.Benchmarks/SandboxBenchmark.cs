using DbVc.Pipelines;

namespace DbVc.Benchmarks;

/// <summary>What the sandbox adds to the start of a worker, up to its first word; both are started by turns.</summary>
internal static class SandboxBenchmark
{
    private const int Rounds = 20;

    public static void Run(Bench bench)
    {
        var shut = new WorkerOptions(WorkerLocation.Find());
        var bare = shut with { Sandbox = SandboxMode.None };
        List<double> shutSeconds = [], bareSeconds = [];
        Start(shut);
        Start(bare);
        for (var round = 0; round < Rounds; round++)
        {
            bareSeconds.Add(Start(bare));
            shutSeconds.Add(Start(shut));
        }

        var (with, without) = (Bench.Median(shutSeconds), Bench.Median(bareSeconds));
        Bench.Print("worker without sandbox, to its first word", bareSeconds);
        Bench.Print("worker in the sandbox, to its first word", shutSeconds);
        Console.WriteLine($"the sandbox adds {(with - without) * 1000:0.0} ms (medians), {with / without:0.00} times as long");
    }

    private static double Start(WorkerOptions options)
    {
        WorkerSession? session = null;
        var seconds = Bench.Time(() => session = WorkerSession.Start(options));
        session!.Dispose();
        return seconds;
    }
}

using System.Diagnostics;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Benchmarks;

/// <summary>
/// Merges into a live database and rollbacks of it, on each engine, in process and warm: fsync on, the rehearsal in the copy of main included. Says where
/// the time goes and how much of it is processor time of this process. <c>DBVC_ENGINES=SQLite,PostgreSQL,MariaDB</c> chooses.
/// </summary>
internal sealed class LiveBenchmark
{
    private const int Changed = 1_000;
    private readonly Bench _bench;
    private readonly LiveEngine _engine;
    private readonly Workspace _live;
    private readonly List<(string Step, double Seconds)> _steps = [];
    private readonly Dictionary<string, List<double>> _times = [];
    private readonly List<double> _cpu = [];
    private long _last;

    private LiveBenchmark(Bench bench, LiveEngine engine)
    {
        (_bench, _engine) = (bench, engine);
        var options = new WorkspaceOptions(TimeProvider.System, new Author("Bench", "", AuthorKind.Human), "") { StepReached = s => Reached(s.ToString()) };
        var folder = bench.NewFolder();
        var server = engine.Location.Contains("://", StringComparison.Ordinal) ? "production" : null;
        Workspace.Init(new InitRequest(folder, engine.Location, null) { WorkServer = server }, options, CancellationToken.None);
        _live = Workspace.Open(folder, options, CancellationToken.None);
    }

    public static void RunMerges(Bench bench)
    {
        foreach (var engine in LiveEngine.Start(bench)) new LiveBenchmark(bench, engine).Merges();
    }

    /// <summary>A tenth of the rows goes back to what it was.</summary>
    public static void RunRollbacks(Bench bench)
    {
        foreach (var engine in LiveEngine.Start(bench)) new LiveBenchmark(bench, engine).Rollbacks();
    }

    private void Merges()
    {
        if (_engine.IsTracked)
        {
            _live.Tracking.Start(null);
            _live.Branches.Commit(BranchName.Main, "Tracked from here on", null, CancellationToken.None);
        }

        var half = _bench.Rows / 2;
        List<double> seconds = [], byHand = [];
        // The first one warms up.
        for (var round = 0; round <= Bench.Rounds; round++)
        {
            var branch = BranchName.Parse($"work-{round}");
            var instance = _live.Branches.Create(branch, null, CancellationToken.None).Database!;
            _engine.Update(instance, EngineTable.Choose(half, Changed, 100 + round), 20 + round);
            _live.Branches.Commit(branch, "Changed", null, CancellationToken.None);
            var hand = _engine.Update(_engine.Location, EngineTable.Choose(half, Changed, 200 + round).Select(id => id + half), 30 + round);
            var took = Measure(() => Merge(branch));
            if (round == 0) Forget();
            else (seconds, byHand) = ([.. seconds, took], [.. byHand, hand]);
        }

        Bench.Print($"{_engine.Name}: merge of {Changed:N0} + {Changed:N0} rows{(_engine.IsTracked ? ", tracked" : "")}", seconds);
        PrintSteps();
        Bench.Print($"  {Changed:N0} rows written by hand in one transaction", byHand);
        _live.Dispose();
    }

    private void Rollbacks()
    {
        List<double> seconds = [], byHand = [];
        for (var round = 0; round <= Bench.Rounds; round++)
        {
            var hand = _engine.Update(_engine.Location, EngineTable.Choose(_bench.Rows, _bench.Rows / 10, 300 + round), 40 + round);
            _live.Branches.Commit(BranchName.Main, "Changed", null, CancellationToken.None);
            var took = Measure(() => _live.Replays.Rollback(new RollbackRequest("HEAD~1", false), CancellationToken.None));
            if (round == 0) Forget();
            else (seconds, byHand) = ([.. seconds, took], [.. byHand, hand]);
        }

        Bench.Print($"{_engine.Name}: rollback of {_bench.Rows / 10:N0} rows", seconds, $"ratio {Bench.Median(seconds) / Bench.Median(byHand):0.00}");
        PrintSteps();
        Bench.Print("  the same rows written by hand in one transaction", byHand);
        _live.Dispose();
    }

    private double Measure(Action action)
    {
        _steps.Clear();
        var cpu = Environment.CpuUsage.TotalTime;
        _last = Stopwatch.GetTimestamp();
        var seconds = Bench.Time(action);
        Reached("Reported");
        _cpu.Add((Environment.CpuUsage.TotalTime - cpu).TotalSeconds);
        // A capture comes first and takes the same steps: its own are told apart by their number.
        foreach (var group in _steps.GroupBy(s => s.Step))
        {
            var all = group.ToList();
            for (var i = 0; i < all.Count; i++) Add(all.Count > 1 && i == 0 ? "capture: " + group.Key : group.Key, all[i].Seconds);
        }

        return seconds;
    }

    private void Add(string step, double seconds)
    {
        if (!_times.TryGetValue(step, out var list)) _times[step] = list = [];
        list.Add(seconds);
    }

    private void Forget()
    {
        _times.Clear();
        _cpu.Clear();
    }

    private void PrintSteps()
    {
        foreach (var (step, seconds) in _times) Bench.Print("  until " + step, seconds);
        Bench.Print("  processor time of this process", _cpu);
    }

    private void Reached(string step)
    {
        var now = Stopwatch.GetTimestamp();
        _steps.Add((step, Stopwatch.GetElapsedTime(_last, now).TotalSeconds));
        _last = now;
    }

    private void Merge(BranchName branch)
    {
        var report = _live.Merges.Merge(new MergeRequest(branch, BranchName.Main, false, []), CancellationToken.None);
        if (report.State != MergeState.Merged) throw new InvalidOperationException($"The merge ended as {report.State}.");
    }
}

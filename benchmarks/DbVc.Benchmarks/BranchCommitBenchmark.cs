using DbVc.Live;
using DbVc.Model;
using DbVc.Orchestration;
using DbVc.Store;

namespace DbVc.Benchmarks;

/// <summary>The first commit of a new branch in which 1,000 rows were changed, beside the same where everything has to be read.
/// <c>DBVC_ENGINES</c> chooses.</summary>
internal sealed class BranchCommitBenchmark : IDisposable
{
    private const int Changed = 1_000;
    private readonly Bench _bench;
    private readonly LiveEngine _engine;
    private readonly string _folder;
    private readonly Workspace _workspace;
    private int _count;

    private BranchCommitBenchmark(Bench bench, LiveEngine engine)
    {
        (_bench, _engine, _folder) = (bench, engine, bench.NewFolder());
        var options = new WorkspaceOptions(TimeProvider.System, new Author("Bench", "", AuthorKind.Human), "");
        var server = engine.Location.Contains("://", StringComparison.Ordinal) ? "production" : null;
        Workspace.Init(new InitRequest(_folder, engine.Location, null) { WorkServer = server }, options, CancellationToken.None);
        _workspace = Workspace.Open(_folder, options, CancellationToken.None);
    }

    public static void Run(Bench bench)
    {
        foreach (var engine in LiveEngine.Start(bench))
        {
            using var benchmark = new BranchCommitBenchmark(bench, engine);
            benchmark.Measure();
        }
    }

    public void Dispose() => _workspace.Dispose();

    private void Measure()
    {
        List<double> known = [], whole = [];
        // The first one warms up.
        for (var round = 0; round <= 3; round++)
        {
            known.Add(Commit(forgets: false));
            whole.Add(Commit(forgets: true));
        }

        Bench.Print($"{_engine.Name}: first commit of a branch, {Changed:N0} of {_bench.Rows:N0} rows changed", [.. known.Skip(1)],
            $"{Bench.Median(known.Skip(1)) / Bench.Median(whole.Skip(1)):0.00} × reading all");
        Bench.Print("  the same where everything is read", [.. whole.Skip(1)]);
    }

    private double Commit(bool forgets)
    {
        var branch = BranchName.Parse($"b{_count++}");
        var instance = _workspace.Branches.Create(branch, null, CancellationToken.None).Database!;
        _engine.Update(instance, EngineTable.Choose(_bench.Rows, Changed, 500 + _count), 50 + _count);
        if (forgets) Forget(branch);
        var seconds = Bench.Time(() => _workspace.Branches.Commit(branch, "Changed", null, CancellationToken.None));
        _workspace.Branches.Delete(branch);
        return seconds;
    }

    /// <summary>Takes away what a capture could start from: the mark, and for a file main's copy.</summary>
    private void Forget(BranchName branch)
    {
        using (var store = RepositoryStore.Open(new RepositoryLayout(_folder).Control)) new MarkShelf(store).Drop(branch);
        if (_workspace.Upkeep.ReadShadow().Place is { } place && File.Exists(place)) File.Delete(place);
    }
}

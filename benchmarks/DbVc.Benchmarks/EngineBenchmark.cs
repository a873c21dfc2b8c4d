using System.Text;
using DbVc.Model;
using DbVc.Orchestration;
using DbVc.VersionControl;

namespace DbVc.Benchmarks;

/// <summary>Every operation of the version control engine that has a speed goal, in process and warm, beside plain SQLite writing the same rows.</summary>
internal sealed class EngineBenchmark
{
    private const int Changed = 1_000;
    private const int Branches = 10_000;
    private const int Commits = 100;

    /// <summary>Rounds that do not count: until the code is compiled for good.</summary>
    private const int WarmRounds = 8;

    private readonly Bench _bench;
    private readonly int _rows;
    private readonly string _database;
    private readonly double _insertSeconds;
    private EngineRepository _repository;

    private EngineBenchmark(Bench bench, int rows)
    {
        (_bench, _rows) = (bench, rows);
        _database = bench.PathOf("live.db");
        _insertSeconds = EngineTable.Create(_database, rows);
        _repository = new EngineRepository(bench.NewFolder());
    }

    public static void Run(Bench bench)
    {
        var benchmark = new EngineBenchmark(bench, bench.Rows);
        Console.WriteLine($"{bench.Rows:#,0} rows; plain = one SQLite transaction with the same row writes");
        Console.WriteLine($"{"operation",-58} {"median",10} {"processor",10} {"goal",10} {"plain",10} {"ratio",7}");
        benchmark.FirstCommit();
        benchmark.Update();
        benchmark.DiffAndMerge();
        benchmark.Conflicts();
        benchmark.LargeMerge();
        benchmark.BranchCreate();
        benchmark.Blame();
        benchmark._repository.Dispose();
        benchmark.QueryAndVerify();
    }

    /// <summary>What needs a whole repository with its live database.</summary>
    private void QueryAndVerify()
    {
        var options = new WorkspaceOptions(TimeProvider.System, new Author("Bench", "bench@example.com", AuthorKind.Human), "");
        var folder = _bench.NewFolder();
        Workspace.Init(new InitRequest(folder, _database, null), options, CancellationToken.None);
        using var workspace = Workspace.Open(folder, options, CancellationToken.None);
        PrintQuery(workspace, "query --at, one row by key", $"SELECT * FROM people WHERE id = {_rows / 2}", 0.001);
        PrintQuery(workspace, "query --at, count(*)", "SELECT count(*) FROM people", 0.150);
        var verify = Measure(() => Require(workspace.Upkeep.Verify(CancellationToken.None).Problems.Count == 0, "the repository is damaged"));
        Print("verify of it all, live database included", verify, 3, 0);
    }

    private void PrintQuery(Workspace workspace, string what, string sql, double goal)
    {
        Action past = () => Ask(workspace, sql, "HEAD");
        Action live = () => Ask(workspace, sql, null);
        for (var i = 0; i < WarmRounds; i++) past();
        Print(what, Measure(past), goal, Bench.Median(Measure(live).Select(t => t.Seconds)));
    }

    private static void Ask(Workspace workspace, string sql, string? revision)
    {
        using var report = workspace.History.Query(new QueryRequest(sql, revision, null, 10));
        foreach (var row in report.Rows) GC.KeepAlive(row);
    }

    private void FirstCommit()
    {
        var seconds = new List<Took>();
        for (var round = 0; round < 3; round++)
        {
            _repository.Dispose();
            _repository = new EngineRepository(_bench.NewFolder());
            seconds.Add(Took.By(() => _repository.Capture(_database, _bench.PathOf("scratch"))));
        }

        Print("first commit", seconds, 1.3, _insertSeconds);
        var size = _repository.MeasureSize() / (double)new FileInfo(_database).Length;
        Console.WriteLine($"{"  size of the store / size of the SQLite file",-58} {size,10:0.00} {"",10} {"1.30",10}");
    }

    private void Update()
    {
        List<Took> seconds = [];
        List<double> plain = [];
        var before = _repository.MeasureSize();
        for (var round = 0; round < Bench.Rounds + WarmRounds; round++)
        {
            var ids = EngineTable.Choose(_rows, Changed, round);
            RowChange[] changes = [.. EngineTable.Changes(ids, 1)];
            var took = Took.By(() => _repository.Change("update" + round, BranchName.Main, changes));
            var sqlite = EngineTable.Update(_database, ids, 1);
            if (round < WarmRounds) continue;
            seconds.Add(took);
            plain.Add(sqlite);
        }

        Print($"{Changed:#,0} random rows updated, commit, changes known", seconds, 0.060, Bench.Median(plain));
        var growth = (_repository.MeasureSize() - before) / (double)(Changed * (Bench.Rounds + WarmRounds));
        Console.WriteLine($"{"  growth of the store per changed row, index counted",-58} {growth,8:0} B {"",10} {"1500 B",10}");
    }

    private void DiffAndMerge()
    {
        var ids = EngineTable.Choose(_rows, 2 * Changed, 77);
        var source = _repository.Change("source", ids.Where((_, i) => i % 2 == 0), 1);
        var target = _repository.Change("target", ids.Where((_, i) => i % 2 == 1), 2);
        var start = _repository.Main;
        var found = 0L;
        var diff = Measure(() => found = CountChanges(source, target));
        Require(found == 2 * Changed, $"{found} differences");
        Print($"diff of two branches with {Changed:#,0} changed rows each", diff, 0.025, 0);
        var conflicts = 0;
        var merge = Measure(() => conflicts = Merge(start, source, target));
        Require(conflicts == 0, $"{conflicts} conflicts");
        Print($"merge {Changed:#,0} + {Changed:#,0} disjoint rows, published", merge, 0.060, EngineTable.Update(_database, ids, 3));
    }

    private void Conflicts()
    {
        var ids = EngineTable.Choose(_rows, Changed, 78);
        var (source, target) = (_repository.Change("clash-source", ids, 1), _repository.Change("clash-target", ids, 2));
        var conflicts = 0;
        var seconds = Measure(() => conflicts = Merge(_repository.Main, source, target));
        Require(conflicts == 2 * Changed, $"{conflicts} conflicts");
        Print($"merge with {Changed:#,0} rows in conflict (two cells each)", seconds, 0.100, EngineTable.Update(_database, ids, 4));
    }

    private void LargeMerge()
    {
        var ids = EngineTable.Choose(_rows, _rows / 5, 79);
        var source = _repository.Change("large-source", ids.Where((_, i) => i % 2 == 0), 1);
        var target = _repository.Change("large-target", ids.Where((_, i) => i % 2 == 1), 2);
        var conflicts = 0;
        var seconds = Measure(() => conflicts = Merge(_repository.Main, source, target));
        Require(conflicts == 0, $"{conflicts} conflicts");
        Print($"merge {_rows / 10:#,0} + {_rows / 10:#,0} disjoint rows, published", seconds, 2, EngineTable.Update(_database, ids, 5));
    }

    private void BranchCreate()
    {
        var head = _repository.Repository.Head(BranchName.Main);
        using (var transaction = _repository.Repository.Store.Begin())
        {
            for (var i = 0; i < Branches; i++) transaction.MoveRef($"{Repository.HeadPrefix}task-{i}", null, head.Hash);
            transaction.Commit();
        }

        const int Made = 200;
        var before = _repository.MeasureSize();
        var seconds = new List<Took>();
        for (var i = 0; i < Made; i++) seconds.Add(Took.By(() => CreateBranch($"new-task-{i}", head)));
        Print($"branch create (ref), {Branches:#,0} branches exist", seconds, 0.002, 0);
        var growth = (_repository.MeasureSize() - before) / (double)Made;
        Console.WriteLine($"{"  growth of the store per branch",-58} {growth,8:0} B {"",10} {"1024 B",10}");
    }

    private void CreateBranch(string name, CommitId head)
    {
        var transaction = new CommitTransaction(_repository.Repository, "branch create " + name, "Bench");
        transaction.MoveBranch(BranchName.Parse(name), null, head);
        // About what a branch's own record takes.
        transaction.PutDocument("branches", name, Encoding.UTF8.GetBytes(new string('x', 200)));
        transaction.Publish();
    }

    private void Blame()
    {
        var branch = BranchName.Parse("history");
        _repository.Change("history", EngineTable.Choose(_rows, Changed, 100), 1);
        var versions = new Dictionary<long, int>();
        foreach (var id in EngineTable.Choose(_rows, Changed, 100)) versions[id] = 1;
        for (var commit = 2; commit <= Commits; commit++)
        {
            var ids = EngineTable.Choose(_rows, Changed / 10, 100 + commit);
            RowChange[] changes = [.. ids.Select(id => new RowChange(EngineTable.Row(id, versions.GetValueOrDefault(id)), EngineTable.Row(id, commit)))];
            _repository.Change("history", branch, changes);
            foreach (var id in ids) versions[id] = commit;
        }

        var head = _repository.Repository.Head(branch);
        var key = new TableEncoder(EngineTable.Schema).EncodeKey([Value.Integer(_rows / 2)]);
        var email = EngineTable.Schema.FindColumn("email")!.Id;
        var row = Measure(() => new Blame(_repository.Repository, head, "people", null, [key]).Rows().Count());
        Print($"blame of one row after {Commits} commits", row, 0.005, 0);
        var column = Measure(() => new Blame(_repository.Repository, head, "people", [email], null).Rows().LongCount());
        Print($"blame of one column of all rows after {Commits} commits", column, 2, 0);
        var all = new List<Took> { Took.By(() => new Blame(_repository.Repository, head, "people", null, null).Rows().LongCount()) };
        Print($"blame of all cells after {Commits} commits", all, 2, 0);
    }

    private List<Took> Measure(Action action)
    {
        for (var i = 0; i < 2; i++) action();
        return [.. Enumerable.Range(0, Bench.Rounds).Select(_ => Took.By(action))];
    }

    private long CountChanges(Snapshot before, Snapshot after)
    {
        var diff = new SnapshotDiff(_repository.Repository.Chunks, before, after);
        return diff.Tables().Sum(table => diff.Rows(table).LongCount());
    }

    private int Merge(Snapshot start, Snapshot source, Snapshot target)
    {
        using var chunks = _repository.Repository.Chunks.BeginWrite();
        var outcome = new ThreeWayMerge(chunks, MergePolicies.Parse(), _ => null).Run(start, source, target);
        if (outcome.Conflicts.Count == 0) chunks.Publish();
        return outcome.Conflicts.Count;
    }

    private static void Require(bool holds, string what)
    {
        if (!holds) throw new InvalidOperationException(what);
    }

    private static void Print(string what, IReadOnlyList<Took> seconds, double goal, double plain)
    {
        var median = Bench.Median(seconds.Select(t => t.Seconds));
        var cpu = Bench.Median(seconds.Select(t => t.CpuSeconds));
        var compared = plain > 0 ? $"{plain * 1000,7:0.0} ms {median / plain,7:0.00}" : "";
        Console.WriteLine($"{what,-58} {median * 1000,7:0.0} ms {cpu * 1000,7:0.0} ms {goal * 1000,7:0.0} ms {compared}");
    }

    /// <summary>How long something took, by the clock and of the processor: on a busy machine only the second is steady.</summary>
    private readonly record struct Took(double Seconds, double CpuSeconds)
    {
        public static Took By(Action action)
        {
            var before = Environment.CpuUsage.TotalTime;
            var seconds = Bench.Time(action);
            return new Took(seconds, (Environment.CpuUsage.TotalTime - before).TotalSeconds);
        }
    }
}

using System.Diagnostics;
using DbVc.Live;
using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>Processes killed with -9 while they publish: the next command finds the old state or the new one, never a mixture.</summary>
public sealed class KilledTests : IDisposable
{
    private const int Rounds = 100;
    private readonly KillableShop _shop = new();
    private OperationHost _spare = new();

    public void Dispose()
    {
        _spare.Dispose();
        _shop.Dispose();
    }

    [Fact]
    public void A_process_killed_at_random_moments_leaves_the_old_or_the_new_state()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var tally = new Tally();
        for (var round = 0; round < Rounds; round += 2)
        {
            var start = (Dump: _shop.Dump(), Head: Head());
            var merged = _shop.Branch("w" + round, round);
            try
            {
                Round(new Operation("merge", "w" + round, start.Dump, merged), random, tally);
                Round(new Operation("rollback", start.Head.ToString(), merged, start.Dump), random, tally);
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"Round {round}, seed {seed}: {failure.Message}", failure);
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}: {tally}");
        Console.Error.WriteLine($"killed at random, seed {seed}: {tally}");
        Assert.True(tally is { Died: >= Rounds / 4, DiedOld: > 0, New: > 0 }, $"seed {seed}: {tally}");
    }

    [Theory]
    [InlineData(PublishStep.Planned, false)]
    [InlineData(PublishStep.IntentWritten, false)]
    [InlineData(PublishStep.Applied, false)]
    [InlineData(PublishStep.LiveCommitted, true)]
    [InlineData(PublishStep.RefMoved, true)]
    public void A_process_killed_at_a_step_is_undone_or_finished(PublishStep step, bool done)
    {
        var start = (Dump: _shop.Dump(), Head: Head());
        var merged = _shop.Branch("work", 4);
        Stop("merge", "work", step);
        Judge(done ? merged : start.Dump, w => Assert.Equal(done ? "merged" : "open", w.Branches.Show(BranchName.Parse("work")).Status));
        Repeat(new Operation("merge", "work", start.Dump, merged));

        Stop("rollback", start.Head.ToString(), step);
        Judge(done ? start.Dump : merged);
        Repeat(new Operation("rollback", start.Head.ToString(), merged, start.Dump));

        ResolveThenStop(step, done);
        CommitThenStop(step, done);
    }

    [Theory]
    [InlineData(PublishStep.Drafted)]
    [InlineData(PublishStep.Placed)]
    [InlineData(PublishStep.Applied)]
    [InlineData(PublishStep.LiveCommitted)]
    [InlineData(PublishStep.RefMoved)]
    public void An_init_killed_at_a_step_is_not_there_or_whole(PublishStep step)
    {
        using var shop = new KillableShop(init: false);
        var before = shop.Dump();
        _spare.Begin("init", shop.Folder, shop.Database, step);
        Assert.NotEqual(0, _spare.Finish());
        if (step == PublishStep.Drafted)
        {
            Assert.Equal("repository.missing", Assert.Throws<DbVcException>(() => shop.Open()).Code);
            Workspace.Init(new InitRequest(shop.Folder, shop.Database, null), OperationHost.Options, CancellationToken.None);
        }

        using var workspace = shop.Open();
        shop.CheckWhole(workspace);
        Assert.Equal(before, shop.Dump());
        Assert.False(Directory.Exists(Path.Combine(shop.Folder, ".db-version-control.init")));
        foreach (var path in new[] { "main/data", "branches", ".db-version-control/agent-logs", ".db-version-control/shadow" })
        {
            Assert.True(Directory.Exists(Path.Combine(shop.Folder, path)), path);
        }
    }

    /// <summary>A merge whose conflicts were resolved is over for good once the database has it.</summary>
    private void ResolveThenStop(PublishStep step, bool done)
    {
        _shop.Branch("rival", "UPDATE customers SET name = 'branch' WHERE id = 1");
        _shop.Write("UPDATE customers SET name = 'live' WHERE id = 1");
        using (var workspace = _shop.Open())
        {
            Assert.Equal(MergeState.Conflicts, workspace.Merges.Merge(new MergeRequest(BranchName.Parse("rival"), BranchName.Main, false, []),
                CancellationToken.None).State);
            workspace.Merges.Resolve(new ResolveRequest(null, null, new Resolution(ResolutionKind.Source)));
        }

        Stop("continue", "", step);
        using var after = _shop.Open();
        _shop.CheckWhole(after);
        Assert.Equal(done ? 0 : 1, after.Merges.Status().Count);
        Assert.Equal(done ? "merged" : "open", after.Branches.Show(BranchName.Parse("rival")).Status);
        if (!done) Assert.Equal(MergeState.Merged, after.Merges.Continue(null, CancellationToken.None).State);
        Assert.Equal("branch", (string)KillableShop.Query(_shop.Database, "SELECT name FROM customers WHERE id = 1")[0][0]);
    }

    private void CommitThenStop(PublishStep step, bool done)
    {
        var branch = BranchName.Parse("side");
        _shop.Branch("side", "UPDATE customers SET city = 'first'");
        string path;
        CommitId head;
        using (var workspace = _shop.Open()) (path, head) = (workspace.Branches.Show(branch).Database!, workspace.Branches.Show(branch).Head);
        KillableShop.Execute(path, "UPDATE customers SET city = 'second'");
        Stop("commit", "side", step);
        using var after = _shop.Open();
        _shop.CheckWhole(after);
        Assert.Equal(done, after.Branches.Show(branch).Head != head);
        Assert.Equal(done, after.Branches.Commit(branch, "Again", null, CancellationToken.None).Commit is null);
    }

    private void Round(Operation operation, Random random, Tally tally)
    {
        var host = Take();
        host.Begin(operation.Name, _shop.Folder, operation.Argument);
        var expected = tally.Duration.GetValueOrDefault(operation.Name, TimeSpan.FromMinutes(1));
        var watch = Stopwatch.StartNew();
        var died = host.KillAfter(tally.Duration.ContainsKey(operation.Name) ? expected * random.NextDouble() : expected);
        if (!died) tally.Duration[operation.Name] = watch.Elapsed < expected ? watch.Elapsed : expected;
        host.Dispose();

        var intents = _shop.CountIntents();
        using var workspace = _shop.Open();
        _shop.CheckWhole(workspace);
        var found = _shop.Dump();
        Assert.True(found == operation.Before || found == operation.After, $"After {operation.Name} the database is neither old nor new.");
        tally.Count(died, found == operation.After, intents > 0);
        Repeat(operation);
    }

    private void Repeat(Operation operation)
    {
        using var workspace = _shop.Open();
        if (operation.Name == "merge")
        {
            var report = workspace.Merges.Merge(new MergeRequest(BranchName.Parse(operation.Argument), BranchName.Main, false, []), CancellationToken.None);
            Assert.True(report.State is MergeState.Merged or MergeState.UpToDate, report.Message);
        }
        else
        {
            workspace.Replays.Rollback(new RollbackRequest(operation.Argument, false), CancellationToken.None);
        }

        Assert.Equal(operation.After, _shop.Dump());
    }

    private void Stop(string operation, string argument, PublishStep step)
    {
        using var host = Take();
        host.Begin(operation, _shop.Folder, argument, step);
        Assert.NotEqual(0, host.Finish());
    }

    private void Judge(string expected, Action<Workspace>? more = null)
    {
        using var workspace = _shop.Open();
        _shop.CheckWhole(workspace);
        Assert.Equal(expected, _shop.Dump());
        more?.Invoke(workspace);
    }

    /// <summary>The process started beforehand; the next one starts meanwhile.</summary>
    private OperationHost Take()
    {
        var host = _spare;
        _spare = new OperationHost();
        return host;
    }

    private CommitId Head()
    {
        using var workspace = _shop.Open();
        return workspace.Status(CancellationToken.None).Head;
    }

    private sealed record Operation(string Name, string Argument, string Before, string After);

    private sealed class Tally
    {
        public Dictionary<string, TimeSpan> Duration { get; } = [];

        public int Died { get; private set; }

        public int DiedOld { get; private set; }

        public int New { get; private set; }

        public int Recovered { get; private set; }

        public void Count(bool died, bool isNew, bool intent)
        {
            if (died) Died++;
            if (died && !isNew) DiedOld++;
            if (isNew) New++;
            if (intent) Recovered++;
        }

        public override string ToString() =>
            $"{Died} of {Rounds} died inside; old {DiedOld}, "
            + $"new {New} (of these {New - (Rounds - Died)} died and were whole or were finished); {Recovered} left an intent";
    }
}

using System.Diagnostics;
using DbVc.Live;
using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>Processes killed with -9 on every engine, at each step and at random moments: the next command alone brings old or new, whole.</summary>
public sealed class KilledLiveTests : IDisposable
{
    private static readonly PublishStep[] s_steps =
        [PublishStep.Planned, PublishStep.IntentWritten, PublishStep.Applied, PublishStep.LiveCommitted, PublishStep.RefMoved];

    private OperationHost _spare = new();
    private LiveShop? _started;

    public static TheoryData<LiveEngine> Engines => ProofMode.Engines([LiveEngine.Sqlite, LiveEngine.Postgres15, LiveEngine.MariaDb]);

    public static TheoryData<LiveEngine> RandomEngines => ProofMode.Engines([LiveEngine.SqliteWal, LiveEngine.Postgres18, LiveEngine.MariaDb]);

    public static TheoryData<LiveEngine> CopyingEngines => [.. ProofMode.Engines([LiveEngine.Postgres15, LiveEngine.Postgres18]).Select(row => row.Data)
        .Where(engine => engine is LiveEngine.Postgres15 or LiveEngine.Postgres18)];

    private LiveShop Shop => _started!;

    public void Dispose()
    {
        _spare.Dispose();
        _started?.Dispose();
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void A_capture_a_merge_and_a_rollback_killed_at_a_step_are_undone_or_finished(LiveEngine engine)
    {
        _started = new LiveShop(engine);
        for (var round = 0; round < s_steps.Length; round++)
        {
            var (step, name) = (s_steps[round], "work" + round);
            var done = step >= PublishStep.LiveCommitted;
            var start = (Dump: Shop.Live.Dump(), Head: Shop.Head());
            var merged = Shop.Branch(name, round);
            Stop("merge", name, step);
            Judge(done ? merged : start.Dump);
            Repeat(new Order("merge", name, start.Dump, merged));

            Stop("rollback", start.Head.ToString(), step);
            Judge(done ? start.Dump : merged);
            Repeat(new Order("rollback", start.Head.ToString(), merged, start.Dump));

            CaptureThenStop(step, done, round);
        }
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void A_branch_whose_making_or_removal_was_killed_at_a_step_is_there_whole_or_gone(LiveEngine engine)
    {
        _started = new LiveShop(engine);
        var dump = Shop.Live.Dump();
        foreach (var step in new[] { PublishStep.BranchRecorded, PublishStep.InstanceMade })
        {
            Stop("create", "made" + step, step);
            Judge(dump, workspace =>
            {
                Assert.Equal(step == PublishStep.InstanceMade ? 1 : 0, Shop.CheckInstances(workspace, name => name == "made" + step ? dump : null));
                Assert.Null(workspace.Branches.Commit(BranchName.Parse("made" + step), "Nothing", null, CancellationToken.None).Commit);
                Assert.Equal(dump, Shop.Live.Dump(workspace.Branches.Show(BranchName.Parse("made" + step)).Database!));
            });
        }

        foreach (var step in new[] { PublishStep.BranchForgotten, PublishStep.InstanceDropped })
        {
            var changed = Shop.Branch("gone" + step, "UPDATE customers SET city = 'elsewhere' WHERE id % 2 = 0;\n");
            Stop("delete", "gone" + step, step);
            Judge(dump, workspace =>
            {
                Assert.DoesNotContain(workspace.Branches.List(), b => b.Name == "gone" + step);
                workspace.Branches.Restore(BranchName.Parse("gone" + step));
                // What was left of it is not taken for it.
                Assert.Null(workspace.Branches.Show(BranchName.Parse("gone" + step)).Database);
                Assert.Null(workspace.Branches.Commit(BranchName.Parse("gone" + step), "Nothing", null, CancellationToken.None).Commit);
                Assert.Equal(changed, Shop.Live.Dump(workspace.Branches.Show(BranchName.Parse("gone" + step)).Database!));
            });
        }
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void What_a_killed_making_or_removal_leaves_is_found_and_dropped_by_doctor(LiveEngine engine)
    {
        _started = new LiveShop(engine);
        Shop.Branch("stays", "UPDATE customers SET city = 'elsewhere' WHERE id = 1;\n");
        foreach (var (operation, step, left) in new[]
        {
            ("delete", PublishStep.BranchForgotten, 1), ("delete", PublishStep.InstanceDropped, 0),
            ("create", PublishStep.BranchRecorded, 0), ("create", PublishStep.InstanceMade, 0),
        })
        {
            var name = BranchName.Parse(operation + step);
            if (operation == "delete") Shop.Branch(name.Text, "UPDATE customers SET city = 'elsewhere' WHERE id = 2;\n");
            Stop(operation, name.Text, step);
            using var workspace = Shop.Open();
            if (operation == "create") workspace.Branches.Delete(name);
            var found = workspace.Upkeep.Examine(fix: false);
            Assert.Equal(left, found.Orphans.Count);
            Assert.Equal(left == 0, found.Items.All(i => i.IsOk));
            Assert.Equal(found.Orphans, workspace.Upkeep.Examine(fix: true).Dropped);
            var after = workspace.Upkeep.Examine(fix: false);
            Assert.Empty(after.Orphans);
            Assert.All(after.Items, i => Assert.True(i.IsOk, i.Detail));
            Assert.NotNull(workspace.Branches.Show(BranchName.Parse("stays")).Database);
        }
    }

    [Theory]
    [MemberData(nameof(RandomEngines))]
    public void A_process_killed_at_random_moments_leaves_the_old_or_the_new_state(LiveEngine engine)
    {
        _started = new LiveShop(engine);
        var random = new Random(ProofMode.Seed);
        var tally = new KillTally();
        var rounds = ProofMode.IsLong ? 500 : 20;
        for (var kill = 0; kill < rounds;)
        {
            var name = "w" + kill;
            var start = (Dump: Shop.Live.Dump(), Head: Shop.Head());
            try
            {
                KillMaking(name, random, tally);
                var merged = ChangeBranch(name, kill);
                KillPublishing(new Order("merge", name, start.Dump, merged), random, tally);
                KillPublishing(new Order("rollback", start.Head.ToString(), merged, start.Dump), random, tally);
                KillCapture(kill, random, tally);
                KillRemoval(name, random, tally);
                kill += 5;
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                throw new InvalidOperationException($"{engine}, round {kill}, seed {ProofMode.Seed}: {failure.Message}", failure);
            }
        }

        ProofMode.Tell($"{engine}: killed at random, seed {ProofMode.Seed}: {tally}");
        Assert.True(tally.Died >= rounds / 4, tally.ToString());
    }

    [Theory]
    [MemberData(nameof(RandomEngines))]
    public void A_question_about_the_past_that_was_killed_leaves_nothing_that_answers_wrongly(LiveEngine engine)
    {
        const string Sql = "SELECT count(*) FROM items WHERE note = 'asked'";
        _started = new LiveShop(engine, rows: 6000);
        var (random, tally) = (new Random(ProofMode.Seed), new KillTally());
        for (var round = 0; round < (ProofMode.IsLong ? 60 : 6); round++)
        {
            Shop.Live.Execute($"UPDATE items SET note = 'asked' WHERE order_id = {round + 1};\n");
            using (var workspace = Shop.Open()) workspace.Branches.Commit(BranchName.Main, "Asked", null, CancellationToken.None);
            tally.Count(KillOnce("past", Sql, random, tally), true);
            using (var workspace = Shop.Open())
            using (var answer = workspace.History.Query(new QueryRequest(Sql, "HEAD", null, 1)))
            {
                Assert.Equal(round + 1, answer.Rows.Single()[0].AsInteger);
            }
        }

        ProofMode.Tell($"{engine}: questions killed at random, seed {ProofMode.Seed}: {tally}");
        using var last = Shop.Open();
        last.Upkeep.Examine(fix: true);
        Assert.All(last.Upkeep.Examine(fix: false).Items, i => Assert.DoesNotContain("about the past", i.Detail));
    }

    [Theory]
    [MemberData(nameof(CopyingEngines))]
    public async Task A_database_that_the_server_goes_on_making_for_a_dead_process_does_not_stand_in_the_way(LiveEngine engine)
    {
        _started = new LiveShop(engine);
        Shop.Branch("first", "UPDATE customers SET city = 'elsewhere' WHERE id = 1;\n");
        // No copy that lies ready is of this state.
        Shop.Live.Execute("UPDATE customers SET city = 'new' WHERE id = 1;\n");
        var dump = Shop.Live.Dump();
        var copy = new UriBuilder(Shop.Live.Address) { Path = Shop.Live.Scalar("SELECT datname FROM pg_database WHERE datname LIKE 'dbvc%shadow'") };
        using var user = Shop.Live.Connect(copy.Uri.ToString());
        // The server waits some seconds for whoever is connected to what it is to copy.
        user.Execute("SET application_name = 'db-vc'");
        using (var host = Take())
        {
            host.Begin("create", Shop.Folder, "second");
            const string Making = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' "
                + "AND query LIKE 'CREATE DATABASE %\\_new\"%'";
            for (var watch = Stopwatch.StartNew(); Shop.Live.Scalar(Making) == "0"; Thread.Sleep(5)) Assert.True(watch.Elapsed < TimeSpan.FromMinutes(1));
            Assert.True(host.KillAfter(TimeSpan.Zero));
        }

        var leaving = Task.Delay(TimeSpan.FromSeconds(0.5), TestContext.Current.CancellationToken).ContinueWith(_ => user.Dispose(), TaskScheduler.Default);
        using var workspace = Shop.Open();
        Assert.Null(workspace.Branches.Commit(BranchName.Parse("second"), "Nothing", null, CancellationToken.None).Commit);
        Assert.Equal(dump, Shop.Live.Dump(workspace.Branches.Show(BranchName.Parse("second")).Database!));
        await leaving;
    }

    private void KillMaking(string name, Random random, KillTally tally)
    {
        var dump = Shop.Live.Dump();
        var died = KillOnce("create", name, random, tally);
        using var workspace = Shop.Open();
        Shop.CheckWhole(workspace);
        var isThere = workspace.Branches.List().Any(b => b.Name == name);
        Shop.CheckInstances(workspace, branch => branch == name ? dump : null);
        tally.Count(died, isThere);
        if (!isThere) workspace.Branches.Create(BranchName.Parse(name), null, CancellationToken.None);
    }

    private void KillRemoval(string name, Random random, KillTally tally)
    {
        var died = KillOnce("delete", name, random, tally);
        using var workspace = Shop.Open();
        Shop.CheckWhole(workspace);
        var isThere = workspace.Branches.List().Any(b => b.Name == name);
        tally.Count(died, !isThere);
        if (isThere) workspace.Branches.Delete(BranchName.Parse(name));
        workspace.Upkeep.Examine(fix: true);
        Assert.Empty(workspace.Upkeep.Examine(fix: false).Orphans);
        Assert.Null(workspace.Branches.Create(BranchName.Parse(name), null, CancellationToken.None).Task);
        workspace.Branches.Delete(BranchName.Parse(name));
    }

    private string ChangeBranch(string name, int round)
    {
        using var workspace = Shop.Open();
        // A commit makes the instance where the killed process did not come so far.
        workspace.Branches.Commit(BranchName.Parse(name), "Nothing", null, CancellationToken.None);
        var location = workspace.Branches.Show(BranchName.Parse(name)).Database!;
        Shop.Live.Execute(location, $"""
            UPDATE customers SET name = CONCAT('round {round} ', id) WHERE id % 2 = {round % 2};
            DELETE FROM items WHERE order_id % 50 = {round % 50};
            INSERT INTO customers (id, name) VALUES ({10000 + round}, 'new');

            """);
        workspace.Branches.Commit(BranchName.Parse(name), "Change " + name, null, CancellationToken.None);
        return Shop.Live.Dump(location);
    }

    private void KillPublishing(Order order, Random random, KillTally tally)
    {
        var died = KillOnce(order.Name, order.Argument, random, tally);
        using (var workspace = Shop.Open()) Shop.CheckWhole(workspace);
        var found = Shop.Live.Dump();
        Assert.True(found == order.Before || found == order.After, $"After {order.Name} the database is neither old nor new.");
        tally.Count(died, found == order.After);
        Repeat(order);
    }

    private void KillCapture(int round, Random random, KillTally tally)
    {
        var head = Shop.Head();
        Shop.Live.Execute($"UPDATE customers SET city = 'capture {round}' WHERE id % 3 = 0;\n");
        var written = Shop.Live.Dump();
        var died = KillOnce("commit", "main", random, tally);
        using var workspace = Shop.Open();
        Shop.CheckWhole(workspace, clean: false);
        Assert.Equal(written, Shop.Live.Dump());
        var done = workspace.Status(CancellationToken.None).Clean;
        Assert.Equal(done, Shop.Head() != head);
        tally.Count(died, done);
        workspace.Branches.Commit(BranchName.Main, "Again", null, CancellationToken.None);
        Shop.CheckWhole(workspace);
    }

    /// <summary>The first of a kind runs to its end and tells how long it takes.</summary>
    private bool KillOnce(string operation, string argument, Random random, KillTally tally)
    {
        using var host = Take();
        var watch = Stopwatch.StartNew();
        host.Begin(operation, Shop.Folder, argument);
        if (!tally.Durations.TryGetValue(operation, out var usual))
        {
            watch.Restart();
            Assert.Equal(0, host.Finish());
            tally.Durations[operation] = watch.Elapsed;
            return false;
        }

        return host.KillAfter(usual * random.NextDouble());
    }

    private void CaptureThenStop(PublishStep step, bool done, int round)
    {
        var head = Shop.Head();
        Shop.Live.Execute($"UPDATE customers SET city = 'capture {round}' WHERE id % 3 = 0;\n");
        var written = Shop.Live.Dump();
        Stop("commit", "main", step);
        using var workspace = Shop.Open();
        Shop.CheckWhole(workspace, clean: done);
        Assert.Equal(written, Shop.Live.Dump());
        Assert.Equal(done, Shop.Head() != head);
        Assert.Equal(done, workspace.Branches.Commit(BranchName.Main, "Again", null, CancellationToken.None).Commit is null);
        Shop.CheckWhole(workspace);
    }

    private void Repeat(Order order)
    {
        using var workspace = Shop.Open();
        if (order.Name == "merge")
        {
            var report = workspace.Merges.Merge(new MergeRequest(BranchName.Parse(order.Argument), BranchName.Main, false, []), CancellationToken.None);
            Assert.True(report.State is MergeState.Merged or MergeState.UpToDate, report.Message);
        }
        else
        {
            workspace.Replays.Rollback(new RollbackRequest(order.Argument, false), CancellationToken.None);
        }

        Assert.Equal(order.After, Shop.Live.Dump());
    }

    private void Stop(string operation, string argument, PublishStep step)
    {
        using var host = Take();
        host.Begin(operation, Shop.Folder, argument, step);
        Assert.NotEqual(0, host.Finish());
    }

    private void Judge(string expected, Action<Workspace>? more = null)
    {
        using var workspace = Shop.Open();
        Shop.CheckWhole(workspace);
        Assert.Equal(expected, Shop.Live.Dump());
        more?.Invoke(workspace);
    }

    /// <summary>The process started beforehand; the next one starts meanwhile.</summary>
    private OperationHost Take()
    {
        var host = _spare;
        _spare = new OperationHost();
        return host;
    }

    private sealed record Order(string Name, string Argument, string Before, string After);
}

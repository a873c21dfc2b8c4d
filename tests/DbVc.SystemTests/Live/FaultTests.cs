using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>What goes wrong around a server in the middle of a merge: a clear error, nothing half done, and the merge gets through afterwards.</summary>
public sealed class FaultTests : IDisposable
{
    private LiveShop? _started;

    public static TheoryData<LiveEngine> Engines => ProofMode.Servers([LiveEngine.Postgres15, LiveEngine.MariaDb]);

    public static TheoryData<LiveEngine> AllEngines => ProofMode.Engines([LiveEngine.Sqlite, LiveEngine.Postgres15, LiveEngine.MariaDb]);

    private LiveShop Shop => _started!;

    public void Dispose() => _started?.Dispose();

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Engines))]
    public void A_connection_that_is_cut_in_the_middle_of_anything_leaves_old_or_new(LiveEngine engine)
    {
        _started = new LiveShop(engine, init: false);
        using var proxy = new CuttingProxy(Shop.Live.Server!.Port);
        Shop.Init(new UriBuilder(Shop.Live.Address) { Port = proxy.Port }.Uri.ToString());
        var (cuts, rounds) = (0, ProofMode.Rounds(100, 6));
        var whole = 0L;
        for (var round = 0; round <= rounds; round++)
        {
            var (name, before) = ("work" + round, Shop.Live.Dump());
            var after = Shop.Branch(name, round % 40);
            proxy.CutAfter(round == 0 ? long.MaxValue : whole * round / (rounds + 1));
            using var host = new OperationHost();
            try
            {
                host.Begin("merge", Shop.Folder, name);
            }
            catch (Xunit.Sdk.EqualException)
            {
                // It did not even get as far as being ready.
            }

            var code = host.Finish();
            if (round == 0) whole = proxy.Count;
            if (proxy.IsCut) cuts++;
            proxy.Heal();
            Judge(code, name, before, after);
        }

        ProofMode.Tell($"{engine}: {cuts} connections cut over {whole} bytes of a merge, all merges whole");
        Assert.True(cuts >= rounds / 2, $"{cuts} cuts");
    }

    [Theory]
    [MemberData(nameof(AllEngines))]
    public void A_row_that_another_client_holds_is_waited_for_and_then_told(LiveEngine engine)
    {
        _started = new LiveShop(engine);
        var before = Shop.Live.Dump();
        var after = Shop.Branch("work", 2);
        using (var client = Shop.Live.Connect())
        {
            client.Execute(Shop.Live.Begin);
            client.Execute("UPDATE customers SET city = 'held' WHERE id = 2");
            var failure = Assert.Throws<DbVcException>(() => Merge("work", Impatient));
            Assert.Equal(FailureKind.Locked, failure.Kind);
            client.Execute("ROLLBACK");
        }

        Assert.Equal(before, Shop.Live.Dump());
        Assert.Equal(0, Shop.CountIntents());
        Assert.Equal(MergeState.Merged, Merge("work", OperationHost.Options));
        Assert.Equal(after, Shop.Live.Dump());
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Engines))]
    public async Task Two_that_wait_for_each_other_in_a_circle_lose_nothing(LiveEngine engine)
    {
        _started = new LiveShop(engine);
        var before = Shop.Live.Dump();
        var after = Shop.Branch("work", "UPDATE customers SET name = 'branch' WHERE id IN (2, 900);\n");
        using var client = Shop.Live.Connect();
        client.Execute(Shop.Live.Begin);
        client.Execute("UPDATE customers SET city = city WHERE id = 900");
        var merge = Task.Run(() => TryMerge("work"));
        // Either it has row 2 by now and this closes the circle, or it waits for this client: both must end well.
        await Task.Delay(500);
        var closing = Record.Exception(() => client.Execute("UPDATE customers SET city = city WHERE id = 2"));
        Assert.True(closing is null or LiveFailure { Kind: LiveFailureKind.Deadlock or LiveFailureKind.Busy }, closing?.ToString());
        client.Execute("ROLLBACK");
        var refused = await merge;
        Assert.True(refused is null or FailureKind.Locked, refused.ToString());
        Assert.Equal(refused is null ? after : before, Shop.Live.Dump());
        Assert.True(Merge("work", OperationHost.Options) is MergeState.Merged or MergeState.UpToDate);
        Assert.Equal(after, Shop.Live.Dump());
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Engines))]
    public void A_server_that_takes_no_writes_is_read_and_refuses_a_merge(LiveEngine engine)
    {
        _started = new LiveShop(engine);
        var database = new Uri(Shop.Live.Address).AbsolutePath.TrimStart('/');
        var isMariaDb = engine == LiveEngine.MariaDb;
        Fails("database.read-only", isMariaDb ? "SET GLOBAL read_only = 1" : $"ALTER DATABASE {database} SET default_transaction_read_only = on",
            isMariaDb ? "SET GLOBAL read_only = 0" : $"ALTER DATABASE {database} RESET default_transaction_read_only");
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Engines))]
    public void A_right_that_is_missing_on_one_table_refuses_a_merge(LiveEngine engine)
    {
        _started = new LiveShop(engine);
        var database = new Uri(Shop.Live.Address).AbsolutePath.TrimStart('/');
        const string User = TestServers.DatabaseServer.User;
        if (engine != LiveEngine.MariaDb)
        {
            Fails("database.denied", $"REVOKE UPDATE ON customers FROM {User}", $"GRANT UPDATE ON customers TO {User}");
            return;
        }

        // Rights on a database cannot be taken away for one of its tables: they are given for each of the others. The name is a pattern in a grant.
        var pattern = database.Replace("_", "\\_", StringComparison.Ordinal);
        Fails("database.denied", $"""
            REVOKE ALL ON `test\_%`.* FROM {User}@'%'; REVOKE ALL ON `{pattern}`.* FROM {User}@'%';
            GRANT SELECT, CREATE, DROP, ALTER, INDEX, TRIGGER, REFERENCES, SHOW VIEW ON `{pattern}`.* TO {User}@'%';
            GRANT ALL ON {database}._dbvc_state TO {User}@'%'; GRANT ALL ON {database}.orders TO {User}@'%'; GRANT ALL ON {database}.items TO {User}@'%';
            """, $"GRANT ALL ON `{pattern}`.* TO {User}@'%'");
    }

    [Theory]
    [MemberData(nameof(AllEngines))]
    public void A_clock_that_jumps_back_keeps_commits_in_order(LiveEngine engine)
    {
        _started = new LiveShop(engine);
        var after = Shop.Branch("work", 1);
        using var workspace = Workspace.Open(Shop.Folder, OperationHost.Options with { Clock = new YearsAgo() }, CancellationToken.None);
        Shop.Live.Execute("UPDATE items SET note = 'late' WHERE order_id = 2;\n");
        Assert.NotNull(workspace.Branches.Commit(BranchName.Main, "Late", null, CancellationToken.None).Commit);
        var merge = new MergeRequest(BranchName.Parse("work"), BranchName.Main, false, []);
        Assert.Equal(MergeState.Merged, workspace.Merges.Merge(merge, CancellationToken.None).State);
        workspace.Replays.Rollback(new RollbackRequest("HEAD~1", false), CancellationToken.None);
        workspace.Replays.Rollback(new RollbackRequest("HEAD~1", false), CancellationToken.None);
        Shop.CheckWhole(workspace);
        Assert.NotEqual(after, Shop.Live.Dump());
        Assert.Equal("late", Shop.Live.Scalar("SELECT note FROM items WHERE order_id = 2"));
    }

    private static WorkspaceOptions Impatient { get; } = OperationHost.Options with { LockTimeout = TimeSpan.FromSeconds(1) };

    /// <summary>A merge fails with this code while the administrator's first statement holds, changes nothing, and gets through after the second.</summary>
    private void Fails(string code, string spoil, string mend)
    {
        var before = Shop.Live.Dump();
        var after = Shop.Branch("work", 1);
        var database = new Uri(Shop.Live.Address).AbsolutePath.TrimStart('/');
        Shop.Live.Server!.Run(spoil, database);
        using (var workspace = Shop.Open())
        {
            Assert.True(workspace.Status(CancellationToken.None).Clean);
            Assert.Equal(code, Assert.Throws<DbVcException>(() => Merge("work", OperationHost.Options)).Code);
            Assert.True(workspace.Status(CancellationToken.None).Clean);
        }

        Assert.Equal(0, Shop.CountIntents());
        Assert.Equal(before, Shop.Live.Dump());
        // Not in that database: it may be one that takes no writes.
        Shop.Live.Server.Run(mend, mend.StartsWith("ALTER DATABASE", StringComparison.Ordinal) ? null : database);
        Assert.Equal(MergeState.Merged, Merge("work", OperationHost.Options));
        Assert.Equal(after, Shop.Live.Dump());
    }

    private void Judge(int code, string name, string before, string after)
    {
        Assert.True(code is 0 or (int)FailureKind.Failed or (int)FailureKind.Locked, $"exit code {code}");
        using (var workspace = Shop.Open()) Shop.CheckWhole(workspace);
        var found = Shop.Live.Dump();
        Assert.True(found == after || (found == before && code != 0), $"After exit code {code} the database is neither old nor new.");
        Assert.True(Merge(name, OperationHost.Options) is MergeState.Merged or MergeState.UpToDate);
        Assert.Equal(after, Shop.Live.Dump());
    }

    private FailureKind? TryMerge(string branch)
    {
        try
        {
            Merge(branch, OperationHost.Options);
            return null;
        }
        catch (DbVcException failure)
        {
            return failure.Kind;
        }
    }

    private MergeState Merge(string branch, WorkspaceOptions options)
    {
        using var workspace = Workspace.Open(Shop.Folder, options, CancellationToken.None);
        return workspace.Merges.Merge(new MergeRequest(BranchName.Parse(branch), BranchName.Main, false, []), CancellationToken.None).State;
    }

    private sealed class YearsAgo : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddYears(-10);
    }
}

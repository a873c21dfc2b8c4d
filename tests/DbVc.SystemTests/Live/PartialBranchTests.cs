using System.Diagnostics;
using System.Text.Json.Nodes;
using DbVc.Live;
using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>Branches of some tables by the commands that people type, and killed while they are made and widened.</summary>
public sealed class PartialBranchTests : IDisposable
{
    private static readonly IReadOnlyDictionary<string, string> Tess = new Dictionary<string, string> { ["DBVC_AUTHOR"] = "Tess <tess@example.com>" };
    private OperationHost _spare = new();
    private LiveShop? _started;

    public static TheoryData<LiveEngine> Engines => ProofMode.Engines([LiveEngine.Sqlite, LiveEngine.Postgres15, LiveEngine.Postgres18, LiveEngine.MariaDb]);

    private LiveShop Shop => _started!;

    public void Dispose()
    {
        _spare.Dispose();
        _started?.Dispose();
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task A_branch_of_some_tables_is_made_changed_widened_and_merged(LiveEngine engine)
    {
        _started = new LiveShop(engine, rows: 200);
        var made = JsonNode.Parse(await RunAsync("branch", "create", "part", "--tables", "orders", "--json"))!;
        Assert.Equal("items", made["leftOut"]!.AsArray().Single()!.ToString());
        var database = made["database"]!.ToString();
        Shop.Live.Execute(database, "UPDATE orders SET total = 1 WHERE id <= 100;\nINSERT INTO customers (id, name) VALUES (9001, 'new');\n");
        Assert.Contains("orders", await RunAsync("commit", "--branch", "part", "-m", "Work"));
        var refused = await Published.RunAsync(Shop.Folder, Tess, "query", "--branch", "part", "SELECT count(*) FROM items");
        Assert.Equal(4, refused.ExitCode);
        Assert.Contains("branch fetch part \"items\"", refused.Error);

        Shop.Live.Execute("UPDATE items SET note = 'moved on' WHERE order_id = 7;\nUPDATE customers SET city = 'moved on' WHERE id = 7;\n");
        await RunAsync("commit", "-m", "Outside");
        await RunAsync("branch", "merge", "main", "--into", "part");
        using (var branch = Shop.Live.Connect(database)) Assert.Equal("moved on", branch.Scalar("SELECT city FROM customers WHERE id = 7"));
        await RunAsync("branch", "fetch", "part", "items");
        using (var branch = Shop.Live.Connect(database)) Assert.Equal("1", branch.Scalar("SELECT count(*) FROM items WHERE note = 'moved on'"));
        Shop.Live.Execute(database, "DELETE FROM items WHERE order_id = 8;\n");
        await RunAsync("commit", "--branch", "part", "-m", "More work");
        await RunAsync("branch", "merge", "part");
        Assert.Equal(("100", "199", "1"), (Shop.Live.Scalar("SELECT count(*) FROM orders WHERE total = 1"), Shop.Live.Scalar("SELECT count(*) FROM items"),
            Shop.Live.Scalar("SELECT count(*) FROM customers WHERE id = 9001")));
        using var workspace = Shop.Open();
        Shop.CheckWhole(workspace);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void Killed_while_it_is_made_or_widened_it_is_what_it_was_or_what_it_should_become(LiveEngine engine)
    {
        _started = new LiveShop(engine, rows: 3000);
        var (random, tally) = (new Random(ProofMode.Seed), new KillTally());
        string part, all;
        using (var workspace = Shop.Open())
        {
            part = Shop.Live.Dump(workspace.Branches.Create(BranchName.Parse("model"), null, BranchTerms.None with { Tables = ["orders"] }, default).Database!);
            all = Shop.Live.Dump(workspace.Branches.Fetch(BranchName.Parse("model"), []).Database!);
        }

        Assert.NotEqual(part, all);
        var rounds = ProofMode.Rounds(60, 6);
        for (var round = 0; round < rounds; round++)
        {
            var name = BranchName.Parse("b" + round);
            var died = KillOnce("create-part", name.Text, random, tally);
            using (var workspace = Shop.Open())
            {
                Shop.CheckWhole(workspace);
                var isThere = workspace.Branches.List().Any(b => b.Name == name.Text);
                tally.Count(died, isThere);
                if (!isThere) workspace.Branches.Create(name, null, BranchTerms.None with { Tables = ["orders"] }, default);
                Assert.Null(workspace.Branches.Commit(name, "Nothing", null, default).Commit);
                Assert.Equal(part, Shop.Live.Dump(workspace.Branches.Show(name).Database!));
            }

            died = KillOnce("fetch", name.Text, random, tally);
            using (var workspace = Shop.Open())
            {
                Shop.CheckWhole(workspace);
                Assert.Null(workspace.Branches.Commit(name, "Nothing", null, default).Commit);
                var found = workspace.Branches.Show(name);
                tally.Count(died, found.LeftOut.Count == 0);
                Assert.Equal(found.LeftOut.Count == 0 ? all : part, Shop.Live.Dump(found.Database!));
                workspace.Branches.Fetch(name, []);
                Assert.Equal(all, Shop.Live.Dump(found.Database!));
                workspace.Branches.Delete(name);
                Assert.Empty(workspace.Upkeep.Examine(fix: false).Orphans);
            }
        }

        ProofMode.Tell($"{engine}: branches of some tables, killed while made or widened, seed {ProofMode.Seed}: {tally}");
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void Killed_at_a_step_its_database_is_made_anew_or_is_whole(LiveEngine engine)
    {
        _started = new LiveShop(engine, rows: 100);
        foreach (var step in new[] { PublishStep.BranchRecorded, PublishStep.InstanceFilled, PublishStep.InstanceMade })
        {
            using (var host = Take())
            {
                host.Begin("create-part", Shop.Folder, "at" + step, step);
                Assert.NotEqual(0, host.Finish());
            }

            using var workspace = Shop.Open();
            var name = BranchName.Parse("at" + step);
            Assert.Null(workspace.Branches.Commit(name, "Nothing", null, default).Commit);
            Assert.Equal(["items"], workspace.Branches.Show(name).LeftOut);
            using var branch = Shop.Live.Connect(workspace.Branches.Show(name).Database!);
            Assert.Equal("100", branch.Scalar("SELECT count(*) FROM orders"));
            Assert.Empty(workspace.Upkeep.Examine(fix: false).Orphans);
        }
    }

    /// <summary>The first of a kind runs to its end and tells how long it takes.</summary>
    private bool KillOnce(string operation, string argument, Random random, KillTally tally)
    {
        using var host = Take();
        var watch = Stopwatch.StartNew();
        host.Begin(operation, Shop.Folder, argument);
        if (tally.Durations.TryGetValue(operation, out var usual)) return host.KillAfter(usual * random.NextDouble());
        watch.Restart();
        Assert.Equal(0, host.Finish());
        tally.Durations[operation] = watch.Elapsed;
        return false;
    }

    /// <summary>The process started beforehand; the next one starts meanwhile.</summary>
    private OperationHost Take()
    {
        var host = _spare;
        _spare = new OperationHost();
        return host;
    }

    private async Task<string> RunAsync(params string[] arguments)
    {
        var ended = await Published.RunAsync(Shop.Folder, Tess, arguments);
        Assert.True(ended.ExitCode == 0, $"db-vc {string.Join(' ', arguments)}\n{ended.Output}{ended.Error}");
        return ended.Output;
    }
}

using System.Diagnostics;
using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>The database server itself killed with -9 and started again while db-vc works on it: the next command alone brings old or new, whole.</summary>
public sealed class ServerKilledTests : IDisposable
{
    private LiveShop? _started;

    public static TheoryData<LiveEngine> Engines => ProofMode.Servers([LiveEngine.Postgres18, LiveEngine.MariaDb]);

    private LiveShop Shop => _started!;

    public void Dispose() => _started?.Dispose();

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Engines))]
    public void A_server_killed_at_a_step_of_a_merge_leaves_old_or_new(LiveEngine engine)
    {
        _started = new LiveShop(engine);
        for (var round = 0; round < LiveShop.Steps.Count; round++)
        {
            var name = "work" + round;
            var before = Shop.Live.Dump();
            var after = Shop.Branch(name, round);
            using var host = new OperationHost();
            host.BeginAndPause("merge", Shop.Folder, name, LiveShop.Steps[round]);
            Shop.Live.Server!.Kill();
            Shop.Live.Server.Restart();
            Judge(host.Continue(), name, before, after);
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Engines))]
    public void A_server_killed_at_random_moments_leaves_old_or_new(LiveEngine engine)
    {
        _started = new LiveShop(engine);
        var random = new Random(ProofMode.Seed);
        var usual = TimeSpan.Zero;
        var (failed, rounds) = (0, ProofMode.Rounds(100, 5));
        for (var round = 0; round < rounds; round++)
        {
            var name = "work" + round;
            var before = Shop.Live.Dump();
            var after = Shop.Branch(name, round % 40);
            using var host = new OperationHost();
            host.Begin("merge", Shop.Folder, name);
            var watch = Stopwatch.StartNew();
            if (round == 0)
            {
                Assert.Equal(0, host.Finish());
                usual = watch.Elapsed;
                continue;
            }

            Thread.Sleep(usual * random.NextDouble());
            Shop.Live.Server!.Kill();
            Shop.Live.Server.Restart();
            var code = host.Finish();
            if (code != 0) failed++;
            Judge(code, name, before, after);
        }

        ProofMode.Tell($"{engine}: server killed {rounds - 1} times at random, seed {ProofMode.Seed}; {failed} merges failed, all were whole");
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Engines))]
    public void A_server_restarted_between_branch_and_merge_changes_nothing(LiveEngine engine)
    {
        _started = new LiveShop(engine);
        var after = Shop.Branch("work", 1);
        using var workspace = Shop.Open();
        Assert.True(workspace.Status(CancellationToken.None).Clean);
        Shop.Live.Server!.Kill();
        Shop.Live.Server.Restart();
        // The workspace was open all the time: what it kept of the old connections must not be in the way.
        Assert.Equal(MergeState.Merged, workspace.Merges.Merge(Merge("work"), CancellationToken.None).State);
        Assert.Equal(after, Shop.Live.Dump());
        Shop.CheckWhole(workspace);
    }

    private void Judge(int code, string name, string before, string after)
    {
        Assert.True(code is 0 or (int)FailureKind.Failed or (int)FailureKind.Locked, $"exit code {code}");
        using var workspace = Shop.Open();
        Shop.CheckWhole(workspace);
        var found = Shop.Live.Dump();
        Assert.True(found == after || (found == before && code != 0), $"After exit code {code} the database is neither old nor new.");
        Assert.True(workspace.Merges.Merge(Merge(name), CancellationToken.None).State is MergeState.Merged or MergeState.UpToDate);
        Assert.Equal(after, Shop.Live.Dump());
        Shop.CheckWhole(workspace);
    }

    private static MergeRequest Merge(string branch) => new(BranchName.Parse(branch), BranchName.Main, false, []);
}

using DbVc.Live;
using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>Twenty processes commit to branches of their own at once, while one merges and one collects.</summary>
public sealed class TwentyProcessesTests : IDisposable
{
    private const int Processes = 20;
    private readonly KillableShop _shop = new();

    public void Dispose() => _shop.Dispose();

    [Fact]
    public void Every_commit_is_there_afterwards_and_nobody_waits_for_a_process_that_stands_still()
    {
        var merged = _shop.Branch("merged", "UPDATE orders SET total = total + 1 WHERE id % 3 = 0");
        for (var i = 0; i < Processes; i++)
        {
            _shop.Branch("b" + i, $"UPDATE customers SET city = 'first {i}' WHERE id % 20 = {i}");
            KillableShop.Execute(Instance("b" + i), $"UPDATE customers SET city = 'second {i}' WHERE id % 20 = {i}");
        }

        // One stands still in the middle of its own work, before and after its intent, for as long as the others run.
        using var still = new OperationHost();
        still.BeginAndStay("commit", _shop.Folder, "b0", PublishStep.Applied);
        var orders = Enumerable.Range(1, Processes - 1).Select(i => ("commit", "b" + i)).Append(("merge", "merged")).Append(("gc", "")).ToList();
        var hosts = orders.Select(_ => new OperationHost()).ToList();
        Parallel.For(0, hosts.Count, new ParallelOptions { MaxDegreeOfParallelism = hosts.Count },
            i => hosts[i].Begin(orders[i].Item1, _shop.Folder, orders[i].Item2));
        Assert.All(hosts.Zip(orders), h => Assert.True(h.First.Finish() == 0, $"{h.Second} ended with {h.First.Finish()}"));
        foreach (var host in hosts) host.Dispose();
        still.KillAfter(TimeSpan.Zero);

        using var workspace = _shop.Open();
        _shop.CheckWhole(workspace);
        Assert.Equal(merged, _shop.Dump());
        for (var i = 1; i < Processes; i++) RequireCommit(workspace, i);
        Assert.Equal("Change b0", workspace.History.Log(new LogRequest("b0", 1, null, false))[0].Commit.Commit.Message);
        Assert.NotNull(workspace.Branches.Commit(BranchName.Parse("b0"), "Commit b0", null, CancellationToken.None).Commit);
        RequireCommit(workspace, 0);
    }

    private static void RequireCommit(Workspace workspace, int number)
    {
        Assert.Equal("Commit b" + number, workspace.History.Log(new LogRequest("b" + number, 1, null, false))[0].Commit.Commit.Message);
        using var answer = workspace.History.Query(new QueryRequest($"SELECT count(*) FROM customers WHERE city = 'second {number}'", "b" + number, null, 10));
        Assert.Equal(50, answer.Rows.Single()[0].AsInteger);
    }

    private string Instance(string branch)
    {
        using var workspace = _shop.Open();
        return workspace.Branches.Show(BranchName.Parse(branch)).Database!;
    }
}

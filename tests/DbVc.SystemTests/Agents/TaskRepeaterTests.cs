using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>A task that is repeated from its log makes the same commits, whatever became of its branch and of main since.</summary>
public sealed class TaskRepeaterTests : IDisposable
{
    private readonly SampleShop _shop = new();

    public void Dispose() => _shop.Dispose();

    [Fact]
    public void A_task_gives_the_same_commits_again_before_its_merge_and_after_it_and_leaves_nothing()
    {
        var report = _shop.Create("customers.json", "feature/customers");
        Assert.True(report.State == TaskState.Ready, report.Error);
        AssertSame(Replay("feature/customers"));

        _shop.Write("UPDATE customers SET city = 'Bonn' WHERE id = 1");
        Assert.Equal(MergeState.Merged, _shop.Merge("feature/customers").State);
        _shop.Write("UPDATE customers SET age = 41 WHERE id = 2");
        var before = (Branches(), _shop.Workspace.Agents.Status(null) with { Steps = [] });
        AssertSame(Replay(report.Task));

        Assert.Equal(before.Item1, Branches());
        var after = _shop.Workspace.Agents.Status(null);
        Assert.Equal((before.Item2.State, before.Item2.Evidence, before.Item2.Rows), (after.State, after.Evidence, after.Rows));
        Assert.Empty(Directory.GetDirectories(Path.Combine(_shop.Folder, "branches"), "replay-*"));
        Assert.True(_shop.Workspace.Upkeep.Verify(CancellationToken.None).Ok);
    }

    [Fact]
    public void A_source_that_changed_since_shows_at_the_call_that_loaded_it()
    {
        File.WriteAllText(_shop.Sample("people.json"), """
            {"source": "people.csv", "destination": "people", "schema": {"id": "integer", "name": "string"}, "validations": ["name not null"]}
            """);
        var source = _shop.Sample("people.csv");
        File.WriteAllText(source, "id,name\n1,Ada\n2,Grace\n");
        var report = _shop.Create("people.json", "people");
        Assert.True(report.State == TaskState.Ready, report.Error);

        File.WriteAllText(source, "id,name\n1,Ada\n2,Edsger\n");
        var replayed = Replay("people");

        Assert.False(replayed.IsSame);
        var run = Assert.Single(replayed.Runs);
        Assert.Equal("execute_in_branch", run.Calls.First(c => !c.IsSame).Tool);
        Assert.All(run.Calls.TakeWhile(c => c.Tool != "execute_in_branch"), call => Assert.True(call.IsSame, call.Tool));
    }

    [Fact]
    public void A_task_that_was_stopped_and_retried_is_repeated_run_by_run()
    {
        using var stop = new CancellationTokenSource();
        Assert.Throws<TaskStoppedException>(() => _shop.Create("customers.json", "twice", new StopAfter("generate_validation_code", stop)));
        var report = _shop.Workspace.Agents.Retry(BranchName.Parse("twice"), new SilentProgress(), CancellationToken.None);
        Assert.True(report.State == TaskState.Ready, report.Error);

        var replayed = Replay("twice");

        AssertSame(replayed);
        Assert.Equal(2, replayed.Runs.Count);
        Assert.NotEqual(replayed.Runs[0].Start, replayed.Runs[1].Start);
    }

    [Fact]
    public void What_was_never_logged_cannot_be_repeated()
    {
        Assert.Equal("agent.missing", Assert.Throws<DbVcException>(() => Replay("nobody")).Code);
        _shop.Workspace.Agents.Create(
            new AgentRequest(null, BranchName.Parse("waits"), "fetch the prices", null, AutoMerge: false), new SilentProgress(), CancellationToken.None);
        Assert.Equal("agent.log-missing", Assert.Throws<DbVcException>(() => Replay("waits")).Code);
    }

    private RepeatedTask Replay(string task) => _shop.Workspace.Agents.Replay(task, new SilentProgress(), CancellationToken.None);

    private string Branches() => string.Join('\n', _shop.Workspace.Branches.List().Select(b => $"{b.Name} {b.Head}"));

    private static void AssertSame(RepeatedTask replayed)
    {
        Assert.True(replayed.IsSame, string.Join('\n', replayed.Runs.SelectMany(r => r.Calls).Where(c => !c.IsSame)));
        Assert.All(replayed.Runs, run => Assert.NotEmpty(run.Commits));
    }
}

using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.Tests;

/// <summary>Tasks that are left to the background: checked when they are asked for, done for who asked, stopped from anywhere.</summary>
public sealed class DetachedTaskTests : IDisposable
{
    private readonly WorkShop _shop = new();

    public void Dispose() => _shop.Dispose();

    [Fact]
    public void A_detached_task_is_there_with_its_metadata_pinned_and_waits_for_its_turn()
    {
        var made = _shop.Detach();
        Assert.Equal((TaskState.Queued, "Art", Path.Combine(_shop.Folder, "load.csv")), (made.State, made.Starter, made.SourcePath));
        Assert.Equal(TaskState.Queued, _shop.Task().State);
        var branch = _shop.As("ada").Branches.Show(BranchName.Parse("load"));
        Assert.Equal("queued", branch.Status);
        Assert.StartsWith("Pin metadata", _shop.As("ada").History.Find("load").Commit.Commit.Message, StringComparison.Ordinal);

        Fails("agent.queued", () => _shop.As("ada").Agents.RunGates(BranchName.Parse("load"), new QuietProgress(_ => { }), default));
        Fails("agent.not-stopped", () => _shop.As("ada").Agents.Retry(BranchName.Parse("load"), new QuietProgress(_ => { }), default));
        _shop.As("ada").Queue.Add([BranchName.Parse("load")]);
        var waiting = Assert.Single(_shop.As("ada").Queue.Run(new QuietProgress(_ => { }), _ => { }, default).Entries);
        Assert.Equal((QueueState.Queued, "Its task is queued."), (waiting.State, waiting.Reason));
    }

    [Theory]
    [InlineData(", \"validations\": [\"name must be purple-ish\"]", "metadata.invalid")]
    [InlineData(", \"test_data\": {\"sample_size\": -1}", "metadata.invalid")]
    public void What_is_wrong_is_said_at_once_and_nothing_is_made(string rules, string code)
    {
        var path = _shop.WriteMetadata("load", rules);
        Fails(code, () => _shop.As("art").Agents.Create(
            new AgentRequest(path, null, null, null, AutoMerge: false) { Detach = true }, new QuietProgress(_ => { }), default));
        Assert.Equal(["main"], _shop.As("ada").Branches.List().Select(b => b.Name));
        Assert.Empty(_shop.As("ada").Agents.List());
    }

    [Fact]
    public void A_source_that_is_not_there_is_missed_at_once()
    {
        var path = _shop.WriteMetadata("load");
        File.Delete(Path.Combine(_shop.Folder, "load.csv"));
        Assert.ThrowsAny<DbVcException>(() => _shop.As("art").Agents.Create(
            new AgentRequest(path, null, null, null, AutoMerge: false) { Detach = true }, new QuietProgress(_ => { }), default));
        Assert.Empty(_shop.As("ada").Agents.List());
    }

    [Fact]
    public async Task Whoever_does_the_work_does_it_for_who_asked()
    {
        _shop.Detach();
        Assert.Equal(["task load running", "task load failed"], await _shop.WorkAsync());
        var done = _shop.Task();
        Assert.Equal((TaskState.Failed, "Art"), (done.State, done.Starter));
        // Ada does the work, and has no hand in it: she may approve what Art asked for.
        Assert.Empty(done.Hands);
        Assert.Empty(await _shop.WorkAsync());

        Assert.Equal(TaskState.Queued, _shop.As("rob").Agents.RetryLater(
            new RetryRequest(BranchName.Parse("load"), false, null), new QuietProgress(_ => { }), default).State);
        Assert.Equal(["task load running", "task load failed"], await _shop.WorkAsync());
        Assert.Equal(["Rob"], _shop.Task().Hands);
    }

    [Theory]
    [InlineData("removed", "Art, who asked for this, is not known to this repository any more.")]
    [InlineData("viewer", "Art has the role viewer")]
    public async Task Who_may_not_do_it_any_more_has_it_done_by_nobody(string change, string why)
    {
        _shop.Detach();
        if (change == "removed") _shop.As("ada").Access.RemoveUser("Art");
        else _shop.As("ada").Access.SetRole("Art", change);
        Assert.Contains("task load failed", await _shop.WorkAsync());
        Assert.Equal(TaskState.Failed, _shop.Task().State);
        Assert.Contains(why, _shop.Task().Error, StringComparison.Ordinal);
        Assert.Empty(await _shop.WorkAsync());
    }

    [Fact]
    public void A_mandate_is_never_more_than_what_was_had_then_and_is_had_now()
    {
        var access = AccessRecordOf(Role.Author, revoked: null);
        var by = new Mandate("Art", "", AuthorKind.Human, Role.Author) { IsKnown = true };
        Assert.Equal(Role.Author, by.Find(AccessRecordOf(Role.Admin, null), _shop.Clock.GetUtcNow()).Role);
        Assert.Equal(Role.Agent, by.Find(AccessRecordOf(Role.Agent, null), _shop.Clock.GetUtcNow()).Role);
        var shown = (by with { Token = "t1" }).Find(access, _shop.Clock.GetUtcNow());
        Assert.Equal((Role.Agent, "t1"), (shown.Role, shown.Token?.Id));
        Assert.False(shown.Reaches(BranchName.Parse("other")));
        AccessShop.Denied("mandate.token", () => (by with { Token = "t2" }).Find(access, _shop.Clock.GetUtcNow()));
        var revoked = AccessRecordOf(Role.Author, _shop.Clock.GetUtcNow());
        AccessShop.Denied("mandate.token", () => (by with { Token = "t1" }).Find(revoked, _shop.Clock.GetUtcNow()));
        AccessShop.Denied("mandate.token", () => (by with { Token = "t1" }).Find(access, _shop.Clock.GetUtcNow().AddDays(2)));
        AccessShop.Denied("mandate.unknown", () => (by with { Name = "Eve" }).Find(access, _shop.Clock.GetUtcNow()));
        // What a surface held them to holds on.
        var held = (by with { Branches = ["agent/*"], Files = _shop.Folder }).ApplyTo(_shop.OptionsOf("ada"));
        var caller = Caller.Find(access, held);
        Assert.Equal((AuthorKind.Agent, "Art"), (caller.Author.Kind, caller.Author.Name));
        Assert.Null(held.Credential.Login);
    }

    [Fact]
    public async Task A_task_that_was_not_begun_is_cancelled_at_once()
    {
        _shop.Detach();
        var cancelled = _shop.As("bot").Agents.Cancel(BranchName.Parse("load"));
        Assert.Equal((TaskState.Stopped, "cancelled", "Bot cancelled it."), (cancelled.State, cancelled.End, cancelled.Error));
        Assert.Equal("agent cancel load", _shop.As("ada").History.Operations(1)[0].Command);
        Assert.Empty(await _shop.WorkAsync());
        Fails("agent.not-running", () => _shop.As("bot").Agents.Cancel(BranchName.Parse("load")));
        // It can be asked for again.
        _shop.As("art").Agents.RetryLater(new RetryRequest(BranchName.Parse("load"), false, null), new QuietProgress(_ => { }), default);
        Assert.Equal(["task load running", "task load failed"], await _shop.WorkAsync());
    }

    [Fact]
    public async Task A_task_at_work_is_cancelled_from_another_process()
    {
        // It is not started before the first step.
        Directory.CreateDirectory(_shop.WorkerFolder);
        foreach (var name in new[] { "DbVc.Worker.dll", "DbVc.PipelineRuntime.dll" }) File.WriteAllText(Path.Combine(_shop.WorkerFolder, name), "");
        var path = _shop.WriteMetadata("load");
        Task<AgentReport>? cancelling = null;
        var progress = new FirstStep(() =>
        {
            cancelling = Task.Run(() => _shop.As("rae").Agents.Cancel(BranchName.Parse("load")));
            SpinWait.SpinUntil(() => _shop.Access.Documents("cancelled-tasks").Count > 0);
            _shop.Clock.Tick();
        });
        var report = _shop.As("art").Agents.Create(new AgentRequest(path, BranchName.Parse("load"), null, null, AutoMerge: false), progress, default);
        Assert.Equal((TaskState.Stopped, "cancelled", "Rae cancelled it."), (report.State, report.End, report.Error));
        Assert.Equal(TaskState.Stopped, (await cancelling!).State);
        Assert.Empty(_shop.Access.Documents("cancelled-tasks"));
        Assert.Equal("stopped", _shop.As("ada").Branches.Show(BranchName.Parse("load")).Status);
    }

    [Theory]
    [InlineData(1, TaskState.Queued)]
    [InlineData(2, TaskState.Queued)]
    [InlineData(3, TaskState.Stopped)]
    public async Task What_a_dead_process_left_is_taken_up_by_the_next_so_often(int starts, TaskState seen)
    {
        var made = _shop.Detach();
        _shop.Do(context => (DetachedTask.Find(context.Repository.Store, made.Task)! with { Starts = starts })
            .Save(context.Repository.Store, made with { State = TaskState.Running, Steps = [new TaskStep("old", "done", 1, "")] }));
        Assert.Equal(seen, _shop.Task().State);
        var told = await _shop.WorkAsync();
        Assert.Equal(seen == TaskState.Queued ? ["task load running", "task load failed"] : [], told);
        Assert.Equal(seen == TaskState.Stopped, _shop.Task().Steps.Any(s => s.Name == "old"));
        Assert.Empty(_shop.Access.Documents("detached-tasks"));
    }

    [Fact]
    public async Task What_disturbs_a_task_is_waited_for_longer_and_longer_and_not_for_ever()
    {
        _shop.Detach();
        var waits = new List<double>();
        for (var round = 0; round < 6; round++)
        {
            _shop.Do(context =>
            {
                foreach (var task in DetachedTask.List(context.Repository.Store))
                {
                    var failed = DetachedTask.TryAgain(context, AgentTasks.Read(context, task.Task)! with { State = TaskState.Failed },
                        new DbVcException(FailureKind.Failed, "database.unreachable", "The server does not answer."));
                    if (failed.State == TaskState.Queued)
                        waits.Add((DetachedTask.Find(context.Repository.Store, task.Task)!.NotBefore! - _shop.Clock.GetUtcNow()).Value.TotalMinutes);
                }
            });
            if (round == 0) Assert.Empty(await _shop.WorkAsync());
        }

        Assert.Equal([1, 4, 16, 60], waits);
        _shop.Clock.Go(TimeSpan.FromHours(1));
        Assert.Equal(["task load running", "task load failed"], await _shop.WorkAsync());
    }

    [Fact]
    public async Task A_branch_that_is_deleted_takes_its_task_along()
    {
        _shop.Detach();
        _shop.As("art").Branches.Delete(BranchName.Parse("load"));
        Assert.Equal(TaskState.Stopped, Assert.Single(_shop.As("ada").Agents.List()).State);
        Assert.Empty(await _shop.WorkAsync());
    }

    [Fact]
    public async Task Two_at_work_begin_a_task_once()
    {
        for (var i = 0; i < 4; i++) _shop.Detach(branch: $"load-{i}");
        await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
            new WorkLoop(_shop.Folder, _shop.OptionsOf("ada"), Tell) { Jobs = 4 }.RunDueAsync(TestContext.Current.CancellationToken))));
        Assert.Equal(Enumerable.Range(0, 4).Select(i => $"load-{i}"), _shop.Told.Where(e => e.State == "running").Select(e => e.Subject).Order());
    }

    private void Tell(WorkEvent happened)
    {
        lock (_shop.Told) _shop.Told.Add(happened);
    }

    private AccessRecord AccessRecordOf(Role role, DateTimeOffset? revoked) => new(
        [new Identity("Art", "", IdentityKind.Person, role, []), new Identity("Other", "", IdentityKind.Person, Role.Admin, [])],
        [
            new AccessToken("t1", "Art", Role.Agent, ["load*"], "", "abcd", _shop.Clock.GetUtcNow(), _shop.Clock.GetUtcNow().AddDays(1)) { Revoked = revoked },
            new AccessToken("t2", "Other", Role.Admin, [], "", "efgh", _shop.Clock.GetUtcNow(), null),
        ]);

    private static void Fails(string code, Action action) => Assert.Equal(code, Assert.Throws<DbVcException>(action).Code);

    private sealed class FirstStep(Action happens) : IAgentProgress
    {
        private bool _happened;

        public void Message(string text)
        {
        }

        public void StepStarted(string name)
        {
            if (!_happened) happens();
            _happened = true;
        }

        public void StepFinished(TaskStep step)
        {
        }

        public void GateFinished(GateSummary gate)
        {
        }

        public void Rows(long loaded, long rejected, long? records)
        {
        }
    }
}

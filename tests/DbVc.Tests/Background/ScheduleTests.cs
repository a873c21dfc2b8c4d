using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.Tests;

/// <summary>Pipelines that run by themselves: what is kept of it, and what is found of a run whose process died.</summary>
public sealed class ScheduleTests : IDisposable
{
    private static readonly DateTimeOffset s_noon = new(2026, 1, 15, 12, 0, 0, TimeSpan.Zero);

    private readonly WorkShop _shop = new();

    public ScheduleTests() => _shop.Deploy();

    public void Dispose() => _shop.Dispose();

    [Fact]
    public async Task A_run_that_is_due_is_done_once_and_what_failed_is_tried_again_so_often()
    {
        Set(new ScheduleRequest("parts", "0 * * * *", "Europe/Berlin") { Retries = 2 });
        Assert.Empty(await _shop.WorkAsync());
        _shop.Clock.GoTo(s_noon.AddHours(1));
        Assert.Equal(["schedule parts running", "schedule parts failed"], await _shop.WorkAsync());
        Assert.Empty(await _shop.WorkAsync());
        var report = Show();
        Assert.Equal((1, s_noon.AddHours(1).AddMinutes(1)), (report.Schedule.Current!.Failures, report.Schedule.Current.NotBefore));
        Assert.Empty(report.Schedule.Outcomes);

        _shop.Clock.Go(TimeSpan.FromMinutes(1));
        Assert.Equal(["schedule parts running", "schedule parts failed"], await _shop.WorkAsync());
        _shop.Clock.Go(TimeSpan.FromMinutes(4));
        Assert.Equal(["schedule parts running", "schedule parts failed"], await _shop.WorkAsync());
        var outcome = Assert.Single(Show().Schedule.Outcomes);
        Assert.Equal((DueState.Failed, s_noon.AddHours(1)), (outcome.State, outcome.Due));
        Assert.Null(Show().Schedule.Current);
        Assert.Equal(s_noon.AddHours(2), Show().Next);
        Assert.All(Runs(), run => Assert.Equal("Art", run.Starter));
    }

    [Fact]
    public async Task What_two_servers_see_at_the_same_time_is_run_by_one()
    {
        Set(new ScheduleRequest("parts", "0 * * * *", null));
        _shop.Clock.GoTo(s_noon.AddHours(1));
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => new WorkLoop(_shop.Folder, _shop.OptionsOf("ada"), _ => { })
            .RunDueAsync(TestContext.Current.CancellationToken))));
        Assert.Single(Show().Schedule.Outcomes);
        Assert.InRange(Runs().Count, 0, 1);
    }

    [Theory]
    // What a process left that died in the midst of a run, and what becomes of it.
    [InlineData("nothing", 1, "failed", 0)]
    [InlineData("running", 1, "failed", 0)]
    [InlineData("running", 3, "failed", 0)]
    [InlineData("ready", 1, "merged", 0)]
    [InlineData("merged", 1, "merged", 0)]
    [InlineData("refused", 1, "refused", 1)]
    [InlineData("cancelled", 1, "cancelled", 1)]
    public async Task A_run_whose_process_died_is_settled_by_what_is_there_of_it(string left, int starts, string state, int branches)
    {
        Set(new ScheduleRequest("parts", "0 * * * *", null));
        var due = s_noon.AddHours(1);
        _shop.Clock.GoTo(due);
        _shop.Do(context =>
        {
            var schedule = Schedule.Find(context.Repository.Store, "parts")!;
            using var transaction = context.Repository.Store.Begin();
            transaction.PutDocument(Schedule.Collection, "parts",
                (schedule with { Handled = due, Current = new DueRun(due, due) { Starts = starts } }).ToBytes());
            transaction.Commit();
        });
        if (left != "nothing") Leave(left, due);
        _shop.Clock.Go(TimeSpan.FromSeconds(10));

        var told = await _shop.WorkAsync();

        Assert.Equal(["schedule parts running", $"schedule parts {state}"], told);
        var outcome = Assert.Single(Show().Schedule.Outcomes);
        Assert.Equal((due, state), (outcome.Due, outcome.State.ToString().ToLowerInvariant()));
        Assert.Null(Show().Schedule.Current);
        Assert.Equal(branches, _shop.As("ada").Branches.List().Count(b => b.Name == "left"));
        if (starts == 3) Assert.Contains("died 3 times", outcome.Message, StringComparison.Ordinal);
        Assert.Equal(state == "merged" ? "51" : "50", _shop.Access.Balance);
        Assert.Empty(await _shop.WorkAsync());
    }

    [Fact]
    public async Task A_paused_schedule_does_nothing_and_makes_up_for_nothing()
    {
        Set(new ScheduleRequest("parts", "0 * * * *", null) { Missed = MissedRuns.All });
        Assert.Null(_shop.As("art").Schedules.Pause("parts", true).Next);
        _shop.Clock.Go(TimeSpan.FromHours(5));
        Assert.Empty(await _shop.WorkAsync());
        Assert.Equal(s_noon.AddHours(6), _shop.As("art").Schedules.Pause("PARTS", false).Next);
        Assert.Empty(await _shop.WorkAsync());
    }

    [Fact]
    public void A_change_keeps_what_it_does_not_name_and_acts_for_who_made_it()
    {
        Set(new ScheduleRequest("parts", "0 3 * * *", "Europe/Berlin") { Retries = 2, Overlap = OverlapPolicy.Queue });
        var changed = _shop.As("rae").Schedules.Set(new ScheduleRequest("parts", null, null) { Missed = MissedRuns.Skip }).Schedule;
        Assert.Equal(("0 3 * * *", "Europe/Berlin", 2, OverlapPolicy.Queue, MissedRuns.Skip, "Rae"),
            (changed.Cron, changed.Zone, changed.Retries, changed.Overlap, changed.Missed, changed.By.Name));
        Assert.Equal("pipeline schedule parts \"0 3 * * *\" Europe/Berlin", _shop.As("ada").History.Operations(1)[0].Command);
        _shop.As("art").Schedules.Remove("parts");
        Assert.Empty(_shop.As("ada").Schedules.List());
        Fails("schedule.missing", () => _shop.As("art").Schedules.Show("parts"));
    }

    [Theory]
    [InlineData("nobody", "0 3 * * *", 0, "pipeline.missing")]
    [InlineData("parts", null, 0, "schedule.missing")]
    [InlineData("parts", "0 3", 0, "schedule.cron")]
    [InlineData("parts", "0 3 30 2 *", 0, "schedule.never")]
    [InlineData("parts", "0 3 * * *", 11, "schedule.retries")]
    public void What_cannot_be_kept_is_refused(string pipeline, string? cron, int retries, string code)
    {
        Fails(code, () => Set(new ScheduleRequest(pipeline, cron, null) { Retries = retries }));
        Assert.Empty(_shop.As("ada").Schedules.List());
    }

    [Theory]
    [InlineData("vic")]
    [InlineData("bot")]
    public void Who_may_not_merge_says_nothing_about_when(string login)
    {
        Set(new ScheduleRequest("parts", "0 3 * * *", null));
        AccessShop.Denied("access.denied", () => _shop.As(login).Schedules.Set(new ScheduleRequest("parts", "0 4 * * *", null)));
        AccessShop.Denied("access.denied", () => _shop.As(login).Schedules.Pause("parts", true));
        AccessShop.Denied("access.denied", () => _shop.As(login).Schedules.Remove("parts"));
        Assert.Equal("0 3 * * *", Show().Schedule.Cron);
    }

    [Fact]
    public void Where_main_needs_approvals_rows_are_left_for_them()
    {
        _shop.Access.Rule("main", approvals: 1);
        AccessShop.Denied("pipeline.approvals", () => Set(new ScheduleRequest("parts", "0 3 * * *", null)));
        Set(new ScheduleRequest("parts", "0 3 * * *", null) { Merge = false });
        Assert.False(Show().Schedule.Merge);
    }

    [Fact]
    public async Task Who_is_not_known_any_more_has_nothing_run()
    {
        Set(new ScheduleRequest("parts", "0 * * * *", null) { Retries = 3 });
        _shop.As("ada").Access.RemoveUser("Art");
        _shop.Clock.Go(TimeSpan.FromHours(1));
        Assert.Equal(["schedule parts running", "schedule parts refused"], await _shop.WorkAsync());
        Assert.Contains("not known", Assert.Single(Show().Schedule.Outcomes).Message, StringComparison.Ordinal);
        Assert.Empty(Runs());
    }

    [Fact]
    public async Task One_schedule_that_cannot_be_read_keeps_no_other_and_no_task_from_being_done()
    {
        _shop.Deploy("others");
        Set(new ScheduleRequest("parts", "0 * * * *", null));
        Set(new ScheduleRequest("others", "0 * * * *", null));
        _shop.Do(context =>
        {
            using var transaction = context.Repository.Store.Begin();
            transaction.PutDocument(Schedule.Collection, "others", (Schedule.Find(context.Repository.Store, "others")! with { Zone = "Mars/Base" }).ToBytes());
            transaction.Commit();
        });
        _shop.Detach();
        _shop.Clock.Go(TimeSpan.FromHours(1));
        var told = await _shop.WorkAsync();
        Assert.Equal(["schedule others failed", "schedule parts failed", "schedule parts running", "task load failed", "task load running"], told.Order());
        Assert.Equal("'Mars/Base' is no time zone.", _shop.As("ada").Schedules.Show("others").Problem);
    }

    private ScheduleReport Set(ScheduleRequest request) => _shop.As("art").Schedules.Set(request);

    private ScheduleReport Show() => _shop.As("ada").Schedules.Show("parts");

    private List<AgentReport> Runs() => [.. _shop.As("ada").Pipelines.History("parts").Runs.Where(r => r.IsRun)];

    /// <summary>A run on the branch <c>left</c> as it is at some moment.</summary>
    private void Leave(string state, DateTimeOffset due)
    {
        var report = _shop.Access.Task("left", File.ReadAllText(_shop.WriteMetadata("parts")), due);
        _shop.Access.Change("art", "left");
        _shop.Access.PassGates("left", state != "refused");
        if (state == "merged") Assert.Equal(MergeState.Merged, _shop.Access.Merge("art", "left").State);
        _shop.Change(report with
        {
            Model = "",
            Pipeline = "parts",
            Due = due,
            State = state switch { "running" => TaskState.Running, "refused" => TaskState.Failed, "cancelled" => TaskState.Stopped, _ => TaskState.Ready },
            End = state == "cancelled" ? "cancelled" : null,
            Gates = state == "refused" ? [new GateSummary("unit", false, 0, "", [])] : [],
        });
    }

    private static void Fails(string code, Action action) => Assert.Equal(code, Assert.Throws<DbVcException>(action).Code);
}

using DbVc.Model;
using DbVc.Store;

namespace DbVc.Orchestration;

/// <summary>Says when pipelines of main run by themselves. Every change is an entry of the operation log; the runs are the background's.</summary>
public sealed class ScheduleDesk
{
    private const int MostRetries = 10;

    private readonly WorkspaceContext _context;
    private readonly ScheduleShelf _shelf;

    internal ScheduleDesk(WorkspaceContext context) =>
        (_context, _shelf) = (context, new ScheduleShelf(context.Repository.Store, context.Options.LockTimeout));

    private DateTimeOffset Now => _context.Options.Clock.GetUtcNow();

    /// <summary>All, by pipeline.</summary>
    public IReadOnlyList<ScheduleReport> List() => [.. Schedule.List(_context.Repository.Store).Select(Describe)];

    /// <summary>One. Throws usage failure <c>schedule.missing</c>.</summary>
    public ScheduleReport Show(string pipeline) => Describe(Require(pipeline));

    /// <summary>
    /// Makes a schedule, or changes the one that the pipeline has; whoever does acts in its runs from then on. Throws usage failures <c>pipeline.missing</c>,
    /// <c>schedule.cron</c>, <c>schedule.zone</c>, <c>schedule.retries</c>, <c>schedule.never</c>; kind Refused, <c>pipeline.approvals</c>.
    /// </summary>
    public ScheduleReport Set(ScheduleRequest request)
    {
        RequireMerger($"db-vc pipeline schedule {request.Pipeline}");
        var main = _context.Repository.ReadSnapshot(_context.Repository.Head(BranchName.Main));
        var name = DeployedPipeline.Require(main, request.Pipeline).Name;
        using var held = _shelf.Hold();
        var before = Schedule.Find(_context.Repository.Store, name);
        if (request.Retries is < 0 or > MostRetries)
        {
            throw new DbVcException(FailureKind.Usage, "schedule.retries", $"A run is tried again from 0 to {MostRetries} times, not {request.Retries}.",
                "--retries", "Give it such a number.");
        }

        var cron = request.Cron ?? before?.Cron ?? throw new DbVcException(FailureKind.Usage, "schedule.missing", $"'{name}' has no schedule yet.",
            hint: $"db-vc pipeline schedule {name} --cron \"0 3 * * *\" --zone Europe/Berlin");
        var next = new Schedule(name, cron, request.Zone ?? before?.Zone ?? "UTC", Mandate.Of(_context))
        {
            Missed = request.Missed ?? before?.Missed ?? MissedRuns.Once,
            Overlap = request.Overlap ?? before?.Overlap ?? OverlapPolicy.Skip,
            Retries = request.Retries ?? before?.Retries ?? 0,
            Merge = request.Merge ?? before?.Merge ?? true,
            IsPaused = before?.IsPaused ?? false,
            Handled = Now,
            Current = before?.Current,
            Outcomes = before?.Outcomes ?? [],
        };
        if (CronTimes.Read(next.Cron, next.Zone).Next(Now) is null)
        {
            throw new DbVcException(FailureKind.Usage, "schedule.never", $"'{next.Cron}' names a time that never comes.", "--cron",
                "Look at its day and its month.");
        }

        if (next.Merge && BranchRules.NeedApprovals(_context.Repository.Store, BranchName.Main))
        {
            throw new DbVcException(FailureKind.Refused, "pipeline.approvals",
                $"main needs approvals, and nobody can have approved what a run of '{name}' is about to bring.",
                hint: $"db-vc pipeline schedule {name} --no-merge leaves what each run loads on a branch, to be approved and merged.");
        }

        Publish($"pipeline schedule {name} \"{next.Cron}\" {next.Zone}", next);
        return Describe(next);
    }

    /// <summary>Takes the schedule of a pipeline away; a run that goes on goes on. Throws usage failure <c>schedule.missing</c>.</summary>
    public Schedule Remove(string pipeline)
    {
        RequireMerger($"db-vc pipeline schedule {pipeline} --off");
        using var held = _shelf.Hold();
        var schedule = Require(pipeline);
        Publish($"pipeline schedule {schedule.Pipeline} --off", transaction => transaction.DeleteDocument(Schedule.Collection, schedule.Pipeline));
        return schedule;
    }

    /// <summary>Holds a schedule's runs back, or lets them come again; times that pass meanwhile are none that were missed.</summary>
    public ScheduleReport Pause(string pipeline, bool isPaused)
    {
        RequireMerger($"db-vc pipeline pause {pipeline}");
        using var held = _shelf.Hold();
        var schedule = Require(pipeline);
        if (schedule.IsPaused == isPaused) return Describe(schedule);
        var next = schedule with { IsPaused = isPaused, Handled = Now, Waiting = isPaused ? [] : schedule.Waiting };
        Publish($"pipeline pause {schedule.Pipeline}{(isPaused ? "" : " --off")}", next);
        return Describe(next);
    }

    /// <summary>An agent moves no protected branch, now or later.</summary>
    private void RequireMerger(string what)
    {
        _context.Guard.Require(AccessAction.Merge, what);
        _context.Guard.RequireReach(BranchName.Main);
        if (_context.Guard.Caller.Author is not { Kind: AuthorKind.Agent } agent) return;
        throw new DbVcException(FailureKind.Refused, "access.person", $"{agent.Name} is an agent: an agent moves no protected branch.",
            hint: "A person says when pipelines run.");
    }

    private void Publish(string command, Schedule schedule) =>
        Publish(command, transaction => transaction.PutDocument(Schedule.Collection, schedule.Pipeline, schedule.ToBytes()));

    private void Publish(string command, Action<IStoreTransaction> change)
    {
        using var transaction = _context.Repository.Store.Begin();
        change(transaction);
        transaction.AppendOperation(new OperationDraft(command, _context.Options.User.Name, Now, []));
        transaction.Commit();
    }

    /// <summary>By its own name, or by that of the table; a pipeline that main has lost may still have one.</summary>
    private Schedule Require(string pipeline)
    {
        if (Schedule.Find(_context.Repository.Store, pipeline) is { } exact) return exact;
        var main = _context.Repository.ReadSnapshot(_context.Repository.Head(BranchName.Main));
        var name = DeployedPipeline.Require(main, pipeline).Name;
        return Schedule.Find(_context.Repository.Store, name) ?? throw new DbVcException(FailureKind.Usage, "schedule.missing", $"'{name}' has no schedule.",
            hint: $"db-vc pipeline schedule {name} --cron \"0 3 * * *\" --zone Europe/Berlin");
    }

    private ScheduleReport Describe(Schedule schedule)
    {
        try
        {
            return new ScheduleReport(schedule, schedule.IsPaused ? null : CronTimes.Read(schedule.Cron, schedule.Zone).Next(Now), null);
        }
        catch (DbVcException failure)
        {
            return new ScheduleReport(schedule, null, failure.Message);
        }
    }
}

using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>
/// Does the run of a schedule that is due. Its time was noted as begun before; whatever a process left that died in the midst of it is found by that time in
/// the reports of runs, and settled first: what is ready lands, what is half done is dropped and done again.
/// </summary>
internal sealed class DueWork(WorkspaceContext context)
{
    private const int MostStarts = 3;

    private static readonly TimeSpan s_wait = TimeSpan.FromMinutes(1);

    private readonly ScheduleShelf _shelf = new(context.Repository.Store, context.Options.LockTimeout);

    private DateTimeOffset Now => context.Options.Clock.GetUtcNow();

    /// <summary>What became of it; null where another process is at it, or nothing is due.</summary>
    /// <param name="pipeline">Whose schedule.</param>
    /// <param name="begun">Hears of a run that begins.</param>
    /// <param name="progress">Hears of what is done.</param>
    /// <param name="cancel">Puts it off until the background works again.</param>
    public DueOutcome? Carry(string pipeline, Action<DueRun> begun, IAgentProgress progress, CancellationToken cancel)
    {
        using var alone = _shelf.TryHold(pipeline);
        if (alone is null || _shelf.Begin(pipeline, Now) is not { Schedule: { Current: { } run } schedule } found) return null;
        begun(run);
        var outcome = Try(schedule, run, found.IsCutOff, progress, cancel);
        if (outcome is null) return null;
        var now = Schedule.Find(context.Repository.Store, pipeline) ?? schedule;
        if (outcome.MayPass && run.Failures < now.Retries)
        {
            var next = Now + Disturbance.WaitAfter(run.Failures + 1);
            _shelf.Update(pipeline, run, run with { Failures = run.Failures + 1, NotBefore = next });
            return outcome with { Message = $"{outcome.Message} It is tried again at {next.UtcDateTime:HH:mm} UTC." };
        }

        _shelf.End(pipeline, outcome);
        if (outcome is { Task: null, State: DueState.Failed or DueState.Refused }) context.Outbox.TellDue(pipeline, outcome.Due);
        return outcome;
    }

    private DueOutcome? Try(Schedule schedule, DueRun run, bool isCutOff, IAgentProgress progress, CancellationToken cancel)
    {
        try
        {
            using var own = Workspace.Open(context.Layout.Root, schedule.By.ApplyTo(context.Options), cancel);
            var left = isCutOff ? FindLeft(schedule, run) : null;
            return left is not null && SettleLeft(own, schedule, run, left, cancel) is { } settled ? settled
                : Start(own, schedule, run, isCutOff, progress, cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // What there is of it is settled by whoever comes next; that this process ends is not its fault.
            if (Schedule.Find(context.Repository.Store, schedule.Pipeline)?.Current is { } at && at.Due == run.Due)
                _shelf.Update(schedule.Pipeline, run, at with { Starts = Math.Max(0, at.Starts - 1) });
            throw;
        }
        catch (DbVcException failure) when (failure.Kind == FailureKind.Locked)
        {
            _shelf.Update(schedule.Pipeline, run, run with { NotBefore = Now + s_wait });
            progress.Message($"{failure.Message} It is tried again.");
            return null;
        }
        catch (DbVcException failure)
        {
            var why = failure.Hint is null ? failure.Message : $"{failure.Message} {failure.Hint}";
            var state = failure.Kind switch
            {
                FailureKind.Refused => DueState.Refused,
                FailureKind.Conflict => DueState.Conflicts,
                _ => DueState.Failed,
            };
            return Outcome(run, state, why) with { MayPass = failure.Kind == FailureKind.Failed };
        }
#pragma warning disable CA1031 // Whatever ends one run is its own failure; the other work goes on.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            return Outcome(run, DueState.Failed, $"Something unexpected happened: {failure.Message}") with { MayPass = true };
        }
    }

    private DueOutcome Start(Workspace own, Schedule schedule, DueRun run, bool isCutOff, IAgentProgress progress, CancellationToken cancel)
    {
        if (isCutOff)
        {
            if (run.Starts >= MostStarts) return Outcome(run, DueState.Failed, $"The process that ran it died {run.Starts} times.");
            run = run with { Starts = run.Starts + 1, Begun = Now };
            _shelf.Update(schedule.Pipeline, run, run);
        }

        var report = own.Pipelines.Run(new PipelineRunRequest(schedule.Pipeline, null, Again: false, schedule.Merge) { Due = run.Due }, progress, cancel);
        return Describe(run, report);
    }

    /// <summary>What was made of this very run since it was begun.</summary>
    private AgentReport? FindLeft(Schedule schedule, DueRun run)
    {
        var found = AgentTasks.List(context).LastOrDefault(t => t.Due == run.Due && t.Pipeline == schedule.Pipeline && t.Created >= run.Begun);
        return found is null ? null : AgentTasks.Current(context, found);
    }

    /// <summary>Null where it has to be done again.</summary>
    private DueOutcome? SettleLeft(Workspace own, Schedule schedule, DueRun run, AgentReport left, CancellationToken cancel)
    {
        var branch = BranchName.Parse(left.Branch);
        var isThere = context.Repository.FindHead(branch) is not null;
        switch (left.State)
        {
            case TaskState.Merged:
                if (isThere) own.Branches.Delete(branch);
                return Describe(run, new PipelineRunReport(schedule.Pipeline, left, null, null));
            case TaskState.Ready when schedule.Merge:
                return Describe(run, own.Pipelines.Land(left, cancel));
            case TaskState.Ready or TaskState.Failed:
                return Describe(run, new PipelineRunReport(schedule.Pipeline, left, null, null));
            case TaskState.Stopped when left.End == "cancelled":
                return Describe(run, new PipelineRunReport(schedule.Pipeline, left, null, null));
            case TaskState.Running:
                throw new DbVcException(FailureKind.Locked, "agent.running", $"Somebody is at work on '{branch}'.");
            default:
                if (isThere) own.Branches.Delete(branch);
                return null;
        }
    }

    private DueOutcome Describe(DueRun run, PipelineRunReport report)
    {
        if (report.NothingNew) return Outcome(run, DueState.Nothing, "The source has nothing new.");
        if (report.LoadedBefore is { } before) return Outcome(run, DueState.Nothing, $"{before.Name} was loaded before, by {before.Run}.");
        var task = report.Run!;
        var (state, why) = task.State switch
        {
            TaskState.Merged => (DueState.Merged, task.Rows is { } rows ? $"{Quantity.Of(rows.Loaded, "row")} loaded." : null),
            TaskState.Ready when report.Merged is { State: MergeState.Conflicts } merge => (DueState.Conflicts, merge.Message),
            TaskState.Ready when report.Merged is { } merge => (DueState.Refused, merge.Message),
            TaskState.Ready => (DueState.Ready, null),
            TaskState.Stopped => (DueState.Cancelled, task.Error),
            _ => (task.Gates.Any(g => !g.Passed) ? DueState.Refused : DueState.Failed, task.Error),
        };
        return Outcome(run, state, why) with
        {
            Task = task.Task,
            Branch = state == DueState.Merged ? null : task.Branch,
            MayPass = state == DueState.Failed,
        };
    }

    private DueOutcome Outcome(DueRun run, DueState state, string? why) => new(run.Due, state, Now, why);
}

using DbVc.Live;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>
/// Carries out a task that was left to the background, in a workspace that acts for whoever asked for it. How far it is stands in its report, so that a
/// process may die at any moment, and whoever comes next goes on.
/// </summary>
internal sealed class DetachedWork(WorkspaceContext context, BranchManager branches, TaskRunner runner, MergeController merges)
{
    /// <summary>The task as it stands then; null where another process is at it, or nothing is left to do.</summary>
    public AgentReport? Carry(string id, Action begun, IAgentProgress progress, CancellationToken cancel)
    {
        var store = context.Repository.Store;
        if (Find(id) is not { } found) return null;
        var branch = BranchName.Parse(found.Branch);
        using var held = TaskLock.TryHold(context, branch, TimeSpan.Zero);
        if (held is null || DetachedTask.Find(store, id) is not { } later) return null;
        var report = AgentTasks.Read(context, id)!;
        if (report.State == TaskState.Running) report = TaskLock.SettleHeld(context, report);
        if (report.State == TaskState.Queued) begun();
        if (report.State == TaskState.Queued) report = Run(report, later, progress, cancel);
        if (report.State == TaskState.Queued) return report;
        var current = AgentTasks.Current(context, report);
        if (later.AutoMerge && current.State == TaskState.Ready && !Merge(branch, later, progress, cancel)) return current;
        DetachedTask.Forget(store, id);
        return AgentTasks.Current(context, AgentTasks.Read(context, id)!);
    }

    /// <summary>Settles a task that nobody may carry out any more.</summary>
    public AgentReport? Refuse(string id, string why)
    {
        if (Find(id) is not { } report) return null;
        using var held = TaskLock.TryHold(context, BranchName.Parse(report.Branch), TimeSpan.Zero);
        return held is null ? null : Fail(AgentTasks.Read(context, id)!, why);
    }

    /// <summary>Nobody has to do with a task whose branch is gone.</summary>
    private AgentReport? Find(string id)
    {
        if (AgentTasks.Read(context, id) is { } report
            && BranchRecord.Read(context.Repository.Store, BranchName.Parse(report.Branch))?.Task == id) return report;
        DetachedTask.Forget(context.Repository.Store, id);
        return null;
    }

    private AgentReport Run(AgentReport report, DetachedTask later, IAgentProgress progress, CancellationToken cancel)
    {
        var branch = BranchName.Parse(report.Branch);
        if (TaskCancellation.Find(context.Repository.Store, report.Task) is { } cancelled)
        {
            var stopped = cancelled.Stop(report);
            DetachedTask.Settle(context.Repository.Store, stopped);
            BranchInfo.Write(context, branches.RequireRecord(branch), "stopped");
            return stopped;
        }

        try
        {
            context.Guard.RequireBranch(branch, AccessAction.Work, $"the task on '{branch}'");
            if (!later.Reload) HandMadeRows.Refuse(context, report, $"db-vc agent retry {branch}");
            // Before anything that could end this process, or it would end each one that comes after.
            var begun = runner.Take(report, later);
            BranchInfo.Write(context, branches.RequireRecord(branch), "running");
            var plan = TaskPlan.Reread(context, begun, code: false, new FetchWatch(progress, cancel));
            return runner.Run(plan, plan.NoteSource(begun), progress, cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            PutBack(report.Task);
            throw;
        }
#pragma warning disable CA1031 // Whatever ends one task is its own failure; the others go on.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            return End(AgentTasks.Read(context, report.Task)!, failure);
        }
    }

    /// <summary>The runner has kept what it heard of; what happened before it began is kept here.</summary>
    private AgentReport End(AgentReport report, Exception failure)
    {
        if (report.State is TaskState.Failed or TaskState.Stopped) return report;
        if (report.State == TaskState.Queued && DetachedTask.Find(context.Repository.Store, report.Task) is { NotBefore: not null }) return report;
        var why = failure is DbVcException { Hint: { } hint } ? $"{failure.Message} {hint}" : failure.Message;
        var again = DetachedTask.TryAgain(context, report with { State = TaskState.Failed, Error = why }, failure);
        return again.State == TaskState.Queued ? again : Fail(report, why);
    }

    private AgentReport Fail(AgentReport report, string why)
    {
        var failed = report with { State = TaskState.Failed, Error = why };
        DetachedTask.Settle(context.Repository.Store, failed);
        BranchInfo.Write(context, branches.RequireRecord(BranchName.Parse(report.Branch)), "failed");
        context.Outbox.Tell(failed);
        return failed;
    }

    /// <summary>This process ends, and nothing is wrong with the task.</summary>
    private void PutBack(string id)
    {
        if (AgentTasks.Read(context, id) is not { State: TaskState.Running or TaskState.Queued } report
            || DetachedTask.Find(context.Repository.Store, id) is not { } later) return;
        (later with { Starts = Math.Max(0, later.Starts - 1) }).Save(context.Repository.Store, report with { State = TaskState.Queued });
        BranchInfo.Write(context, branches.RequireRecord(BranchName.Parse(report.Branch)), "queued");
    }

    /// <summary>False where it is to be tried again.</summary>
    private bool Merge(BranchName branch, DetachedTask later, IAgentProgress progress, CancellationToken cancel)
    {
        try
        {
            progress.Message(merges.Merge(new MergeRequest(branch, BranchName.Main, DryRun: false, []), cancel).Message);
            return true;
        }
        catch (DbVcException failure) when (Disturbance.Is(failure) && later.Disturbances < DetachedTask.MostDisturbances)
        {
            var next = context.Options.Clock.GetUtcNow() + Disturbance.WaitAfter(later.Disturbances + 1);
            (later with { Disturbances = later.Disturbances + 1, NotBefore = next }).Save(context.Repository.Store, AgentTasks.Read(context, later.Task)!);
            return false;
        }
        catch (DbVcException failure)
        {
            progress.Message($"'{branch}' is ready, and was not merged: {failure.Message}");
            return true;
        }
    }
}

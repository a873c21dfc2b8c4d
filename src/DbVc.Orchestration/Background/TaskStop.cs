using DbVc.Model;
using DbVc.Store;

namespace DbVc.Orchestration;

/// <summary>
/// Stops a task from another process. What somebody wants is written down first, and whoever works on the task looks for it; so it holds whichever of the
/// two processes dies.
/// </summary>
internal sealed class TaskStop(WorkspaceContext context, BranchManager branches)
{
    public AgentReport Run(AgentReport report)
    {
        var branch = BranchName.Parse(report.Branch);
        if (report.State is not (TaskState.Running or TaskState.Queued))
        {
            throw new DbVcException(FailureKind.Usage, "agent.not-running", $"Nobody works on '{branch}': its task is {Word(report)}.",
                hint: $"db-vc agent status {branch}");
        }

        var wish = new TaskCancellation(report.Task, context.Options.User.Name);
        using (var transaction = context.Repository.Store.Begin())
        {
            transaction.PutDocument(TaskCancellation.Collection, report.Task, wish.ToBytes());
            transaction.AppendOperation(new OperationDraft($"agent cancel {branch}", wish.By, context.Repository.Clock.GetUtcNow(), []));
            transaction.Commit();
        }

        using var held = TaskLock.TryHold(context, branch, context.Options.LockTimeout);
        return held is null ? AgentTasks.Read(context, report.Task) ?? report : Settle(report, wish);
    }

    /// <summary>Nobody works on it any more: it ended as it was asked to, or by itself before that, or its process died, or it was not begun.</summary>
    private AgentReport Settle(AgentReport report, TaskCancellation wish)
    {
        var store = context.Repository.Store;
        var now = AgentTasks.Read(context, report.Task) ?? report;
        if (now.State == TaskState.Running) now = TaskLock.SettleHeld(context, now);
        // It may have been put back because its server ended at that moment, or have been cut off.
        if (now.State is not (TaskState.Queued or TaskState.Stopped))
        {
            TaskCancellation.Forget(store, report.Task);
            return AgentTasks.Current(context, now);
        }

        if (now.End != "cancelled") now = wish.Stop(now);
        DetachedTask.Settle(store, now);
        BranchInfo.Write(context, branches.RequireRecord(BranchName.Parse(now.Branch)), "stopped");
        return now;
    }

    private static string Word(AgentReport report) => report.State.ToString().ToLowerInvariant();
}

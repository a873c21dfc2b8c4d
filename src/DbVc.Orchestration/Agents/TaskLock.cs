using DbVc.Live;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>
/// Says which branches an agent is at work on: its process holds the branch's agent lock, and the operating system drops that when the process dies.
/// So a task that a killed process left behind is noticed by whoever looks at it next.
/// </summary>
internal static class TaskLock
{
    /// <summary>Held as long as an agent or the gates work on a branch. Throws kind Locked, <c>agent.running</c>.</summary>
    public static IDisposable Hold(WorkspaceContext context, BranchName branch) => TryHold(context, branch, context.Options.LockTimeout)
        ?? throw new DbVcException(FailureKind.Locked, "agent.running", $"An agent is at work on '{branch}'.",
            hint: $"Wait for it (db-vc agent status {branch}), or stop it: db-vc agent cancel {branch}");

    /// <summary>The report as it is; as stopped, once and for all, when the process that worked on it is gone.</summary>
    public static AgentReport Settle(WorkspaceContext context, AgentReport report)
    {
        if (report.State != TaskState.Running) return report;
        using var held = TryHold(context, BranchName.Parse(report.Branch), TimeSpan.Zero);
        if (held is null) return report;
        // Its process may have ended the proper way since the report was read.
        if (AgentTasks.Read(context, report.Task) is not { State: TaskState.Running } left) return AgentTasks.Read(context, report.Task) ?? report;
        return SettleHeld(context, left);
    }

    /// <summary>The same for whoever holds the lock. What works in the background is begun again, so often.</summary>
    public static AgentReport SettleHeld(WorkspaceContext context, AgentReport report)
    {
        var again = DetachedTask.Find(context.Repository.Store, report.Task) is { Starts: < DetachedTask.MostStarts };
        var settled = report with
        {
            State = again ? TaskState.Queued : TaskState.Stopped,
            Error = "The process that worked on this task is gone: it was killed, or the machine went down.",
        };
        if (BranchRecord.Read(context.Repository.Store, BranchName.Parse(report.Branch)) is { } record && record.Task == report.Task)
        {
            // Half-way the instance holds neither the old rows nor the new ones; it is made anew at the branch's head when it is needed.
            context.Instances.Drop(record);
            BranchInfo.Write(context, record, again ? "queued" : "stopped");
        }

        if (again) AgentTasks.Save(context, settled);
        else DetachedTask.Settle(context.Repository.Store, settled);
        return settled;
    }

    /// <summary>Null where somebody else holds it.</summary>
    public static IDisposable? TryHold(WorkspaceContext context, BranchName branch, TimeSpan timeout)
    {
        try
        {
            return context.Repository.Store.Lock("agent-" + branch, timeout);
        }
        catch (DbVcException failure) when (failure.Kind == FailureKind.Locked)
        {
            return null;
        }
    }
}

/// <summary>A task was interrupted and is kept as stopped; the message says how to go on with it.</summary>
public sealed class TaskStoppedException(BranchName branch, string command, CancellationToken cancel) : OperationCanceledException(
    $"Go on with it: db-vc {command}; or drop it: db-vc branch delete {branch}.", cancel);

namespace DbVc.Orchestration;

/// <summary>Says how far a batch is, from the reports of its tasks.</summary>
internal static class BatchView
{
    /// <summary>As <see cref="AgentReport.End"/> has it.</summary>
    private const string Disturbed = "disturbed";

    /// <summary>A task whose process is gone is stopped, here as everywhere.</summary>
    public static BatchReport Describe(WorkspaceContext context, BatchRecord record)
    {
        var reports = AgentTasks.List(context).Where(t => t.Batch is not null).GroupBy(t => t.Batch!).ToDictionary(g => g.Key, g => g.Last());
        var tasks = new List<BatchTask>();
        foreach (var item in record.Tasks)
        {
            var report = reports.GetValueOrDefault(record.NameOf(item)) is { } kept ? AgentTasks.Current(context, kept) : null;
            tasks.Add(Describe(item, report, tasks));
        }

        return new BatchReport(record.Id.Length == 0 ? null : record.Id, tasks) { Record = record };
    }

    /// <summary>Whether something is left that could be done, by whomever.</summary>
    public static bool IsUnfinished(BatchReport batch) => batch.Tasks.Any(t => t.State == BatchTaskState.Running || t.NeedsLook || CanBegin(t));

    /// <summary>Whether it is begun, or gone on with, once what it waits for is there.</summary>
    public static bool CanBegin(BatchTask task) => task.State == BatchTaskState.Pending || task is { State: BatchTaskState.Stopped, NeedsLook: false }
        || task is { State: BatchTaskState.Failed, Report: null };

    /// <summary>Whether somebody else changed its branch: both works are kept, and only a person knows whether they go together.</summary>
    public static bool NeedsLook(AgentReport report) => report is { State: TaskState.Stopped, End: Disturbed };

    public static bool IsThere(BatchTask task) => task.State is BatchTaskState.Ready or BatchTaskState.Merged;

    /// <param name="item">What it is to do.</param>
    /// <param name="report">What it did; null before it was begun.</param>
    /// <param name="before">Those that it may wait for.</param>
    private static BatchTask Describe(BatchItem item, AgentReport? report, IReadOnlyList<BatchTask> before)
    {
        var task = new BatchTask(item.Name, item.Table, item.Metadata, report?.Branch ?? item.Branch, item.After)
        {
            Source = item.Source,
            Why = item.Why,
            Report = report,
        };
        if (report is not null)
        {
            var reason = IsGood(report) ? null : item.Error ?? report.Error;
            return task with
            {
                State = StateOf(report),
                NeedsLook = NeedsLook(report),
                Reason = NeedsLook(report) ? AskFor(report) : reason,
            };
        }

        var cause = before.FirstOrDefault(b => item.After.Contains(b.Name) && !IsThere(b) && !CanBegin(b) && b.State != BatchTaskState.Running)
            ?? before.FirstOrDefault(b => item.After.Contains(b.Name) && b is { State: BatchTaskState.Failed, Report: null });
        if (cause is not null)
            return task with { State = BatchTaskState.Blocked, Reason = $"It waits for '{cause.Name}', which is {Json(cause.State)}." };
        return item.Error is null ? task : task with { State = BatchTaskState.Failed, Reason = item.Error };
    }

    private static string AskFor(AgentReport report)
    {
        var command = $"db-vc agent retry {report.Branch}";
        return report.Error?.Contains(command, StringComparison.Ordinal) == true ? report.Error : $"{report.Error} Look at it; then go on with {command}.";
    }

    private static bool IsGood(AgentReport report) => report.State is TaskState.Ready or TaskState.Merged or TaskState.Running or TaskState.Queued;

    private static BatchTaskState StateOf(AgentReport report) => report.State switch
    {
        TaskState.Ready => BatchTaskState.Ready,
        TaskState.Merged => BatchTaskState.Merged,
        TaskState.Running or TaskState.Queued => BatchTaskState.Running,
        TaskState.Failed => report.Gates.Any(g => !g.Passed) ? BatchTaskState.Refused : BatchTaskState.Failed,
        // One that waits for its metadata died before that was pinned.
        _ => BatchTaskState.Stopped,
    };

    private static string Json(BatchTaskState state) => state.ToString().ToLowerInvariant();
}

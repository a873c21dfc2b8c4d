using DbVc.Live;
using DbVc.Model;
using DbVc.Store;

namespace DbVc.Orchestration;

/// <summary>A piece of work that can be begun.</summary>
/// <param name="Key">Tells it from all others.</param>
/// <param name="Kind">What it is about.</param>
/// <param name="Subject">Which one.</param>
/// <param name="Do">Does it, on a thread of its own; false where there was nothing to do, or another process is at it.</param>
internal sealed record WorkJob(string Key, WorkKind Kind, string Subject, Func<CancellationToken, bool> Do)
{
    /// <summary>The beginning of the keys of those of which only so many run at once.</summary>
    public const string Place = "run ";

    public bool TakesPlace => Key.StartsWith(Place, StringComparison.Ordinal);
}

/// <summary>Finds out what there is to do, from records that are cheap to read. Each piece works in a workspace of its own.</summary>
internal sealed class WorkFinder(RepositoryLayout layout, WorkspaceOptions options, Action<WorkKind, string, string, string?> tell)
{
    /// <summary>How long work waits for others that hold what it needs.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    /// <summary>How often branches of the queue that wait for something are looked at again.</summary>
    private static readonly TimeSpan s_queueLook = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan s_branchLook = TimeSpan.FromHours(1);

    private readonly Dictionary<string, string> _toldOfQueue = [];
    private readonly Dictionary<string, string> _problems = [];
    private readonly WorkspaceOptions _options = options with
    {
        LockTimeout = options.LockTimeout > s_patience ? options.LockTimeout : s_patience,
    };

    private DateTimeOffset? _branchLook;
    private DateTimeOffset _queueLook;
    private volatile bool _mayQueueMove = true;

    /// <summary>The queue may have something to do that it had not before.</summary>
    public void LookAtQueue() => _mayQueueMove = true;

    public IEnumerable<WorkJob> Find(IRepositoryStore store, DateTimeOffset now)
    {
        foreach (var schedule in Schedule.List(store).Select(s => Account(store, s, now)).OfType<Schedule>().Where(s => IsDue(s, now)))
            yield return new WorkJob($"{WorkJob.Place}schedule {schedule.Pipeline}", WorkKind.Schedule, schedule.Pipeline, cancel => Run(schedule, cancel));
        foreach (var task in DetachedTask.List(store).Where(t => t.NotBefore is null || t.NotBefore <= now))
            yield return new WorkJob($"{WorkJob.Place}task {task.Task}", WorkKind.Task, task.Task, cancel => Run(task, cancel));
        if (IsQueueDue(store, now)) yield return new WorkJob("queue", WorkKind.Queue, "", RunQueue);
        if (Outbox.IsDue(store, now)) yield return new WorkJob("notifications", WorkKind.Notifications, "", Send);
        if (_branchLook is { } last && now - last < s_branchLook) yield break;
        _branchLook = now;
        var isOver = store.ListDocuments(BranchRecord.Collection).Any(d => ExpiredBranches.IsOver(BranchRecord.Read(store, BranchName.Parse(d.Key))!, now));
        if (isOver) yield return new WorkJob("branches", WorkKind.Branches, "", Sweep);
    }

    /// <summary>A schedule that cannot be read on this machine keeps no other from running.</summary>
    private Schedule? Account(IRepositoryStore store, Schedule schedule, DateTimeOffset now)
    {
        try
        {
            if (ReferenceEquals(DueTimes.Account(schedule, CronTimes.Read(schedule.Cron, schedule.Zone), now), schedule)) return schedule;
            var accounted = new ScheduleShelf(store, options.LockTimeout).Account(schedule.Pipeline, now);
            if (accounted?.Outcomes.LastOrDefault() is { State: DueState.Skipped } skipped && skipped.Ended == now)
                tell(WorkKind.Schedule, schedule.Pipeline, "skipped", skipped.Message);
            return accounted;
        }
        catch (DbVcException failure)
        {
            if (_problems.GetValueOrDefault(schedule.Pipeline) != failure.Message) tell(WorkKind.Schedule, schedule.Pipeline, "failed", failure.Message);
            _problems[schedule.Pipeline] = failure.Message;
            return schedule;
        }
    }

    private static bool IsDue(Schedule schedule, DateTimeOffset now) =>
        schedule.Current is { } run ? run.NotBefore is null || run.NotBefore <= now : schedule.Waiting.Count > 0;

    private bool Run(Schedule schedule, CancellationToken cancel)
    {
        using var workspace = Workspace.Open(layout.Root, _options, cancel);
        var outcome = new DueWork(workspace.Context).Carry(schedule.Pipeline,
            run => tell(WorkKind.Schedule, schedule.Pipeline, "running", $"Due at {run.Due.UtcDateTime:yyyy-MM-dd HH:mm} UTC."),
            new QuietProgress(text => tell(WorkKind.Schedule, schedule.Pipeline, "says", text)), cancel);
        if (outcome is null) return false;
        tell(WorkKind.Schedule, schedule.Pipeline, outcome.State.ToString().ToLowerInvariant(), outcome.Message);
        return true;
    }

    private bool Run(DetachedTask task, CancellationToken cancel)
    {
        using var workspace = Workspace.Open(layout.Root, _options, cancel);
        var branch = AgentTasks.Read(workspace.Context, task.Task)?.Branch ?? task.Task;
        var report = Run(workspace, task, branch, cancel);
        if (report is null) return false;
        tell(WorkKind.Task, branch, report.State.ToString().ToLowerInvariant(), report.State == TaskState.Ready ? null : report.Error);
        return true;
    }

    private AgentReport? Run(Workspace workspace, DetachedTask task, string branch, CancellationToken cancel)
    {
        var progress = new QuietProgress(text => tell(WorkKind.Task, branch, "says", text));
        Workspace own;
        try
        {
            own = Workspace.Open(layout.Root, task.By.ApplyTo(_options), cancel);
        }
        catch (DbVcException failure) when (failure.Code.StartsWith("mandate.", StringComparison.Ordinal))
        {
            return workspace.Agents.RefuseDetached(task, $"{failure.Message} {failure.Hint}");
        }

        using (own) return own.Agents.Carry(task, () => tell(WorkKind.Task, branch, "running", null), progress, cancel);
    }

    private bool IsQueueDue(IRepositoryStore store, DateTimeOffset now)
    {
        var open = QueueShelf.ReadAll(store).Where(e => e is { IsOpen: true, MayLand: true }).ToList();
        if (open.Count == 0) return false;
        if (open.All(e => e is not { State: QueueState.Queued, Reason: null }) && !_mayQueueMove && now - _queueLook < s_queueLook) return false;
        (_queueLook, _mayQueueMove) = (now, false);
        return true;
    }

    private bool RunQueue(CancellationToken cancel)
    {
        using var workspace = Workspace.Open(layout.Root, _options, cancel);
        try
        {
            workspace.Queue.Run(new QuietProgress(text => tell(WorkKind.Queue, "", "says", text)), Settled, cancel, isUnattended: true);
            return true;
        }
        catch (DbVcException failure) when (failure.Code == "queue.running")
        {
            return false;
        }
    }

    /// <summary>One that waits is looked at again and again, and told of once.</summary>
    private void Settled(QueueEntry entry)
    {
        var state = entry.State.ToString().ToLowerInvariant();
        if (_toldOfQueue.GetValueOrDefault(entry.Branch) != $"{entry.Number} {state} {entry.Reason}") tell(WorkKind.Queue, entry.Branch, state, entry.Reason);
        _toldOfQueue[entry.Branch] = $"{entry.Number} {state} {entry.Reason}";
    }

    private bool Send(CancellationToken cancel)
    {
        using var workspace = Workspace.Open(layout.Root, _options, cancel);
        workspace.Outbox.SendDue(cancel);
        return true;
    }

    /// <summary>As gc does, and so for whom gc would.</summary>
    private bool Sweep(CancellationToken cancel)
    {
        using var workspace = Workspace.Open(layout.Root, _options, cancel);
        if (workspace.Context.Guard.Caller.Role < AccessTable.Of(AccessAction.Administer).Role) return false;
        foreach (var name in new ExpiredBranches(workspace.Context, workspace.Branches).Sweep(dryRun: false, cancel))
            tell(WorkKind.Branches, name, "expired", null);
        return true;
    }
}

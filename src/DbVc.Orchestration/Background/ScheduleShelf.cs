using DbVc.Store;

namespace DbVc.Orchestration;

/// <summary>
/// Schedules in the store. A time is accounted for, and its run noted as begun, before anything is done about it; so no death loses it, and none has it done
/// twice.
/// </summary>
internal sealed class ScheduleShelf(IRepositoryStore store, TimeSpan timeout)
{
    private const string LockName = "schedules";

    /// <summary>Accounts for the times that have come.</summary>
    public Schedule? Account(string pipeline, DateTimeOffset now) => Change(pipeline, s => DueTimes.Account(s, CronTimes.Read(s.Cron, s.Zone), now));

    /// <summary>Begins the next run, or again the one that was begun; whoever calls holds the schedule. Null where there is nothing to begin.</summary>
    /// <returns>The schedule, and whether the process died that had begun its current run.</returns>
    public (Schedule Schedule, bool IsCutOff)? Begin(string pipeline, DateTimeOffset now)
    {
        var isCutOff = false;
        var begun = Change(pipeline, schedule =>
        {
            if (schedule.Current is not { } run)
            {
                return schedule.Waiting.Count == 0 ? schedule
                    : schedule with { Current = new DueRun(schedule.Waiting[0], now), Waiting = [.. schedule.Waiting.Skip(1)] };
            }

            if (run.NotBefore > now) return schedule;
            isCutOff = run.NotBefore is null;
            return isCutOff ? schedule : schedule with { Current = run with { NotBefore = null, Begun = now, Starts = 1 } };
        });
        return begun?.Current is { NotBefore: null } ? (begun, isCutOff) : null;
    }

    /// <summary>Changes the run that was begun; nothing where the schedule is gone, or was begun otherwise.</summary>
    public Schedule? Update(string pipeline, DueRun begun, DueRun next) =>
        Change(pipeline, schedule => schedule.Current?.Due == begun.Due ? schedule with { Current = next } : schedule);

    /// <summary>Settles the run that was begun.</summary>
    public void End(string pipeline, DueOutcome outcome) =>
        Change(pipeline, schedule => schedule.Current?.Due == outcome.Due ? schedule.Note(outcome) with { Current = null } : schedule);

    /// <summary>Holds a schedule while its run goes on; null where another process does.</summary>
    public IDisposable? TryHold(string pipeline)
    {
        try
        {
            return store.Lock("schedule-" + pipeline, TimeSpan.Zero);
        }
        catch (Model.DbVcException failure) when (failure.Kind == Model.FailureKind.Locked)
        {
            return null;
        }
    }

    /// <summary>As another process may have left it, in one transaction; null where there is no such schedule.</summary>
    private Schedule? Change(string pipeline, Func<Schedule, Schedule> change)
    {
        using var held = Hold();
        if (Schedule.Find(store, pipeline) is not { } schedule) return null;
        var changed = change(schedule);
        if (ReferenceEquals(changed, schedule)) return schedule;
        using var transaction = store.Begin();
        transaction.PutDocument(Schedule.Collection, pipeline, changed.ToBytes());
        transaction.Commit();
        return changed;
    }

    /// <summary>Held by whoever changes a schedule.</summary>
    public IDisposable Hold() => store.Lock(LockName, timeout);
}

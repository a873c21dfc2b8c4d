using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>Accounts for the times that passed since a schedule was looked at last: which get a run, and which are noted as skipped.</summary>
internal static class DueTimes
{
    /// <summary>The most runs that wait, and the most that are made up for.</summary>
    public const int MostWaiting = 24;

    /// <summary>What is later was missed. Less than the minute between two times of any expression, so that at most one is not.</summary>
    private static readonly TimeSpan s_late = TimeSpan.FromSeconds(59);

    /// <summary>The schedule with every time up to now accounted for; the very same where none came.</summary>
    public static Schedule Account(Schedule schedule, CronTimes times, DateTimeOffset now)
    {
        if (schedule.IsPaused) return schedule;
        var due = times.Between(schedule.Handled, now);
        if (due.Count == 0) return schedule;
        var accounted = schedule with { Handled = due[^1] };
        var missed = due.Where(d => d < now - s_late).ToList();
        var chosen = schedule.Missed switch
        {
            MissedRuns.Skip => [.. due.Skip(missed.Count)],
            MissedRuns.Once when missed.Count > 0 => [due[^1]],
            MissedRuns.All => due.TakeLast(MostWaiting).ToList(),
            _ => due,
        };
        if (schedule.Missed != MissedRuns.Once && due.Count > chosen.Count)
        {
            var left = due.Count - chosen.Count;
            accounted = Skip(accounted, due[left - 1], now, schedule.Missed == MissedRuns.Skip
                ? $"{Quantity.Of(left, "run")} missed: nothing did the work in the background."
                : $"{Quantity.Of(left, "run")} missed, more than the {MostWaiting} that are made up for.");
        }

        return chosen.Count == 0 ? accounted : Line(accounted, chosen, now);
    }

    /// <summary>Puts times in line, behind what is going on and what waits.</summary>
    private static Schedule Line(Schedule schedule, IReadOnlyList<DateTimeOffset> chosen, DateTimeOffset now)
    {
        var isBusy = schedule.Current is not null || schedule.Waiting.Count > 0;
        if (isBusy && schedule.Overlap == OverlapPolicy.Skip) return Skip(schedule, chosen[^1], now, "The run before was not over.");
        var room = Math.Max(0, MostWaiting - schedule.Waiting.Count);
        var lined = schedule with { Waiting = [.. schedule.Waiting, .. chosen.Take(room)] };
        return room >= chosen.Count ? lined : Skip(lined, chosen[^1], now, $"{MostWaiting} runs wait already.");
    }

    private static Schedule Skip(Schedule schedule, DateTimeOffset due, DateTimeOffset now, string why) =>
        schedule.Note(new DueOutcome(due, DueState.Skipped, now, why));
}

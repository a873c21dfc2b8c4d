using System.Globalization;
using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.Tests;

/// <summary>Which of the times that passed get a run, and which are noted as skipped.</summary>
public sealed class DueTimesTests
{
    private static readonly DateTimeOffset s_noon = new(2026, 1, 15, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Every ten minutes; the last look was at 12:00.</summary>
    [Theory]
    // Nothing missed: the policies do not matter.
    [InlineData("skip", "skip", "", "12:09:59", "", "")]
    [InlineData("skip", "skip", "", "12:10:00", "12:10", "")]
    [InlineData("once", "skip", "", "12:10:30", "12:10", "")]
    [InlineData("all", "queue", "", "12:10:58", "12:10", "")]
    // Missed.
    [InlineData("skip", "skip", "", "12:11:00", "", "12:10 1 run missed: nothing did the work in the background.")]
    [InlineData("skip", "skip", "", "12:45:00", "", "12:40 4 runs missed: nothing did the work in the background.")]
    [InlineData("skip", "skip", "", "12:40:30", "12:40", "12:30 3 runs missed: nothing did the work in the background.")]
    [InlineData("once", "skip", "", "12:45:00", "12:40", "")]
    [InlineData("once", "skip", "", "12:40:30", "12:40", "")]
    [InlineData("all", "skip", "", "12:45:00", "12:10 12:20 12:30 12:40", "")]
    [InlineData("all", "queue", "", "12:45:00", "12:10 12:20 12:30 12:40", "")]
    [InlineData("all", "skip", "", "16:10:00", "12:20..16:10", "12:10 1 run missed, more than the 24 that are made up for.")]
    // The run before is going on, or waits.
    [InlineData("once", "skip", "running", "12:10:00", "", "12:10 The run before was not over.")]
    [InlineData("once", "queue", "running", "12:10:00", "12:10", "")]
    [InlineData("all", "queue", "running", "12:45:00", "12:10 12:20 12:30 12:40", "")]
    [InlineData("once", "skip", "waiting", "12:10:00", "11:50", "12:10 The run before was not over.")]
    [InlineData("once", "queue", "waiting", "12:10:00", "11:50 12:10", "")]
    [InlineData("once", "queue", "full", "12:10:00", "24", "12:10 24 runs wait already.")]
    [InlineData("once", "skip", "paused", "12:45:00", "", "")]
    public void A_time_is_accounted_for(string missed, string overlap, string before, string now, string waiting, string noted)
    {
        var schedule = new Schedule("users", "*/10 * * * *", "UTC", new Mandate("Tess", "", AuthorKind.Human, Role.Author))
        {
            Missed = Enum.Parse<MissedRuns>(missed, ignoreCase: true),
            Overlap = Enum.Parse<OverlapPolicy>(overlap, ignoreCase: true),
            Handled = s_noon,
            Current = before == "running" ? new DueRun(s_noon, s_noon) : null,
            IsPaused = before == "paused",
            Waiting = before switch
            {
                "waiting" => [s_noon.AddMinutes(-10)],
                "full" => [.. Enumerable.Range(1, DueTimes.MostWaiting).Select(i => s_noon.AddHours(i - 30))],
                _ => [],
            },
        };

        var after = DueTimes.Account(schedule, CronTimes.Read(schedule.Cron, schedule.Zone), At(now));

        var times = after.Waiting.Select(t => $"{t:HH:mm}").ToList();
        Assert.Equal(waiting, before == "full" ? $"{times.Count}" : times.Count > 12 ? $"{times[0]}..{times[^1]}" : string.Join(' ', times));
        Assert.Equal(noted, string.Join("; ", after.Outcomes.Select(o => $"{o.Due:HH:mm} {o.Message}")));
        Assert.All(after.Outcomes, o => Assert.Equal(DueState.Skipped, o.State));
        Assert.Equal(schedule.Current, after.Current);
        // Looked at again it is as it was: no time is accounted for twice.
        Assert.Same(after, DueTimes.Account(after, CronTimes.Read(schedule.Cron, schedule.Zone), At(now)));
    }

    [Fact]
    public void A_clock_that_goes_back_makes_no_time_come_twice()
    {
        var schedule = new Schedule("users", "*/10 * * * *", "UTC", new Mandate("Tess", "", AuthorKind.Human, Role.Author)) { Handled = s_noon };
        var times = CronTimes.Read(schedule.Cron, schedule.Zone);
        var after = DueTimes.Account(schedule, times, At("12:10:00"));
        Assert.Same(after, DueTimes.Account(after, times, At("11:50:00")));
        Assert.Same(after, DueTimes.Account(after, times, At("12:10:30")));
    }

    private static DateTimeOffset At(string time) => s_noon.Date.ToUniversalTime() + TimeSpan.Parse(time, CultureInfo.InvariantCulture);
}

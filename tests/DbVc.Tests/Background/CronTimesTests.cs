using System.Globalization;
using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.Tests;

/// <summary>When a schedule is due: cron expressions in time zones, above all on the two days of the year that are not as long as others.</summary>
public sealed class CronTimesTests
{
    /// <summary>In Berlin the clocks went from 2:00 to 3:00 on March 29 (1:00 UTC), and from 3:00 to 2:00 on October 25 (1:00 UTC) of 2026.</summary>
    [Theory]
    // An ordinary day.
    [InlineData("0 3 * * *", "Europe/Berlin", "2026-01-14 12:00", "2026-01-15 12:00", "01-15 02:00")]
    [InlineData("0 3 * * *", "UTC", "2026-01-14 12:00", "2026-01-15 12:00", "01-15 03:00")]
    [InlineData("0 9 * * MON-FRI", "America/New_York", "2026-01-16 00:00", "2026-01-20 00:00", "01-16 14:00, 01-19 14:00")]
    [InlineData("@daily", "Asia/Kolkata", "2026-01-14 12:00", "2026-01-15 12:00", "01-14 18:30")]
    // Spring forward: 2:30 does not come. It runs when the clocks have jumped, and so does not miss the day.
    [InlineData("30 2 * * *", "Europe/Berlin", "2026-03-28 12:00", "2026-03-30 12:00", "03-29 01:00, 03-30 00:30")]
    [InlineData("0 2 * * *", "Europe/Berlin", "2026-03-29 00:00", "2026-03-29 12:00", "03-29 01:00")]
    [InlineData("0 3 * * *", "Europe/Berlin", "2026-03-29 00:00", "2026-03-29 12:00", "03-29 01:00")]
    // Two times of the hour that does not come are one.
    [InlineData("15,45 2 * * *", "Europe/Berlin", "2026-03-29 00:00", "2026-03-29 12:00", "03-29 01:00")]
    // Intervals go by elapsed time: nothing is made up for, and nothing is left out.
    [InlineData("*/30 * * * *", "Europe/Berlin", "2026-03-29 00:00", "2026-03-29 02:00", "03-29 00:30, 03-29 01:00, 03-29 01:30, 03-29 02:00")]
    // Fall back: 2:30 comes twice. It runs once, at the first.
    [InlineData("30 2 * * *", "Europe/Berlin", "2026-10-24 12:00", "2026-10-26 12:00", "10-25 00:30, 10-26 01:30")]
    [InlineData("0 3 * * *", "Europe/Berlin", "2026-10-25 00:00", "2026-10-25 12:00", "10-25 02:00")]
    [InlineData("0 1 * * *", "Europe/Berlin", "2026-10-24 12:00", "2026-10-25 12:00", "10-24 23:00")]
    // Intervals run in both.
    [InlineData("*/30 2 * * *", "Europe/Berlin", "2026-10-24 23:00", "2026-10-25 12:00", "10-25 00:00, 10-25 00:30, 10-25 01:00, 10-25 01:30")]
    [InlineData("30 * * * *", "Europe/Berlin", "2026-10-24 23:45", "2026-10-25 02:45", "10-25 00:30, 10-25 01:30, 10-25 02:30")]
    // The end counts, the beginning does not.
    [InlineData("0 3 * * *", "UTC", "2026-01-14 03:00", "2026-01-15 03:00", "01-15 03:00")]
    [InlineData("0 3 * * *", "UTC", "2026-01-15 03:00", "2026-01-15 03:00", "")]
    [InlineData("0 3 * * *", "UTC", "2026-01-16 03:00", "2026-01-15 03:00", "")]
    public void It_is_due_at(string cron, string zone, string after, string upTo, string expected)
    {
        var times = CronTimes.Read(cron, zone).Between(Utc(after), Utc(upTo));
        Assert.Equal(expected, string.Join(", ", times.Select(t => t.ToString("MM-dd HH:mm", CultureInfo.InvariantCulture))));
        Assert.All(times, t => Assert.Equal(TimeSpan.Zero, t.Offset));
        if (times.Count > 0) Assert.Equal(times[0], CronTimes.Read(cron, zone).Next(Utc(after)));
    }

    [Fact]
    public void What_is_more_than_a_year_late_is_not_made_up_for() =>
        Assert.Equal(366, CronTimes.Read("0 3 * * *", "UTC").Between(Utc("2020-01-01 00:00"), Utc("2026-01-01 12:00")).Count);

    [Theory]
    [InlineData("", "UTC", "schedule.cron")]
    [InlineData("every day", "UTC", "schedule.cron")]
    [InlineData("0 25 * * *", "UTC", "schedule.cron")]
    [InlineData("0 0 3 * * *", "UTC", "schedule.cron")]
    [InlineData("0 3 * * *", "Berlin", "schedule.zone")]
    [InlineData("0 3 * * *", "", "schedule.zone")]
    [InlineData("0 3 * * *", "../../etc/passwd", "schedule.zone")]
    [InlineData("0 3 * * *", "Europe/../Europe/Berlin", "schedule.zone")]
    [InlineData("0 3 * * *", "/usr/share/zoneinfo/Europe/Berlin", "schedule.zone")]
    public void What_cannot_be_read_is_refused_by_name(string cron, string zone, string code)
    {
        var failure = Assert.Throws<DbVcException>(() => CronTimes.Read(cron, zone));
        Assert.Equal((FailureKind.Usage, code), (failure.Kind, failure.Code));
        Assert.NotNull(failure.Hint);
    }

    private static DateTimeOffset Utc(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}

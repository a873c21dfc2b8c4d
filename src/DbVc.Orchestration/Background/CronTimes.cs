using System.Text.RegularExpressions;
using Cronos;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>
/// The times that a cron expression names in a time zone. A time that the clocks jump over comes when they have; one that comes twice is taken once, unless the
/// hour or the minute is an interval, which goes by elapsed time.
/// </summary>
internal sealed partial class CronTimes
{
    private const string ZoneFolder = "/usr/share/zoneinfo";

    /// <summary>What is later than this is not made up for.</summary>
    private static readonly TimeSpan s_mostBack = TimeSpan.FromDays(366);

    private readonly CronExpression _expression;
    private readonly TimeZoneInfo _zone;

    private CronTimes(CronExpression expression, TimeZoneInfo zone) => (_expression, _zone) = (expression, zone);

    /// <summary>Throws usage failures <c>schedule.cron</c> and <c>schedule.zone</c>; kind Failed, <c>zone.missing</c>, where the machine knows no
    /// zones.</summary>
    public static CronTimes Read(string cron, string zone) => new(ReadExpression(cron), FindZone(zone));

    /// <summary>When it is due first after a time; null for never.</summary>
    public DateTimeOffset? Next(DateTimeOffset after) => _expression.GetNextOccurrence(after.UtcDateTime, _zone) is { } next ? Utc(next) : null;

    /// <summary>All times after the first and up to the second, in order.</summary>
    public IReadOnlyList<DateTimeOffset> Between(DateTimeOffset after, DateTimeOffset upTo)
    {
        var from = after < upTo - s_mostBack ? upTo - s_mostBack : after;
        return from >= upTo ? []
            : [.. _expression.GetOccurrences(from.UtcDateTime, upTo.UtcDateTime, _zone, fromInclusive: false, toInclusive: true).Select(Utc)];
    }

    private static DateTimeOffset Utc(DateTime time) => new(DateTime.SpecifyKind(time, DateTimeKind.Utc));

    private static CronExpression ReadExpression(string text)
    {
        try
        {
            return CronExpression.Parse(text);
        }
        catch (CronFormatException failure)
        {
            throw new DbVcException(FailureKind.Usage, "schedule.cron", $"'{text}' is no cron expression: {failure.Message}", "--cron",
                "Minute, hour, day of the month, month, day of the week: \"0 3 * * *\" is every day at 3:00, \"*/15 8-17 * * MON-FRI\" every quarter "
                    + "of an hour of a working day.", failure);
        }
    }

    private static TimeZoneInfo FindZone(string id)
    {
        if (id == "UTC") return TimeZoneInfo.Utc;
        try
        {
            // Zones are files: a name is not to lead elsewhere.
            if (ZoneName().IsMatch(id)) return TimeZoneInfo.FindSystemTimeZoneById(id);
        }
        catch (Exception failure) when (failure is TimeZoneNotFoundException or InvalidTimeZoneException or UnauthorizedAccessException or IOException
            or System.Security.SecurityException)
        {
            if (!Directory.Exists(Environment.GetEnvironmentVariable("TZDIR") ?? ZoneFolder))
            {
                throw new DbVcException(FailureKind.Failed, "zone.missing", $"This machine knows no time zones, so '{id}' means nothing to it.", ZoneFolder,
                    "Install the package tzdata (apt-get install tzdata); or use --zone UTC, which is always known.", failure);
            }
        }

        throw new DbVcException(FailureKind.Usage, "schedule.zone", $"'{id}' is no time zone.", "--zone",
            "Name it as the time zone database does: Europe/Berlin, America/New_York, UTC.");
    }

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z][A-Za-z0-9_+-]*)*$", RegexOptions.CultureInvariant)]
    private static partial Regex ZoneName();
}

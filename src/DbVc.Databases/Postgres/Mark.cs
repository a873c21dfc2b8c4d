using System.Globalization;

namespace DbVc.Databases;

/// <summary>
/// What a snapshot saw, as text for a later one: every transaction below <paramref name="Xmin"/> was over, none from <paramref name="Xmax"/> on had begun.
/// It only means something to the same database of the same server, which has not been started anew or rolled back meanwhile: a copy of the data
/// folder, or a crash without <c>synchronous_commit</c>, would hand out the same numbers again to other transactions.
/// </summary>
/// <param name="Origin">Server, timeline, version, start, and database.</param>
internal sealed record PostgresMark(string Origin, ulong Xmin, ulong Xmax)
{
    private const string Version = "pg1";

    private const string Sql =
        """
        SELECT concat_ws('/', (SELECT system_identifier FROM pg_control_system()), (SELECT timeline_id FROM pg_control_checkpoint()),
            current_setting('server_version_num'), extract(epoch FROM pg_postmaster_start_time()), (SELECT extract(epoch FROM stats_reset)
            FROM pg_stat_bgwriter), (SELECT oid FROM pg_database WHERE datname = current_database())),
          pg_snapshot_xmin(s)::text, pg_snapshot_xmax(s)::text FROM pg_current_snapshot() s
        """;

    /// <summary>Of the transaction that the connection is in.</summary>
    public static PostgresMark Read(PostgresConnection connection) => connection.Read(Sql, row => new PostgresMark(
        row.GetString(0), ulong.Parse(row.GetString(1), CultureInfo.InvariantCulture), ulong.Parse(row.GetString(2), CultureInfo.InvariantCulture)))[0];

    /// <summary>Null for a text that <see cref="ToString"/> did not make.</summary>
    public static PostgresMark? Parse(string text) =>
        text.Split(' ') is [Version, var origin, var xmin, var xmax]
        && ulong.TryParse(xmin, NumberStyles.None, CultureInfo.InvariantCulture, out var low)
        && ulong.TryParse(xmax, NumberStyles.None, CultureInfo.InvariantCulture, out var high) && low <= high && low > 0
            ? new PostgresMark(origin, low, high)
            : null;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Version} {Origin} {Xmin} {Xmax}");
}

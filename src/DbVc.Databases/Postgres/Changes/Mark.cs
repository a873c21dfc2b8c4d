using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace DbVc.Databases;

/// <summary>What a snapshot saw of the log of changes.</summary>
/// <param name="Seen">How many entries.</param>
internal sealed record PostgresLogMark(string Epoch, string Nonce, long Seen);

/// <summary>
/// What a snapshot saw, as text for a later one: every transaction below <paramref name="Xmin"/> was over, none from <paramref name="Xmax"/> on had begun,
/// and of those between only <paramref name="Running"/> were not over.
/// It only means something to the same database of the same server, which has not been started anew or rolled back meanwhile: a copy of the data
/// folder, or a crash without <c>synchronous_commit</c>, would hand out the same numbers again to other transactions.
/// </summary>
/// <param name="Origin">Server, timeline, version, start, and database.</param>
/// <param name="Log">Null without tracking.</param>
internal sealed record PostgresMark(string Origin, ulong Xmin, ulong Xmax, string Running, PostgresLogMark? Log)
{
    private const string Version = "pg2";
    private const int MostCharacters = 60_000;

    private const string Sql =
        """
        SELECT concat_ws('/', (SELECT system_identifier FROM pg_control_system()), (SELECT timeline_id FROM pg_control_checkpoint()),
            current_setting('server_version_num'), extract(epoch FROM pg_postmaster_start_time()), (SELECT extract(epoch FROM stats_reset)
            FROM pg_stat_bgwriter), (SELECT oid FROM pg_database WHERE datname = coalesce($1, current_database()))),
          pg_current_snapshot()::text
        """;

    /// <summary>As the server writes it.</summary>
    public string Snapshot => string.Create(CultureInfo.InvariantCulture, $"{Xmin}:{Xmax}:{Running}");

    public string Digest => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ToString())));

    /// <summary>Of the transaction that the connection is in, which keeps one snapshot. Null if more transactions run than can be named.</summary>
    public static PostgresMark? Read(PostgresConnection connection)
    {
        var (origin, snapshot) = ReadPlace(connection, null);
        var log = PostgresChangeLog.Read(connection) is { } now ? $"{now.Epoch}/{now.Nonce}/{PostgresChangeLog.Count(connection)}" : "-";
        return snapshot.Length > MostCharacters ? null : Parse($"{Version} {origin} {snapshot} {log}");
    }

    /// <summary>Of a database without tracking to which nobody is connected, as all of it sees who connects from now on.</summary>
    public static PostgresMark? ReadFresh(PostgresConnection server, string database)
    {
        var (origin, snapshot) = ReadPlace(server, database);
        return snapshot.Length > MostCharacters ? null : Parse($"{Version} {origin} {snapshot} -");
    }

    /// <summary>Null for a text that <see cref="ToString"/> did not make.</summary>
    public static PostgresMark? Parse(string text)
    {
        if (text.Split(' ') is not [Version, var origin, var snapshot, var log] || snapshot.Split(':') is not [var xmin, var xmax, var running]) return null;
        if (!TryNumber(xmin, out var low) || !TryNumber(xmax, out var high) || low > high || low == 0) return null;
        var between = running.Split(',', StringSplitOptions.RemoveEmptyEntries);
        if (!Array.TrueForAll(between, xid => TryNumber(xid, out var number) && number >= low && number < high)) return null;
        if (log == "-") return new PostgresMark(origin, low, high, running, null);
        return log.Split('/') is [var epoch, var nonce, var seen] && long.TryParse(seen, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? new PostgresMark(origin, low, high, running, new PostgresLogMark(epoch, nonce, count))
            : null;
    }

    public override string ToString()
    {
        var log = Log is null ? "-" : string.Create(CultureInfo.InvariantCulture, $"{Log.Epoch}/{Log.Nonce}/{Log.Seen}");
        return $"{Version} {Origin} {Snapshot} {log}";
    }

    private static (string Origin, string Snapshot) ReadPlace(PostgresConnection connection, string? database) =>
        connection.Read(Sql, row => (row.GetString(0), row.GetString(1)), database)[0];

    private static bool TryNumber(string text, out ulong number) => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}

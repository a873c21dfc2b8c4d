using System.Diagnostics;
using System.Globalization;
using DbVc.Model;
using Npgsql;

namespace DbVc.Databases;

/// <summary>How strongly an apply session holds a table; a stronger one stands behind a weaker one.</summary>
internal enum PostgresHold
{
    /// <summary>Others write other rows.</summary>
    RowExclusive,

    /// <summary>Nobody writes; reading goes on.</summary>
    Share,

    /// <summary>The same, and nobody else holds it so.</summary>
    ShareRowExclusive,

    /// <summary>Nobody writes or locks a row, not even to refer to it; plain reading goes on.</summary>
    Exclusive,

    AccessExclusive,
}

/// <summary>
/// Takes an apply session's locks on tables, all together. Whoever waits for such a lock makes all who come later wait as well, so each attempt is short,
/// and between attempts everybody gets through.
/// </summary>
internal static class PostgresApplyLocks
{
    private static readonly TimeSpan Attempt = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

    /// <summary>Throws kind Locked if they are not to be had within <paramref name="timeout"/>.</summary>
    public static void Take(PostgresConnection connection, IReadOnlyDictionary<string, PostgresHold> tables, TimeSpan timeout)
    {
        if (tables.Count == 0) return;
        var locks = string.Join("; ", tables.OrderBy(t => t.Key, StringComparer.Ordinal).Select(t => $"LOCK TABLE {t.Key} IN {ModeOf(t.Value)} MODE"));
        if (tables.Values.All(hold => hold == PostgresHold.RowExclusive))
        {
            connection.Execute(locks);
            return;
        }

        var waited = Stopwatch.StartNew();
        while (true)
        {
            var wait = Attempt < timeout ? Attempt : timeout;
            connection.Execute("SAVEPOINT dbvc_locks; " + Limit(wait));
            try
            {
                connection.Execute(locks);
                connection.Execute(Limit(timeout) + "; RELEASE SAVEPOINT dbvc_locks");
                return;
            }
            catch (DbVcException failure) when (failure.InnerException is PostgresException { SqlState: PostgresError.LockNotAvailable }
                && waited.Elapsed + Pause < timeout)
            {
                connection.Execute("ROLLBACK TO SAVEPOINT dbvc_locks; RELEASE SAVEPOINT dbvc_locks");
                Thread.Sleep(Pause);
            }
        }
    }

    /// <summary>Of a session that holds all of them in the weakest way already.</summary>
    public static void Raise(PostgresConnection connection, IReadOnlyDictionary<string, PostgresHold> tables, TimeSpan timeout) => Take(connection,
        tables.Where(t => t.Value > PostgresHold.RowExclusive).ToDictionary(t => t.Key, t => t.Value), timeout);

    private static string Limit(TimeSpan wait) =>
        string.Create(CultureInfo.InvariantCulture, $"SET LOCAL lock_timeout = {Math.Max(1, (long)wait.TotalMilliseconds)}");

    private static string ModeOf(PostgresHold hold) => hold switch
    {
        PostgresHold.RowExclusive => "ROW EXCLUSIVE",
        PostgresHold.Share => "SHARE",
        PostgresHold.ShareRowExclusive => "SHARE ROW EXCLUSIVE",
        PostgresHold.Exclusive => "EXCLUSIVE",
        _ => "ACCESS EXCLUSIVE",
    };
}

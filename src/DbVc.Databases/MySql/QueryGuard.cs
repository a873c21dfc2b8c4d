using System.Diagnostics;
using DbVc.Model;

namespace DbVc.Databases;

/// <summary>What keeps untrusted SQL to reading this one database, and to its time. Beyond it the transaction refuses every write.</summary>
internal sealed class MySqlQueryGuard : IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(40);

    private static readonly string[] Beginnings = ["SELECT", "WITH", "VALUES"];

    /// <summary>Words that reach beyond reading: files, locks that outlive the statement, counters. They are no names of columns in most databases;
    /// where they are, backticks say so.</summary>
    private static readonly HashSet<string> Denied = new(StringComparer.OrdinalIgnoreCase)
    {
        "INTO", "OUTFILE", "DUMPFILE", "LOAD_FILE", "GET_LOCK", "RELEASE_LOCK", "RELEASE_ALL_LOCKS", "NEXTVAL", "SETVAL", "MASTER_POS_WAIT",
        "MASTER_GTID_WAIT", "SYS_EXEC", "SYS_EVAL",
    };

    private readonly MySqlHandle _handle;
    private readonly Timer _alarm;
    private TimeSpan _left;
    private volatile bool _rang;

    public MySqlQueryGuard(MySqlHandle handle, TimeSpan maxTime)
    {
        (_handle, _left) = (handle, maxTime);
        _alarm = new Timer(_ => Ring());
    }

    /// <summary>Throws kind Refused or Usage for a text that is not one reading statement on this database.</summary>
    public static void Require(MySqlHandle handle, string sql)
    {
        if (sql.Contains("/*!", StringComparison.Ordinal) || sql.Contains("/*M!", StringComparison.OrdinalIgnoreCase))
            throw Refuse("it has a comment that is run");
        var tokens = MySqlToken.Cut(sql) ?? throw new DbVcException(FailureKind.Usage, "query.failed", "A quote or comment in the query has no end.");
        var first = tokens.FindIndex(t => !t.Is('('));
        if (first < 0) throw new DbVcException(FailureKind.Usage, "query.failed", "The query is empty.");
        var end = tokens.FindIndex(t => t.Is(';'));
        if (end >= 0 && tokens.Skip(end).Any(t => !t.Is(';'))) throw Refuse("the text holds several");
        if (tokens.Find(t => t.Kind == MySqlTokenKind.Word && Denied.Contains(t.Value)) is { Value: { } word })
            throw Refuse($"{word.ToUpperInvariant()} is not allowed");
        if (Pairs(tokens).Any(p => (p.First.Is("FOR") && (p.Second.Is("UPDATE") || p.Second.Is("SHARE"))) || (p.First.Is("LOCK") && p.Second.Is("IN"))
            || (p.First.Is("NEXT") && p.Second.Is("VALUE")))) throw Refuse("it would lock or count");
        RequireOwn(handle, tokens);
        if (Array.Exists(Beginnings, tokens[first].Is)) return;
        // Not run, only looked at: it may be no SQL at all.
        MySqlQuery.Prepare(handle, sql).Dispose();
        throw Refuse("the statement is no SELECT");
    }

    /// <summary>Runs one step of the query, on the clock.</summary>
    public T Run<T>(Func<T> step)
    {
        var start = Stopwatch.GetTimestamp();
        _alarm.Change(TimeSpan.FromTicks(Math.Clamp(_left.Ticks, 0, Longest.Ticks)), Timeout.InfiniteTimeSpan);
        try
        {
            return step();
        }
        catch (DbVcException failure)
        {
            throw _rang ? Limit("time") : Translate(failure);
        }
        finally
        {
            _alarm.Change(Timeout.Infinite, Timeout.Infinite);
            _left -= Stopwatch.GetElapsedTime(start);
        }
    }

    /// <summary>Turns the server's failures while running foreign SQL into those of the caller's statement.</summary>
    public static DbVcException Translate(DbVcException failure) => failure.Code switch
    {
        "database.read-only" => Refuse("the statement would write"),
        "database.denied" => Refuse($"the statement does something that is not allowed: {failure.Message}"),
        "database.timeout" => Limit("time"),
        "database.failed" or "value.rejected" or "constraint.violated" or "database.missing" => new DbVcException(FailureKind.Usage, "query.failed",
            $"The server does not accept the statement: {failure.Message}", inner: failure),
        _ => failure,
    };

    public static DbVcException Refuse(string why) => new(FailureKind.Refused, "query.refused",
        $"Only one reading statement is allowed here; {why}.", hint: "Use a single SELECT on the tables of the database.");

    public static DbVcException Limit(string what) => new(FailureKind.Refused, "query.limit",
        $"The query reached its {what} limit.", hint: "Narrow it down with WHERE or LIMIT, or raise the limit.");

    public void Dispose()
    {
        // The connection must not be closed under an alarm that is ringing.
        using var silent = new ManualResetEvent(false);
        if (_alarm.Dispose(silent)) silent.WaitOne();
    }

    /// <summary>A name before a dot that is another database's, unless a table of the statement is called so.</summary>
    private static void RequireOwn(MySqlHandle handle, List<MySqlToken> tokens)
    {
        var before = Pairs(tokens).Where(p => p.First.IsName && p.Second.Is('.')).Select(p => p.First.Value).ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (before.Count == 0) return;
        var others = MySqlObjects.List(handle, "SELECT schema_name FROM information_schema.schemata WHERE schema_name <> database()").Select(r => r[0])
            .Concat(["mysql", "performance_schema", "sys"]);
        if (others.FirstOrDefault(before.Contains) is { } other) throw Refuse($"'{other}' is another database");
    }

    private static IEnumerable<(MySqlToken First, MySqlToken Second)> Pairs(List<MySqlToken> tokens) => tokens.Zip(tokens.Skip(1));

    private void Ring()
    {
        _rang = true;
        try
        {
            _handle.KillStatement();
        }
        catch (DbVcException)
        {
            // No second connection to be had: then this one is cut off.
            _handle.Abort();
        }
    }
}

using System.Globalization;
using DbVc.Model;

namespace DbVc.Databases;

/// <summary>
/// A text that is equal only where no row of any InnoDB table of the server can have changed between two views. InnoDB numbers transactions by one counter:
/// each takes a number before it changes its first row, and another one when it commits, before anybody can see what it did. So the counter is read before
/// the view is taken and after it, together with the transactions that run:
/// <list type="bullet">
/// <item>None with a number ran before the view, prepared ones and those being rolled back included, so the view saw all that had been committed.</item>
/// <item>The counter stood still until after the view, so nobody began or committed meanwhile.</item>
/// <item>Later the same counter says that nobody did since.</item>
/// </list>
/// A server that was started anew, after a crash or on a copy of its files, could hand out the same numbers again: the text says which start it is.
/// Reading it takes the right PROCESS. Definitions are not all InnoDB's, so it says nothing about them.
/// </summary>
internal static class MySqlSignal
{
    private const string Counter = "\nTrx id counter ";
    private const string Transaction = "\n---TRANSACTION ";

    /// <summary>The server's id and the second of its start, and what tells it from others.</summary>
    private const string StartSql = "SELECT concat(UUID_SHORT() >> 24, '/', @@server_uid, '/', HEX(database()))";

    /// <summary>Null where it cannot be told, or a transaction runs that may have changed rows.</summary>
    public static string? Read(MySqlHandle handle)
    {
        if (!handle.IsMariaDb) return null;
        try
        {
            return ReadStatus(handle) is { } status && Parse(status) is { } counter && handle.ReadText(StartSql) is { } start
                ? string.Create(CultureInfo.InvariantCulture, $"{start}/{counter}")
                : null;
        }
        catch (DbVcException failure) when (MySqlError.NumberOf(failure) is MySqlError.RightMissing or MySqlError.UnknownVariable)
        {
            return null;
        }
    }

    /// <summary>
    /// The counter in the text of <c>SHOW ENGINE INNODB STATUS</c>; null where it is not certain. The text quotes statements that others sent, which may be
    /// made to look like the rest of it: what they add can only make it uncertain.
    /// </summary>
    internal static ulong? Parse(string status)
    {
        var at = status.IndexOf(Counter, StringComparison.Ordinal);
        if (at < 0 || status.IndexOf(Counter, at + 1, StringComparison.Ordinal) >= 0 || status.Contains("truncated...", StringComparison.Ordinal)) return null;
        if (NumberAt(status, at + Counter.Length) is not { } counter) return null;
        for (var line = 0; (line = status.IndexOf(Transaction, line, StringComparison.Ordinal)) >= 0; line++)
        {
            // One that has written nothing has no number yet, and its place in memory stands there instead.
            var place = line + Transaction.Length;
            if (!(place < status.Length && status[place] == '(') && !(NumberAt(status, place) >= counter)) return null;
        }

        return counter;
    }

    private static string? ReadStatus(MySqlHandle handle)
    {
        using var row = handle.Query("SHOW ENGINE INNODB STATUS");
        return row.Read() ? row.TextAt(2) : null;
    }

    private static ulong? NumberAt(string text, int at)
    {
        var end = at;
        while (end < text.Length && char.IsAsciiDigit(text[end])) end++;
        return ulong.TryParse(text.AsSpan(at, end - at), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }
}

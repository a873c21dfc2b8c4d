using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace DbVc.Databases;

/// <summary>What a snapshot saw, as text for a later one.</summary>
/// <param name="Signal">Of the server; null where there is none.</param>
/// <param name="Log">Null without tracking.</param>
internal sealed record MySqlMark(string? Signal, MySqlLogMark? Log)
{
    private const string Version = "mysql2";
    private const string None = "-";

    /// <summary>Null for a text that <see cref="ToString"/> did not make.</summary>
    public static MySqlMark? Parse(string text)
    {
        if (text.Split(' ') is not [Version, var signal, var log]) return null;
        var parsed = log == None ? null : MySqlLogMark.Parse(log);
        return parsed is null && log != None ? null : new MySqlMark(signal == None ? null : signal, parsed);
    }

    public override string ToString() => $"{Version} {Signal ?? None} {Log?.ToString() ?? None}";
}

/// <summary>What a snapshot saw of the log of changes.</summary>
/// <param name="Epoch">Of the log.</param>
/// <param name="Nonce">Of the log at that moment.</param>
/// <param name="LastNumber">The last number that was given to a table.</param>
/// <param name="Stamps">The stamps of all entries that it saw, one over the other.</param>
/// <param name="Seen">The entries that it saw, as ranges without holes.</param>
internal sealed record MySqlLogMark(string Epoch, string Nonce, long LastNumber, ulong Stamps, IReadOnlyList<(long From, long To)> Seen)
{
    private const int MostCharacters = 60_000;

    public string Digest => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ToString())));

    /// <summary>Null without tracking, and where the entries are too scattered to be named.</summary>
    public static MySqlLogMark? Read(MySqlHandle handle)
    {
        if (MySqlChangeLog.Read(handle) is not { } log) return null;
        var seen = new List<(long From, long To)>();
        ulong stamps = 0;
        using (var statement = handle.Prepare($"SELECT id, stamp FROM {MySqlChangeLog.Changes} ORDER BY id"))
        {
            using var rows = statement.Query();
            while (rows.Read())
            {
                var id = rows.IntegerAt(0);
                stamps ^= (ulong)rows.IntegerAt(1);
                if (seen.Count > 0 && seen[^1].To == id - 1) seen[^1] = (seen[^1].From, id);
                else seen.Add((id, id));
            }
        }

        var mark = new MySqlLogMark(log.Epoch, log.Nonce, log.LastNumber, stamps, seen);
        return mark.ToString().Length <= MostCharacters ? mark : null;
    }

    public static MySqlLogMark? Parse(string text)
    {
        if (text.Split('|') is not [var epoch, var nonce, var number, var stamps, var ranges]) return null;
        var seen = new List<(long, long)>();
        foreach (var range in ranges.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (range.Split('-') is not [var from, var to] || !long.TryParse(from, CultureInfo.InvariantCulture, out var f)
                || !long.TryParse(to, CultureInfo.InvariantCulture, out var t)) return null;
            seen.Add((f, t));
        }

        return long.TryParse(number, CultureInfo.InvariantCulture, out var n) && ulong.TryParse(stamps, CultureInfo.InvariantCulture, out var s)
            ? new MySqlLogMark(epoch, nonce, n, s, seen) : null;
    }

    public override string ToString()
    {
        var ranges = string.Join(',', Seen.Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.From}-{s.To}")));
        return string.Create(CultureInfo.InvariantCulture, $"{Epoch}|{Nonce}|{LastNumber}|{Stamps}|{ranges}");
    }

    public bool Saw(long id)
    {
        var (low, high) = (0, Seen.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (id < Seen[middle].From) high = middle - 1;
            else if (id > Seen[middle].To) low = middle + 1;
            else return true;
        }

        return false;
    }
}

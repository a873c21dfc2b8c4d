namespace DbVc.Databases;

/// <summary>The keys that AUTOINCREMENT tables handed out; they only ever go forward, also when a table is made anew.</summary>
internal static class SqliteSequence
{
    public static IReadOnlyDictionary<string, long> Read(SqliteHandle handle)
    {
        var highest = new Dictionary<string, long>(StringComparer.OrdinalIgnoreCase);
        if (!Exists(handle)) return highest;
        using var rows = handle.Prepare("SELECT name, seq FROM main.sqlite_sequence WHERE typeof(name) = 'text' AND typeof(seq) = 'integer'");
        while (rows.Step()) highest[rows.TextAt(0)] = rows.IntegerAt(1);
        return highest;
    }

    /// <summary>Lets a new table go on where the one that it replaces was.</summary>
    public static void Carry(SqliteHandle handle, string from, string to)
    {
        if (!Exists(handle) || Find(handle, from) is not { } before || Find(handle, to) is { } now && now >= before) return;
        handle.Execute($"DELETE FROM main.sqlite_sequence WHERE name = {Text(to)}");
        handle.Execute($"INSERT INTO main.sqlite_sequence (name, seq) VALUES ({Text(to)}, {before})");
    }

    private static long? Find(SqliteHandle handle, string table)
    {
        using var row = handle.Prepare($"SELECT seq FROM main.sqlite_sequence WHERE name = {Text(table)}");
        return row.Step() ? row.IntegerAt(0) : null;
    }

    private static bool Exists(SqliteHandle handle) => handle.ReadInteger("SELECT count(*) FROM main.sqlite_schema WHERE name = 'sqlite_sequence'") > 0;

    private static string Text(string value) => "'" + value.Replace("'", "''", StringComparison.Ordinal) + "'";
}

namespace DbVc.Databases;

/// <summary>Names inside SQL text.</summary>
internal static class MySqlName
{
    public static string Quote(string name) => "`" + name.Replace("`", "``", StringComparison.Ordinal) + "`";

    public static string QuoteAll(IEnumerable<string> names) => string.Join(", ", names.Select(Quote));

    /// <summary>A text as a literal; the session's escapes are on.</summary>
    public static string Text(string text) => "'" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)
        .Replace("\0", "\\0", StringComparison.Ordinal) + "'";

    public static bool AreEqual(string? before, string? after) => string.Equals(before, after, StringComparison.OrdinalIgnoreCase);

    /// <summary>True for db-vc's own tables; none of them is versioned.</summary>
    public static bool IsInternal(string name) =>
        name.StartsWith("_dbvc_", StringComparison.OrdinalIgnoreCase) || name.StartsWith("_rejected_", StringComparison.OrdinalIgnoreCase);

    /// <summary>Indexes have names of their own only inside their table. A part that has a dot or a quote in it stands in double quotes.</summary>
    public static string OfIndex(string table, string index) => Part(table) + "." + Part(index);

    private static string Part(string name) =>
        name.IndexOfAny(['.', '"']) < 0 ? name : "\"" + name.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
}

namespace DbVc.Databases;

/// <summary>Names inside SQL text.</summary>
internal static class SqliteName
{
    public static string Quote(string name) => "\"" + name.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";

    public static string QuoteAll(IEnumerable<string> names) => string.Join(", ", names.Select(Quote));

    public static bool AreEqual(string? before, string? after) => string.Equals(before, after, StringComparison.OrdinalIgnoreCase);

    /// <summary>True for db-vc's own tables and SQLite's; none of them is versioned.</summary>
    public static bool IsInternal(string name) =>
        name.StartsWith("sqlite_", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("_dbvc_", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("_rejected_", StringComparison.OrdinalIgnoreCase);
}

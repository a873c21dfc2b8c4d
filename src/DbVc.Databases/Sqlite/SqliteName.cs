namespace DbVc.Databases;

/// <summary>Names inside SQL text.</summary>
internal static class SqliteName
{
    public static string Quote(string name) => "\"" + name.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";

    public static string QuoteAll(IEnumerable<string> names) => string.Join(", ", names.Select(Quote));

    /// <summary>A text as a literal.</summary>
    public static string Text(string text) => "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'";

    public static bool AreEqual(string? before, string? after) => string.Equals(before, after, StringComparison.OrdinalIgnoreCase);

    /// <summary>A name as a person would write it: in quotes only where it must be.</summary>
    public static unsafe string Write(string name)
    {
        var isPlain = name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
        if (!isPlain) return Quote(name);
        fixed (byte* text = SqliteHandle.ToUtf8(name)) return SqliteNative.IsKeyword(text, name.Length) == 0 ? name : Quote(name);
    }

    /// <summary>True for db-vc's own tables and SQLite's; none of them is versioned.</summary>
    public static bool IsInternal(string name) =>
        name.StartsWith("sqlite_", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("_dbvc_", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("_rejected_", StringComparison.OrdinalIgnoreCase);
}

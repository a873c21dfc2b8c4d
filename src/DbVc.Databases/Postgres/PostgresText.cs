namespace DbVc.Databases;

/// <summary>Texts in the server's own notation.</summary>
internal static class PostgresText
{
    /// <summary>An array of texts, as a parameter is given.</summary>
    public static string Array(IEnumerable<string> items) => "{" + string.Join(",", items.Select(Element)) + "}";

    private static string Element(string text) =>
        "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";
}

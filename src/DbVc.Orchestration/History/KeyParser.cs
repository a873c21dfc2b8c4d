using System.Globalization;
using DbVc.Model;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>Turns the key a person types into the encoded key of a row.</summary>
internal static class KeyParser
{
    /// <summary>The parts of a key of several columns stand between commas, a part with a comma in it in double quotes.</summary>
    public static ReadOnlyMemory<byte> Parse(TableSchema table, string key, TableEncoder encoder) => Parse(table, Split(table, key), encoder);

    public static IReadOnlyList<string> Split(TableSchema table, string key)
    {
        if (table.PrimaryKey.Count == 1 && (!key.Contains(',', StringComparison.Ordinal) || IsText(table.FindColumn(table.PrimaryKey[0])!))) return [key];
        var parts = new List<string>();
        for (var at = 0; at <= key.Length;)
        {
            var quoted = at < key.Length && key[at] == '"';
            var end = quoted ? EndOfQuotes(key, at + 1) : key.IndexOf(',', at);
            if (end < 0) end = key.Length;
            parts.Add(quoted ? key[(at + 1)..end].Replace("\"\"", "\"", StringComparison.Ordinal) : key[at..end]);
            at = (quoted ? key.IndexOf(',', Math.Min(end, key.Length)) is var comma && comma >= 0 ? comma : key.Length : end) + 1;
        }

        return parts;
    }

    /// <summary>A part that looks like a number is a number unless the column is declared as text. Throws usage failure <c>key.invalid</c>.</summary>
    public static ReadOnlyMemory<byte> Parse(TableSchema table, IReadOnlyList<string> parts, TableEncoder encoder)
    {
        if (!table.HasKey || parts.Count != table.PrimaryKey.Count)
        {
            throw new DbVcException(FailureKind.Usage, "key.invalid",
                table.HasKey ? $"The key of '{table.Name}' has {table.PrimaryKey.Count} part(s), not {parts.Count}."
                    : $"Table '{table.Name}' has no primary key.",
                hint: table.HasKey ? $"Give {string.Join(", ", table.PrimaryKey)} in this order, separated by commas." : "Leave --key out to see all rows.");
        }

        return encoder.EncodeKey([.. table.PrimaryKey.Select((name, i) => ParsePart(table.FindColumn(name)!, parts[i]))]);
    }

    /// <summary>Where the closing quote stands; two quotes are one of the text.</summary>
    private static int EndOfQuotes(string key, int at)
    {
        while (true)
        {
            var end = key.IndexOf('"', at);
            if (end < 0 || end + 1 >= key.Length || key[end + 1] != '"') return end;
            at = end + 2;
        }
    }

    private static Value ParsePart(Column column, string text)
    {
        if (IsText(column)) return Value.Text(text);
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer)) return Value.Integer(integer);
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) ? Value.Real(real) : Value.Text(text);
    }

    private static bool IsText(Column column) =>
        new[] { "CHAR", "TEXT", "CLOB" }.Any(word => column.DeclaredType.Contains(word, StringComparison.OrdinalIgnoreCase));
}

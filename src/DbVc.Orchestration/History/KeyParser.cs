using System.Globalization;
using DbVc.Model;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>Turns the key a person types into the encoded key of a row.</summary>
internal static class KeyParser
{
    private const int MostMeanings = 64;
    private const int MostPlaces = 12;

    /// <summary>The parts of a key of several columns stand between commas, a part with a comma in it in double quotes. What is typed may mean several
    /// values (a number, or text of digits): the first that is there is taken.</summary>
    public static ReadOnlyMemory<byte> Parse(TableSchema table, string key, TableEncoder encoder, Func<ReadOnlyMemory<byte>, bool> isThere) =>
        Parse(table, Split(table, key), encoder, isThere);

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

    /// <summary>The same for parts that are apart already. Throws usage failure <c>key.invalid</c>.</summary>
    public static ReadOnlyMemory<byte> Parse(
        TableSchema table, IReadOnlyList<string> parts, TableEncoder encoder, Func<ReadOnlyMemory<byte>, bool> isThere)
    {
        var meant = Meanings(table, parts, encoder);
        return meant.Find(key => isThere(key)) is { Length: > 0 } found ? found : meant[0];
    }

    /// <summary>All that parts may mean, the likeliest first.</summary>
    public static List<ReadOnlyMemory<byte>> Meanings(TableSchema table, IReadOnlyList<string> parts, TableEncoder encoder)
    {
        if (!table.HasKey || parts.Count != table.PrimaryKey.Count)
        {
            throw new DbVcException(FailureKind.Usage, "key.invalid",
                table.HasKey ? $"The key of '{table.Name}' has {table.PrimaryKey.Count} part{(table.PrimaryKey.Count == 1 ? "" : "s")}, not {parts.Count}."
                    : $"Table '{table.Name}' has no primary key.",
                hint: table.HasKey ? $"Give {string.Join(", ", table.PrimaryKey)} in this order, separated by commas." : "Leave --key out to see all rows.");
        }

        IEnumerable<Value[]> keys = [[]];
        foreach (var (name, text) in table.PrimaryKey.Zip(parts))
        {
            var values = Meanings(table.FindColumn(name)!, text).Distinct().ToList();
            keys = keys.SelectMany(_ => values, (key, value) => (Value[])[.. key, value]);
        }

        return [.. keys.Take(MostMeanings).Select(key => encoder.EncodeKey(key))];
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

    /// <summary>A part that looks like a number is a number unless the column is declared as text; some engines hold exact numbers as digits.</summary>
    private static IEnumerable<Value> Meanings(Column column, string text)
    {
        if (!IsText(column))
        {
            if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer)) yield return Value.Integer(integer);
            else if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real)) yield return Value.Real(real);
            if (Scaled(column, text) is { } digits) yield return Value.Text(digits);
        }

        yield return Value.Text(text);
        foreach (var digits in WithPlaces(column, text)) yield return Value.Text(digits);
    }

    /// <summary>A column of any scale keeps each number with the places that it came with, and <c>5</c> and <c>5.00</c> are one key there.</summary>
    private static IEnumerable<string> WithPlaces(Column column, string text)
    {
        if (!column.IsExactNumber || column.DeclaredType.AsSpan().ContainsAny('(', ' ')
            || !decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)) return [];
        return Enumerable.Range(0, MostPlaces + 1).Select(places => number.ToString(FormattableString.Invariant($"F{places}"), CultureInfo.InvariantCulture))
            .Where(digits => decimal.Parse(digits, CultureInfo.InvariantCulture) == number);
    }

    /// <summary>The digits of a number with as many places as the column is declared with: <c>5</c> is <c>5.00</c> in a <c>numeric(9,2)</c>.</summary>
    private static string? Scaled(Column column, string text)
    {
        if (!column.IsExactNumber || !decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)) return null;
        var comma = column.DeclaredType.IndexOf(',', StringComparison.Ordinal);
        var end = column.DeclaredType.IndexOf(')', StringComparison.Ordinal);
        if (comma < 0 || end < comma) return null;
        if (!int.TryParse(column.DeclaredType.AsSpan(comma + 1, end - comma - 1), CultureInfo.InvariantCulture, out var places)) return null;
        var digits = number.ToString("F" + Math.Max(places, 0), CultureInfo.InvariantCulture);
        return decimal.Parse(digits, CultureInfo.InvariantCulture) == number ? digits : null;
    }

    private static bool IsText(Column column) =>
        new[] { "CHAR", "TEXT", "CLOB" }.Any(word => column.DeclaredType.Contains(word, StringComparison.OrdinalIgnoreCase));
}

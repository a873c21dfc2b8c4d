using System.Globalization;
using DbVc.Model;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>Turns the key a person types into the encoded key of a row.</summary>
internal static class KeyParser
{
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

    private static Value ParsePart(Column column, string text)
    {
        var type = column.DeclaredType.ToUpperInvariant();
        if (type.Contains("CHAR", StringComparison.Ordinal) || type.Contains("TEXT", StringComparison.Ordinal)
            || type.Contains("CLOB", StringComparison.Ordinal)) return Value.Text(text);
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer)) return Value.Integer(integer);
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) ? Value.Real(real) : Value.Text(text);
    }
}

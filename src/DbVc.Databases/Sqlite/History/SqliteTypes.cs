using System.Text.RegularExpressions;

namespace DbVc.Databases;

/// <summary>How a column turns what is compared with it, by SQLite's rules; NUMERIC, INTEGER and REAL compare alike.</summary>
internal enum ColumnAffinity
{
    /// <summary>Nothing is turned.</summary>
    Blob,
    Text,
    Numeric,

    /// <summary>The column is the row number itself: it holds integers and nothing else.</summary>
    RowId,
}

/// <summary>What a table's own statement says besides its columns, and SQLite's rules for declared types.</summary>
internal static partial class SqliteTypes
{
    public static ColumnAffinity AffinityOf(string declaredType, bool strict)
    {
        bool Has(string word) => declaredType.Contains(word, StringComparison.OrdinalIgnoreCase);
        if (Has("INT")) return ColumnAffinity.Numeric;
        if (Has("CHAR") || Has("CLOB") || Has("TEXT")) return ColumnAffinity.Text;
        if (declaredType.Length == 0 || Has("BLOB")) return ColumnAffinity.Blob;
        return strict && SqliteName.AreEqual(declaredType, "ANY") ? ColumnAffinity.Blob : ColumnAffinity.Numeric;
    }

    /// <summary>A type text for the declaration of a virtual table that means the same there. SQLite would take the word HIDDEN out of it
    /// and hide the column, and what is no plain type might end the declaration.</summary>
    public static string Declare(string declaredType, bool strict)
    {
        if (PlainType().IsMatch(declaredType) && !declaredType.Contains("HIDDEN", StringComparison.OrdinalIgnoreCase)) return declaredType;
        return AffinityOf(declaredType, strict) switch
        {
            ColumnAffinity.Text => "TEXT",
            ColumnAffinity.Blob => "",
            _ => "NUMERIC",
        };
    }

    /// <summary>The options behind the closing bracket of a CREATE TABLE statement.</summary>
    public static (bool WithoutRowId, bool Strict) ReadOptions(string sql)
    {
        var words = new List<string>();
        for (var at = 0; at < sql.Length;)
        {
            var end = TokenEnd(sql, at);
            var token = sql[at..end];
            if (token == ")") words.Clear();
            else if (char.IsLetter(token[0])) words.Add(token.ToUpperInvariant());
            at = end;
        }

        // Inside the brackets there can be no word without a closing bracket after it.
        return (words.Contains("WITHOUT"), words.Contains("STRICT"));
    }

    [GeneratedRegex("""^([A-Za-z_][A-Za-z0-9_ ]*(\([-+0-9. ]+(,[-+0-9. ]+)?\))?)?$""")]
    private static partial Regex PlainType();

    /// <summary>Where the token that begins at <paramref name="start"/> ends: a word, a quoted text, a comment or one character.</summary>
    private static int TokenEnd(string sql, int start)
    {
        int After(string mark, int from) => sql.IndexOf(mark, from, StringComparison.Ordinal) is >= 0 and var found ? found + mark.Length : sql.Length;
        var first = sql[start];
        if (first is '\'' or '"' or '`') return After(first.ToString(), start + 1);
        if (first == '[') return After("]", start + 1);
        if (first == '-' && sql.AsSpan(start).StartsWith("--")) return After("\n", start);
        if (first == '/' && sql.AsSpan(start).StartsWith("/*")) return After("*/", start + 2);
        var end = start + 1;
        while (char.IsLetter(first) && end < sql.Length && (char.IsLetterOrDigit(sql[end]) || sql[end] is '_' or '$')) end++;
        return end;
    }
}

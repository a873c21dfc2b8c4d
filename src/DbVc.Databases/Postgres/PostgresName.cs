using System.Text;

namespace DbVc.Databases;

/// <summary>Names in PostgreSQL: what a user types for a table, and how any name is written in SQL.</summary>
internal static class PostgresName
{
    private const string Public = "public";

    /// <summary>The name in double quotes, whatever it holds.</summary>
    public static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    public static string QuoteAll(IEnumerable<string> names) => string.Join(", ", names.Select(Quote));

    /// <summary>An object with its schema, each in quotes only where it must be; the same text on every version of the server.</summary>
    public static string Write(string schema, string name) => $"{Write(schema)}.{Write(name)}";

    /// <summary>A name in quotes unless it is plain: a keyword in quotes reads well enough, and no list of keywords is the same on two servers.</summary>
    public static string Write(string name) => IsPlain(name) && !PostgresKeywords.Contains(name) ? name : Quote(name);

    public static string WriteAll(IEnumerable<string> names) => string.Join(", ", names.Select(Write));

    /// <summary>The SQL for a table that a user calls so: schema and table.</summary>
    public static string Table(string name)
    {
        var (schema, table) = Split(name);
        return Write(schema, table);
    }

    /// <summary>What a user types: the bare name for schema <c>public</c>, else schema and name; a part that holds a dot or a quote stands in quotes.</summary>
    public static string Join(string schema, string name) => schema == Public ? Part(name) : $"{Part(schema)}.{Part(name)}";

    /// <summary>What a trigger or rule is called: several tables may have one of the same name.</summary>
    public static string OfTrigger(string table, string trigger) => $"{table}.{Part(trigger)}";

    /// <summary>The trigger's own name in what <see cref="OfTrigger"/> made.</summary>
    public static string TriggerOf(string table, string name)
    {
        var position = table.Length + 1;
        return ReadPart(name, ref position);
    }

    /// <summary>Schema and name of what <see cref="Join"/> made.</summary>
    public static (string Schema, string Name) Split(string name)
    {
        var position = 0;
        var first = ReadPart(name, ref position);
        if (position >= name.Length) return (Public, first);
        position++;
        var second = ReadPart(name, ref position);
        return position >= name.Length ? (first, second) : (Public, name);
    }

    /// <summary>db-vc's own tables, which are not the user's.</summary>
    public static bool IsInternal(string table) =>
        table.StartsWith("_dbvc_", StringComparison.OrdinalIgnoreCase) || table.StartsWith("_rejected_", StringComparison.OrdinalIgnoreCase);

    /// <summary>The text as an SQL literal; works whatever <c>standard_conforming_strings</c> says.</summary>
    public static string Literal(string text) => text.Contains('\\')
        ? $" E'{text.Replace("\\", @"\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)}'"
        : $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    private static string Part(string name) => name.AsSpan().IndexOfAny('.', '"') >= 0 ? Quote(name) : name;

    private static string ReadPart(string text, ref int position)
    {
        if (position < text.Length && text[position] == '"' && ReadQuoted(text, position) is { } quoted)
        {
            position = quoted.End;
            return quoted.Name;
        }

        var dot = text.IndexOf('.', position);
        var end = dot < 0 ? text.Length : dot;
        var part = text[position..end];
        position = end;
        return part;
    }

    /// <summary>Null where the quote is not closed before a dot or the end: then it is a plain character.</summary>
    private static (string Name, int End)? ReadQuoted(string text, int start)
    {
        var name = new StringBuilder();
        for (var i = start + 1; i < text.Length; i++)
        {
            if (text[i] != '"') name.Append(text[i]);
            else if (i + 1 < text.Length && text[i + 1] == '"') name.Append(text[i++]);
            else return i + 1 == text.Length || text[i + 1] == '.' ? (name.ToString(), i + 1) : null;
        }

        return null;
    }

    private static bool IsPlain(string name) => name.Length > 0 && (char.IsAsciiLetterLower(name[0]) || name[0] == '_')
        && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_');
}

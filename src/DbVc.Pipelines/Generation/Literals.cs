using System.Globalization;
using System.Text;
using DbVc.Model;

namespace DbVc.Pipelines;

/// <summary>C# literals and comments of any text; nothing can leave the literal or the comment it is put into.</summary>
internal static class Literals
{
    private const int LongestComment = 200;

    public static string Text(string value)
    {
        var builder = new StringBuilder("\"");
        foreach (var c in value) AppendCharacter(builder, c);
        return builder.Append('"').ToString();
    }

    public static string Utf8(string value) => Text(value) + "u8";

    public static string Character(char value) => value switch
    {
        '\'' => "'\\''",
        '\\' => "'\\\\'",
        '\t' => "'\\t'",
        >= ' ' and < (char)127 => $"'{value}'",
        _ => $"'\\u{(int)value:x4}'",
    };

    public static string Number(decimal value, FieldType type)
    {
        var digits = value.ToString(CultureInfo.InvariantCulture);
        return type switch
        {
            FieldType.Decimal => digits + "m",
            FieldType.Real => digits.Contains('.', StringComparison.Ordinal) ? digits : digits + "d",
            _ when value == long.MinValue => "long.MinValue",
            _ => value is >= int.MinValue and <= int.MaxValue ? digits : digits + "L",
        };
    }

    public static string Date(DateOnly value) => $"new DateOnly({value.Year}, {value.Month}, {value.Day})";

    public static string Timestamp(DateTime value)
    {
        var fraction = value.Ticks % TimeSpan.TicksPerSecond;
        var kind = value.Kind == DateTimeKind.Utc ? ", DateTimeKind.Utc" : "";
        var text = $"new DateTime({value.Year}, {value.Month}, {value.Day}, {value.Hour}, {value.Minute}, {value.Second}{kind})";
        return fraction == 0 ? text : $"{text}.AddTicks({fraction})";
    }

    /// <summary>Text for a comment: one line, XML escaped.</summary>
    public static string Comment(string text)
    {
        var builder = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (builder.Length > LongestComment) return builder.Append('…').ToString();
            var category = Rune.GetUnicodeCategory(rune);
            var isPlain = category is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
            _ = rune.Value switch
            {
                '<' => builder.Append("&lt;"),
                '>' => builder.Append("&gt;"),
                '&' => builder.Append("&amp;"),
                _ => builder.Append(isPlain ? rune.ToString() : " "),
            };
        }

        return builder.ToString().Trim();
    }

    private static void AppendCharacter(StringBuilder builder, char c)
    {
        var escape = c switch
        {
            '"' => "\\\"",
            '\\' => "\\\\",
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            _ => null,
        };
        if (escape is not null) builder.Append(escape);
        else if (char.IsSurrogate(c) || char.IsLetterOrDigit(c) || c is >= ' ' and < (char)127) builder.Append(c);
        else builder.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
    }
}

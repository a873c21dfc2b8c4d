using System.Text;

namespace DbVc.Commands;

/// <summary>
/// Makes text from databases, files and models safe to show: what would move the cursor, change colours or turn the
/// direction of writing appears as an escape instead. Applies to what people read; JSON and CSV carry the text itself.
/// </summary>
internal static class Printable
{
    /// <summary>One line: line breaks and tabs are escaped too.</summary>
    public static string Line(string text) => Escape(text, keepLayout: false);

    /// <summary>Several lines: '\n' and tabs stay.</summary>
    public static string Block(string text) => Escape(text, keepLayout: true);

    /// <summary>The cells of a terminal that <paramref name="text"/> takes.</summary>
    public static int Width(string text)
    {
        var width = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            width += Rune.GetUnicodeCategory(rune) switch
            {
                System.Globalization.UnicodeCategory.NonSpacingMark or System.Globalization.UnicodeCategory.EnclosingMark
                    or System.Globalization.UnicodeCategory.Format => 0,
                _ => IsWide(rune.Value) ? 2 : 1,
            };
        }

        return width;
    }

    private static string Escape(string text, bool keepLayout)
    {
        if (!text.AsSpan().ContainsAnyInRange('\0', '\x1f') && !HasRareControl(text)) return text;
        var escaped = new StringBuilder(text.Length + 8);
        foreach (var c in text)
        {
            if (!IsControl(c) || (keepLayout && c is '\n' or '\t')) escaped.Append(c);
            else
            {
                _ = c switch
                {
                    '\n' => escaped.Append("\\n"),
                    '\r' => escaped.Append("\\r"),
                    '\t' => escaped.Append("\\t"),
                    _ => escaped.Append("\\u").Append(((int)c).ToString("x4", null)),
                };
            }
        }

        return escaped.ToString();
    }

    private static bool HasRareControl(string text)
    {
        foreach (var c in text)
        {
            if (c >= '\x7f' && IsControl(c)) return true;
        }

        return false;
    }

    // C0, DEL, C1, line and paragraph separators, and the marks that turn the direction of writing.
    private static bool IsControl(char c) =>
        c is < ' ' or (>= '\x7f' and <= '\x9f') or (>= '\u2028' and <= '\u202e') or (>= '\u2066' and <= '\u2069') or '\u200e' or '\u200f';

    // East Asian wide ranges and emoji, close enough for columns.
    private static bool IsWide(int rune) => rune is (>= 0x1100 and <= 0x115f) or (>= 0x2e80 and <= 0xa4cf) or (>= 0xac00 and <= 0xd7a3)
        or (>= 0xf900 and <= 0xfaff) or (>= 0xfe30 and <= 0xfe6f) or (>= 0xff00 and <= 0xff60) or (>= 0xffe0 and <= 0xffe6)
        or (>= 0x1f300 and <= 0x1faff) or (>= 0x20000 and <= 0x3fffd);
}

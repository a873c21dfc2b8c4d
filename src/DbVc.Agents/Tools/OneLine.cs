using System.Globalization;
using System.Text;

namespace DbVc.Agents;

/// <summary>Makes foreign text safe to show in one line of a terminal.</summary>
internal static class OneLine
{
    /// <summary>Without control, format and line-breaking characters, cut at <paramref name="maxLength"/> characters.</summary>
    public static string Of(string? text, int maxLength)
    {
        if (text is null) return "";
        var line = new StringBuilder(Math.Min(text.Length, maxLength));
        foreach (var c in text)
        {
            if (line.Length >= maxLength) return line.Append('…').ToString();
            line.Append(IsHarmless(c) ? c : ' ');
        }

        return line.ToString().Trim();
    }

    // Format characters include the bidirectional overrides that make text read otherwise than it is.
    private static bool IsHarmless(char c) => CharUnicodeInfo.GetUnicodeCategory(c)
        is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}

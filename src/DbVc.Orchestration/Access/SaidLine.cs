using System.Globalization;

namespace DbVc.Orchestration;

/// <summary>
/// What a reviewer says in one line, for people and for models: nothing in it is invisible, turns the direction of reading, or steers a terminal.
/// </summary>
internal static class SaidLine
{
    public const int Most = 1000;

    /// <summary>With single spaces; empty for nothing, null where it cannot be taken.</summary>
    public static string? Read(string? text)
    {
        var line = string.Join(' ', (text ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= Most && IsPlain(line) ? line : null;
    }

    private static bool IsPlain(string line)
    {
        for (var i = 0; i < line.Length; i += char.IsSurrogatePair(line, i) ? 2 : 1)
        {
            if (CharUnicodeInfo.GetUnicodeCategory(line, i) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned)
            {
                return false;
            }
        }

        return true;
    }
}

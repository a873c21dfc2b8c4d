using System.Text;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>
/// What people write into requests. A title is one line without anything invisible; a text is kept as it was typed, and shown so that nothing in it steers a
/// terminal.
/// </summary>
internal static class RequestText
{
    /// <summary>Of a text, in bytes of UTF-8.</summary>
    private const int MostBytes = 64 * 1024;

    private const int MostTitle = 200;

    /// <summary>Throws usage failure <c>request.title</c>.</summary>
    public static string RequireTitle(string title) => SaidLine.Read(title) is { Length: > 0 and <= MostTitle } line
        ? line
        : throw new DbVcException(FailureKind.Usage, "request.title",
            $"A title is one line of at most {MostTitle} characters, and none of them that cannot be seen.", hint: "--title \"what it is for\"");

    /// <summary>A title out of what somebody else wrote, who asked for none: null where that is none.</summary>
    public static string? TryTitle(string text) => SaidLine.Read(text.Trim().Split('\n')[0]) is { Length: > 0 and <= MostTitle } line ? line : null;

    /// <summary>With LF at the end of lines. Throws usage failure <c>request.text</c>.</summary>
    public static string RequireText(string? text, bool mayBeEmpty = false)
    {
        var read = (text ?? "").ReplaceLineEndings("\n").Trim('\n');
        if (string.IsNullOrWhiteSpace(read) && !mayBeEmpty) throw Refuse("There is nothing said.");
        if (Encoding.UTF8.GetByteCount(read) > MostBytes) throw Refuse($"A text has at most {MostBytes / 1024} KiB.");
        if (HasHalf(read)) throw Refuse("It is no Unicode text: there is a half of a character in it.");
        return read.Contains('\0', StringComparison.Ordinal) ? throw Refuse("It holds a character that no text holds.") : read;
    }

    private static bool HasHalf(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (i + 1 < text.Length && char.IsSurrogatePair(text, i)) i++;
            else if (char.IsSurrogate(text[i])) return true;
        }

        return false;
    }

    private static DbVcException Refuse(string message) => new(FailureKind.Usage, "request.text", message, hint: "db-vc request comment --help");
}

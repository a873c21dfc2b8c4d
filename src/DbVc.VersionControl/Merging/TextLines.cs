namespace DbVc.VersionControl;

/// <summary>A text as its lines, and what is said once for all of them.</summary>
/// <param name="All">Without their ends.</param>
/// <param name="HasMark">Whether it begins with a byte order mark.</param>
/// <param name="LineEnd">CR LF where every line ends so, else LF; a lone CR belongs to its line.</param>
/// <param name="IsEnded">Whether the last line has an end.</param>
internal sealed record TextLines(IReadOnlyList<string> All, bool HasMark, string LineEnd, bool IsEnded)
{
    private const char Mark = '\uFEFF';

    public static TextLines Of(string text)
    {
        var hasMark = text.StartsWith(Mark);
        var rest = hasMark ? text[1..] : text;
        var ends = rest.AsSpan().Count('\n');
        var isWindows = ends > 0 && rest.AsSpan().Count("\r\n") == ends;
        if (isWindows) rest = rest.Replace("\r\n", "\n", StringComparison.Ordinal);
        var isEnded = rest.EndsWith('\n');
        var lines = rest.Length == 0 ? [] : (isEnded ? rest[..^1] : rest).Split('\n');
        return new TextLines(lines, hasMark, isWindows ? "\r\n" : "\n", isEnded);
    }

    public static string Join(IEnumerable<string> lines, bool hasMark, string lineEnd, bool isEnded)
    {
        var all = lines.ToList();
        return (hasMark ? Mark.ToString() : "") + string.Join(lineEnd, all) + (isEnded && all.Count > 0 ? lineEnd : "");
    }

    public IEnumerable<string> Of(LineRange range) => All.Skip(range.Start).Take(range.Count);
}

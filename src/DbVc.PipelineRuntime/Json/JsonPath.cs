using System.Globalization;
using System.Text;

namespace DbVc.PipelineRuntime;

/// <summary>Where a value lies in a record: names separated by dots, <c>['any name']</c>, <c>[0]</c> for an element; a leading <c>$.</c> is left out.</summary>
public static class JsonPath
{
    private const int Longest = 32;

    /// <summary>The steps of a path, a name as text and an element as a number; false when it is none.</summary>
    public static bool TryParse(string path, out IReadOnlyList<object> steps)
    {
        var found = new List<object>();
        steps = found;
        var at = path.StartsWith('$') && (path.Length == 1 || path[1] is '.' or '[') ? 1 : 0;
        if (path.Trim().Length == 0) return false;
        while (at < path.Length)
        {
            if (found.Count > 0 || at > 0)
            {
                if (path[at] == '.' && at + 1 < path.Length && path[at + 1] != '[') at++;
                else if (path[at] != '[') return false;
            }

            if (!(path[at] == '[' ? TryBracket(path, ref at, found) : TryName(path, ref at, found)) || found.Count > Longest) return false;
        }

        return true;
    }

    /// <summary>The path that <see cref="TryParse"/> reads as these steps.</summary>
    public static string Write(IEnumerable<object> steps)
    {
        var text = new StringBuilder();
        foreach (var step in steps)
        {
            if (step is int index) text.Append(CultureInfo.InvariantCulture, $"[{index}]");
            else if (step is string name && IsPlain(name)) text.Append(text.Length > 0 ? "." : "").Append(name);
            else text.Append("['").Append(Escape((string)step)).Append("']");
        }

        return text.ToString();
    }

    private static bool IsPlain(string name) => name.Length > 0 && name.IndexOfAny(['.', '[', ']', '\'', '$']) < 0;

    private static string Escape(string name) =>
        name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal);

    private static bool TryName(string path, ref int at, List<object> steps)
    {
        var end = path.AsSpan(at).IndexOfAny('.', '[');
        var name = end < 0 ? path[at..] : path.Substring(at, end);
        at += name.Length;
        steps.Add(name);
        return name.Length > 0;
    }

    private static bool TryBracket(string path, ref int at, List<object> steps)
    {
        at++;
        if (at < path.Length && path[at] is '\'' or '"') return TryQuoted(path, ref at, steps);
        var end = path.AsSpan(at).IndexOf(']');
        if (end < 0 || !int.TryParse(path.AsSpan(at, end), NumberStyles.None, CultureInfo.InvariantCulture, out var index)) return false;
        steps.Add(index);
        at += end + 1;
        return true;
    }

    private static bool TryQuoted(string path, ref int at, List<object> steps)
    {
        var quote = path[at++];
        var name = new StringBuilder();
        for (; at < path.Length && path[at] != quote; at++)
        {
            if (path[at] == '\\' && at + 1 < path.Length) at++;
            name.Append(path[at]);
        }

        if (at + 1 >= path.Length || path[at + 1] != ']') return false;
        at += 2;
        steps.Add(name.ToString());
        return true;
    }
}

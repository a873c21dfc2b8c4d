using System.Text.RegularExpressions;

namespace DbVc.Tests;

/// <summary>A method, constructor, accessor or local function.</summary>
internal sealed record FunctionSpan(string Name, int Line, int LastLine)
{
    public int Length => LastLine - Line + 1;
}

/// <summary>Finds functions in C# whose strings and comments are blanked, by their braces and what stands before them.</summary>
internal static partial class FunctionLengths
{
    public static IEnumerable<FunctionSpan> Find(SourceFile file)
    {
        var code = file.Code;
        var header = 0;
        var open = new Stack<(string? Function, bool IsType, int Start)>();
        for (var at = 0; at < code.Length; at++)
        {
            switch (code[at])
            {
                case ';':
                    header = at + 1;
                    break;
                case '{':
                    var (name, isType, start) = Classify(code, header, at);
                    open.Push((name, isType, start));
                    header = at + 1;
                    break;
                case '}' when open.TryPop(out var closed):
                    if (closed.Function is not null) yield return Span(file, closed.Function, closed.Start, at);
                    header = at + 1;
                    break;
                case '=' when At(code, at + 1) == '>' && open.TryPeek(out var type) && type.IsType:
                    var body = Classify(code, header, at);
                    var end = FindEnd(code, at);
                    if (!IsTable(code, body.Name, at, end)) yield return Span(file, body.Name ?? "=>", body.Start, end);
                    at = end;
                    header = end + 1;
                    break;
            }
        }
    }

    /// <summary>A property that lists the cases of a test is data: the longer, the better.</summary>
    private static bool IsTable(string code, string? name, int arrow, int end) =>
        name is null && code.AsSpan(arrow + 2, end - arrow - 2).TrimStart().StartsWith("new()");

    private static char At(string code, int index) => index < code.Length ? code[index] : '\0';

    private static FunctionSpan Span(SourceFile file, string name, int start, int end) => new(name, file.LineAt(start), file.LineAt(end));

    /// <summary>Says what the brace at <paramref name="brace"/> opens: a function (with name), a type, or something else.</summary>
    private static (string? Name, bool IsType, int Start) Classify(string code, int header, int brace)
    {
        var text = code[header..brace];
        var start = header + LeadingAttributes().Match(text).Length;
        text = Constraints().Replace(code[start..brace], "").Trim();
        if (TypeDeclaration().IsMatch(text)) return (null, true, start);
        if (Accessor().IsMatch(text)) return (text, false, start);
        var function = Signature().Match(text);
        var isFunction = function.Success && !Control().IsMatch(text) && !text.Contains("=>", StringComparison.Ordinal) && IsBalanced(text);
        return (isFunction ? function.Groups["name"].Value : null, false, start);
    }

    private static bool IsBalanced(string text) => text.Count(c => c == '(') == text.Count(c => c == ')');

    /// <summary>The ';' that ends an expression body, past the braces inside it.</summary>
    private static int FindEnd(string code, int from)
    {
        var depth = 0;
        for (var at = from; at < code.Length; at++)
        {
            if (code[at] is '{' or '(') depth++;
            if (code[at] is '}' or ')') depth--;
            if (code[at] == ';' && depth <= 0) return at;
        }

        return code.Length - 1;
    }

    [GeneratedRegex(@"^(\s*\[[^\]]*\])*\s*")]
    private static partial Regex LeadingAttributes();

    [GeneratedRegex(@"\bwhere\s+\w+\s*:.*$", RegexOptions.Singleline)]
    private static partial Regex Constraints();

    [GeneratedRegex(@"^[\w\s]*\b(class|struct|record|interface|enum|namespace|extension)\b")]
    private static partial Regex TypeDeclaration();

    [GeneratedRegex(@"^((public|private|protected|internal|readonly)\s+)*(get|set|init|add|remove)$")]
    private static partial Regex Accessor();

    [GeneratedRegex(@"^[^=]*?(?<name>[\w.]+|\boperator\s*\S+)\s*(<[^()<>]*>)?\s*\(.*\)$", RegexOptions.Singleline)]
    private static partial Regex Signature();

    [GeneratedRegex(@"^[,\s]*(if|for|foreach|while|switch|using|lock|catch|fixed|else|do|try|finally|return|when|new|await|throw|yield|case|checked)\b"
        + @"|[,(?:]\s*new\b")]
    private static partial Regex Control();
}

using System.Text;

namespace DbVc.Pipelines;

/// <summary>
/// Makes C# identifiers from any text. Only ASCII letters and digits come through, so nothing that metadata says can
/// leave its place in generated code.
/// </summary>
internal static class Identifiers
{
    private const int MaxLength = 80;

    private static readonly HashSet<string> s_keywords =
    [
        "abstract", "as", "base", "bool", "break", "byte", "case", "catch", "char", "checked", "class", "const", "continue", "decimal", "default",
        "delegate", "do", "double", "else", "enum", "event", "explicit", "extern", "false", "finally", "fixed", "float", "for", "foreach", "goto",
        "if", "implicit", "in", "int", "interface", "internal", "is", "lock", "long", "namespace", "new", "null", "object", "operator", "out",
        "override", "params", "private", "protected", "public", "readonly", "ref", "return", "sbyte", "sealed", "short", "sizeof", "stackalloc",
        "static", "string", "struct", "switch", "this", "throw", "true", "try", "typeof", "uint", "ulong", "unchecked", "unsafe", "ushort", "using",
        "virtual", "void", "volatile", "while", "await", "async", "var", "field", "value", "record", "scoped", "nameof", "when", "and", "or", "not",
        "dynamic", "file", "required", "with", "yield", "partial", "where", "global", "args",
    ];

    /// <summary><c>user_id</c> gives <c>UserId</c>; text without letters and digits gives <paramref name="fallback"/>.</summary>
    public static string Pascal(string text, string fallback)
    {
        var builder = new StringBuilder();
        var startOfWord = true;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (!char.IsAsciiLetterOrDigit(c))
            {
                // "it's" is one word; quotes around a text are not part of it.
                startOfWord = c != '\'' || i == 0 || i + 1 == text.Length || !char.IsAsciiLetter(text[i - 1]) || !char.IsAsciiLetter(text[i + 1]);
                continue;
            }

            builder.Append(startOfWord ? char.ToUpperInvariant(c) : c);
            startOfWord = char.IsAsciiDigit(c);
        }

        if (builder.Length > MaxLength) builder.Length = MaxLength;
        if (builder.Length == 0) return fallback;
        if (char.IsAsciiDigit(builder[0])) builder.Insert(0, fallback);
        return builder.ToString();
    }

    /// <summary><c>UserId</c> gives <c>userId</c>; keywords get an @.</summary>
    public static string Camel(string pascal)
    {
        var name = char.ToLowerInvariant(pascal[0]) + pascal[1..];
        return s_keywords.Contains(name) ? "@" + name : name;
    }

    /// <summary>Takes a name that is not in <paramref name="taken"/> yet, numbering it if it must.</summary>
    public static string Claim(string name, HashSet<string> taken)
    {
        var candidate = name;
        for (var number = 2; !taken.Add(candidate); number++) candidate = name + number;
        return candidate;
    }
}

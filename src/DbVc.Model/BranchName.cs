namespace DbVc.Model;

/// <summary>A valid branch name; also the name of its folder below <c>branches/</c>.</summary>
public readonly record struct BranchName
{
    /// <summary>Longest allowed name, in characters.</summary>
    public const int MaxLength = 100;

    private BranchName(string text) => Text = text;

    /// <summary>The protected branch that names the live database.</summary>
    public static BranchName Main { get; } = new("main");

    public string Text { get; }

    public bool IsMain => Text == Main.Text;

    /// <summary>Accepts letters, digits, '.', '_' and '-'; throws a usage failure that says what is wrong.</summary>
    public static BranchName Parse(string? text)
    {
        var problem = FindProblem(text);
        return problem is null
            ? new BranchName(text!)
            : throw new DbVcException(FailureKind.Usage, "branch.name", $"'{text}' is not a branch name: {problem}.",
                hint: "Use letters, digits, '.', '_' and '-', for example agent-users-ingest.");
    }

    public override string ToString() => Text;

    internal static string? FindProblem(string? text)
    {
        if (string.IsNullOrEmpty(text)) return "it is empty";
        if (text.Length > MaxLength) return $"it is longer than {MaxLength} characters";
        if (text.Contains("..", StringComparison.Ordinal)) return "it contains '..'";
        if (text[0] is '.' or '-') return $"it starts with '{text[0]}'";
        if (text[^1] == '.') return "it ends with '.'";
        if (text.Equals("HEAD", StringComparison.OrdinalIgnoreCase)) return "HEAD means main's head";
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-')) return $"it contains '{c}'";
        }

        return null;
    }
}

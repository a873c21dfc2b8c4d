namespace DbVc.Model;

/// <summary>
/// A valid branch name, by Git's rules for refs and with fewer characters: parts with '/' between them. Nothing else hangs on the parts: <c>a</c> may stand
/// beside <c>a/b</c>.
/// </summary>
public readonly record struct BranchName
{
    /// <summary>Longest allowed name, in characters.</summary>
    public const int MaxLength = 100;

    /// <summary>What stands for '/' in the name of a folder or file; no branch name has it.</summary>
    private const char FolderSeparator = '+';

    /// <summary>Words with which refs begin when they are named in full, and which a name of several parts therefore cannot begin with.</summary>
    private static readonly string[] Reserved = ["heads/", "tags/", "stash/", "refs/"];

    private BranchName(string text) => Text = text;

    /// <summary>The protected branch that names the live database.</summary>
    public static BranchName Main { get; } = new("main");

    public string Text { get; }

    public bool IsMain => Text == Main.Text;

    /// <summary>The name as one folder or file, another one for each branch: <c>feature+x</c> for <c>feature/x</c>.</summary>
    public string Folder => Text.Replace('/', FolderSeparator);

    /// <summary>The branch that <see cref="Folder"/> is of; throws as <see cref="Parse"/> does.</summary>
    public static BranchName OfFolder(string folder) =>
        Parse(folder.Contains('/', StringComparison.Ordinal) ? null : folder.Replace(FolderSeparator, '/'));

    /// <summary>Accepts letters, digits, '.', '_', '-' and '/'; throws a usage failure that says what is wrong.</summary>
    public static BranchName Parse(string? text)
    {
        var problem = FindProblem(text);
        return problem is null
            ? new BranchName(text!)
            : throw new DbVcException(FailureKind.Usage, "branch.name", $"'{text}' is not a branch name: {problem}.",
                hint: "Use letters, digits, '.', '_', '-' and '/', for example agent-users-ingest or feature/tariffs.");
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
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-' or '/')) return $"it contains '{c}'";
        }

        return text.Contains('/', StringComparison.Ordinal) ? FindProblemOfParts(text) : null;
    }

    /// <summary>Only of names of several parts: names without '/' have been taken before Git's rules were.</summary>
    private static string? FindProblemOfParts(string text)
    {
        if (text[0] == '/') return "it starts with '/'";
        if (text[^1] == '/') return "it ends with '/'";
        if (text.Contains("//", StringComparison.Ordinal)) return "it contains '//'";
        if (text.Contains("/.", StringComparison.Ordinal)) return "a part of it starts with '.'";
        if (text.Contains("./", StringComparison.Ordinal)) return "a part of it ends with '.'";
        if (Array.Exists(text.Split('/'), part => part.EndsWith(".lock", StringComparison.OrdinalIgnoreCase))) return "a part of it ends with '.lock'";
        return Array.Find(Reserved, word => text.StartsWith(word, StringComparison.OrdinalIgnoreCase)) is { } word ? $"it starts with '{word}'" : null;
    }
}

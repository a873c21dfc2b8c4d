using System.Diagnostics.CodeAnalysis;
using DbVc.Model;

namespace DbVc.Agents;

/// <summary>
/// A file of a branch that an agent may name: <c>metadata.json</c>, or a plain path below <c>generated/</c> or <c>tests/</c>.
/// Whoever opens it must still not follow links.
/// </summary>
public readonly record struct BranchPath : IComparable<BranchPath>
{
    public const string MetadataFile = "metadata.json";
    public const string GeneratedFolder = "generated";
    public const string TestsFolder = "tests";

    private const int MaxLength = 200;
    private const int MaxDepth = 6;

    // What a build or an interpreter would obey (project files, targets, configuration, binaries) is not among them.
    private static readonly string[] WritableExtensions = [".cs", ".py", ".md", ".txt", ".csv"];

    private BranchPath(string text) => Text = text;

    /// <summary>The pinned metadata; agents may read it only.</summary>
    public static BranchPath Metadata { get; } = new(MetadataFile);

    /// <summary>Relative to the branch, separated by '/'.</summary>
    public string Text { get; }

    public bool IsGenerated => Text.StartsWith(GeneratedFolder + "/", StringComparison.Ordinal);

    public bool IsTest => Text.StartsWith(TestsFolder + "/", StringComparison.Ordinal);

    /// <summary>True where a model may put text of its own.</summary>
    public bool IsWritableByAgent =>
        (IsGenerated || IsTest) && WritableExtensions.Contains(Path.GetExtension(Text), StringComparer.Ordinal);

    /// <summary>Reads a path or throws <c>agent.path</c>, saying what is wrong with it.</summary>
    public static BranchPath Parse(string? text)
    {
        var problem = FindProblem(text);
        return problem is null
            ? new BranchPath(text!)
            : throw new DbVcException(FailureKind.Refused, "agent.path", $"This path is not allowed: {problem}.", Shorten(text),
                $"Name {MetadataFile} or a file below {GeneratedFolder}/ or {TestsFolder}/.");
    }

    public static bool TryParse([NotNullWhen(true)] string? text, out BranchPath path)
    {
        var valid = FindProblem(text) is null;
        path = valid ? new BranchPath(text!) : default;
        return valid;
    }

    public int CompareTo(BranchPath other) => string.CompareOrdinal(Text, other.Text);

    public override string ToString() => Text;

    private static string? FindProblem(string? text)
    {
        if (string.IsNullOrEmpty(text)) return "it is empty";
        if (text.Length > MaxLength) return $"it is longer than {MaxLength} characters";
        if (text == MetadataFile) return null;
        if (text[0] == '/') return "it is absolute";
        var segments = text.Split('/');
        if (segments.Length > MaxDepth) return $"it is deeper than {MaxDepth} folders";
        if (segments[0] is not (GeneratedFolder or TestsFolder)) return $"it is not below {GeneratedFolder}/ or {TestsFolder}/";
        return segments.Length == 1 ? "it is a folder" : segments.Select(FindSegmentProblem).FirstOrDefault(p => p is not null);
    }

    private static string? FindSegmentProblem(string segment)
    {
        if (segment.Length == 0) return "it has an empty part";
        if (segment is "." or "..") return $"it contains '{segment}'";
        if (segment[0] == '.') return "it names a hidden file";
        if (segment[^1] == '.') return "a part of it ends with '.'";
        return segment.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-') ? null : "only letters, digits, '.', '_' and '-' may be in a name";
    }

    private static string Shorten(string? text) => text is null ? "" : text.Length <= MaxLength ? text : text[..MaxLength] + "…";
}

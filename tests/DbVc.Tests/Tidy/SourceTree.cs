using System.Runtime.CompilerServices;
using Xunit;

namespace DbVc.Tests;

/// <summary>The repository's files as text, without what builds, editors and git keep in it.</summary>
internal static class SourceTree
{
    private static readonly string[] Ignored = [".git", ".vs", ".vscode", ".idea", "artifacts", "node_modules", "bin", "obj"];

    /// <summary>The folder that holds the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Every file, as a path relative to the root with '/' between its parts, in ordinal order.</summary>
    public static IReadOnlyList<string> Files { get; } = [.. ListFiles(Root).Order(StringComparer.Ordinal)];

    /// <summary>The C# files of src, tests and benchmarks.</summary>
    public static IEnumerable<SourceFile> CSharp =>
        from path in Files
        where path.EndsWith(".cs", StringComparison.Ordinal) && TopFolder(path) is ("src" or "tests" or "benchmarks")
        select new SourceFile(path, Read(path));

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    /// <summary>The part before the first '/', or "" for a file in the root.</summary>
    public static string TopFolder(string path) => path.Contains('/') ? path[..path.IndexOf('/')] : "";

    private static string FindRoot([CallerFilePath] string thisFile = "")
    {
        foreach (var start in new[] { AppContext.BaseDirectory, Path.GetDirectoryName(thisFile) })
        {
            for (var folder = start; folder is not null; folder = Path.GetDirectoryName(folder))
            {
                if (File.Exists(Path.Combine(folder, "DbVc.slnx"))) return folder;
            }
        }

        throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds DbVc.slnx.");
    }

    private static IEnumerable<string> ListFiles(string folder)
    {
        foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos().Where(entry => !Ignored.Contains(entry.Name)))
        {
            if (entry is FileInfo) yield return Path.GetRelativePath(Root, entry.FullName).Replace('\\', '/');
            else
            {
                foreach (var file in ListFiles(entry.FullName)) yield return file;
            }
        }
    }
}

/// <summary>A C# file with its text, and the same text with strings and comments blanked out.</summary>
internal sealed class SourceFile(string path, string text)
{
    private string? _code;

    public string Path { get; } = path;

    public string Text { get; } = text;

    /// <summary>Same length and lines as <see cref="Text"/>; only code is left.</summary>
    public string Code => _code ??= CodeText.Blank(Text);

    public string[] Lines => Text.Split('\n');

    /// <summary>The project folder's name, for example DbVc.Store.</summary>
    public string Project => Path.Split('/')[1];

    public bool IsTest => !Path.StartsWith("src/", StringComparison.Ordinal);

    /// <summary>The line of an offset, from 1.</summary>
    public int LineAt(int offset) => Text.AsSpan(0, offset).Count('\n') + 1;
}

/// <summary>A broken rule at a place that an editor can open.</summary>
internal sealed record Violation(string Path, int Line, string Rule)
{
    public override string ToString() => $"{Path}:{Line}: {Rule}";

    /// <summary>Fails with all of them, one per line.</summary>
    public static void AssertNone(IEnumerable<Violation> violations)
    {
        var found = violations.ToList();
        if (found.Count > 0) Assert.Fail($"{found.Count} broken:\n{string.Join('\n', found)}");
    }
}

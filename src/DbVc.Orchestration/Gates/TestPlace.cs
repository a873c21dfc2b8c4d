using DbVc.Model;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>Where a test is written. The worker knows it by name alone, and what it says of itself would prove nothing.</summary>
internal static class TestPlace
{
    /// <summary>A finding about a test, with its place where it is found.</summary>
    public static GateFinding Put(GateFinding finding, IReadOnlyList<CodeFile> code, string test) =>
        Find(code, test) is { } place ? finding with { File = place.File, Line = place.Line } : finding;

    /// <summary>The first line that names the method in a file that has the class; null where there is none.</summary>
    /// <param name="code">Of the branch.</param>
    /// <param name="test">For example <c>Orders.IngestionTests.Reads_all(source: "a")</c>.</param>
    private static (string File, int Line)? Find(IReadOnlyList<CodeFile> code, string test)
    {
        if (test.Split('(')[0].Split('.') is not [.., var type, var method]) return null;
        foreach (var file in code.Where(f => f.IsTest && f.Text.Contains($"class {type}", StringComparison.Ordinal)))
        {
            var line = Array.FindIndex(file.Text.Split('\n'), l => l.Contains($" {method}(", StringComparison.Ordinal));
            if (line >= 0) return (file.Path, line + 1);
        }

        return null;
    }
}

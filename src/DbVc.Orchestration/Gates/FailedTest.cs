using System.Globalization;
using System.Text.RegularExpressions;
using DbVc.Model;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>
/// A failed test as a finding: what was expected and what came, at the first place in the branch's own files that the trace of calls names. The rest of the
/// trace is the runner's and says nothing of the branch.
/// </summary>
internal static partial class FailedTest
{
    private const string Rule = "tests.failed";
    private const int MostLines = 12;
    private const int MostCallers = 3;

    /// <summary>With its name before the message; both end up in reports of other forms. <see cref="MessageOf"/> finds the message again.</summary>
    /// <param name="test">As the sandbox tells of it.</param>
    /// <param name="code">Of the branch: where the test is written, if the trace does not say.</param>
    public static GateFinding Describe(TestCaseResult test, IReadOnlyList<CodeFile> code)
    {
        var lines = (test.Message ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        // The trace stands behind the message. Arrows below a text point nowhere without the spaces before them.
        var said = lines.TakeWhile(line => !Call().IsMatch(line)).Where(line => line[0] is not ('↓' or '↑')).Take(MostLines).ToList();
        var places = lines.Select(line => Place().Match(line)).Where(m => m.Success).Select(m => (File: m.Groups[1].Value, Line: m.Groups[2].Value)).ToList();
        said.AddRange(places.Skip(1).Take(MostCallers).Select(place => $"called at {place.File}:{place.Line}"));
        var finding = new GateFinding((Start(test.Name) + string.Join('\n', said)).TrimEnd())
        {
            Rule = Rule,
            Expected = After(said, "Expected:"),
            Actual = After(said, "Actual:"),
        };
        return places.Count == 0 ? TestPlace.Put(finding, code, test.Name)
            : finding with { File = places[0].File, Line = int.Parse(places[0].Line, CultureInfo.InvariantCulture) };
    }

    /// <summary>What was said of a test, without its name; null where it did not fail.</summary>
    public static string? MessageOf(IEnumerable<GateFinding> findings, string test) =>
        findings.FirstOrDefault(f => f.Rule == Rule && f.Message.StartsWith(Start(test), StringComparison.Ordinal))?.Message[Start(test).Length..];

    private static string? After(List<string> said, string word) =>
        said.Find(line => line.StartsWith(word, StringComparison.Ordinal))?[word.Length..].Trim();

    private static string Start(string test) => test + " failed\n";

    [GeneratedRegex(@"^at \S+\(")]
    private static partial Regex Call();

    [GeneratedRegex(@"^at .* in ((?:generated|tests)/[A-Za-z0-9_./-]+\.cs):line ([0-9]{1,7})$")]
    private static partial Regex Place();
}

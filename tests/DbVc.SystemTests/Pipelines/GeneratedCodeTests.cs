using System.Collections.Concurrent;
using System.Globalization;
using DbVc.Pipelines;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>What is generated from metadata of every kind, judged by the product's own compiler and analyzers and run in the sandbox.</summary>
public sealed class GeneratedCodeTests(WorkerFixture worker) : IClassFixture<WorkerFixture>
{
    private const double WantedBranchCoverage = 0.95;
    private const double WantedMutationScore = 0.90;
    private const string TableStart = "<!-- table -->\n";
    private const string TableEnd = "<!-- end -->";

    private static readonly ConcurrentDictionary<string, (CompileResult Compiled, TestRunResult Tested)> s_proven = [];

    public static TheoryData<string> Files => [.. GeneratedCode.Files];

    [Theory]
    [MemberData(nameof(Files))]
    public void Generated_code_is_clean_and_its_tests_notice_what_is_changed_in_it(string file)
    {
        var (compiled, tested) = Prove(file);
        Assert.Empty(compiled.Lint);
        Assert.Empty(compiled.Security);
        Assert.True(tested.Succeeded, string.Join("\n", tested.Cases.Where(c => c.Outcome != TestOutcome.Passed)) + tested.Output);
        Assert.True(tested.BranchCoverage >= WantedBranchCoverage, $"{tested.BranchCoverage:P1} of branches, "
            + string.Join("; ", tested.Coverage.Select(c => $"{c.File} {c.BranchesCovered}/{c.Branches}, not reached: {string.Join(", ", c.LinesMissed)}")));
        var mutation = tested.Mutation!;
        Assert.Equal(mutation.Total, mutation.Tried);
        Assert.True(mutation.Score >= WantedMutationScore, $"{mutation.Score:P1} of {mutation.Total} mutants are noticed, not:\n"
            + string.Join("\n", mutation.Survivors.Select(s => $"{s.File}:{s.Line}: {s.Change}{(s.IsReached ? "" : " (not reached)")}")));
    }

    /// <summary>Written by <c>./dev prove</c>.</summary>
    [Fact]
    public void The_documented_table_is_what_is_measured()
    {
        var path = Path.Combine(Published.Root, "docs", "generated-code.md");
        var text = File.ReadAllText(path);
        var start = text.IndexOf(TableStart, StringComparison.Ordinal) + TableStart.Length;
        var end = text.IndexOf(TableEnd, StringComparison.Ordinal);
        var table = "| metadata | tests | lines | branches | mutants | noticed |\n|---|--:|--:|--:|--:|--:|\n" + string.Concat(GeneratedCode.Files.Select(Row));
        if (Environment.GetEnvironmentVariable("DBVC_APPROVE") == "1") File.WriteAllText(path, text[..start] + table + text[end..]);
        else Assert.Equal(table, text[start..end]);
    }

    private string Row(string file)
    {
        var tested = Prove(file).Tested;
        return string.Create(CultureInfo.InvariantCulture, $"| `{file}` | {tested.Total} | {Percent(tested.LineCoverage)} | {Percent(tested.BranchCoverage)} | "
            + $"{tested.Mutation!.Total} | {Percent(tested.Mutation.Score)} |\n");
    }

    private static string Percent(double share) => (share * 100).ToString("0.0", CultureInfo.InvariantCulture) + " %";

    private (CompileResult Compiled, TestRunResult Tested) Prove(string file) => s_proven.GetOrAdd(file, _ =>
    {
        var compiled = worker.Compile(GeneratedCode.Of(GeneratedCode.Metadata(file), file));
        Assert.Empty(compiled.Errors);
        using var session = WorkerSession.Start(WorkerFixture.Options);
        return (compiled, session.RunTests(compiled.Pipeline!, withMutants: true, TestContext.Current.CancellationToken));
    });
}

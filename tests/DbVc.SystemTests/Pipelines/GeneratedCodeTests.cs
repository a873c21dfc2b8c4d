using DbVc.Pipelines;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>What is generated from metadata of every kind, judged by the product's own compiler and analyzers and run in the sandbox.</summary>
public sealed class GeneratedCodeTests(WorkerFixture worker) : IClassFixture<WorkerFixture>
{
    private const double WantedBranchCoverage = 0.94;

    public static TheoryData<string> Files => [.. GeneratedCode.Files];

    [Theory]
    [MemberData(nameof(Files))]
    public void Generated_code_is_clean_and_its_tests_pass(string file)
    {
        var compiled = worker.Compile(GeneratedCode.Of(GeneratedCode.Metadata(file), file));
        Assert.Empty(compiled.Errors);
        Assert.Empty(compiled.Lint);
        Assert.Empty(compiled.Security);
        using var session = WorkerSession.Start(WorkerFixture.Options);
        var result = session.RunTests(compiled.Pipeline!, TestContext.Current.CancellationToken);
        Assert.True(result.Succeeded, string.Join("\n", result.Cases.Where(c => c.Outcome != TestOutcome.Passed)) + result.Output);
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{file}: {result.Passed} tests, {result.LineCoverage:P1} of lines, {result.BranchCoverage:P1} of branches");
        Assert.True(result.BranchCoverage >= WantedBranchCoverage, $"{result.BranchCoverage:P1} of branches, "
            + string.Join("; ", result.Coverage.Select(c => $"{c.File} {c.BranchesCovered}/{c.Branches}, not reached: {string.Join(", ", c.LinesMissed)}")));
    }
}

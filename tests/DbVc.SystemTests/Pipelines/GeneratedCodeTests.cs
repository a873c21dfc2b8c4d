using DbVc.Pipelines;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>What is generated from metadata of every kind, judged by the product's own compiler and analyzers and run in the sandbox.</summary>
public sealed class GeneratedCodeTests(WorkerFixture worker) : IClassFixture<WorkerFixture>
{
    private const double WantedMutationScore = 0.90;
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
        var result = session.RunTests(compiled.Pipeline!, withMutants: true, TestContext.Current.CancellationToken);
        Assert.True(result.Succeeded, string.Join("\n", result.Cases.Where(c => c.Outcome != TestOutcome.Passed)) + result.Output);
        var mutation = result.Mutation!;
        var survivors = string.Join("\n", mutation.Survivors.Select(s => $"{s.File}:{s.Line}: {s.Change}{(s.IsReached ? "" : " (not reached)")}"));
        TestContext.Current.TestOutputHelper!.WriteLine($"{file}: {result.Passed} tests, {result.LineCoverage:P1} of lines, "
            + $"{result.BranchCoverage:P1} of branches, {mutation.Score:P1} of {mutation.Total} mutants, {result.Elapsed.TotalSeconds:F1} s\n{survivors}");
        Assert.Equal(mutation.Total, mutation.Tried);
        Assert.True(mutation.Score >= WantedMutationScore, $"{mutation.Score:P1} of {mutation.Total} mutants are noticed");
        Assert.True(result.BranchCoverage >= WantedBranchCoverage, $"{result.BranchCoverage:P1} of branches, "
            + string.Join("; ", result.Coverage.Select(c => $"{c.File} {c.BranchesCovered}/{c.Branches}, not reached: {string.Join(", ", c.LinesMissed)}")));
    }
}

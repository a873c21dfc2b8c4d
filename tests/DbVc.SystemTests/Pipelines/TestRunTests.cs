using DbVc.Pipelines;
using Xunit;

namespace DbVc.SystemTests;

public sealed class TestRunTests(WorkerFixture worker) : IClassFixture<WorkerFixture>
{
    [Fact]
    public void Tests_run_with_coverage()
    {
        var result = Run(Samples.Tests);
        Assert.True(result.Succeeded, result.Output + string.Join("\n", result.Cases));
        Assert.Equal((4, 0, 4), (result.Passed, result.Failed, result.Total));
        Assert.Contains(result.Cases, test => test.Name == "Sample.Tests.ValidatorTests.Names_are_letters(line: \"R2\", expected: False)");

        var validators = result.Coverage.Single(file => file.File == "generated/Validators.cs");
        // Of nine lines with code, only the "return false" for an empty name is not reached.
        Assert.Equal([10], validators.LinesMissed);
        Assert.InRange(validators.BranchesCovered, 1, validators.Branches - 1);
        var ingestion = result.Coverage.Single(file => file.File == "generated/Ingestion.cs");
        Assert.Equal(0, ingestion.LinesCovered);
        Assert.InRange(result.LineCoverage, 0.1, 0.9);
    }

    /// <summary>The sandbox has less than a machine: no library of ciphers, no time zones, no locale.</summary>
    [Fact]
    public void Everything_that_the_vocabulary_knows_runs_in_the_sandbox()
    {
        var spec = MetadataReader.Read(VocabularyMetadata.Everything(), "vocabulary");
        var files = CSharpGenerator.Generate(spec, new GeneratorOptions { RuntimePath = "DbVc.PipelineRuntime.dll" });
        var pipeline = worker.CompileClean([.. files.Where(f => f.Path.EndsWith(".cs", StringComparison.Ordinal)).Select(f => (f.Path, f.Text))]);
        using var session = WorkerSession.Start(WorkerFixture.Options);
        var result = session.RunTests(pipeline, cancellation: TestContext.Current.CancellationToken);
        Assert.True(result.Succeeded, string.Join("\n", result.Cases.Where(c => c.Outcome != TestOutcome.Passed)) + result.Output);
        Assert.True(result.Passed > 400, $"{result.Passed} tests ran");
    }

    /// <summary>A bound that no test stands on stays unnoticed; a loop without end and a process that ends do not hold up the rest.</summary>
    [Fact]
    public void Changes_of_the_code_that_no_test_notices_are_named()
    {
        const string code =
            """
            public static class Numbers
            {
                private static readonly int[] Large = [100];

                public static int CountDown(int from)
                {
                    var rounds = 0;
                    while (from > 0)
                    {
                        from -= 1;
                        rounds += 1;
                    }
                    return rounds;
                }

                public static bool IsLarge(int number) => number > Large[0];

                public static void Leave(bool really)
                {
                    if (!really) return;
                    System.Environment.Exit(0);
                }
            }

            """;
        const string tests =
            """
            using Xunit;

            public class T
            {
                [Fact]
                public void Counts() => Assert.Equal(3, Numbers.CountDown(3));

                [Theory]
                [InlineData(200, true)]
                [InlineData(5, false)]
                public void Knows_large_ones(int number, bool expected) => Assert.Equal(expected, Numbers.IsLarge(number));

                [Fact]
                public void Stays() => Numbers.Leave(false);
            }

            """;
        var pipeline = worker.CompileClean(("generated/Numbers.cs", code), ("tests/T.cs", tests));
        using var session = WorkerSession.Start(WorkerFixture.Options);
        var result = session.RunTests(pipeline, withMutants: true, TestContext.Current.CancellationToken);
        Assert.True(result.Succeeded, result.Output);
        var mutation = result.Mutation!;
        Assert.Equal(mutation.Total, mutation.Tried);
        Assert.Equal(
            ["3: 100 → 101", "16: number > Large[0] → number >= Large[0]", "21: 0 → 1", "21: System.Environment.Exit(0); → nothing"],
            mutation.Survivors.Select(s => $"{s.Line}: {s.Change}"));
        Assert.Equal([true, true, false, false], mutation.Survivors.Select(s => s.IsReached));
        Assert.InRange(mutation.Killed, 8, 20);
    }

    [Fact]
    public void A_failing_test_says_why_and_where()
    {
        var result = Run("using Xunit;\n\npublic class T\n{\n    [Fact]\n    public void One_is_two() => Assert.Equal(2, 1);\n}\n");
        var test = Assert.Single(result.Cases);
        Assert.Equal(TestOutcome.Failed, test.Outcome);
        Assert.Contains("Expected: 2", test.Message, StringComparison.Ordinal);
        Assert.Contains("tests/T.cs:line 6", test.Message, StringComparison.Ordinal);
        Assert.False(result.Succeeded);
    }

    [Fact]
    public void A_skipped_test_is_no_success() =>
        Assert.False(Run("using Xunit;\n\npublic class T\n{\n    [Fact(Skip = \"later\")]\n    public void Nothing() => Assert.True(false);\n}\n").Succeeded);

    [Fact]
    public void A_test_that_hangs_costs_only_the_tests_after_it()
    {
        const string tests =
            """
            using Xunit;

            public class T
            {
                [Theory]
                [InlineData(1)]
                [InlineData(2)]
                [InlineData(3)]
                public void Hangs_at_three(int number)
                {
                    while (number == 3)
                    {
                    }
                }
            }

            """;
        var result = Run(tests, new WorkerLimits { TestTime = TimeSpan.FromSeconds(4) });
        Assert.Equal(2, result.Passed);
        Assert.True(result.TimedOut);
        Assert.False(result.Finished);
        Assert.False(result.Succeeded);
    }

    [Fact]
    public void A_test_that_ends_the_process_is_no_success()
    {
        var result = Run("using Xunit;\n\npublic class T\n{\n    [Fact]\n    public void Exits() => System.Environment.Exit(0);\n}\n");
        Assert.False(result.Finished);
        Assert.False(result.Succeeded);
    }

    [Fact]
    public void Probes_do_not_disturb_the_flow_analysis_of_the_compiler()
    {
        const string code =
            """
            using System.Collections.Generic;

            public static class Flow
            {
                public static int Read(Dictionary<string, int> map, string? key)
                {
                    if (key is not { Length: > 0 } name)
                        return -1;
                    if (!map.TryGetValue(name, out var value) || value < 0)
                        return 0;
                    else if (value > 5 && map.TryGetValue("x", out var other) && other > 1)
                        return other;
                    int count;
                    for (count = 0; count < value && count < 3; count++)
                        if (count == 2) break;
                    while (true)
                    {
                        if (count-- < 0)
                            break;
                    }
                    do
                        count++;
                    while (count < 0);
                    return Kind(value) switch { 'a' when value > 1 => 1, 'a' => 2, _ => throw new System.InvalidOperationException() };
                }

                private static char Kind(int value)
                {
                    switch (value)
                    {
                        case > 100:
                            return 'b';
                        default:
                            return value > 50 ? 'c' : 'a';
                    }
                }
            }

            """;
        var pipeline = worker.CompileClean(("generated/Flow.cs", code), ("tests/T.cs",
            "using Xunit;\n\npublic class T\n{\n    [Fact]\n    public void Reads() => Assert.Equal(1, Flow.Read(new() { [\"k\"] = 4 }, \"k\"));\n}\n"));
        Assert.Contains(pipeline.Coverage.Probes, probe => probe.IsBranch);
        using var session = WorkerSession.Start(WorkerFixture.Options);
        Assert.True(session.RunTests(pipeline, cancellation: TestContext.Current.CancellationToken).Succeeded);
    }

    private TestRunResult Run(string tests, WorkerLimits? limits = null)
    {
        var pipeline = worker.CompileClean(
            ("generated/Ingestion.cs", Samples.Ingestion), ("generated/Validators.cs", Samples.Validators), ("tests/T.cs", tests));
        using var session = WorkerSession.Start(WorkerFixture.Options with { Limits = limits ?? WorkerLimits.Default });
        return session.RunTests(pipeline, cancellation: TestContext.Current.CancellationToken);
    }
}

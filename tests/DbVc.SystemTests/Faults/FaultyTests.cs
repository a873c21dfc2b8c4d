namespace DbVc.SystemTests;

/// <summary>Tests that would let anything pass.</summary>
internal static class FaultyTests
{
    private static readonly string[] s_files = ["tests/IngestionTests.cs", "tests/PreprocessorsTests.cs", "tests/ValidatorsTests.cs"];

    public static IEnumerable<Fault> All =>
    [
        Added("a test without an assertion", "[Fact]\npublic void Nothing() => new Ingestion().Columns.ToString();"),
        Added("a test about constants", "[Fact]\npublic void One_is_one() => Assert.Equal(1, 1);"),
        Added("a test about its own list",
            "[Fact]\npublic void A_list()\n{\n    var list = new System.Collections.Generic.List<int> { 1 };\n    Assert.Single(list);\n}"),
        Added("what is compared is compared with itself",
            "[Fact]\npublic void Same()\n{\n    var columns = new Ingestion().Columns;\n    Assert.Equal(columns, columns);\n}"),
        Added("true is true", "[Fact]\npublic void True() => Assert.True(new Ingestion() is IPipeline || true);")
            .Unseen("Whether a condition is always true is not worked out; the other tests are there, and no coverage or mutant is counted for it."),
        Added("the assertion is never reached",
            "[Fact]\npublic void Early()\n{\n    var columns = new Ingestion().Columns;\n    if (columns.Count >= 0) return;\n    Assert.Empty(columns);\n}")
            .Unseen("Whether a condition lets a test come to its assertion is not worked out; the other tests are there, and no coverage or mutant is "
                + "counted for it."),
        Added("a failure is caught",
            "[Fact]\npublic void Caught()\n{\n    try\n    {\n        Assert.Empty(new Ingestion().Columns);\n    }\n"
                + "    catch (System.Exception failure)\n    {\n        failure.ToString();\n    }\n}"),
        Added("a test that is skipped", "[Fact(Skip = \"later\")]\npublic void Later() => Assert.Empty(new Ingestion().Columns);"),
        Added("a test that fails", "[Fact]\npublic void Fails() => Assert.Empty(new Ingestion().Columns);"),
        Added("a test that throws", "[Fact]\npublic void Throws() => throw new System.InvalidOperationException();"),
        Replaced("there are no tests", ""),
        Replaced("one test for all", "[Fact]\npublic void Columns() => Assert.Equal(11, new Ingestion().Columns.Count);"),
        Replaced("everything is called, nothing is looked at", """
            [Fact]
            public void Runs()
            {
                var sink = new RecordingSink();
                using var source = new System.IO.MemoryStream(System.Text.Encoding.UTF8.GetBytes(
                    "id,customer_id,email,first_name,last_name,country,quantity,price,ordered_at,delivered_on,note\n"
                    + "1,1,a@example.org,a,b,DE,1,1.00,2026-03-01,2026-04-01,x\n2,1,x,a,b,UK,0,-1,2026-03-01,2026-02-01,\n"));
                new Ingestion().Run(source, sink);
                Assert.NotNull(sink.Accepted);
            }
            """),
        Replaced("good values only", """
            [Fact]
            public void Good()
            {
                Assert.True(Validators.EmailMustBeValid(Text.From("a@example.org")));
                Assert.True(Validators.QuantityMustBeBetween1And99(5));
                Assert.True(Validators.PriceMustBeBetween0And99999Point99(5m));
                Assert.Equal("a", Preprocessors.TrimNote(Text.From(" a ")).ToStringOrNull());
            }
            """),
        Weakened("the rules are tested with nothing that breaks them", branch => branch.Edit("tests/ValidatorsTests.cs", "Assert.Equal(expected, ",
            "Assert.InRange(1, 0, 2 + (expected ? 0 : 1)); _ = (")),
        Weakened("only the steps are tested", branch =>
        {
            branch.Write("tests/IngestionTests.cs", "");
            branch.Write("tests/ValidatorsTests.cs", "");
        }),
        Weakened("only the rules are tested", branch =>
        {
            branch.Write("tests/IngestionTests.cs", "");
            branch.Write("tests/PreprocessorsTests.cs", "");
        }),
    ];

    private static Fault Added(string name, string member) => new("tests: cannot fail, fail, or say little", name, "unit", branch =>
        branch.AddMember("tests/ValidatorsTests.cs", member));

    private static Fault Replaced(string name, string members) => new("tests: cannot fail, fail, or say little", name, "unit", branch =>
    {
        foreach (var file in s_files) branch.Write(file, "");
        if (members.Length == 0) return;
        branch.Write("tests/IngestionTests.cs",
            "using DbVc.PipelineRuntime;\nusing Xunit;\n\nnamespace OrdersPipeline.Tests;\n\npublic sealed class IngestionTests\n{\n}\n");
        branch.AddMember("tests/IngestionTests.cs", members);
    });

    private static Fault Weakened(string name, Action<SeededBranch> seed) => new("tests: cannot fail, fail, or say little", name, "unit", seed);
}

using Xunit;

namespace DbVc.SystemTests;

/// <summary>Tests that cannot fail, as the compiler's own reading finds them, and tests that it must leave alone.</summary>
public sealed class UselessTestTests(WorkerFixture worker) : IClassFixture<WorkerFixture>
{
    private const string Code = """
        using DbVc.PipelineRuntime;

        public static class Rules
        {
            public const int Limit = 120;

            public static bool IsValid(int age) => age >= 0 && age <= Limit;

            public static void Fill(System.Collections.Generic.List<int> into) => into.Add(1);

            public static bool TryHalve(int number, out int half)
            {
                half = number / 2;
                return number % 2 == 0;
            }
        }

        """;

    /// <summary>The body of a test, and the rule that it breaks; empty for none.</summary>
    public static TheoryData<string, string> Bodies => new()
    {
        { "", "tests.no-assertion" },
        { "Rules.IsValid(5);", "tests.no-assertion" },
        { "_ = new System.Collections.Generic.List<int>();", "tests.no-assertion" },
        { "Assert.True(true);", "tests.past-code" },
        { "Assert.Equal(4, 2 + 2);", "tests.past-code" },
        { "var text = \"a\"; Assert.Equal(1, text.Length);", "tests.past-code" },
        { "Rules.IsValid(5); Assert.True(true);", "tests.constant" },
        { "var valid = Rules.IsValid(5); Assert.True(true);", "tests.constant" },
        { "var valid = Rules.IsValid(5); var five = 5; Assert.Equal(5, five);", "tests.constant" },
        { "var valid = Rules.IsValid(5); Assert.Equal(valid, valid);", "tests.constant" },
        { "Rules.IsValid(5); Assert.NotNull(new object());", "tests.constant" },
        { "Rules.IsValid(5); foreach (var n in new[] { 1, 2 }) Assert.InRange(n, 1, 2);", "tests.constant" },
        { "try { Assert.True(Rules.IsValid(5)); } catch { }", "tests.no-assertion" },
        { "try { Assert.True(Rules.IsValid(5)); } catch (System.Exception failure) { failure.ToString(); }", "tests.no-assertion" },
        { "try { Assert.True(Rules.IsValid(5)); } catch (System.Exception) when (Zero == 0) { }", "tests.no-assertion" },
        { "try { Assert.True(Rules.IsValid(5)); } catch (Xunit.Sdk.XunitException) { }", "tests.no-assertion" },
        { "try { Assert.True(Rules.IsValid(5)); } catch { Assert.True(true); }", "tests.constant" },
        { "try { if (!Rules.IsValid(5)) throw new System.InvalidOperationException(); } catch (System.Exception) { }", "tests.no-assertion" },
        { "Record.Exception(() => Assert.True(Rules.IsValid(5)));", "tests.no-assertion" },
        { "var failure = Record.Exception(() => Rules.IsValid(5)); Assert.Null(failure);", "" },
        { "Assert.SkipUnless(Rules.IsValid(5), \"later\");", "tests.no-assertion" },
        { "try { Assert.True(Rules.IsValid(5)); } catch (System.Exception) { throw; }", "" },
        { "try { Assert.True(Rules.IsValid(5)); } catch (System.DivideByZeroException) { }", "" },
        { "try { Rules.IsValid(5); } catch (System.Exception failure) { Assert.Fail(failure.Message); }", "" },
        { "try { Rules.IsValid(5); } finally { Assert.True(Rules.IsValid(6)); }", "" },
        { "Assert.True(Rules.IsValid(5));", "" },
        { "var valid = Rules.IsValid(5); Assert.True(valid);", "" },
        { "if (Rules.IsValid(-1)) Assert.Fail(\"negative\");", "" },
        { "if (Rules.IsValid(-1)) throw new System.InvalidOperationException();", "" },
        { "var list = new System.Collections.Generic.List<int>(); Rules.Fill(list); Assert.Single(list);", "" },
        { "Rules.TryHalve(4, out var half); Assert.Equal(2, half);", "" },
        { "int half; Rules.TryHalve(4, out half); Assert.Equal(2, half);", "" },
        { "Check(5, true);", "" },
        { "Assert.Throws<System.DivideByZeroException>(() => Rules.IsValid(1 / Zero));", "" },
        { "var all = System.Linq.Enumerable.Range(0, 3); foreach (var n in System.Linq.Enumerable.Where(all, Rules.IsValid)) Assert.InRange(n, 0, 2);", "" },
        { "Assert.Equal(120, Rules.Limit);", "" },
        { "Assert.Equal(_count, Rules.IsValid(3) ? 1 : 0);", "" },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public void A_test_that_cannot_fail_is_found_and_others_are_left_alone(string body, string expected)
    {
        var tests = $$"""
            using Xunit;

            public class RulesTests
            {
                private readonly int _count = 1;

                private static int Zero => 0;

                [Fact]
                public void Does()
                {
                    {{body}}
                }

                private static void Check(int age, bool expected) => Assert.Equal(expected, Rules.IsValid(age));
            }

            """;
        var result = worker.Compile(("generated/Rules.cs", Code), ("tests/RulesTests.cs", tests));
        Assert.Empty(result.Errors);
        Assert.Equal(expected.Length == 0 ? [] : [expected], result.Tests.Select(f => f.Rule));
        Assert.All(result.Tests, finding => Assert.Equal(("tests/RulesTests.cs", 10), (finding.File, finding.Line)));
    }

    [Fact]
    public void A_theory_that_only_compares_its_own_data_is_found()
    {
        const string tests = """
            using Xunit;

            public class RulesTests
            {
                [Theory]
                [InlineData(5, 5)]
                public void Compares(int age, int expected)
                {
                    _ = Rules.IsValid(age);
                    Assert.Equal(expected, age);
                }
            }

            """;
        var found = Assert.Single(worker.Compile(("generated/Rules.cs", Code), ("tests/RulesTests.cs", tests)).Tests);
        Assert.Equal("tests.constant", found.Rule);
        Assert.StartsWith("Compares: ", found.Message, StringComparison.Ordinal);
    }
}

using System.Text;
using DbVc.Agents;
using DbVc.Model;
using DbVc.Orchestration;
using DbVc.Pipelines;
using Xunit;

namespace DbVc.Tests;

/// <summary>Rules in words of their own: how they are read, what is generated of them, and what the host makes of what it cannot judge.</summary>
public sealed class CustomRuleTests
{
    [Theory]
    [InlineData("name satisfies 'it is a palindrome' as in anna, otto but not 'olga'",
        "name must satisfy 'it is a palindrome' as in 'anna', 'otto' but not 'olga'")]
    [InlineData("name and city must satisfy 'they rhyme' as ('Rose', 'Mose'), (Bonn, Sonn) but not ('Rose', 'Bonn')",
        "name and city must satisfy 'they rhyme' as in ('Rose', 'Mose'), ('Bonn', 'Sonn') but not ('Rose', 'Bonn')")]
    [InlineData("age must satisfy 'it is prime' as in 2, 3 but not 4 if status = 'odd'",
        "status must not equal 'odd' or age must satisfy 'it is prime' as in 2, 3 but not 4")]
    [InlineData("start_date must satisfy 'it is a working day' such as 2024-02-29 but not 2024-03-02",
        "start_date must satisfy 'it is a working day' as in 2024-02-29 but not 2024-03-02")]
    public void A_sentence_has_one_wording_and_is_read_back_from_it(string sentence, string expected)
    {
        var rule = Assert.Single(SampleMetadata.ReadRules(sentence));
        Assert.Equal((expected, "custom"), (rule.Text, rule.Name));
        Assert.Equal(expected, Assert.Single(SampleMetadata.ReadRules(expected)).Text);
    }

    [Theory]
    [InlineData("name must satisfy 'it is a palindrome'", "'as in' with examples of what passes")]
    [InlineData("name must satisfy 'it is a palindrome' as in 'anna'", "'but not' with examples of what does not pass")]
    [InlineData("name must satisfy 'it is a palindrome' as in 'anna' but not 'anna'", "the example 'anna' both passes and does not")]
    [InlineData("name must satisfy '  ' as in 'anna' but not 'olga'", "one line of words")]
    [InlineData("age must satisfy 'it is prime' as in 2 but not 'four'", "cannot be compared")]
    [InlineData("name and city must satisfy 'they rhyme' as in ('a', 'b') but not ('a')", "as many values as there are fields")]
    [InlineData("name and name must satisfy 'they rhyme' as in ('a', 'b') but not ('a', 'c')", "names a field twice")]
    [InlineData("name should satisfy 'it is a palindrome' as in 'anna' but not 'olga'", "can neither warn nor leave out")]
    [InlineData("name must not satisfy 'it is a palindrome' as in 'anna' but not 'olga'", "has no opposite")]
    [InlineData("drop rows where name satisfies 'it is a palindrome' as in 'anna' but not 'olga'", "has no opposite")]
    [InlineData("keep only rows where name satisfies 'it is a palindrome' as in 'anna' but not 'olga'", "can neither warn nor leave out")]
    [InlineData("name must satisfy 'it is a palindrome' as in 'anna' but not 'olga' in at least 95 % of rows", "no share of rows")]
    [InlineData("sum of age must be 100 where name satisfies 'is a company' as in 'ACME' but not 'Bob'", "do not say which rows")]
    [InlineData("city must exist in cities.name where name satisfies 'is a company' as in 'ACME' but not 'Bob'", "do not say which rows")]
    public void What_nobody_could_judge_is_refused_and_says_why(string sentence, string problem) =>
        Assert.Contains(problem, Assert.Single(MetadataReader.Check(SampleMetadata.WithRule(sentence))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"rule": "custom", "field": "age", "says": "it is prime", "passes": [2], "fails": []}""", "0 examples of values that do not pass")]
    [InlineData("""{"rule": "custom", "field": "age", "says": "it is prime", "passes": [2], "fails": [4], "severity": "warn"}""", "neither warn")]
    [InlineData("""{"rule": "custom", "field": "age", "says": "it is prime", "passes": [2], "fails": [4], "mostly": 0.9}""", "no share of rows")]
    [InlineData("""{"rule": "custom", "fields": ["age", "id"], "says": "they are prime to each other", "passes": [2], "fails": [4]}""",
        "a list of lists with 2 values")]
    [InlineData("""{"rule": "custom", "field": "age", "passes": [2], "fails": [4]}""", "'says' is missing")]
    public void So_is_a_long_form_that_lacks_something(string rule, string problem) =>
        Assert.Contains(MetadataReader.Check(With(rule)), p => p.Message.Contains(problem, StringComparison.Ordinal));

    [Fact]
    public void The_method_is_left_open_with_its_examples_and_the_tests_try_them()
    {
        var spec = Read("""
            {"rule": "custom", "fields": ["age", "name"], "says": "the name has so many letters", "passes": [[4, "Anna"], [2, "Al"]], "fails": [[3, "Al"]]}
            """);
        var file = Assert.Single(CSharpGenerator.GenerateCustomRules(spec));
        var method = Assert.Single(file.Open);
        Assert.Equal("generated/CustomRules.cs", file.Path);
        Assert.Equal("public static bool TheNameHasSoManyLetters(long age, string name)", method.Signature);
        Assert.Contains($"    {method.Signature} =>\n        // Of the words and examples ", file.Text, StringComparison.Ordinal);
        Assert.Contains($"\n        {method.Body}\n", file.Text, StringComparison.Ordinal);
        Assert.Equal(["4, 'Anna'", "2, 'Al'"], method.Passing);
        var validators = CSharpGenerator.GenerateValidators(spec).Text;
        Assert.Contains("age is null || name.IsNull || CustomRules.TheNameHasSoManyLetters(age.Value, name.ToString());", validators, StringComparison.Ordinal);
        var tests = CSharpGenerator.GenerateTests(spec).Single(t => t.Path == "tests/ValidatorsTests.cs").Text;
        foreach (var example in new[] { "(4L, \"Anna\", true)", "(2L, \"Al\", true)", "(3L, \"Al\", false)" })
            Assert.Contains(example, tests, StringComparison.Ordinal);
        // Nothing is expected of 4 and Al, which nobody said anything about.
        Assert.DoesNotContain("(4L, \"Al\", ", tests, StringComparison.Ordinal);
    }

    /// <summary>Names of methods that would be one, or be that of a class which the code needs, and bodies that no line may break.</summary>
    [Fact]
    public void Every_method_has_a_name_of_its_own_and_a_body_in_one_line()
    {
        const string Long = "is what somebody would write who has a lot of time, and nobody who reads it, and goes on and on";
        string Rule(string field, string words) => $"{field} satisfies '{words}' as in 1 but not 2";
        string[] rules =
        [
            $"{Rule("age", Long)} and {Rule("age", Long + ", twice")}", $"{Rule("age", Long + ", thrice")} and {Rule("age", Long + " and on")}",
            Rule("age", "custom rules"), Rule("id", "arithmetic"), Rule("id", "rules"), $"id and age satisfy '{Long}' as in (1, 1) but not (1, 2)",
        ];
        var spec = Read([.. rules.Select(r => $"\"{r}\"")]);
        var file = Assert.Single(CSharpGenerator.GenerateCustomRules(spec));
        Assert.Equal(8, file.Open.Count);
        Assert.Equal(8, file.Open.Select(m => m.Signature).Distinct().Count());
        Assert.All(file.Open, m => Assert.Contains($"        {m.Body}\n", file.Text, StringComparison.Ordinal));
        foreach (var taken in new[] { " Rules(", " CustomRules(" })
            Assert.DoesNotContain(file.Open, m => m.Signature.Contains(taken, StringComparison.Ordinal));
        var validators = CSharpGenerator.GenerateValidators(spec).Text;
        foreach (var method in file.Open) Assert.Contains("CustomRules." + method.Signature.Split(' ', '(')[3] + "(", validators, StringComparison.Ordinal);
        Assert.DoesNotContain("bool Rules(", validators, StringComparison.Ordinal);
    }

    [Fact]
    public void A_body_that_was_written_for_other_words_is_not_kept_without_a_question()
    {
        string Words(string share) => $"\"age satisfies 'the discount is at most {share} % for customers of the second class, and for none else of them' "
            + "as in 1 but not 99 if id > 5\"";
        var (before, after) = (CSharpGenerator.GenerateCustomRules(Read(Words("30")))[0], CSharpGenerator.GenerateCustomRules(Read(Words("20")))[0]);
        Assert.Equal(before.Open[0].Signature, after.Open[0].Signature);
        var present = new Dictionary<string, byte[]>
        {
            [before.Path] = Encoding.UTF8.GetBytes(before.Text.Replace(before.Open[0].Body, "age <= 30;", StringComparison.Ordinal)),
            [$"state/original/{before.Path}"] = Encoding.UTF8.GetBytes(before.Text),
        };

        KeptEdits Keep(GeneratedFile file) => new(present, [new BranchFile(BranchPath.Parse(file.Path), file.Text)], EditConflicts.Refuse);
        Keep(before).Require();
        Assert.Equal("generate.conflict", Assert.Throws<DbVcException>(() => Keep(after).Require()).Code);
    }

    [Fact]
    public void Without_such_a_rule_there_is_no_such_file() => Assert.Empty(CSharpGenerator.GenerateCustomRules(Read("\"age must be positive\"")));

    [Fact]
    public void The_host_holds_the_code_to_the_examples_and_leaves_the_rest_open()
    {
        var spec = Read("""{"rule": "custom", "field": "age", "says": "it is prime", "passes": [2, 3], "fails": [4]}""", "\"id must be unique\"");
        var checker = new RowChecker(spec);
        Assert.Null(checker.FindBroken(new ArrayRow([1L, 3L, null])));
        Assert.Null(checker.FindBroken(new ArrayRow([1L, 9L, null])));
        Assert.Null(checker.FindBroken(new ArrayRow([1L, null, null])));
        Assert.Equal("custom", checker.FindBroken(new ArrayRow([1L, 4L, null]))?.Rule);

        // 9 is for the code to judge, and with it which record of the number 2 is the first.
        var expected = Expect(spec, "id,age,name\n1,4,a\n2,9,b\n2,3,c\n3,3,d\n");
        Assert.Empty(expected.FindDifferences(2, new ArrayRow([2L, 9L, "b"])));
        Assert.Empty(expected.FindDifferencesOfRejected(2, ["age:custom"]));
        Assert.Empty(expected.FindDifferences(3, new ArrayRow([2L, 3L, "c"])));
        Assert.Empty(expected.FindDifferencesOfRejected(3, ["id:no_duplicates"]));
        Assert.NotEmpty(expected.FindDifferences(1, new ArrayRow([1L, 4L, "a"])));
        Assert.NotEmpty(expected.FindDifferencesOfRejected(4, ["age:custom"]));
        Assert.NotEmpty(expected.FindDifferencesOfRejected(2, ["age:range"]));
        // No other record has the number 3, and what is rejected is so for a reason.
        Assert.NotEmpty(expected.FindDifferencesOfRejected(4, ["id:no_duplicates"]));
        Assert.NotEmpty(expected.FindDifferencesOfRejected(2, []));
        Assert.NotEmpty(expected.FindDifferencesOfLeftOut(3));
    }

    private static PipelineSpec Read(params ReadOnlySpan<string> rules) =>
        MetadataReader.Read(With(rules), "x.json").WithSourceHeader(["id", "age", "name"]);

    private static string With(params ReadOnlySpan<string> rules) =>
        $$"""{"source": "x.csv", "schema": {"id": "integer", "age": "integer", "name": "string"}, "validations": [{{string.Join(", ", rules.ToArray())}}]}""";

    private static ExpectedRecords Expect(PipelineSpec spec, string source) => ExpectedRecords.Read(
        spec, new MemoryStream(Encoding.UTF8.GetBytes(source)), 100, DateTimeOffset.UnixEpoch, TestContext.Current.CancellationToken);
}

using System.Text.Json;
using DbVc.Agents;
using DbVc.Model;
using DbVc.Pipelines;
using Xunit;
using static DbVc.Tests.ScriptedChatClient;

namespace DbVc.Tests;

/// <summary>What a model at an address sees of the data.</summary>
public sealed class DisclosureTests
{
    private static readonly Disclosure s_masked = Disclosure.By(DisclosureRules.Default);

    [Theory]
    [InlineData("Ada-42@example.com", "Aaa-99@aaaaaaa.aaa")]
    [InlineData("", "")]
    [InlineData("-3.14 €", "-9.99 a")]
    [InlineData("Ωmega ΣΑΣ ٣", "Aaaaa AAA 9")]
    [InlineData("line\nbreak\u202E\u0000", "aaaa aaaaa  ")]
    [InlineData("日本 😀", "aa aa")]
    public void A_shape_says_what_a_value_looks_like_and_nothing_else(string value, string shape) => Assert.Equal(shape, ValueShape.Of(value));

    [Fact]
    public void A_long_value_has_a_short_shape() => Assert.Equal(new string('a', 60) + "…", ValueShape.Of(new string('x', 100_000)));

    [Theory]
    [InlineData("ada@example.com", true)]
    [InlineData("please write to ada@example.com today", true)]
    [InlineData("4111 1111 1111 1111", true)]
    [InlineData("paid with 4111-1111-1111-1111.", true)]
    [InlineData("4111 1111 1111 1112", false)]
    [InlineData("DE89 3704 0044 0532 0130 00", true)]
    [InlineData("GB82WEST12345698765432", true)]
    [InlineData("GB83WEST12345698765432", false)]
    [InlineData("+49 (30) 1234567", true)]
    [InlineData("078-05-1120", true)]
    [InlineData("AB 12 34 56 C", true)]
    [InlineData("131052-308T", true)]
    [InlineData("44051401458", true)]
    [InlineData("2026-11-27", false)]
    [InlineData("Berlin", false)]
    [InlineData("12,345.67", false)]
    public void What_says_who_somebody_is_is_found_wherever_it_stands(string text, bool found) => Assert.Equal(found, PersonalKinds.AreIn(text));

    [Fact]
    public void What_is_too_long_to_look_through_is_taken_for_personal() => Assert.True(PersonalKinds.AreIn(new string(' ', 5000)));

    public static TheoryData<string[], string[], string, string, string> Cells => new()
    {
        { [], [], "country", "DE", "AA" },
        { ["country"], [], "Country", "DE", "DE" },
        { ["*"], [], "country", "DE", "DE" },
        { ["*"], ["cou*"], "country", "DE", "AA" },
        { ["*"], [], "note", "call ada@example.com", "aaaa aaa@aaaaaaa.aaa" },
        { ["*"], ["*mail*"], "E-Mail address", "none", "aaaa" },
        { ["countr?"], [], "country", "DE", "DE" },
        { ["count"], [], "country", "DE", "AA" },
    };

    [Theory]
    [MemberData(nameof(Cells))]
    public void A_value_is_shown_where_its_column_is_and_nothing_speaks_against_it(string[] shown, string[] masked, string column, string value, string seen) =>
        Assert.Equal(seen, Disclosure.By(new DisclosureRules { Shown = shown, Masked = masked }).Cell(column, value));

    [Fact]
    public void A_query_cannot_give_a_column_another_name_to_see_it()
    {
        var rules = new DisclosureRules { Shown = ["country"], Masked = [] };
        Assert.Equal("Aaa", Disclosure.By(rules).Answer("country", "Ada"));
        Assert.Equal("Ada", Disclosure.By(rules with { Shown = ["*"] }).Answer("country", "Ada"));
    }

    [Theory]
    [InlineData("SELECT count(*) FROM users", "1", "1")]
    [InlineData("select count(distinct email) as n from users where age > 5", "1", "1")]
    [InlineData("SELECT count(*) FROM users UNION SELECT salary FROM users", "1", "9")]
    [InlineData("SELECT count(*) FROM users -- x", "1", "9")]
    [InlineData("SELECT max(salary) FROM users", "1", "9")]
    [InlineData("SELECT salary AS \"count(*)\" FROM users", "1", "9")]
    [InlineData("SELECT count(*), max(name) FROM users", "1", "9")]
    public async Task Only_counts_of_a_query_are_shown(string sql, string value, string seen)
    {
        var bench = new AgentBench(disclosure: s_masked);
        bench.Branch.OnQuery = _ => new BranchAnswer(["n"], [[value]], Complete: true);
        var (_, result) = await bench.Try(Make("c", "query_branch", new { sql }));
        Assert.Equal(seen, result.GetProperty("rows")[0][0].GetString());
    }

    [Fact]
    public async Task A_profile_shows_statistics_and_masked_rows()
    {
        var (step, result) = await new AgentBench(disclosure: s_masked).Try(Make("c", "profile_source", new { }));
        Assert.Equal("2 records, 2 columns", step.Summary);
        var text = result.GetRawText();
        Assert.DoesNotContain("ada@", text);
        Assert.DoesNotContain("bob", text);
        Assert.Contains("aaa@aaaaaaa.aaa", text);
        Assert.Equal(JsonValueKind.Null, result.GetProperty("rows")[1][0].ValueKind);
    }

    [Fact]
    public async Task No_more_rows_are_shown_than_the_configuration_allows()
    {
        var bench = new AgentBench(disclosure: Disclosure.By(new DisclosureRules { Rows = 1 }));
        var (_, result) = await bench.Try(Make("c", "query_branch", new { sql = "SELECT 1" }));
        Assert.Equal((1, false), (result.GetProperty("rows").GetArrayLength(), result.GetProperty("complete").GetBoolean()));
    }

    /// <summary>Code that a model wrote could carry a row out in what it says of itself.</summary>
    [Fact]
    public async Task What_generated_code_says_is_masked_like_data()
    {
        var bench = new AgentBench(disclosure: s_masked);
        bench.Branch.Files[BranchPath.Parse("generated/Ingestion.cs")] = "";
        var smuggled = new RowFailure(3, 4, "Ada Lovelace", "ada@example.com", "4111111111111111", "Her salary is 90000");
        bench.Execution.OnExecute = _ => FakeExecution.Good with { FirstFailures = [smuggled] };
        bench.Execution.OnValidate = _ => new GateVerdict(false,
        [
            new("data quality", false, 0.2, "80 %",
                [new("Ada Lovelace: Her salary is 90000") { Rule = "ada@example.com", Row = 3, Foreign = "Ada Lovelace: Her salary is 90000" }]),
            new("integration", false, 0.2, "Ada 90000", [new("Ada 90000") { File = "Ada 90000", Foreign = "Ada 90000" }]),
        ]);
        var model = new ScriptedChatClient(
            Call("execute_in_branch", new { branch_name = bench.Branch.Name.Text, code_path = "generated" }),
            Call("validate_results", new { expected_schema = new { id = "integer", email = "string" }, actual_results = new { } }),
            Call("show_gate_report", new { gate = "data quality" }),
            Call("finish", new { summary = "no", success = false }));
        await bench.Run(model);
        var seen = string.Concat(model.Asked[^1].SelectMany(m => m.Contents).OfType<Microsoft.Extensions.AI.FunctionResultContent>().Select(r => r.Result));
        foreach (var secret in new[] { "Ada", "Lovelace", "90000", "4111", "ada@", "salary" }) Assert.DoesNotContain(secret, seen);
        Assert.Contains("Aaa Aaaaaaaa: Aaa aaaaaa aa 99999", seen);
    }

    [Fact]
    public async Task Words_of_the_metadata_are_shown_as_they_are()
    {
        var bench = new AgentBench(disclosure: s_masked);
        bench.Branch.Files[BranchPath.Parse("generated/Ingestion.cs")] = "";
        bench.Execution.OnExecute = _ => FakeExecution.Good with { FirstFailures = [new(3, 4, "email", "email must be valid", "nobody@", "age <= 120")] };
        var model = new ScriptedChatClient(
            Call("analyze_metadata", JsonDocument.Parse($$"""{"metadata":{{Samples.Metadata}}}""").RootElement),
            Call("execute_in_branch", new { branch_name = bench.Branch.Name.Text, code_path = "generated" }),
            Call("finish", new { summary = "no", success = false }));
        await bench.Run(model);
        var result = (Microsoft.Extensions.AI.FunctionResultContent)model.Asked[2][^1].Contents[0];
        Assert.Contains("\"field\":\"email\",\"rule\":\"email must be valid\",\"value\":\"aaaaaa@\"", (string)result.Result!);
    }
}

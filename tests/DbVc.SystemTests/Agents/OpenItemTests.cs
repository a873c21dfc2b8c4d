using System.Text.Json;
using System.Text.Json.Nodes;
using DbVc.Model;
using DbVc.Orchestration;
using DbVc.TestServers;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>A rule that metadata says in words of its own: who writes its code, and what holds that code to its examples.</summary>
public sealed class OpenItemTests : IDisposable
{
    private const string Variable = "DBVC_TEST_OPEN_KEY";
    private const string Body = "throw new System.NotImplementedException(\"TheLastOfFourDigitsIsTheSumOfTheOthersModuloTen\");";
    private const string Signature = "public static bool TheLastOfFourDigitsIsTheSumOfTheOthersModuloTen(string no)";
    private const string Right = "no.Length == 4 && (no[0] + no[1] + no[2] - 3 * '0') % 10 == no[3] - '0';";

    private static readonly BranchName Branch = BranchName.Parse("members");

    private readonly SampleShop _shop = new();

    public OpenItemTests()
    {
        Environment.SetEnvironmentVariable(Variable, "open-canary-16180339");
        // 1237 and 9990 have another last digit than they must; the member of 9990 comes again with a right one.
        File.WriteAllText(_shop.Sample("members.csv"), "id,no\n1,1236\n2,1237\n3,9997\n4,9990\n4,5005\n5,\n6,0000\n7,4329\n");
        File.WriteAllText(_shop.Sample("members.json"), """
            {
              "source": "members.csv",
              "destination": {"table": "members"},
              "schema": {"id": {"type": "integer", "primary_key": true}, "no": "string"},
              "validations": [{
                "field": "no", "rule": "custom", "says": "the last of four digits is the sum of the others modulo ten",
                "passes": ["1236", "0000", "9997"], "fails": ["1237", "123", "12363"], "error_message": "Wrong check digit"
              }],
              "test_data": {"validation_threshold": 0.5}
            }
            """);
    }

    private string Code => Path.Combine(_shop.Folder, "branches", Branch.Text, "generated", "CustomRules.cs");

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(Variable, null);
        _shop.Dispose();
    }

    [Fact]
    public void The_built_in_model_hands_it_to_a_person_and_goes_on_with_what_that_one_wrote()
    {
        var report = _shop.Create("members.json", Branch.Text);
        Assert.Equal((TaskState.Failed, "gave-up"), (report.State, report.End));
        Assert.Contains($"{Signature} in generated/CustomRules.cs", report.Error, StringComparison.Ordinal);
        Assert.Contains($"db-vc agent retry {Branch}", report.Error, StringComparison.Ordinal);
        Assert.Equal(MergeState.Refused, _shop.Merge(Branch.Text).State);

        Write(Right);
        var again = _shop.Workspace.Agents.Retry(Branch, new SilentProgress(), CancellationToken.None);

        Assert.True(again.State == TaskState.Ready, again.Error + "\n" + string.Join('\n', again.Gates.SelectMany(g => g.Findings)));
        Assert.Equal((8, 6, 2), (again.Rows!.Read, again.Rows.Loaded, again.Rows.Rejected));
        Assert.Contains("Tess", again.Hands);
        Assert.Equal(MergeState.Merged, _shop.Merge(Branch.Text).State);
        Assert.Equal("1 1236|3 9997|4 5005|5 -|6 0000|7 4329",
            _shop.Ask("SELECT group_concat(id || ' ' || coalesce(no, '-'), '|') FROM (SELECT * FROM members ORDER BY id)"));
    }

    [Fact]
    public void A_model_gets_signature_examples_and_constraints_and_writes_that_code_alone()
    {
        JsonNode? item = null;
        var report = Run(open =>
        {
            item = open;
            return [("generated/CustomRules.cs", Right)];
        });

        Assert.True(report.State == TaskState.Ready, report.Error + "\n" + string.Join('\n', report.Gates.SelectMany(g => g.Findings)));
        Assert.Equal(Signature, item!["signature"]!.GetValue<string>());
        Assert.Equal("generated/CustomRules.cs", item["path"]!.GetValue<string>());
        Assert.Equal("the last of four digits is the sum of the others modulo ten", item["must_judge"]!.GetValue<string>());
        Assert.Equal(["'1237'", "'123'", "'12363'"], item["fails"]!.AsArray().Select(f => f!.GetValue<string>()));
        Assert.Contains("no network", item["constraints"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(2, report.Rows!.Rejected);
        // Everything else is what the generator writes.
        var folder = Path.Combine(_shop.Folder, "branches", Branch.Text);
        var edited = Directory.EnumerateFiles(Path.Combine(folder, "generated")).Select(Path.GetFileName)
            .Where(f => File.ReadAllText(Path.Combine(folder, "generated", f!)) != File.ReadAllText(Path.Combine(folder, "state/original/generated", f!)));
        Assert.Equal(["CustomRules.cs"], edited);
    }

    [Theory]
    [InlineData("true;")]
    [InlineData("no.Length == 4;")]
    [InlineData("System.IO.File.Exists(no);")]
    public void Code_that_contradicts_an_example_or_reaches_out_is_refused(string code) =>
        Assert.Equal(TaskState.Failed, Run(_ => [("generated/CustomRules.cs", code)]).State);

    [Fact]
    public void A_model_that_bends_the_tests_to_its_code_is_refused_by_the_host()
    {
        var report = Run(_ => [("generated/CustomRules.cs", "no.Length > 0;")], bendTests: true);

        Assert.Equal(TaskState.Failed, report.State);
        var refusing = report.Gates.Where(g => !g.Passed).Select(g => g.Name).ToList();
        Assert.Contains("integration", refusing);
        Assert.Equal(MergeState.Refused, _shop.Merge(Branch.Text).State);
        Assert.Equal("0", _shop.Ask("SELECT count(*) FROM sqlite_master WHERE name = 'members'"));
    }

    private void Write(string code)
    {
        var text = File.ReadAllText(Code);
        Assert.Contains(Body, text, StringComparison.Ordinal);
        File.WriteAllText(Code, text.Replace(Body, code, StringComparison.Ordinal));
    }

    /// <summary>A task of a model behind a server that replaces the open body by what it is told.</summary>
    private AgentReport Run(Func<JsonNode, IReadOnlyList<(string Path, string Code)>> write, bool bendTests = false)
    {
        var wire = ModelWire.Of("openai");
        using var server = new ApiTestServer(q => Answer(wire, q, write, bendTests));
        File.WriteAllText(Path.Combine(_shop.Folder, ".db-version-control", "config.yaml"), $$"""
            llm:
              retries: 0
              providers:
                writing: {protocol: openai, base_url: "{{server.Root}}{{wire.Base}}", model: m, key: {{Variable}}}
            """);
        return _shop.Workspace.Agents.Create(
            new AgentRequest(_shop.Sample("members.json"), Branch, null, "writing", AutoMerge: false), new SilentProgress(), CancellationToken.None);
    }

    private ApiReply Answer(ModelWire wire, ApiQuestion question, Func<JsonNode, IReadOnlyList<(string Path, string Code)>> write, bool bendTests)
    {
        var messages = wire.Read(question.Body).Messages;
        var last = messages[^1].Results.Count > 0 ? JsonNode.Parse(messages[^1].Results[^1].Text) as JsonObject : null;
        if (last?["open_items"] is JsonArray { Count: > 0 } open)
        {
            var item = open[0]!;
            return wire.Answer(new WireAnswer("", [.. write(item).Select((w, i) => new WireCall($"write-{i}", "edit_file", JsonSerializer.Serialize(
                new { path = w.Path, old_text = item["replace"]!.GetValue<string>(), new_text = w.Code })))]));
        }

        var calls = ModelConversation.Work(messages);
        if (!bendTests || calls is not [{ Tool: "execute_in_branch" }] || File.ReadAllText(TestFile).Contains("bent", StringComparison.Ordinal))
            return wire.Answer(new WireAnswer("", calls));
        return wire.Answer(new WireAnswer("", [
            new WireCall("bend-0", "write_file", JsonSerializer.Serialize(new { path = "tests/ValidatorsTests.cs", content = Bent })),
            new WireCall("bend-1", "write_file", JsonSerializer.Serialize(new { path = "tests/IngestionTests.cs", content = "// bent\n" })),
        ]));
    }

    private string TestFile => Path.Combine(_shop.Folder, "branches", Branch.Text, "tests", "IngestionTests.cs");

    private const string Bent = """
        using DbVc.PipelineRuntime;
        using Xunit;

        namespace MembersPipeline.Tests;

        public sealed class ValidatorsTests
        {
            [Fact]
            public void Any_number_is_right() => Assert.True(Validators.TheLastOfFourDigitsIsTheSumOfTheOthersModuloTen(Text.From("1237")));
        }

        """;
}

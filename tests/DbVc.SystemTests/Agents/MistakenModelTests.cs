using System.Text.Json;
using System.Text.Json.Nodes;
using DbVc.Model;
using DbVc.Orchestration;
using DbVc.TestServers;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>
/// A model behind a real server that makes the mistakes that models make, insists that it is done, and then mends what the gates object to. Nothing wrong
/// becomes ready, and what is mended does.
/// </summary>
public sealed class MistakenModelTests : IDisposable
{
    private const string Variable = "DBVC_TEST_MISTAKEN_KEY";

    private readonly SampleShop _shop = new();

    public MistakenModelTests() => Environment.SetEnvironmentVariable(Variable, "mistaken-canary-27182818");

    /// <summary>What is done to which file, and who objects to it.</summary>
    public static TheoryData<string, string, string, string, string> Mistakes => new()
    {
        { "a wrong bound", "generated/Validators.cs", "age <= 120", "age <= 12", "unit" },
        { "a missed NULL", "generated/Validators.cs", "age is null || (age >= 0 && age <= 120)", "age >= 0 && age <= 120", "unit" },
        { "code that does not compile", "generated/Validators.cs", "age <= 120", "age <= \"120\"", "does not compile" },
        { "a step that is forgotten", "generated/Preprocessors.cs", "        email = LowercaseEmail(email, scratch);\n", "", "unit" },
        { "records that are lost", "generated/Ingestion.cs", "!ClaimKeys(in row)) return false;", "!ClaimKeys(in row)) return true;", "\"succeeded\":false" },
        { "tests without assertions", "tests/ValidatorsTests.cs", "", NoAssertions, "unit" },
        { "SQL that is built from text", "generated/Validators.cs", "public static class Validators\n{", Sql, "security" },
    };

    private const string NoAssertions = """
        using DbVc.PipelineRuntime;
        using Xunit;

        namespace CustomersPipeline.Tests;

        public sealed class ValidatorsTests
        {
            [Fact]
            public void Everything_works()
            {
                Validators.AgeMustBeBetween0And120(3);
                Validators.EmailMustBeValid(Text.From("a@example.com"));
            }
        }

        """;

    private const string Sql = """
        public static class Validators
        {
            /// <summary>Finds a customer.</summary>
            public static string Find(string name) =>
                "SELECT * FROM customers WHERE name = '" + name + "'";

        """;

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(Variable, null);
        _shop.Dispose();
    }

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_is_refused_whatever_the_model_says_and_ready_once_it_is_mended(
        string mistake, string file, string before, string after, string objection)
    {
        var branch = BranchName.Parse("mistaken");
        var model = new MistakenModel(Path.Combine(_shop.Folder, "branches", branch.Text), file, text => Spoil(text, before, after));
        var wire = ModelWire.Of("anthropic");
        using var server = new ApiTestServer(q => model.Answer(wire, q));
        File.WriteAllText(Path.Combine(_shop.Folder, ".db-version-control", "config.yaml"), $$"""
            agent: {errors: 5}
            llm:
              retries: 0
              providers:
                mistaken: {protocol: anthropic, base_url: "{{server.Root}}{{wire.Base}}", model: m, key: {{Variable}}}
            """);

        var report = _shop.Workspace.Agents.Create(
            new AgentRequest(_shop.Sample("customers.json"), branch, null, "mistaken", AutoMerge: false), new SilentProgress(), CancellationToken.None);

        Assert.True(report.State == TaskState.Ready, $"{mistake}: {report.Error}\n{string.Join('\n', report.Steps)}");
        Assert.Contains(objection, model.Objection, StringComparison.Ordinal);
        Assert.Contains("agent.not-validated", model.Insisted, StringComparison.Ordinal);
        Assert.Equal("finished", report.End);
        if (mistake == "a missed NULL")
        {
            // The model is not asked any more: its answers, and the times of its calls, are in the log.
            var asked = server.Asked.Count;
            Assert.True(_shop.Workspace.Agents.Replay(branch.Text, new SilentProgress(), CancellationToken.None).IsSame);
            Assert.Equal(asked, server.Asked.Count);
        }

        var rounds = _shop.Workspace.History.Log(new LogRequest(branch.Text, 50, null, false)).Select(e => e.Commit.Commit.Message.Trim()).ToList();
        Assert.Equal(2, rounds.Count(m => m == "Write " + file));
    }

    private static string Spoil(string text, string before, string after)
    {
        if (before.Length == 0) return after;
        Assert.Contains(before, text, StringComparison.Ordinal);
        return text.Replace(before, after, StringComparison.Ordinal);
    }

    /// <summary>Works as <c>builtin</c> does, and then makes its mistake, says that it is done, and takes it back.</summary>
    private sealed class MistakenModel(string folder, string file, Func<string, string> spoil)
    {
        private string _right = "";
        private int _step;

        /// <summary>What was answered to the mistake: by the execution, or by the gates.</summary>
        public string Objection { get; private set; } = "";

        /// <summary>What was answered to the model that said it was done.</summary>
        public string Insisted { get; private set; } = "";

        public ApiReply Answer(ModelWire wire, ApiQuestion question)
        {
            var messages = wire.Read(question.Body).Messages;
            var results = messages.SelectMany(m => m.Results).ToDictionary(r => r.Id, r => r.Text);
            return wire.Answer(new WireAnswer("", results.ContainsKey("call-5") ? [Next(results)] : ModelConversation.Work(messages)));
        }

        private WireCall Next(Dictionary<string, string> results)
        {
            switch (++_step)
            {
                case 1:
                    _right = File.ReadAllText(Path.Combine(folder, file));
                    return Write("wrong", spoil(_right));
                case 2:
                    return Execute("executed");
                case 3:
                    Objection = results["executed"];
                    return Validate("validated", results);
                case 4:
                    if (JsonNode.Parse(Objection)!["succeeded"]!.GetValue<bool>()) Objection = Refusals(results["validated"]);
                    return Finish("insisted");
                case 5:
                    Insisted = results["insisted"];
                    return Write("right", _right);
                case 6:
                    return Execute("again");
                case 7:
                    return Validate("valid", results);
                default:
                    return Finish("done");
            }
        }

        private static string Refusals(string verdict) => string.Join(", ", JsonNode.Parse(verdict)!["gates"]!.AsArray()
            .Where(g => !g!["passed"]!.GetValue<bool>()).Select(g => g!["name"]!.GetValue<string>()));

        private WireCall Write(string id, string text) => new(id, "write_file", JsonSerializer.Serialize(new { path = file, content = text }));

        private static WireCall Execute(string id) => new(id, "execute_in_branch", """{"branch_name":"mistaken","code_path":"generated"}""");

        private static WireCall Validate(string id, Dictionary<string, string> results) => new(id, "validate_results", new JsonObject
        {
            ["expected_schema"] = JsonNode.Parse(results["call-1"])!["schema"]!.DeepClone(),
            ["actual_results"] = new JsonObject(),
        }.ToJsonString());

        private static WireCall Finish(string id) => new(id, "finish", """{"summary":"All of it works."}""");
    }
}

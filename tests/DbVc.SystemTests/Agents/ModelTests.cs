using System.Text;
using DbVc.Model;
using DbVc.Orchestration;
using DbVc.TestServers;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>Tasks whose model is asked over HTTP: well behaved, and not.</summary>
public sealed class ModelTests : IDisposable
{
    private const string Variable = "DBVC_TEST_WORK_KEY";
    private const string Key = "canary-8c1f0b7e5d2a4963";

    private readonly SampleShop _shop = new();

    public ModelTests() => Environment.SetEnvironmentVariable(Variable, Key);

    public static TheoryData<string> Words => [.. ModelWire.All.Select(w => w.Word)];

    /// <summary>What a server does from its first answer on, and how the task ends.</summary>
    public static TheoryData<string, string, TaskState, string> Ends => new()
    {
        { "openai", "refuses", TaskState.Failed, "model.refused" },
        { "anthropic", "refuses", TaskState.Failed, "model.refused" },
        { "openai", "wants another key", TaskState.Failed, "model.key-refused" },
        { "anthropic", "is broken", TaskState.Failed, "model.unavailable" },
        { "openai", "is a web page", TaskState.Failed, "model.protocol" },
        { "openai", "talks", TaskState.Stopped, "the model called no tool" },
        { "anthropic", "calls what is not there", TaskState.Stopped, "drop_production" },
        { "openai", "calls without end", TaskState.Stopped, "did not finish" },
    };

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(Variable, null);
        _shop.Dispose();
    }

    [Theory]
    [MemberData(nameof(Words))]
    public void A_task_is_done_by_a_model_behind_a_server_and_its_key_is_nowhere(string word)
    {
        var wire = ModelWire.Of(word);
        using var server = new ApiTestServer(q => Work(wire, q));
        Configure(wire, server.Root);

        var report = Create();

        Assert.True(report.State == TaskState.Ready, report.Error);
        Assert.Equal("work/m", report.Model);
        Assert.Equal(server.Asked.Count * 17, report.Cost.Tokens);
        Assert.Equal("200", _shop.Ask("SELECT count(*) FROM customers"));
        var authors = _shop.Workspace.History.Log(new LogRequest("feature/customers", 50, null, false)).Select(e => e.Commit.Commit.Author).ToList();
        Assert.Contains(authors, a => a is { Kind: AuthorKind.Agent, Name: "work/m agent" });
        AssertNoKey();
    }

    [Theory]
    [MemberData(nameof(Words))]
    public void A_task_costs_what_its_tokens_cost_and_one_without_money_asks_nothing(string word)
    {
        var wire = ModelWire.Of(word);
        using var server = new ApiTestServer(q => q.Number <= 2 ? wire.Answer(new WireAnswer("Good morning.")) : wire.Error(WireError.Key));
        Configure(wire, server.Root, "\n  usd_per_day: 0.5\n  max_output_tokens: 1000\n  prices: {work/*: {input: 3, output: 15}}");
        var report = Create();
        Assert.Contains("model.key-refused", report.Error, StringComparison.Ordinal);
        Assert.Equal(2 * ((12 * 3) + (5 * 15)) / 1_000_000m, report.Cost.Usd);
        var costs = _shop.Workspace.Costs.Report();
        Assert.Equal((3, 0, report.Cost.Usd), (costs.Total.Answers, costs.Total.Unsettled, costs.Total.Usd));
        Assert.Equal([report.Task], costs.Tasks.Select(t => t.Name));
    }

    [Theory]
    [MemberData(nameof(Words))]
    public void The_same_task_once_more_asks_nothing_costs_nothing_and_makes_the_same_code(string word)
    {
        var wire = ModelWire.Of(word);
        using var server = new ApiTestServer(q => Work(wire, q));
        Configure(wire, server.Root, "\n  prices: {work/*: {input: 3, output: 15}}");
        var first = Create();
        Assert.True(first.State == TaskState.Ready, first.Error);
        var asked = server.Asked.Count;

        var second = Create("once-more");

        Assert.True(second.State == TaskState.Ready, second.Error);
        Assert.Equal(asked, server.Asked.Count);
        Assert.Equal(new CostSummary(0, 0, first.Cost.Usd!.Value), second.Cost);
        Assert.Equal(Files("feature+customers"), Files("once-more"));
        var total = _shop.Workspace.Costs.Report().Total;
        Assert.Equal((asked, asked), (total.Answers, total.Reused));
        Assert.Equal((first.Cost.Usd.Value, first.Cost.Usd.Value), (total.Usd, total.Saved));
        AssertNoKey();
    }

    [Fact]
    public void A_budget_of_zero_asks_nothing()
    {
        var wire = ModelWire.Of("openai");
        using var server = new ApiTestServer(_ => wire.Error(WireError.Broken));
        Configure(wire, server.Root, "\n  usd_per_task: 0\n  prices: {work/m: {input: 3, output: 15}}");
        var report = Create();
        Assert.Equal((TaskState.Stopped, "money"), (report.State, report.End));
        Assert.Contains("of the budget of the task of 0 USD 0 are left. (model.budget", report.Error, StringComparison.Ordinal);
        Assert.Empty(server.Asked);
    }

    [Fact]
    public void A_task_whose_model_fails_midway_keeps_what_it_has_and_is_done_when_it_is_tried_again()
    {
        var (wire, works) = (ModelWire.Of("openai"), false);
        using var server = new ApiTestServer(q => works || q.Number <= 3 ? Work(wire, q) : wire.Error(WireError.Broken));
        Configure(wire, server.Root);

        var failed = Create();
        Assert.Equal(TaskState.Failed, failed.State);
        Assert.Contains($"(model.unavailable, work/m at {server.Root}/v1)", failed.Error, StringComparison.Ordinal);
        Assert.True(failed.Steps.Count >= 2, failed.Steps.Count.ToString());

        works = true;
        var retried = _shop.Workspace.Agents.Retry(BranchName.Parse("feature/customers"), new SilentProgress(), CancellationToken.None);
        Assert.True(retried.State == TaskState.Ready, retried.Error);
    }

    [Theory]
    [MemberData(nameof(Ends))]
    public void A_server_that_misbehaves_ends_the_task_by_name_and_main_stays(string word, string how, TaskState state, string said)
    {
        var wire = ModelWire.Of(word);
        using var server = new ApiTestServer(_ => how switch
        {
            "refuses" => wire.Answer(new WireAnswer("I will not.") { Refusal = "I will not." }),
            "wants another key" => wire.Error(WireError.Key),
            "is broken" => wire.Error(WireError.Broken),
            "is a web page" => new ApiReply(200, "<html>") { Headers = new Dictionary<string, string> { ["Content-Type"] = "text/html" } },
            "talks" => wire.Answer(new WireAnswer("Certainly! Here is the code.")),
            "calls what is not there" => wire.Answer(new WireAnswer("", new WireCall("a", "drop_production", "{}"))),
            _ => wire.Answer(new WireAnswer("", new WireCall("a", "read_file", """{"path":"metadata.json"}"""))),
        });
        Configure(wire, server.Root);

        var report = Create();

        Assert.Equal(state, report.State);
        Assert.Contains(said, report.Error, StringComparison.Ordinal);
        Assert.Equal("200", _shop.Ask("SELECT count(*) FROM customers"));
        Assert.NotNull(_shop.Workspace.Branches.Show(BranchName.Parse("feature/customers")));
        Assert.Throws<DbVcException>(() => _shop.Merge("feature/customers"));
        AssertNoKey();
    }

    [Fact]
    public void A_key_that_is_missing_is_found_before_a_branch_is_made()
    {
        Environment.SetEnvironmentVariable(Variable, null);
        Configure(ModelWire.Of("openai"), "http://127.0.0.1:1");
        var failure = Assert.Throws<DbVcException>(() => Create());
        Assert.Equal(("model.key-missing", FailureKind.Usage), (failure.Code, failure.Kind));
        Assert.Contains(Variable, failure.Hint, StringComparison.Ordinal);
        Assert.DoesNotContain(_shop.Workspace.Branches.List(), b => b.Name == "feature/customers");
    }

    private AgentReport Create() => Create("feature/customers");

    private AgentReport Create(string branch) => _shop.Workspace.Agents.Create(
        new AgentRequest(_shop.Sample("customers.json"), BranchName.Parse(branch), null, "work", AutoMerge: false),
        new SilentProgress(), CancellationToken.None);

    private void Configure(ModelWire wire, string root, string more = "") =>
        File.WriteAllText(Path.Combine(_shop.Folder, ".db-version-control", "config.yaml"), $$"""
        agent:
          iterations: 20
        llm:
          retries: 0{{more}}
          providers:
            work: {protocol: {{wire.Word}}, base_url: "{{root}}{{wire.Base}}", model: m, key: {{Variable}}}
        """);

    /// <summary>A model that knows its work, as a server: what it is asked and what it answers goes over the wire as a vendor's would.</summary>
    private static ApiReply Work(ModelWire wire, ApiQuestion question)
    {
        Assert.Equal(wire.Key.Before + Key, question.Headers[wire.Key.Header]);
        return wire.Answer(new WireAnswer("", ModelConversation.Work(wire.Read(question.Body).Messages)));
    }

    /// <summary>What the agent wrote into a branch, by path.</summary>
    private string Files(string folder)
    {
        var root = Path.Combine(_shop.Folder, "branches", folder);
        return string.Join('\n', new[] { "generated", "tests" }
            .SelectMany(f => Directory.EnumerateFiles(Path.Combine(root, f), "*.cs", SearchOption.AllDirectories))
            .Order(StringComparer.Ordinal).Select(f => $"{Path.GetRelativePath(root, f)} {Hash.Of(File.ReadAllBytes(f))}"));
    }

    private void AssertNoKey()
    {
        var canary = Encoding.UTF8.GetBytes(Key);
        var files = Directory.EnumerateFiles(_shop.Folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
            .Where(file => !file.EndsWith(".lease", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(files);
        Assert.All(files, file =>
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var bytes = new MemoryStream();
            stream.CopyTo(bytes);
            Assert.True(bytes.GetBuffer().AsSpan(0, (int)bytes.Length).IndexOf(canary) < 0, file);
        });
    }
}

using DbVc.Model;
using DbVc.Orchestration;
using DbVc.TestServers;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>
/// Everything that can be wrong with a model, its server, its budget or the branch while a task runs, over real HTTP and HTTPS: the task ends by name, what it
/// had is kept, nothing reaches main, and once the trouble is over it goes on.
/// </summary>
public sealed class TaskTroubleTests : IDisposable
{
    private const string Variable = "DBVC_TEST_TROUBLE_KEY";
    private const string Key = "trouble-canary-57721566";
    private const string Prices = "\n  prices: {work/*: {input: 3, output: 15}}\n  max_output_tokens: 1000";

    /// <summary>So many answers are good; by then code was generated and committed.</summary>
    private const int Good = 4;

    private static readonly BranchName s_branch = BranchName.Parse("people");

    private static readonly Dictionary<string, Trouble> s_troubles = new()
    {
        ["a wrong key"] = new(TaskState.Failed, "model-failed", "model.key-refused") { Reply = wire => wire.Error(WireError.Key) },
        ["a key that is refused midway"] = new(TaskState.Failed, "model-failed", "model.key-refused")
        {
            After = Good,
            Reply = wire => wire.Error(WireError.Key),
        },
        ["a model that the server does not know"] = new(TaskState.Failed, "model-failed", "model.unknown")
        {
            Reply = wire => wire.Error(WireError.UnknownModel),
        },
        ["a server that was never there"] = new(TaskState.Failed, "model-failed", "model.unreachable") { Happens = t => t._server!.Dispose(), IsGone = true },
        ["a server that goes away"] = new(TaskState.Failed, "model-failed", "model.unreachable") { After = Good, Happens = t => t._server!.Dispose() },
        ["an expired certificate"] = new(TaskState.Failed, "model-failed", "model.certificate") { IsExpired = true },
        ["an answer in another protocol"] = new(TaskState.Failed, "model-failed", "model.protocol")
        {
            After = Good,
            Reply = wire => ModelWire.All.First(w => w.Word != wire.Word).Answer(new WireAnswer("Good morning.")),
        },
        ["a web page"] = new(TaskState.Failed, "model-failed", "model.protocol")
        {
            After = Good,
            Reply = _ => new ApiReply(200, "<html>") { Headers = new Dictionary<string, string> { ["Content-Type"] = "text/html" } },
        },
        ["a budget of zero"] = new(TaskState.Stopped, "money", "model.budget") { Settings = Prices + "\n  usd_per_task: 0", Says = "of the task of 0 USD" },
        ["a budget of zero for this task"] = new(TaskState.Stopped, "money", "model.budget")
        {
            Settings = Prices,
            Limits = "usd=0",
            Says = "of the task of 0 USD",
        },
        ["a budget of the task that is met midway"] = new(TaskState.Stopped, "money", "model.budget")
        {
            After = Good,
            Settings = Prices,
            Limits = "usd=1",
            Tokens = 500_000,
            Says = "of the task of 1 USD",
            Mended = "usd=100",
        },
        ["a budget of the day that is met midway"] = new(TaskState.Stopped, "money", "model.budget")
        {
            After = Good,
            Settings = Prices + "\n  usd_per_day: 1",
            Tokens = 500_000,
            Says = "of today of 1 USD",
        },
        ["a budget of the repository that is met midway"] = new(TaskState.Stopped, "money", "model.budget")
        {
            After = Good,
            Settings = Prices + "\n  usd_in_all: 1",
            Tokens = 500_000,
            Says = "of the repository of 1 USD",
        },
        ["a person who commits code"] = new(TaskState.Stopped, "disturbed", "agent.disturbed")
        {
            After = Good,
            Happens = t => t.CommitByHand(t.Edit),
            Says = "Pat committed \"By hand\" there",
            Mended = "",
            Left = "// By hand.",
        },
        ["a person who commits rows"] = new(TaskState.Stopped, "disturbed", "agent.disturbed")
        {
            After = Good,
            Happens = t => t.CommitByHand(t.WriteRow),
            Says = "Pat committed \"By hand\" there",
            RefusesRetry = "gates.by-hand",
        },
        ["a person who edits code"] = new(TaskState.Stopped, "disturbed", "agent.disturbed")
        {
            After = Good,
            Happens = t => t.Edit(),
            Says = "somebody changed generated/Validators.cs",
            Mended = "",
            Left = "// By hand.",
        },
        ["a person who adds a file"] = new(TaskState.Stopped, "disturbed", "agent.disturbed")
        {
            After = Good,
            Happens = t => File.WriteAllText(t.At("generated/notes.md"), "By hand."),
            Says = "somebody changed generated/notes.md",
        },
        ["metadata that is changed in the branch"] = new(TaskState.Stopped, "disturbed", "agent.disturbed")
        {
            After = Good,
            Happens = t => t.EditMetadata(),
            Says = "its metadata.json, which was pinned when the task started, was changed",
            RefusesRetry = "agent.pinned",
        },
        ["metadata that is committed in the branch"] = new(TaskState.Stopped, "disturbed", "agent.disturbed")
        {
            After = Good,
            Happens = t => t.CommitByHand(t.EditMetadata),
            Says = "Pat committed \"By hand\" there",
            RefusesRetry = "agent.pinned",
        },
    };

    private readonly SampleShop _shop = new();
    private readonly ModelWire _wire = ModelWire.Of("openai");
    private ApiTestServer? _server;
    private bool _isOver;

    public TaskTroubleTests()
    {
        Environment.SetEnvironmentVariable(Variable, Key);
        File.WriteAllText(_shop.Sample("people.csv"), "id,name\n1,Ada\n2,Grace\n");
        File.WriteAllText(_shop.Sample("people.json"), """
            {"source": "people.csv", "destination": "people", "schema": {"id": "integer", "name": "string"}, "validations": ["name not null"]}
            """);
    }

    public static TheoryData<string> Names => [.. s_troubles.Keys];

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(Variable, null);
        _server?.Dispose();
        _shop.Dispose();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_task_ends_by_name_what_it_had_is_kept_and_nothing_reaches_main(string name)
    {
        var trouble = s_troubles[name];
        Serve(trouble);
        if (trouble.IsGone) trouble.Happens!(this);
        var before = Main();

        var report = Create(trouble.Limits);

        Assert.Equal((trouble.State, trouble.End), (report.State, report.End));
        Assert.Contains($"({trouble.Code}", report.Error, StringComparison.Ordinal);
        Assert.Contains(trouble.Says, report.Error, StringComparison.Ordinal);
        Assert.Equal(before, Main());
        AssertKept(trouble, report);
        Assert.NotEqual(MergeState.Merged, Merge());
        _shop.Workspace.Queue.Add([s_branch]);
        Assert.NotEqual(QueueState.Landed, Assert.Single(_shop.Workspace.Queue.Run(new SilentProgress(), _ => { }, CancellationToken.None).Entries).State);
        Assert.Equal(before, Main());
        Assert.True(_shop.Workspace.Upkeep.Verify(CancellationToken.None).Ok);
        Assert.DoesNotContain(Key, report.Error, StringComparison.Ordinal);
        GoOn(trouble);
    }

    [Fact]
    public void A_key_that_is_missing_a_model_that_nobody_knows_and_a_price_that_is_missing_are_found_before_a_branch_is_made()
    {
        Serve(new Trouble(TaskState.Ready, "finished", ""));
        var before = Main();
        Refused("model.unknown", () => Create(null, "elsewhere/m"));
        Refused("model.no-price", () => Create("usd=1"));
        Refused("limits.invalid", () => Create("usd=much"));
        Environment.SetEnvironmentVariable(Variable, null);
        Refused("model.key-missing", () => Create(null));

        Assert.Empty(_server!.Asked);
        Assert.Equal(before, Main());
        Assert.Equal(["main"], _shop.Workspace.Branches.List().Select(b => b.Name));
        Assert.Empty(_shop.Workspace.Agents.List());
    }

    [Fact]
    public void A_second_task_for_a_branch_is_refused_by_name_and_the_first_goes_on()
    {
        var codes = new List<string>();
        Serve(new Trouble(TaskState.Ready, "finished", "")
        {
            After = Good,
            Happens = _ =>
            {
                using var pat = Open("Pat");
                codes.Add(Code(() => pat.Agents.Create(Request("builtin", null), new SilentProgress(), CancellationToken.None)));
                codes.Add(Code(() => pat.Agents.Retry(s_branch, new SilentProgress(), CancellationToken.None)));
                codes.Add(Code(() => pat.Agents.RunGates(s_branch, new SilentProgress(), CancellationToken.None)));
                codes.Add(Code(() => pat.Files.Write(s_branch, "generated/notes.md", "By hand.")));
                codes.Add(Code(() => pat.Branches.Delete(s_branch)));
            },
        });
        var report = Create(null);

        Assert.Equal(Enumerable.Repeat("agent.running", 5), codes);
        Assert.True(report.State == TaskState.Ready, report.Error);
        Assert.Equal("branch.exists", Code(() => Create(null)));
        Assert.Single(_shop.Workspace.Agents.List());
        Assert.Equal(MergeState.Merged, _shop.Merge(s_branch.Text).State);
        Assert.Equal("Ada,Grace", _shop.Ask("SELECT group_concat(name) FROM (SELECT name FROM people ORDER BY id)"));
    }

    [Fact]
    public void The_file_that_metadata_was_read_from_may_change_because_what_was_pinned_counts()
    {
        var pinned = File.ReadAllText(_shop.Sample("people.json"));
        Serve(new Trouble(TaskState.Ready, "finished", "")
        {
            After = Good,
            Happens = t => File.WriteAllText(t._shop.Sample("people.json"), pinned.Replace("people\"", "others\"", StringComparison.Ordinal)),
        });
        var report = Create(null);

        Assert.True(report.State == TaskState.Ready, report.Error);
        Assert.Equal(pinned, File.ReadAllText(At("metadata.json")));
        Assert.Equal(MergeState.Merged, _shop.Merge(s_branch.Text).State);
        Assert.Equal("2 0", _shop.Ask("SELECT (SELECT count(*) FROM people) || ' ' || (SELECT count(*) FROM sqlite_master WHERE name = 'others')"));
    }

    /// <summary>The branch, the report and every commit that was made are there.</summary>
    private void AssertKept(Trouble trouble, AgentReport report)
    {
        var kept = _shop.Workspace.Agents.Status(s_branch);
        Assert.Equal((report.State, report.End, report.Error), (kept.State, kept.End, kept.Error));
        var commits = _shop.Workspace.History.Log(new LogRequest(s_branch.Text, 50, null, AllBranches: false)).Select(e => e.Commit.Commit).ToList();
        Assert.Contains(commits, c => c.Message == "Pin metadata of " + report.Task);
        Assert.True(File.Exists(At("metadata.json")));
        Assert.NotEmpty(_shop.Workspace.Agents.Log(s_branch, follow: false, CancellationToken.None));
        if (trouble.After == 0) return;
        Assert.True(report.Steps.Count(s => s.State == "done") >= trouble.After - 1, $"{report.Steps.Count} steps");
        Assert.Contains(commits, c => c.Author is { Kind: AuthorKind.Agent, Name: "work/m agent" });
        Assert.True(File.Exists(At("generated/Ingestion.cs")));
        // Nothing of what somebody else did stands in the agent's name.
        Assert.DoesNotContain(commits, c => c.Author.Kind == AuthorKind.Agent && c.Message == "By hand");
        Assert.Equal(trouble.Left is not null, File.ReadAllText(At("generated/Validators.cs")).Contains("// By hand.", StringComparison.Ordinal));
    }

    private void GoOn(Trouble trouble)
    {
        if (trouble.RefusesRetry is { } code) Assert.Equal(code, Code(() => Retry(null)));
        if (trouble.Mended is not { } limits) return;
        _isOver = true;
        var asked = _server!.Asked.Count;
        var retried = Retry(limits.Length == 0 ? null : limits);
        Assert.True(retried.State == TaskState.Ready, retried.Error);
        // What was answered before is not paid again.
        if (limits.Length > 0) Assert.True(retried.Cost.Saved > 0 && _server.Asked.Count > asked, $"{retried.Cost}");
        Assert.Equal(MergeState.Merged, _shop.Merge(s_branch.Text).State);
        Assert.Equal("Ada,Grace", _shop.Ask("SELECT group_concat(name) FROM (SELECT name FROM people ORDER BY id)"));
        if (trouble.Left is { } left) Assert.Contains(left, File.ReadAllText(At("generated/Validators.cs")), StringComparison.Ordinal);
    }

    private void Serve(Trouble trouble)
    {
        var happened = false;
        _server = new ApiTestServer(question =>
        {
            if (question.Number > trouble.After && !_isOver)
            {
                if (trouble.Reply is { } reply) return reply(_wire);
                if (!happened) trouble.Happens?.Invoke(this);
                happened = true;
            }

            var tokens = question.Number == trouble.After && trouble.Tokens is { } many ? many : 12;
            return _wire.Answer(new WireAnswer("", ModelConversation.Work(_wire.Read(question.Body).Messages)) { InputTokens = tokens });
        }, trouble.IsExpired ? TestCertificate.Make("CN=old.example", "2020-01-01", "2021-02-03") : null);
        File.WriteAllText(Path.Combine(_shop.Folder, ".db-version-control", "config.yaml"), $$"""
            llm:
              retries: 1{{trouble.Settings}}
              providers:
                work: {protocol: {{_wire.Word}}, base_url: "{{_server.Root}}{{_wire.Base}}", model: m, key: {{Variable}}}
            """);
    }

    private AgentReport Create(string? limits, string model = "work") =>
        _shop.Workspace.Agents.Create(Request(model, limits), new SilentProgress(), CancellationToken.None);

    /// <summary>Null for a refusal before anything is looked at.</summary>
    private MergeState? Merge()
    {
        try
        {
            return _shop.Merge(s_branch.Text).State;
        }
        catch (DbVcException refused) when (refused.Kind == FailureKind.Refused)
        {
            return null;
        }
    }

    private AgentReport Retry(string? limits) =>
        _shop.Workspace.Agents.Retry(s_branch, new SilentProgress(), CancellationToken.None, reload: false, limits);

    private AgentRequest Request(string model, string? limits) =>
        new(_shop.Sample("people.json"), s_branch, null, model, AutoMerge: false) { Limits = limits };

    /// <summary>Another process of another person.</summary>
    private Workspace Open(string name)
    {
        var options = new WorkspaceOptions(TimeProvider.System, new Author(name, "", AuthorKind.Human), Published.WorkerFolder);
        return Workspace.Open(_shop.Folder, options with { LockTimeout = TimeSpan.FromMilliseconds(200) }, CancellationToken.None);
    }

    private void CommitByHand(Action change)
    {
        change();
        using var pat = Open("Pat");
        Assert.NotNull(pat.Branches.Commit(s_branch, "By hand", null, CancellationToken.None).Commit);
    }

    private void Edit() => File.AppendAllText(At("generated/Validators.cs"), "// By hand.\n");

    private void EditMetadata() => File.WriteAllText(At("metadata.json"), File.ReadAllText(At("metadata.json")).Replace("not null", "not blank"));

    private void WriteRow()
    {
        using var pat = Open("Pat");
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={pat.Branches.Show(s_branch).Database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "INSERT INTO products VALUES (9001, 'By hand', 1)";
        command.ExecuteNonQuery();
    }

    private string At(string file) => Path.Combine(_shop.Folder, "branches", s_branch.Folder, file);

    private string Main() => _shop.Workspace.Branches.Show(BranchName.Main).Head + _shop.Ask(
        "SELECT (SELECT group_concat(sql) FROM sqlite_master) || (SELECT group_concat(id || name) FROM customers) || (SELECT count(*) FROM products)");

    private static void Refused(string code, Action action) => Assert.Equal(code, Code(action));

    private static string Code(Action action) => Assert.Throws<DbVcException>(action).Code;

    /// <summary>What goes wrong after so many good answers, and how the task ends.</summary>
    private sealed record Trouble(TaskState State, string End, string Code)
    {
        public int After { get; init; }

        /// <summary>What the server says from then on.</summary>
        public Func<ModelWire, ApiReply>? Reply { get; init; }

        /// <summary>What somebody does then, once, before the next good answer.</summary>
        public Action<TaskTroubleTests>? Happens { get; init; }

        /// <summary>Whether it happens before the task begins.</summary>
        public bool IsGone { get; init; }

        public bool IsExpired { get; init; }

        public string Settings { get; init; } = "";

        public string? Limits { get; init; }

        /// <summary>Tokens that the last good answer is billed with.</summary>
        public int? Tokens { get; init; }

        public string Says { get; init; } = "";

        /// <summary>Limits with which a retry is through once the trouble is over; empty for the same, null where no retry is tried.</summary>
        public string? Mended { get; init; }

        /// <summary>The failure of a retry as long as nobody looked at what somebody else did.</summary>
        public string? RefusesRetry { get; init; }

        /// <summary>What stays of what somebody else wrote into the validators.</summary>
        public string? Left { get; init; }
    }
}

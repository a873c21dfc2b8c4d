using DbVc.Model;
using ModelContextProtocol;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>What a coding agent may change: the branches that were chosen, and never main.</summary>
public sealed class McpWriteTests : IAsyncDisposable
{
    private readonly McpShop _mcp = new();

    public ValueTask DisposeAsync() => _mcp.DisposeAsync();

    [Fact]
    public async Task An_agent_makes_a_pipeline_edits_its_code_and_a_person_merges()
    {
        var client = await _mcp.ConnectAsync("--write", "agent/*");
        var tools = await client.ListToolsAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Contains(tools, tool => tool.Name == "branch_merge");
        Assert.Contains(tools, tool => tool.ProtocolTool.Annotations!.DestructiveHint == true);

        var told = new List<ProgressNotificationValue>();
        var progress = new Listener(told);
        var made = await client.CallToolAsync("agent_create", McpShop.Arguments(new { file = "in/customers.json", branch = "agent/customers" }), progress,
            cancellationToken: TestContext.Current.CancellationToken);
        Assert.NotEqual(true, made.IsError);
        Assert.NotEmpty(told);
        Assert.All(told, value => Assert.NotEmpty(value.Message!));
        Assert.Equal(told.Count, told.Select(value => value.Progress).Distinct().Count());

        var status = await McpShop.SucceedsAsync(client, "agent_status", new { branch = "agent/customers" });
        Assert.Equal("ready", (string?)status["state"]);
        var files = await McpShop.SucceedsAsync(client, "branch_files", new { branch = "agent/customers" });
        var test = files["files"]!.AsArray().Select(file => (string)file!)
            .First(file => file.StartsWith("tests/", StringComparison.Ordinal) && file.EndsWith(".cs", StringComparison.Ordinal));
        var text = (string)(await McpShop.SucceedsAsync(client, "branch_file_read", new { branch = "agent/customers", path = test }))["text"]!;
        await McpShop.SucceedsAsync(client, "branch_file_write", new { branch = "agent/customers", path = test, text = text + "\n// Read by an agent.\n" });
        await McpShop.SucceedsAsync(client, "commit", new { branch = "agent/customers", message = "A remark" });
        var author = _mcp.Shop.Workspace.History.Find("agent/customers").Commit.Commit.Author;
        Assert.Equal(("Tess", AuthorKind.Agent), (author.Name, author.Kind));
        // The head moved on: what was judged is not what is there now.
        Assert.Equal(Orchestration.MergeState.Refused, _mcp.Shop.Merge("agent/customers").State);
        Assert.Equal("ready", (string?)(await McpShop.SucceedsAsync(client, "gate_run", new { branch = "agent/customers" }))["state"]);
        Assert.True((bool)(await McpShop.SucceedsAsync(client, "branch_review", new { branch = "agent/customers" }))["ready"]!);
        Assert.NotNull((await McpShop.SucceedsAsync(client, "evidence_show", new { revision = "agent/customers" }))["gates"]);

        await McpShop.FailsAsync(client, "access.person", "branch_merge", new { branch = "agent/customers", into = "main" });
        Assert.Equal("200", _mcp.Shop.Ask("SELECT count(*) FROM customers"));
        Assert.Equal(Orchestration.MergeState.Merged, _mcp.Shop.Merge("agent/customers").State);
    }

    [Fact]
    public async Task Other_branches_and_main_are_out_of_reach()
    {
        var client = await _mcp.ConnectAsync("--write", "agent/*", "--write", "exact");
        _mcp.Shop.Workspace.Branches.Create(BranchName.Parse("people"), null, CancellationToken.None);
        foreach (var branch in new[] { "people", "agents", "agent", "exactly" })
        {
            await McpShop.FailsAsync(client, "access.scope", "branch_create", new { branch });
            await McpShop.FailsAsync(client, "access.scope", "commit", new { branch, message = "Mine" });
            await McpShop.FailsAsync(client, "access.scope", "branch_delete", new { branch });
            await McpShop.FailsAsync(client, "access.scope", "agent_create", new { branch, file = "in/customers.json" });
            await McpShop.FailsAsync(client, "access.scope", "branch_merge", new { branch = "people", into = branch });
        }

        foreach (var (tool, arguments) in new (string, object)[]
        {
            ("branch_create", new { branch = "main" }), ("commit", new { branch = "main", message = "Mine" }), ("branch_delete", new { branch = "main" }),
            ("gate_run", new { branch = "main" }), ("branch_file_write", new { branch = "main", path = "generated/A.cs", text = "" }),
            ("branch_merge", new { branch = "people", into = "main" }), ("branch_merge", new { branch = "people", into = "main", dry_run = true }),
        })
        {
            await McpShop.FailsAsync(client, "access.person", tool, arguments);
        }

        await McpShop.SucceedsAsync(client, "branch_create", new { branch = "exact" });
        await McpShop.SucceedsAsync(client, "branch_delete", new { branch = "exact" });
    }

    [Fact]
    public async Task Branches_are_merged_into_each_other_and_conflicts_are_told_as_such()
    {
        var client = await _mcp.ConnectAsync("--write", "agent/*");
        foreach (var (branch, city) in new[] { ("agent/a", "Bonn"), ("agent/b", "Ulm"), ("agent/c", "Bonn") })
        {
            var database = (string)(await McpShop.SucceedsAsync(client, "branch_create", new { branch, expires = "7d" }))["database"]!;
            KillableShop.Execute(database, $"UPDATE customers SET city = '{city}' WHERE id = 1");
            Assert.NotNull((await McpShop.SucceedsAsync(client, "commit", new { branch, message = $"To {city}" }))["commit"]);
        }

        Assert.Equal("merged", (string?)(await McpShop.SucceedsAsync(client, "branch_merge", new { branch = "agent/c", into = "agent/a" }))["status"]);
        var (met, isError) = await McpShop.CallAsync(client, "branch_merge", new { branch = "agent/b", into = "agent/a" });
        Assert.Equal(("conflicts", true), ((string?)met["status"], isError));
        Assert.Single((await McpShop.SucceedsAsync(client, "conflicts_list"))["conflicts"]!.AsArray());
    }

    [Fact]
    public async Task A_source_that_is_not_below_the_folder_starts_no_task()
    {
        File.WriteAllText(_mcp.Shop.Sample("passwd.json"), """
            {"source": {"type": "csv", "location": "/etc/passwd"}, "destination": {"table": "customers"}, "schema": {"id": "integer"} }
            """);
        File.WriteAllText(_mcp.Shop.Sample("api.json"), """
            {"source": {"type": "api", "location": "https://example.com/a"}, "destination": {"table": "customers"}, "schema": {"id": "integer"} }
            """);
        var client = await _mcp.ConnectAsync("--write", "agent/*");
        await McpShop.FailsAsync(client, "access.file", "agent_create", new { file = "in/passwd.json", branch = "agent/x" });
        await McpShop.FailsAsync(client, "access.source", "agent_create", new { file = "in/api.json", branch = "agent/x" });
        Assert.Equal(["main"], (await McpShop.SucceedsAsync(client, "branch_list"))["branches"]!.AsArray().Select(b => (string?)b!["name"]));
    }

    [Fact]
    public async Task Calls_at_the_same_time_all_end_well()
    {
        var client = await _mcp.ConnectAsync("--write", "agent/*");
        var calls = Enumerable.Range(0, 6).Select(i => McpShop.SucceedsAsync(client, "branch_create", new { branch = $"agent/n{i}" }))
            .Concat(Enumerable.Range(0, 12).Select(_ => McpShop.SucceedsAsync(client, "query", new { sql = "SELECT count(*) FROM customers" })))
            .Concat(Enumerable.Range(0, 4).Select(_ => McpShop.SucceedsAsync(client, "status")));
        await Task.WhenAll(calls);
        Assert.Equal(7, (await McpShop.SucceedsAsync(client, "branch_list"))["branches"]!.AsArray().Count);
    }

    /// <summary>Not <see cref="Progress{T}"/>, which hands over later and in any order.</summary>
    private sealed class Listener(List<ProgressNotificationValue> told) : IProgress<ProgressNotificationValue>
    {
        public void Report(ProgressNotificationValue value)
        {
            lock (told) told.Add(value);
        }
    }
}

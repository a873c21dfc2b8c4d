using System.Diagnostics;
using System.Text.Json.Nodes;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>The process behind the pipes: what it writes, when it ends, and what is left when it is killed.</summary>
public sealed class McpProcessTests : IAsyncDisposable
{
    private const string Begin = """
        {"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"raw","version":"1"}}}
        """;

    private const string Begun = """{"jsonrpc":"2.0","method":"notifications/initialized"}""";

    private readonly McpShop _mcp = new();

    public ValueTask DisposeAsync() => _mcp.DisposeAsync();

    [Fact]
    public async Task Nothing_but_the_protocol_is_written_and_the_end_of_the_client_is_the_end()
    {
        var server = _mcp.Start("--write", "agent/*");
        await SendAsync(server, Begin, Begun, Call(1, "status"), Call(2, "branch_create", """{"branch": "agent/x"}"""));
        await ReadAsync(server, 0);
        var answers = new[] { await ReadAsync(server), await ReadAsync(server) };
        Assert.Equal([1, 2], answers.Select(answer => (int)answer["id"]!).Order());
        server.StandardInput.Close();
        Assert.Equal("", await server.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken));
        await server.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, server.ExitCode);
    }

    [Fact]
    public async Task What_is_no_message_is_answered_or_passed_over_and_the_next_one_is_answered()
    {
        var server = _mcp.Start();
        await SendAsync(server, Begin, Begun);
        await ReadAsync(server, 0);
        await SendAsync(server, "{", "", "null", "[1, 2", "\"text\"", "{\"jsonrpc\":\"2.0\"}", new string('[', 5000), "\uFFFE", Call(7, "no_such_tool"));
        var unknown = await ReadAsync(server, 7);
        Assert.Equal(-32602, (int)unknown["error"]!["code"]!);
        await SendAsync(server, """{"jsonrpc":"2.0","id":8,"method":"no/such/method"}""");
        Assert.Equal(-32601, (int)(await ReadAsync(server, 8))["error"]!["code"]!);
        await SendAsync(server, """{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"query","arguments":{"sql":{"$ne":1}}}}""");
        Assert.Equal("mcp.arguments", Code(await ReadAsync(server, 9)));
        await SendAsync(server, Call(10, "status"));
        Assert.NotEqual(true, (bool?)(await ReadAsync(server, 10))["result"]!["isError"]);
    }

    [Fact]
    public async Task A_cancelled_call_ends_and_leaves_a_stopped_task_and_the_server_goes_on()
    {
        var server = _mcp.Start("--write", "agent/*");
        await SendAsync(server, Begin, Begun);
        await ReadAsync(server, 0);
        await SendAsync(server, """
            {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"agent_create",
             "arguments":{"file":"in/customers.json","branch":"agent/customers"},"_meta":{"progressToken":"steps"} } }
            """);
        Assert.Equal("steps", (string?)(await ReadAsync(server))["params"]!["progressToken"]);
        await SendAsync(server, """{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}""");
        // A change waits for its turn, and so for the end of the one that was cancelled.
        await SendAsync(server, Call(2, "branch_create", """{"branch": "agent/next"}"""));
        Assert.NotEqual(true, (bool?)(await ReadAsync(server, 2))["result"]!["isError"]);
        Assert.Equal(Orchestration.TaskState.Stopped, Assert.Single(_mcp.Shop.Workspace.Agents.List()).State);
        Assert.Equal("200", _mcp.Shop.Ask("SELECT count(*) FROM customers"));
        Assert.True(_mcp.Shop.Workspace.Upkeep.Verify(CancellationToken.None).Ok);
    }

    [Fact]
    public async Task A_request_to_terminate_ends_it_at_once()
    {
        var server = _mcp.Start();
        await SendAsync(server, Begin);
        await ReadAsync(server, 0);
        using (var kill = Process.Start("kill", ["-TERM", $"{server.Id}"])) await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(20));
        await server.WaitForExitAsync(patience.Token);
        Assert.Equal(0, server.ExitCode);
    }

    [Fact]
    public async Task Killed_in_the_midst_of_a_change_it_leaves_the_old_state_or_the_new_one()
    {
        for (var round = 0; round < 4; round++)
        {
            var server = _mcp.Start("--write", "agent/*");
            await SendAsync(server, Begin, Begun);
            await ReadAsync(server, 0);
            await SendAsync(server, Call(1, "agent_create", $$"""{"file": "in/customers.json", "branch": "agent/k{{round}}"}"""));
            await Task.Delay(TimeSpan.FromMilliseconds(300 + (900 * round)), TestContext.Current.CancellationToken);
            server.Kill();
            await server.WaitForExitAsync(TestContext.Current.CancellationToken);

            Assert.Equal("200", _mcp.Shop.Ask("SELECT count(*) FROM customers"));
            Assert.True(_mcp.Shop.Workspace.Upkeep.Verify(CancellationToken.None).Ok);
            // Between its branch and its metadata a task waits for metadata; that is the old state, too.
            Assert.All(_mcp.Shop.Workspace.Agents.List(), task => Assert.Equal(
                task.MetadataHash is null ? Orchestration.TaskState.Waiting : Orchestration.TaskState.Stopped, task.State));
        }

        // And one goes on with what is there.
        var last = _mcp.Shop.Workspace.Agents.List().LastOrDefault(task => task.State == Orchestration.TaskState.Stopped);
        if (last is null) return;
        var client = await _mcp.ConnectAsync("--write", "agent/*");
        Assert.Equal("ready", (string?)(await McpShop.SucceedsAsync(client, "agent_retry", new { branch = last.Branch }))["state"]);
    }

    [Fact]
    public async Task Secrets_of_the_environment_and_of_the_repository_never_come_out()
    {
        const string Canary = "canary-7f3a91";
        foreach (var name in new[] { "OPENAI_API_KEY", "PGPASSWORD", "SECRET_OF_SHOP" }) _mcp.Environment[name] = $"{Canary}-{name}";
        var secret = Path.Combine(_mcp.Shop.Folder, ".db-version-control", "secrets");
        Directory.CreateDirectory(secret);
        File.WriteAllText(Path.Combine(secret, "production"), Canary + "-file");
        File.WriteAllText(_mcp.Shop.Sample("env.json"), """
            {"source": {"type": "api", "location": "http://127.0.0.1:9/", "headers": {"X": "${SECRET_OF_SHOP}"} },
             "destination": {"table": "customers"}, "schema": {"id": "integer"} }
            """);
        var server = _mcp.Start("--write", "*");
        var id = 0;
        var requests = new List<string> { Begin.ReplaceLineEndings("").Trim(), Begun };
        foreach (var (tool, arguments) in new[]
        {
            ("status", "{}"),
            ("agent_create", """{"file": "in/env.json", "branch": "agent/env"}"""),
            ("metadata_explain", """{"file": "in/env.json"}"""),
            ("metadata_validate", """{"file": "../../../../proc/self/environ"}"""),
            ("metadata_infer", """{"file": ".db-version-control/secrets/production"}"""),
            ("agent_create", """{"file": "in/customers.json", "branch": "agent/customers"}"""),
            ("agent_log", """{"branch": "agent/customers", "limit": 1000}"""),
            ("agent_status", "{}"),
            ("evidence_show", """{"revision": "agent/customers"}"""),
            ("branch_review", """{"branch": "agent/customers"}"""),
            ("branch_file_read", """{"branch": "agent/customers", "path": "generated/../../../.db-version-control/secrets/production"}"""),
            ("query", """{"sql": "SELECT readfile('/proc/self/environ')"}"""), ("query", """{"sql": "SELECT load_extension('x')"}"""),
        })
        {
            requests.Add(Call(++id, tool, arguments));
        }

        var heard = new List<string>();
        foreach (var request in requests)
        {
            await SendAsync(server, request);
            if (request == Begun) continue;
            var answer = await ReadAsync(server);
            while (answer["id"] is null) answer = await ReadAsync(server);
            heard.Add(answer.ToJsonString());
        }

        server.StandardInput.Close();
        heard.Add(await server.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        Assert.Equal(id + 2, heard.Count);
        Assert.DoesNotContain(heard, text => text.Contains(Canary, StringComparison.Ordinal));
    }

    private static string Call(int id, string tool, string arguments = "{}") =>
        $$"""{"jsonrpc":"2.0","id":{{id}},"method":"tools/call","params":{"name":"{{tool}}","arguments":{{arguments}} } }""";

    private static string? Code(JsonNode answer) => (string?)JsonNode.Parse((string)answer["result"]!["content"]![0]!["text"]!)!["error"]!["code"];

    private static async Task SendAsync(Process server, params string[] messages)
    {
        foreach (var message in messages) await server.StandardInput.WriteLineAsync(message.ReplaceLineEndings("").Trim());
        await server.StandardInput.FlushAsync();
    }

    /// <summary>The next line, which is a message of the protocol or the test fails.</summary>
    private static async Task<JsonNode> ReadAsync(Process server)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromMinutes(3));
        var line = await server.StandardOutput.ReadLineAsync(patience.Token);
        Assert.True(line is not null, "The server ended.");
        var message = JsonNode.Parse(line)!;
        Assert.Equal("2.0", (string?)message["jsonrpc"]);
        return message;
    }

    private static async Task<JsonNode> ReadAsync(Process server, int id)
    {
        while (true)
        {
            var message = await ReadAsync(server);
            if (message["id"] is JsonValue value && value.TryGetValue<int>(out var number) && number == id) return message;
        }
    }
}

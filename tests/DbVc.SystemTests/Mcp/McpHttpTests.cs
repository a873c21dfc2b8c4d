using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using ModelContextProtocol.Client;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>The same over real HTTP: who shows no token that holds gets nothing, and a token reaches its branches.</summary>
public sealed class McpHttpTests : IAsyncDisposable
{
    private const string Ping = """{"jsonrpc": "2.0", "id": 1, "method": "ping"}""";

    private readonly McpShop _mcp = new();
    private readonly HttpClient _http = new();

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _mcp.DisposeAsync();
    }

    [Fact]
    public async Task A_token_reads_everything_and_changes_its_branches()
    {
        var (scoped, wide, viewer) = (_mcp.TokenOf("Bot", "agent", "agent/*"), _mcp.TokenOf("Bot", "agent"), _mcp.TokenOf("Vic", "viewer", "agent/*"));
        var (address, own) = await _mcp.ServeAsync();
        Assert.Null(own);

        var client = await _mcp.ConnectAsync(address, scoped);
        Assert.Contains(await ToolsAsync(client), tool => tool == "branch_create");
        await McpShop.SucceedsAsync(client, "branch_create", new { branch = "agent/x" });
        await McpShop.FailsAsync(client, "token.scope", "branch_create", new { branch = "other" });
        await McpShop.FailsAsync(client, "access.person", "commit", new { branch = "main", message = "Mine" });
        // Removing takes the role author.
        await McpShop.FailsAsync(client, "access.denied", "branch_delete", new { branch = "agent/x" });
        Assert.DoesNotContain(await ToolsAsync(client), tool => tool == "branch_delete");

        foreach (var (token, code) in new[] { (wide, "access.read-only"), (viewer, "access.denied") })
        {
            var reader = await _mcp.ConnectAsync(address, token);
            Assert.NotNull((await McpShop.SucceedsAsync(reader, "status"))["head"]);
            await McpShop.FailsAsync(reader, code, "branch_create", new { branch = "agent/y" });
        }

        var resources = await client.ListResourcesAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Contains(resources, resource => resource.Uri == "db-vc://branch/agent%2Fx");
    }

    [Fact]
    public async Task A_token_that_is_revoked_is_let_in_no_more()
    {
        var token = _mcp.TokenOf("Bot", "agent", "agent/*");
        var (address, _) = await _mcp.ServeAsync();
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(address, token)).Status);
        using (var ada = Orchestration.Workspace.Open(_mcp.Shop.Folder, new Orchestration.WorkspaceOptions(TimeProvider.System,
            new Model.Author("Ada", "", Model.AuthorKind.Human), "")
        { Credential = new Orchestration.Credential(null, "ada") }, CancellationToken.None))
        {
            ada.Access.RevokeToken(ada.Access.ListTokens().Single().Id);
        }

        var (status, body) = await PostAsync(address, token);
        Assert.Equal((HttpStatusCode.Unauthorized, "token.revoked"), (status, Code(body)));
        Assert.DoesNotContain(token, body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_nobody_is_known_the_server_has_a_token_of_its_own()
    {
        var (address, own) = await _mcp.ServeAsync("--write", "agent/*");
        Assert.NotNull(own);
        var client = await _mcp.ConnectAsync(address, own);
        await McpShop.SucceedsAsync(client, "branch_create", new { branch = "agent/x" });
        await McpShop.FailsAsync(client, "access.scope", "branch_create", new { branch = "other" });
        foreach (var token in new[] { null, "", "dbvc_" + new string('A', 43), own + "x", own[..^1], new string('x', 10_000) })
        {
            var (status, body) = await PostAsync(address, token);
            Assert.Equal(HttpStatusCode.Unauthorized, status);
            Assert.StartsWith("token.", Code(body), StringComparison.Ordinal);
            Assert.DoesNotContain(own, body, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_cancelled_call_over_http_ends()
    {
        var (address, own) = await _mcp.ServeAsync("--write", "agent/*");
        var client = await _mcp.ConnectAsync(address, own!);
        using var cancel = new CancellationTokenSource();
        var call = client.CallToolAsync("agent_create", McpShop.Arguments(new { file = "in/customers.json", branch = "agent/customers" }),
            new Trigger(cancel), cancellationToken: cancel.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await call);
        await McpShop.SucceedsAsync(client, "branch_create", new { branch = "agent/next" });
        Assert.All((await McpShop.SucceedsAsync(client, "agent_list"))["tasks"]!.AsArray(), task => Assert.Equal("stopped", (string?)task!["state"]));
    }

    [Theory]
    [InlineData("evil.example", null, HttpStatusCode.MisdirectedRequest)]
    [InlineData("127.0.0.1.evil.example", null, HttpStatusCode.MisdirectedRequest)]
    [InlineData(null, "https://evil.example", HttpStatusCode.Forbidden)]
    [InlineData(null, "null", HttpStatusCode.Forbidden)]
    [InlineData("proxy.example", "https://proxy.example", HttpStatusCode.OK)]
    [InlineData(null, "http://localhost:5000", HttpStatusCode.OK)]
    public async Task A_page_in_a_browser_gets_nothing_under_a_name_of_its_own(string? host, string? origin, HttpStatusCode expected)
    {
        var (address, own) = await _mcp.ServeAsync("--host", "proxy.example");
        Assert.Equal(expected, (await PostAsync(address, own, Ping, request =>
        {
            request.Headers.Host = host;
            if (origin is not null) request.Headers.Add("Origin", origin);
        })).Status);
    }

    [Fact]
    public async Task What_is_no_request_or_too_large_is_refused_and_the_server_goes_on()
    {
        var (address, own) = await _mcp.ServeAsync();
        foreach (var body in new[] { "", "{", "[]", "\"x\"", "{\"jsonrpc\": \"1.0\"}", new string('[', 100_000), "{\"jsonrpc\": \"2.0\", \"id\": 1}" })
        {
            var (status, said) = await PostAsync(address, own, body);
            Assert.NotEqual(HttpStatusCode.OK, status);
            Assert.DoesNotContain("   at ", said, StringComparison.Ordinal);
        }

        var large = Ping.Replace("ping", new string('x', 1024 * 1024), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await PostAsync(address, own, large)).Status);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(address, own)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await PostAsync(new Uri(address, "/other"), own)).Status);
    }

    private static async Task<IEnumerable<string>> ToolsAsync(McpClient client) =>
        (await client.ListToolsAsync(cancellationToken: TestContext.Current.CancellationToken)).Select(tool => tool.Name);

    private static string Code(string body) => (string)JsonNode.Parse(body)!["error"]!["code"]!;

    private async Task<(HttpStatusCode Status, string Body)> PostAsync(
        Uri address, string? token, string body = Ping, Action<HttpRequestMessage>? change = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        if (token is not null) request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
        change?.Invoke(request);
        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private sealed class Trigger(CancellationTokenSource cancel) : IProgress<ModelContextProtocol.ProgressNotificationValue>
    {
        public void Report(ModelContextProtocol.ProgressNotificationValue value) => cancel.Cancel();
    }
}

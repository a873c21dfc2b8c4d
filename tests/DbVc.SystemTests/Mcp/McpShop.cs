using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DbVc.Model;
using DbVc.Orchestration;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>A repository of sample data, and the published db-vc mcp on it, reached with the official client.</summary>
internal sealed partial class McpShop : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private readonly List<McpClient> _clients = [];
    private readonly List<Process> _servers = [];

    public SampleShop Shop { get; } = new();

    /// <summary>What the servers' environment holds besides.</summary>
    public Dictionary<string, string?> Environment { get; } = new() { ["DBVC_AUTHOR"] = "Tess <tess@example.com>", ["NO_COLOR"] = "1" };

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients) await client.DisposeAsync();
        foreach (var server in _servers)
        {
            if (!server.HasExited) server.Kill(entireProcessTree: true);
            server.Dispose();
        }

        Shop.Dispose();
    }

    /// <summary>A server of its own, over standard input and output.</summary>
    public async Task<McpClient> ConnectAsync(params string[] arguments)
    {
        var client = await McpClient.CreateAsync(new StdioClientTransport(new StdioClientTransportOptions
        {
            Name = "db-vc",
            Command = "dotnet",
            Arguments = [Published.ProgramPath, "mcp", "-C", Shop.Folder, .. arguments],
            EnvironmentVariables = Environment,
            WorkingDirectory = Path.GetTempPath(),
        }), cancellationToken: TestContext.Current.CancellationToken);
        _clients.Add(client);
        return client;
    }

    /// <summary>The process alone, for what the client would never send.</summary>
    public Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Published.ProgramPath, "mcp", "-C", Shop.Folder, .. arguments])
        {
            WorkingDirectory = Path.GetTempPath(),
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in Environment) start.Environment[name] = value;
        var process = Process.Start(start)!;
        _servers.Add(process);
        return process;
    }

    /// <summary>A server over HTTP at a free port; its address, and its own token where it said one.</summary>
    public async Task<(Uri Address, string? Token)> ServeAsync(params string[] arguments)
    {
        var server = Start(["--urls", "http://127.0.0.1:0", .. arguments]);
        string? token = null;
        using var patience = new CancellationTokenSource(s_patience);
        while (await server.StandardError.ReadLineAsync(patience.Token) is { } line)
        {
            if (OwnToken().Match(line) is { Success: true } said) token = said.Value;
            if (Serving().Match(line) is not { Success: true } serving) continue;
            _ = server.StandardError.ReadToEndAsync(CancellationToken.None);
            return (new Uri(serving.Groups["url"].Value + "/mcp"), token);
        }

        throw new InvalidOperationException("The server ended before it served.");
    }

    public async Task<McpClient> ConnectAsync(Uri address, string token)
    {
        var client = await McpClient.CreateAsync(new HttpClientTransport(new HttpClientTransportOptions
        {
            Endpoint = address,
            TransportMode = HttpTransportMode.StreamableHttp,
            AdditionalHeaders = new Dictionary<string, string> { ["Authorization"] = "Bearer " + token },
        }), cancellationToken: TestContext.Current.CancellationToken);
        _clients.Add(client);
        return client;
    }

    /// <summary>Calls a tool and reads its answer.</summary>
    public static async Task<(JsonNode Document, bool IsError)> CallAsync(McpClient client, string tool, object? arguments = null)
    {
        var result = await client.CallToolAsync(tool, Arguments(arguments), cancellationToken: TestContext.Current.CancellationToken);
        var text = Assert.IsType<TextContentBlock>(Assert.Single(result.Content)).Text;
        return (JsonNode.Parse(text)!, result.IsError == true);
    }

    public static async Task<JsonNode> SucceedsAsync(McpClient client, string tool, object? arguments = null)
    {
        var (document, isError) = await CallAsync(client, tool, arguments);
        Assert.False(isError, $"{tool}: {document.ToJsonString()}");
        return document;
    }

    /// <summary>The call is answered by a failure with this code, and by nothing else.</summary>
    public static async Task<JsonNode> FailsAsync(McpClient client, string code, string tool, object? arguments = null)
    {
        var (document, isError) = await CallAsync(client, tool, arguments);
        Assert.True(isError, $"{tool}: {document.ToJsonString()}");
        Assert.Equal(code, (string?)document["error"]!["code"]);
        Assert.Equal(["code", "message", "where", "hint"], document["error"]!.AsObject().Select(member => member.Key));
        return document["error"]!;
    }

    public static Dictionary<string, object?> Arguments(object? arguments) => arguments is null ? []
        : JsonSerializer.SerializeToElement(arguments).EnumerateObject().ToDictionary(member => member.Name, member => (object?)member.Value);

    /// <summary>A token of a user that is made if nobody knows them; Ada is the administrator.</summary>
    public string TokenOf(string user, string role, params string[] branches)
    {
        using var ada = Workspace.Open(Shop.Folder, new WorkspaceOptions(TimeProvider.System, new Author("Ada", "", AuthorKind.Human), Published.WorkerFolder)
        {
            Credential = new Credential(null, "ada"),
        }, CancellationToken.None);
        if (ada.Access.WhoAmI().By == "open") ada.Access.AddUser(new UserRequest("Ada", "ada@example.com", "person", "admin", ["ada"]));
        if (ada.Access.ListUsers().All(known => known.Name != user)) ada.Access.AddUser(new UserRequest(user, "", "agent", role, []));
        return ada.Access.CreateToken(new TokenRequest(user, null, branches, null)).Text;
    }

    [GeneratedRegex("dbvc_[A-Za-z0-9_-]+")]
    private static partial Regex OwnToken();

    [GeneratedRegex(@"serving at (?<url>http://\S+)")]
    private static partial Regex Serving();
}

using System.CommandLine;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DbVc.Commands;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Cli;

/// <summary>
/// Runs a command on the repository of a server: brings the files that it reads, sends what was typed, and prints what the command says there as it says it.
/// The same code writes it, so it is what the command prints here.
/// </summary>
internal sealed class RemoteRun(HttpClient client, Uri server, Terminal terminal, CancellationToken stop)
{
    private const string FramesType = "application/vnd.db-vc.console+ndjson";

    /// <summary>A command that is to run on a server, running; null for one that runs here.</summary>
    public static Task<int>? Find(CommandLine commands, ParseResult parsed, Verb verb, Terminal terminal, CancellationToken stop)
    {
        if (ServerAddress.Find(commands, parsed, verb) is not { } server) return null;
        return StartAsync(server, parsed, verb, terminal, stop);
    }

    private static async Task<int> StartAsync(Uri server, ParseResult parsed, Verb verb, Terminal terminal, CancellationToken stop)
    {
        // A command may work for hours; Ctrl-C ends it.
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(20) };
        using var client = new HttpClient(handler) { BaseAddress = server, Timeout = Timeout.InfiniteTimeSpan };
        if (Credential.OfProcess().Token is { } token) client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        try
        {
            return await new RemoteRun(client, server, terminal, stop).RunAsync(parsed, verb).ConfigureAwait(false);
        }
        catch (HttpRequestException failure)
        {
            throw new DbVcException(FailureKind.Failed, "server.unreachable", $"The server does not answer: {failure.Message}", server.ToString(),
                "Is it running? db-vc serve there; --server says where.", failure);
        }
        catch (Exception failure) when (failure is HttpIOException or JsonException)
        {
            throw BrokenOff(server);
        }
    }

    private async Task<int> RunAsync(ParseResult parsed, Verb verb)
    {
        var arguments = RemoteArguments.Of(parsed, verb);
        var files = new RemoteFiles(client, stop);
        foreach (var name in arguments.Read) arguments.Body[name] = await BringAsync(files, arguments.Body[name]!).ConfigureAwait(false);
        var made = arguments.Made is { } parameter ? RemoteFiles.PlaceFor(arguments.Body, parameter) : null;
        var path = "/api/v1/" + CommandContext.NameOf(verb).Replace(' ', '/');
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(arguments.Body) };
        request.Headers.Accept.ParseAdd(FramesType);
        request.Headers.Add("Db-Vc-Console", Wishes(parsed));
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop).ConfigureAwait(false);
        if (response.Content.Headers.ContentType?.MediaType != FramesType) throw await ProblemAsync(response, verb).ConfigureAwait(false);
        return await PrintAsync(response, made).ConfigureAwait(false);
    }

    private string Wishes(ParseResult parsed) => string.Join(", ",
        new[] { terminal is { IsOutTerminal: true, AllowsColor: true } ? "color" : null, parsed.GetValue<bool>("--json") ? "json" : null }.OfType<string>());

    private static async Task<JsonNode> BringAsync(RemoteFiles files, JsonNode given)
    {
        if (given is not JsonArray list) return await files.BringAsync((string)given!).ConfigureAwait(false);
        var brought = new JsonArray();
        foreach (var file in list) brought.Add((JsonNode)await files.BringAsync((string)file!).ConfigureAwait(false));
        return brought;
    }

    /// <summary>The exit code, which comes last.</summary>
    private async Task<int> PrintAsync(HttpResponseMessage response, string? made)
    {
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(stop).ConfigureAwait(false), Encoding.UTF8);
        FileStream? file = null;
        try
        {
            while (await lines.ReadLineAsync(stop).ConfigureAwait(false) is { } line)
            {
                var frame = JsonNode.Parse(line)!.AsObject();
                if (frame["exit"] is { } code) return (int)code;
                if (frame["out"] is { } text) await WriteAsync(terminal.Out, (string)text!).ConfigureAwait(false);
                if (frame["error"] is { } error) await WriteAsync(terminal.Error, (string)error!).ConfigureAwait(false);
                if (frame["file"] is not { } piece || made is null) continue;
                file ??= new FileStream(made, FileMode.CreateNew, FileAccess.Write);
                await file.WriteAsync(Convert.FromBase64String((string)piece!), stop).ConfigureAwait(false);
            }
        }
        finally
        {
            if (file is not null) await file.DisposeAsync().ConfigureAwait(false);
        }

        throw BrokenOff(server);
    }

    private static async Task WriteAsync(TextWriter writer, string text)
    {
        await writer.WriteAsync(text).ConfigureAwait(false);
        await writer.FlushAsync().ConfigureAwait(false);
    }

    private async Task<DbVcException> ProblemAsync(HttpResponseMessage response, Verb verb)
    {
        if (response.Content.Headers.ContentType?.MediaType != "application/problem+json")
            return new DbVcException(FailureKind.Failed, "server.other",
                $"What answers there is no server of db-vc: {(int)response.StatusCode}.", server.ToString());
        var problem = JsonNode.Parse(await response.Content.ReadAsStringAsync(stop).ConfigureAwait(false))!.AsObject();
        if ((string?)problem["code"] == "path.missing")
            return new DbVcException(FailureKind.Usage, "server.not-there", $"'{CommandContext.NameOf(verb)}' runs on the machine of its repository alone.",
                server.ToString(), "Run it there.");
        return new DbVcException((FailureKind)(int)problem["exit"]!, (string)problem["code"]!, (string)problem["message"]!, (string?)problem["where"],
            (string?)problem["hint"]);
    }

    private static DbVcException BrokenOff(Uri server) => new(FailureKind.Failed, "server.broken-off",
        "The answer was broken off; what was asked was done whole or not at all.", server.ToString(), "db-vc op log --server … says whether it was.");
}

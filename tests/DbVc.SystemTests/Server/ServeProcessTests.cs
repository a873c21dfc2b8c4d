using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>The published db-vc serve, and the published db-vc against it.</summary>
public sealed class ServeProcessTests : IAsyncDisposable
{
    private static readonly Dictionary<string, string> s_plain = new() { ["DBVC_AUTHOR"] = "Tess <tess@example.com>", ["NO_COLOR"] = "1" };

    private readonly SampleShop _shop = new();
    private readonly DirectoryInfo _elsewhere = Directory.CreateTempSubdirectory("dbvc-client-");
    private readonly HttpClient _client = new();
    private readonly List<Process> _servers = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string TokenFile => Path.Combine(_shop.Folder, ".db-version-control", "server-token");

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
        {
            if (!server.HasExited) server.Kill(entireProcessTree: true);
            await server.WaitForExitAsync(CancellationToken.None);
            server.Dispose();
        }

        _client.Dispose();
        _shop.Dispose();
        _elsewhere.Delete(recursive: true);
    }

    [Fact]
    public async Task A_command_against_a_server_says_and_does_what_it_says_and_does_there()
    {
        var (address, _) = await ServeAsync();
        var client = ClientOf(address);
        foreach (var words in new[] { "status", "log --graph", "branch show nope", "query SELECT*FROM(customers)", "status --json", "nonsense", "op log -n 1" })
        {
            var here = await Published.RunAsync(_shop.Folder, s_plain, words.Split(' '));
            var there = await Published.RunAsync(_elsewhere.FullName, client, words.Split(' '));
            Assert.Equal((here.ExitCode, here.Output, here.Error), (there.ExitCode, there.Output, there.Error));
        }

        // What it reads comes along, and what it makes is here.
        await File.WriteAllTextAsync(Path.Combine(_elsewhere.FullName, "towns.csv"), "id,town\n1,Bonn\n2,Ulm\n", Cancel);
        await SucceedsAsync(client, "metadata", "infer", "towns.csv", "--out", "towns.json");
        var metadata = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(_elsewhere.FullName, "towns.json"), Cancel))!;
        Assert.Equal("towns.csv", (string?)metadata["source"]!["location"]);
        await SucceedsAsync(client, "export", "all.dbvc");
        Assert.True(new FileInfo(Path.Combine(_elsewhere.FullName, "all.dbvc")).Length > 1000);

        // A task that nobody waits for is done by the server.
        await SucceedsAsync(client, "agent", "create", "--metadata", "towns.json", "--branch", "agent/towns", "--detach");
        var waited = Stopwatch.StartNew();
        while (!(await SucceedsAsync(client, "agent", "status", "agent/towns", "--json")).Contains("\"state\": \"ready\"", StringComparison.Ordinal))
        {
            Assert.True(waited.Elapsed < TimeSpan.FromMinutes(3), "The detached task was not done.");
            await Task.Delay(TimeSpan.FromSeconds(1), Cancel);
        }

        await SucceedsAsync(client, "branch", "merge", "agent/towns");
        Assert.Equal("2", _shop.Ask("SELECT count(*) FROM towns"));
    }

    [Fact]
    public async Task Killed_and_started_again_it_is_the_same_to_its_clients_and_asked_to_end_it_ends()
    {
        var (address, server) = await ServeAsync();
        var token = (await File.ReadAllTextAsync(TokenFile, Cancel)).Trim();
        var first = await CreateAsync(address, token, "work");
        Assert.Equal(HttpStatusCode.OK, first.Status);
        server.Kill();
        await server.WaitForExitAsync(Cancel);
        (address, server) = await ServeAsync();
        Assert.Equal(first, await CreateAsync(address, token, "work"));

        using var kill = Process.Start("kill", ["-TERM", $"{server.Id}"]);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        await server.WaitForExitAsync(patience.Token);
        Assert.Equal(0, server.ExitCode);
        var gone = await Published.RunAsync(_elsewhere.FullName, ClientOf(address), "status");
        Assert.Equal(1, gone.ExitCode);
        Assert.Contains("The server does not answer", gone.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_a_certificate_it_speaks_TLS_and_without_users_it_stays_on_loopback()
    {
        var (pem, key) = (Path.Combine(_elsewhere.FullName, "server.pem"), Path.Combine(_elsewhere.FullName, "key.pem"));
        MakeCertificate(pem, key);
        var (address, _) = await ServeAsync("--urls", "https://127.0.0.1:0", "--certificate", pem, "--key", key);
        Assert.Equal("https", new Uri(address).Scheme);
        var client = ClientOf(address);
        Assert.Equal(1, (await Published.RunAsync(_elsewhere.FullName, client, "status")).ExitCode);
        client["SSL_CERT_FILE"] = pem;
        await SucceedsAsync(client, "status");
        client["DBVC_SERVER"] = "http://db.example:7421";
        Assert.Equal(2, (await Published.RunAsync(_elsewhere.FullName, client, "status")).ExitCode);
        Assert.Equal(2, (await Published.RunAsync(_shop.Folder, s_plain, "serve", "--urls", "https://127.0.0.1:0")).ExitCode);
        Assert.Equal(4, (await Published.RunAsync(_shop.Folder, s_plain, "serve", "--urls", "http://0.0.0.0:0")).ExitCode);
    }

    private static void MakeCertificate(string pem, string keyFile)
    {
        using var key = System.Security.Cryptography.RSA.Create(2048);
        var request = new System.Security.Cryptography.X509Certificates.CertificateRequest("CN=localhost", key,
            System.Security.Cryptography.HashAlgorithmName.SHA256, System.Security.Cryptography.RSASignaturePadding.Pkcs1);
        var names = new System.Security.Cryptography.X509Certificates.SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var made = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        File.WriteAllText(pem, made.ExportCertificatePem());
        File.WriteAllText(keyFile, key.ExportPkcs8PrivateKeyPem());
    }

    private Dictionary<string, string> ClientOf(string address) => new(s_plain) { ["DBVC_SERVER"] = address, ["DBVC_TOKEN_FILE"] = TokenFile };

    private async Task<string> SucceedsAsync(Dictionary<string, string> client, params string[] words)
    {
        var ended = await Published.RunAsync(_elsewhere.FullName, client, words);
        Assert.True(ended.ExitCode == 0, $"{string.Join(' ', words)}: {ended.Output}{ended.Error}");
        return ended.Output;
    }

    private async Task<(HttpStatusCode Status, string Text)> CreateAsync(string address, string token, string name)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address + "/api/v1/branch/create") { Content = JsonContent.Create(new { name }) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.Add("Idempotency-Key", "once");
        using var response = await _client.SendAsync(request, Cancel);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(Cancel));
    }

    private async Task<(string Address, Process Server)> ServeAsync(params string[] options)
    {
        string[] words = ["serve", .. options.Length == 0 ? ["--urls", "http://127.0.0.1:0"] : options];
        var server = Published.Start(_shop.Folder, s_plain, words);
        _servers.Add(server);
        while (await server.StandardError.ReadLineAsync(Cancel) is { } line)
        {
            if (!line.StartsWith("db-vc serve: ", StringComparison.Ordinal)) continue;
            _ = server.StandardOutput.ReadToEndAsync(CancellationToken.None);
            _ = server.StandardError.ReadToEndAsync(CancellationToken.None);
            return (line.Split(' ')[2], server);
        }

        throw new InvalidOperationException("The server ended before it served.");
    }
}

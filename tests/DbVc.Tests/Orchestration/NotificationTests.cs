using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.Tests;

/// <summary>People are told what happened: over real HTTP, to a receiver that is away at first, and by commands.</summary>
public sealed class NotificationTests : IDisposable
{
    private const string Variable = "DBVC_TEST_WEBHOOK_SECRET";
    private const string Secret = "whsec_c2VjcmV0IG9mIHRoZSB0ZXN0cw==";

    private readonly ShopRepository _shop = new();
    private readonly int _port = FreePort();

    public NotificationTests() => Environment.SetEnvironmentVariable(Variable, Secret);

    public void Dispose() => _shop.Dispose();

    [Fact]
    public async Task A_receiver_that_is_away_at_first_gets_what_happened_signed_and_once()
    {
        Configure($"webhooks: ['http://127.0.0.1:{_port}/hook?key=${{{Variable}}}']");
        _shop.Branch("restock", "UPDATE customers SET balance = 60 WHERE id = 1");
        Assert.Equal(MergeState.Merged, _shop.Merge("restock").State);
        var waiting = Assert.Single(_shop.Workspace.Outbox.List());
        Assert.Equal(("merged", 2), (waiting.Notification.Event, waiting.Attempts));
        Assert.Contains("cannot be reached", waiting.Problem);
        Assert.NotNull(waiting.Next);
        Assert.DoesNotContain(Secret, JsonSerializer.Serialize(waiting), StringComparison.Ordinal);

        // Another process finds it, and the receiver is there now; it refuses once.
        _shop.Reopen();
        using var receiver = new Receiver(_port, refuse: 1);
        var left = Assert.Single(_shop.Workspace.Outbox.SendAll(TestContext.Current.CancellationToken));
        Assert.Equal("The receiver answered 503.", left.Problem);
        Assert.Empty(_shop.Workspace.Outbox.SendAll(TestContext.Current.CancellationToken));
        var (headers, body, path) = (await receiver.ReceiveAsync(2))[1];
        Assert.Equal("/hook?key=" + Secret, path);
        var key = Convert.FromBase64String(Secret["whsec_".Length..]);
        var signed = Encoding.UTF8.GetBytes($"{headers["webhook-id"]}.{headers["webhook-timestamp"]}.{body}");
        Assert.Equal("v1," + Convert.ToBase64String(HMACSHA256.HashData(key, signed)), headers["webhook-signature"]);
        using var json = JsonDocument.Parse(body);
        Assert.Equal(waiting.Notification.Id, headers["webhook-id"]);
        Assert.Equal(("merged", "restock", 1), (json.RootElement.GetProperty("event").GetString(), json.RootElement.GetProperty("branch").GetString(),
            json.RootElement.GetProperty("version").GetInt32()));
        Assert.Equal(_shop.Workspace.Branches.Show(BranchName.Main).Head.ToString(), json.RootElement.GetProperty("commit").GetString());
        Assert.Empty(_shop.Workspace.Outbox.List());
    }

    [Fact]
    public void A_command_gets_it_on_its_standard_input_and_its_text_stays_what_a_person_wrote()
    {
        var file = Path.Combine(_shop.Folder, "told.json");
        Configure($"commands: ['cat > {file}; test \"$DBVC_EVENT\" = rolled-back']");
        var before = _shop.Workspace.Branches.Show(BranchName.Main).Head;
        _shop.Branch("b-x", "DELETE FROM orders");
        _shop.Merge("b-x");
        Assert.Equal(2, Assert.Single(_shop.Workspace.Outbox.List()).Attempts);
        Assert.Contains("exit code 1", _shop.Workspace.Outbox.List()[0].Problem);
        _shop.Workspace.Replays.Rollback(new RollbackRequest(before.ToString(), DryRun: false), CancellationToken.None);
        using var json = JsonDocument.Parse(File.ReadAllText(file));
        Assert.Equal("rolled-back", json.RootElement.GetProperty("event").GetString());
        Assert.Single(_shop.Workspace.Outbox.List());
    }

    [Fact]
    public void A_test_is_marked_as_one_and_names_no_gates()
    {
        var file = Path.Combine(_shop.Folder, "told.json");
        Configure($"events: [failed]\n  commands: ['cat > {file}; test \"$DBVC_EVENT\" = test']");
        Assert.Empty(_shop.Workspace.Outbox.Test(TestContext.Current.CancellationToken));
        using var json = JsonDocument.Parse(File.ReadAllText(file));
        Assert.Equal(["id", "event", "time", "repository", "message", "version", "actor"], json.RootElement.EnumerateObject().Select(m => m.Name));
        Assert.Equal("test", json.RootElement.GetProperty("event").GetString());
    }

    [Theory]
    [InlineData("events: [ready]\n  commands: ['true']", 0)]
    [InlineData("webhooks: ['http://127.0.0.1:1/']\n  secret: DBVC_TEST_NOT_SET", 1)]
    [InlineData("webhooks: ['http://127.0.0.1:1/${DBVC_TEST_NOT_SET}']", 1)]
    public void What_cannot_or_shall_not_be_sent_keeps_no_merge_from_being_done(string settings, int waiting)
    {
        Configure(settings);
        _shop.Branch("restock", "UPDATE customers SET balance = 60 WHERE id = 1");
        Assert.Equal(MergeState.Merged, _shop.Merge("restock").State);
        Assert.Equal(waiting, _shop.Workspace.Outbox.List().Count);
        Assert.All(_shop.Workspace.Outbox.List(), d => Assert.Contains("is not set", d.Problem));
    }

    [Theory]
    [InlineData("events: [often]", "'often' is none of failed, ready, merged, rolled-back")]
    [InlineData("webhooks: ['ftp://user:pass@host/']", "a webhook is no address that begins with https:// or http://")]
    public void A_slip_in_the_settings_is_named_without_repeating_an_address(string settings, string expected)
    {
        Configure(settings);
        var failure = Assert.Throws<DbVcException>(() => Workspace.Settings(_shop.Folder).Get(null));
        Assert.Contains(expected, failure.Message);
        Assert.DoesNotContain("pass", failure.Message, StringComparison.Ordinal);
    }

    private void Configure(string lines)
    {
        File.WriteAllText(Path.Combine(_shop.Folder, ".db-version-control", "config.yaml"),
            $"notify:\n  {lines}\n" + (lines.Contains("secret:", StringComparison.Ordinal) ? "" : $"  secret: {Variable}\n"));
        _shop.Reopen();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>A real HTTP server that keeps what it gets, and refuses the first few.</summary>
    private sealed class Receiver : IDisposable
    {
        private readonly HttpListener _listener = new();
        private readonly List<(Dictionary<string, string> Headers, string Body, string Path)> _received = [];
        private readonly Task _serving;

        public Receiver(int port, int refuse)
        {
            _listener.Prefixes.Add($"http://127.0.0.1:{port}/");
            _listener.Start();
            _serving = ServeAsync(refuse);
        }

        public async Task<IReadOnlyList<(Dictionary<string, string> Headers, string Body, string Path)>> ReceiveAsync(int count)
        {
            while (true)
            {
                lock (_received)
                {
                    if (_received.Count >= count) return [.. _received];
                }

                await Task.Delay(10, TestContext.Current.CancellationToken);
            }
        }

        public void Dispose()
        {
            _listener.Stop();
            _serving.Wait(TimeSpan.FromSeconds(5));
        }

        private async Task ServeAsync(int refuse)
        {
            try
            {
                while (true)
                {
                    var context = await _listener.GetContextAsync();
                    using var reader = new StreamReader(context.Request.InputStream);
                    var body = await reader.ReadToEndAsync();
                    var headers = context.Request.Headers.AllKeys.ToDictionary(k => k!.ToLowerInvariant(), k => context.Request.Headers[k]!);
                    lock (_received) _received.Add((headers, body, context.Request.RawUrl!));
                    context.Response.StatusCode = refuse-- > 0 ? 503 : 204;
                    context.Response.Close();
                }
            }
            catch (Exception ended) when (ended is HttpListenerException or ObjectDisposedException)
            {
                // The test is over.
            }
        }
    }
}

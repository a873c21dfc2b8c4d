using System.Text;
using DbVc.TestServers;
using Xunit;
using static DbVc.TestServers.ApiReply;

namespace DbVc.Tests;

public sealed class ApiLoginTests : IDisposable
{
    private const string Secret = "s3cret/+ \"ä";

    private readonly Fetched _fetched = new();

    public ApiLoginTests() => _fetched.Variables["SECRET"] = Secret;

    public void Dispose() => _fetched.Dispose();

    [Theory]
    [InlineData("""{"type": "basic", "username": "me", "password": "${SECRET}"}""", "basic")]
    [InlineData("""{"type": "api_key", "query": "api_key", "key": "${SECRET}"}""", "query")]
    [InlineData("""{"type": "api_key", "header": "X-Key", "key": "${PLAIN}"}""", "header")]
    [InlineData("""{"type": "api_key", "header": "X-Key", "key_file": "key.txt"}""", "header")]
    [InlineData("""{"type": "bearer", "token": "${PLAIN}"}""", "bearer")]
    [InlineData("""{"type": "none"}""", "none")]
    public void Every_page_is_asked_for_with_the_login(string auth, string where)
    {
        _fetched.Variables["PLAIN"] = "p-1";
        File.WriteAllText(Path.Combine(_fetched.Folder, "key.txt"), "p-1\n");
        using var server = new ApiTestServer(q => Json(ApiScripts.List(q.Whole("offset", 0), 10)));

        Assert.Equal("1-25", _fetched.Fetch(server.Root + "/items", $"\"auth\": {auth}, \"pagination\": \"offset\""));

        Assert.Equal(4, server.Asked.Count);
        Assert.All(server.Asked, q => Assert.Equal(where, where switch
        {
            "basic" when q.Headers["Authorization"] == "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("me:" + Secret)) => "basic",
            "query" when q.Query["api_key"] == Secret => "query",
            "header" when q.Headers["X-Key"] == "p-1" => "header",
            "bearer" when q.Headers["Authorization"] == "Bearer p-1" => "bearer",
            _ => q.Headers.ContainsKey("Authorization") ? "something else" : "none",
        }));
    }

    [Fact]
    public void A_key_goes_along_to_the_next_page_although_its_address_lacks_it_and_is_written_nowhere()
    {
        using var server = new ApiTestServer(q => q.Whole("from", 0) == 20 ? Sent(403)
            : Json(ApiScripts.List(q.Whole("from", 0), 10),
                ("Link", $"</items?api_key={Uri.EscapeDataString(q.Query["api_key"])}&from={q.Whole("from", 0) + 10}>; rel=next")));

        var failure = _fetched.Fetch(server.Root + "/items",
            "\"auth\": {\"type\": \"api_key\", \"query\": \"api_key\", \"key\": \"${SECRET}\"}, \"pagination\": \"link\"");

        Assert.StartsWith("fetch.unauthorized", failure, StringComparison.Ordinal);
        Assert.All(server.Asked, q => Assert.Equal(Secret, q.Query["api_key"]));
        var written = string.Concat(Directory.GetFiles(_fetched.Folder, "*", SearchOption.AllDirectories).Select(File.ReadAllText));
        Assert.DoesNotContain("s3cret", written + failure, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("header")]
    [InlineData("body")]
    public void Tokens_are_fetched_kept_and_renewed_when_they_run_out_or_are_refused(string send)
    {
        var (given, valid) = (0, "");
        using var server = new ApiTestServer(q =>
        {
            if (q.Path == "/token")
            {
                var basic = q.Headers.GetValueOrDefault("Authorization") == "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("app:" + Secret));
                var form = q.Body.Contains("client_secret=s3cret%2F%2B+%22%C3%A4", StringComparison.Ordinal);
                if (q.Method != "POST" || !q.Body.Contains("grant_type=client_credentials&scope=read", StringComparison.Ordinal)) return Sent(400);
                if ((send == "header" ? basic && !form : form && !basic) is false) return Sent(401);
                return Json($"{{\"access_token\": \"{valid = $"t{++given}"}\", \"expires_in\": 100}}");
            }

            // After the second page the server forgets the token before its time; after the third one its time is over.
            if (q.Headers["Authorization"] != "Bearer " + valid) return Sent(401);
            if (q.Whole("offset", 0) == 10) valid = "";
            if (q.Whole("offset", 0) == 20) _fetched.Clock.Leap(TimeSpan.FromSeconds(75));
            return Json(ApiScripts.List(q.Whole("offset", 0), 10));
        });
        var auth = $$"""
            {"type": "oauth2", "token_url": "{{server.Root}}/token", "client_id": "app", "client_secret": "${SECRET}", "scope": "read", "send": "{{send}}"}
            """;

        Assert.Equal("1-25", _fetched.Fetch(server.Root + "/items", $"\"auth\": {auth}, \"pagination\": \"offset\""));
        Assert.Equal(3, given);
        Assert.Equal(5, server.Asked.Count(q => q.Path == "/items"));
    }

    [Theory]
    [InlineData(401, "", "fetch.token")]
    [InlineData(200, "{\"token\": 1}", "fetch.token")]
    [InlineData(200, "{\"access_token\": \"a\\nb\"}", "fetch.token")]
    [InlineData(302, "", "fetch.token")]
    [InlineData(500, "", "fetch.token")]
    public void A_server_that_gives_no_token_is_a_failure(int status, string body, string code)
    {
        using var server = new ApiTestServer(q => q.Path == "/token" ? new ApiReply(status, body) : Sent(401));
        var failure = _fetched.Fetch(server.Root + "/items",
            $$"""
            "auth": {"type": "oauth2", "token_url": "{{server.Root}}/token", "client_id": "app", "client_secret": "${SECRET}"}
            """);

        Assert.StartsWith(code, failure, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", failure, StringComparison.Ordinal);
        Assert.All(server.Asked, q => Assert.Equal("/token", q.Path));
    }

    [Fact]
    public void A_token_that_is_always_refused_is_renewed_once_and_no_more()
    {
        using var server = new ApiTestServer(q => q.Path == "/token" ? Json("{\"access_token\": \"t\"}") : Sent(401));
        Assert.StartsWith("fetch.unauthorized", _fetched.Fetch(server.Root + "/items",
            $$"""
            "auth": {"type": "oauth2", "token_url": "{{server.Root}}/token", "client_id": "app", "client_secret": "${SECRET}"}
            """), StringComparison.Ordinal);
        Assert.Equal(4, server.Asked.Count);
    }

    [Theory]
    [InlineData("\"auth\": {\"type\": \"bearer\", \"token\": \"${NOT_SET}\"}", "fetch.secret The environment variable NOT_SET is not set.")]
    [InlineData("\"auth\": {\"type\": \"bearer\", \"token\": \"${TWO_LINES}\"}", "fetch.secret The environment variable TWO_LINES holds a control character.")]
    [InlineData("\"auth\": {\"type\": \"bearer\", \"token_file\": \"no.txt\"}", "fetch.secret The file no.txt, which has a secret,")]
    [InlineData("\"query\": {\"a\": \"${NOT_SET}\"}", "fetch.secret The environment variable NOT_SET is not set.")]
    public void A_secret_that_is_not_there_is_said_before_anything_is_asked(string source, string expected)
    {
        _fetched.Variables["TWO_LINES"] = "a\nHost: evil";
        using var server = new ApiTestServer(_ => Json("[]"));

        Assert.StartsWith(expected, _fetched.Fetch(server.Root + "/items", source), StringComparison.Ordinal);
        Assert.Empty(server.Asked);
    }

    [Fact]
    public void A_secret_that_a_server_repeats_is_in_no_message()
    {
        using var server = new ApiTestServer(q => Sent(302, ("Location", $"http://{q.Headers["X-Key"]}.example.org/?k={q.Headers["X-Key"]}")));
        _fetched.Variables["KEY"] = "abcdef123456";

        var failure = _fetched.Fetch(server.Root + "/items", "\"auth\": {\"type\": \"api_key\", \"header\": \"X-Key\", \"key\": \"${KEY}\"}");
        Assert.StartsWith("fetch.redirect The server sends us on to what is at http://***.example.org", failure, StringComparison.Ordinal);
        Assert.DoesNotContain("abcdef", failure, StringComparison.Ordinal);
    }

    [Fact]
    public void No_secret_goes_over_a_plain_connection_unless_the_host_is_listed()
    {
        _fetched.Change(o => o with { PrivateHosts = ["127.0.0.1"], Resolve = (_, _) => Task.FromResult(new[] { System.Net.IPAddress.Loopback }) });
        using var server = new ApiTestServer(_ => Json("[{\"id\": 1}]"));
        const string Auth = "\"auth\": {\"type\": \"bearer\", \"token\": \"${SECRET}\"}";

        Assert.StartsWith("fetch.plain-login A secret would go to public.example", _fetched.Fetch($"http://public.example:{server.Port}/items", Auth),
            StringComparison.Ordinal);
        Assert.Empty(server.Asked);
    }
}

using DbVc.Fetching;
using DbVc.TestServers;
using Xunit;
using static DbVc.TestServers.ApiReply;

namespace DbVc.Tests;

public sealed class ApiFetchTests : IDisposable
{
    private readonly Fetched _fetched = new();

    public static TheoryData<string> Scripts => [.. ApiScripts.All.Keys];

    public void Dispose() => _fetched.Dispose();

    [Theory]
    [MemberData(nameof(Scripts))]
    public void Whatever_a_server_does_all_records_come_or_the_fetch_fails(string name)
    {
        var script = ApiScripts.All[name];
        using var server = new ApiTestServer(script.Answer);
        _fetched.Change(o => o with { LargestAnswer = 1 << 20, Retries = name == "never an answer" ? 1 : 5 });

        var came = _fetched.Fetch(server.Root + "/items", script.Source);

        if (script.Expected.Contains('.', StringComparison.Ordinal)) Assert.StartsWith(script.Expected, came, StringComparison.Ordinal);
        else Assert.Equal(script.Expected, came);
        if (script.Asked is { } asked) Assert.Equal(asked, server.Asked.Count);
    }

    [Theory]
    [InlineData("120", 120)]
    [InlineData("Sun, 01 Mar 2026 12:00:45 GMT", 45)]
    [InlineData("Sun, 01 Mar 2020 12:00:45 GMT", 0)]
    public void A_server_that_asks_for_patience_gets_it(string after, int seconds)
    {
        using var server = new ApiTestServer(q => q.Number == 1 ? Sent(429, ("Retry-After", after)) : Json(ApiScripts.List(0, 3)));

        Assert.Equal("1-3", _fetched.Fetch(server.Root + "/items", ""));
        Assert.Equal(TimeSpan.FromSeconds(seconds), seconds == 0 ? TimeSpan.Zero : Assert.Single(_fetched.Clock.Waits));
    }

    [Theory]
    [InlineData("", """{"items": ITEMS}""", null)]
    [InlineData("", """{"items": ITEMS, "next": null, "next_cursor": "", "has_more": false, "total": 3, "count": 3}""", null)]
    [InlineData("", """{"items": ITEMS, "next": "soon"}""", null)]
    [InlineData("", """{"items": ITEMS, "links": {"next": "/items?page=2"}}""", "its 'links.next' is an address")]
    [InlineData("", """{"items": ITEMS, "@odata.nextLink": "https://example.org/x"}""", "its '['@odata.nextLink']' is an address")]
    [InlineData("", """{"items": ITEMS, "next_page_token": "abc"}""", "its 'next_page_token' is not empty")]
    [InlineData("", """{"items": ITEMS, "has_more": true}""", "its 'has_more' is true")]
    [InlineData("", """{"items": ITEMS, "meta": {"total": 5458}}""", "its meta.total says 5,458")]
    [InlineData("\"pagination\": \"none\"", """{"items": ITEMS, "has_more": true}""", null)]
    [InlineData("", """{"items": [], "has_more": true}""", null)]
    public void Signs_of_more_pages_are_told_where_none_are_declared(string source, string body, string? sign)
    {
        using var server = new ApiTestServer(_ => Json(body.Replace("ITEMS", ApiScripts.List(0, 3), StringComparison.Ordinal)));
        var notices = new List<string>();
        _fetched.Change(o => o with { Notice = notices.Add });
        _fetched.Fetch(server.Root + "/items", source);
        if (sign is null) Assert.Empty(notices);
        else Assert.Contains(sign, Assert.Single(notices), StringComparison.Ordinal);
    }

    [Fact]
    public void Waits_grow_and_are_spread()
    {
        using var server = new ApiTestServer(_ => Sent(500));
        _fetched.Fetch(server.Root + "/items", "");
        var even = _fetched.Clock.Waits.ToList();
        Assert.Equal(5, even.Count);
        Assert.True(even[^1] > even[0] * 3, string.Join(", ", even));

        using var other = new Fetched();
        other.Change(o => o with { Jitter = () => 0.9 });
        other.Fetch(server.Root + "/items", "");
        Assert.NotEqual(even, other.Clock.Waits);
    }

    [Fact]
    public void A_fetch_that_failed_goes_on_where_it_was()
    {
        var broken = true;
        using var server = new ApiTestServer(q => q.Whole("offset", 0) == 20 && broken ? Sent(403) : Json(ApiScripts.List(q.Whole("offset", 0), 10)));
        const string Source = "\"pagination\": {\"type\": \"offset\"}";
        Assert.StartsWith("fetch.unauthorized", _fetched.Fetch(server.Root + "/items", Source), StringComparison.Ordinal);

        // What a process that died while it wrote may have left.
        File.AppendAllText(Path.Combine(_fetched.Folder, "unfinished", "records.jsonl"), "{\"id\": 99}\n{\"id\":");
        File.AppendAllText(Path.Combine(_fetched.Folder, "unfinished", "journal.jsonl"), "{\"records\": 25, \"by");
        broken = false;

        Assert.Equal("1-25", _fetched.Fetch(server.Root + "/items", Source));
        Assert.Equal(["0", "10", "20", "20", "25"], server.Asked.Select(q => q.Query["offset"]));
    }

    [Theory]
    [InlineData("too old")]
    [InlineData("of something else")]
    [InlineData("no longer known")]
    [InlineData("shorter than it says")]
    public void A_beginning_that_cannot_be_trusted_is_fetched_anew(string why)
    {
        var broken = true;
        using var server = new ApiTestServer(q => broken && q.Whole("offset", 0) == 10 ? Sent(403)
            : why == "no longer known" && q.Number == 3 ? Sent(410) : Json(ApiScripts.List(q.Whole("offset", 0), 10)));
        const string Source = "\"pagination\": {\"type\": \"offset\"}";
        _fetched.Fetch(server.Root + "/items", Source);
        broken = false;
        if (why == "too old") _fetched.Clock.Leap(TimeSpan.FromHours(25));
        if (why == "shorter than it says") File.WriteAllText(Path.Combine(_fetched.Folder, "unfinished", "records.jsonl"), "{}");

        Assert.Equal("1-25", _fetched.Fetch(server.Root + "/items", why == "of something else" ? Source + ", \"query\": {\"a\": 1}" : Source));
        Assert.Equal("0", server.Asked[why == "no longer known" ? 3 : 2].Query["offset"]);
    }

    [Fact]
    public void Records_come_as_they_were_written()
    {
        const string Records = "[{\"id\": 12345678901234567890.10, \"t\": \"\\u00e4 \\\"\\n\", \"t\": 1e400}, null, [1, 2], \"x\"]";
        using var server = new ApiTestServer(_ => Json(Records));

        Assert.Equal(["{\"id\": 12345678901234567890.10, \"t\": \"\\u00e4 \\\"\\n\", \"t\": 1e400}", "null", "[1, 2]", "\"x\""],
            _fetched.Lines(server.Root + "/items", ""));
    }

    [Fact]
    public void Parameters_of_the_address_stay_and_those_of_the_pagination_replace_their_like()
    {
        using var server = new ApiTestServer(q => Json(q.Whole("page", 0) > 1 ? "[]" : "[{\"id\": 1}]"));
        _fetched.Variables["REGION"] = "a&b=c";
        Assert.Equal("1", _fetched.Fetch(server.Root + "/items?page=7&region=${REGION}&x=%C3%A4",
            "\"query\": {\"y\": \"1 2\", \"z\": true}, \"pagination\": \"page\""));

        Assert.Equal(["1", "2"], server.Asked.Select(q => q.Query["page"]));
        Assert.All(server.Asked, q => Assert.Equal(("a&b=c", "ä", "1 2", "true"), (q.Query["region"], q.Query["x"], q.Query["y"], q.Query["z"])));
    }

    [Fact]
    public void A_host_that_cannot_be_reached_is_tried_again_and_then_named()
    {
        int port;
        using (var gone = new ApiTestServer(_ => Sent(200))) port = gone.Port;

        Assert.StartsWith($"fetch.unreachable http://127.0.0.1:{port} cannot be reached; it was tried 6 times.",
            _fetched.Fetch($"http://127.0.0.1:{port}/items", ""), StringComparison.Ordinal);
        Assert.Equal(5, _fetched.Clock.Waits.Count);
    }

    [Fact]
    public void An_interrupted_fetch_ends_at_once_and_keeps_its_pages()
    {
        using var cancel = new CancellationTokenSource();
        using var server = new ApiTestServer(q =>
        {
            if (q.Number == 2) cancel.Cancel();
            return Json(ApiScripts.List(q.Whole("offset", 0), 10)) with { Pause = q.Number == 2 ? TimeSpan.FromMinutes(5) : default };
        });
        var spec = Fetched.Read(server.Root + "/items", "\"pagination\": \"offset\"");
        using var journal = FetchJournal.Open(Path.Combine(_fetched.Folder, "unfinished"), spec.Identity, _fetched.Clock);

        Assert.ThrowsAny<OperationCanceledException>(() => FetchedSources.For(spec, _fetched.Options).Fetch(journal, cancel.Token));
        Assert.Equal(10, journal.Records);
    }

    [Fact]
    public void What_is_fetched_can_be_read_by_its_owner_alone()
    {
        var spec = Fetched.Read("https://example.org/items", "");
        var folder = Path.Combine(_fetched.Folder, "unfinished");
        using var journal = FetchJournal.Open(folder, spec.Identity, _fetched.Clock);

        if (OperatingSystem.IsWindows()) return;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
        foreach (var file in Directory.GetFiles(folder)) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }
}

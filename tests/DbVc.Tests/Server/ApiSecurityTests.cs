using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using DbVc.Orchestration;
using DbVc.Server;
using Xunit;

namespace DbVc.Tests;

/// <summary>What somebody on the network tries who should not get anywhere, or not further than their role.</summary>
public sealed class ApiSecurityTests
{
    private static readonly JsonObject s_work = new() { ["name"] = "work" };

    [Fact]
    public async Task Without_a_token_that_holds_nothing_of_the_repository_is_told()
    {
        await using var shop = await ServedShop.ServeAsync();
        var revoked = shop.Token("Art");
        shop.People.As("ada").Access.RevokeToken(shop.People.As("ada").Access.ListTokens().Single().Id);
        foreach (var (token, code) in new[] { (null, "token.missing"), ("", "token.missing"), ("dbvc_" + new string('A', 43), "token.unknown"),
            (revoked, "token.revoked") })
        {
            foreach (var path in new[] { "status", "branch/show?name=secret-name", "me", "files" })
            {
                var answer = await shop.GetAsync(path, token);
                answer.Failed(HttpStatusCode.Unauthorized, code);
                Assert.DoesNotContain("secret-name", answer.Text, StringComparison.Ordinal);
                Assert.StartsWith("Bearer", answer.Headers["WWW-Authenticate"], StringComparison.Ordinal);
                if (token?.Length > 0) Assert.DoesNotContain(token, answer.Text, StringComparison.Ordinal);
            }

            // Wrong tokens are guesses, and this test is no guesser.
            await shop.StartAgainAsync();
        }

        Assert.Equal("ok", (await shop.GetAsync("/healthz", null)).Ok().Text);
        Assert.Equal("ready", (await shop.GetAsync("/readyz", null)).Ok().Text);
    }

    [Fact]
    public async Task Whoever_guesses_tokens_waits_and_is_in_the_log()
    {
        await using var shop = await ServedShop.ServeAsync();
        var vic = shop.Token("Vic");
        for (var i = 0; i < 10; i++) Assert.Equal(HttpStatusCode.Unauthorized, (await shop.GetAsync("status", "dbvc_" + i)).Status);
        (await shop.GetAsync("status", "dbvc_10")).Failed(HttpStatusCode.ServiceUnavailable, "login.slow");
        // Who shares the address and has one that holds is not made to pay for it.
        (await shop.GetAsync("status", vic)).Ok();
        var noted = shop.People.As("ada").History.Operations(20).Where(o => o.Command.StartsWith("denied: serve", StringComparison.Ordinal)).ToList();
        Assert.Single(noted);
        Assert.Contains("token.unknown", noted[0].Command, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_role_and_the_branches_of_a_token_bound_what_is_done_and_denials_are_in_the_log()
    {
        await using var shop = await ServedShop.ServeAsync();
        var (vic, bot, art) = (shop.Token("Vic"), shop.Token("Bot", null, null, "agent/*"), shop.Token("Art", "viewer"));
        (await shop.PostAsync("branch/create", vic, s_work)).Failed(HttpStatusCode.Forbidden, "access.denied");
        (await shop.PostAsync("branch/create", art, s_work)).Failed(HttpStatusCode.Forbidden, "access.denied");
        (await shop.PostAsync("branch/create", bot, s_work)).Failed(HttpStatusCode.Forbidden, "token.scope");
        (await shop.PostAsync("branch/create", bot, new JsonObject { ["name"] = "agent/x" })).Ok();
        (await shop.PostAsync("user/add", bot, new JsonObject { ["name"] = "Eve", ["role"] = "admin" })).Failed(HttpStatusCode.Forbidden, "token.scope");
        (await shop.PostAsync("tag", vic, new JsonObject { ["name"] = "mine" })).Failed(HttpStatusCode.Forbidden, "access.denied");
        Assert.Equal(HttpStatusCode.BadRequest, (await shop.GetAsync("tag?name=mine", vic)).Status);
        Assert.Empty(shop.People.As("ada").Tags.List());
        var denied = shop.People.As("ada").History.Operations(50).Where(o => o.Command.StartsWith("denied: ", StringComparison.Ordinal)).ToList();
        Assert.Equal(
            ["Art denied: branch create (access.denied)", "Bot denied: branch create (token.scope)", "Bot denied: user add (token.scope)",
                "Vic denied: branch create (access.denied)", "Vic denied: tag (access.denied)"],
            denied.Select(o => $"{o.Actor} {o.Command}").Order(StringComparer.Ordinal));
        Assert.True(shop.People.As("ada").Audit.Verify(null).Ok);
    }

    [Fact]
    public async Task An_administrator_over_HTTP_does_not_decide_what_the_machine_runs()
    {
        await using var shop = await ServedShop.ServeAsync();
        var ada = shop.Token("Ada");
        foreach (var (key, value) in new[]
        {
            ("sandbox", "none"), ("notify.commands", "curl evil"), ("llm.providers", "x=http://evil"),
                ("sources.private-hosts", "10.0.0.0/8"), ("branches.server", "postgres://evil"),
            ("notify.webhooks", "https://evil/${PGPASSWORD}"),
        })
        {
            (await shop.PostAsync("config/set", ada, new JsonObject { ["key"] = key, ["value"] = new JsonArray(value) }))
                .Failed(HttpStatusCode.Forbidden, "access.machine");
        }

        (await shop.PostAsync("config/set", ada, new JsonObject { ["key"] = "gc.retention_days", ["value"] = new JsonArray("90") })).Ok();
        foreach (var (path, body) in new[]
        {
            ("import", new JsonObject { ["file"] = "a/b", ["database"] = "/tmp/x.db" }), ("metadata/infer", new JsonObject { ["metadata"] = "/etc/passwd" }),
            ("metadata/infer", new JsonObject { ["source"] = "a/b", ["privateHost"] = new JsonArray("localhost") }),
                ("init", []), ("serve", []), ("mcp", []), ("chat", []),
            ("status", new JsonObject { ["C"] = "/" }), ("status", new JsonObject { ["-C"] = "/" }), ("status", new JsonObject { ["server"] = "http://x" }),
        })
        {
            Assert.True((await shop.PostAsync(path, ada, body)).Status is HttpStatusCode.BadRequest or HttpStatusCode.NotFound, path);
        }
    }

    [Theory]
    [InlineData("../../secrets/production")]
    [InlineData("/etc/passwd")]
    [InlineData("in/../../../config.yaml")]
    [InlineData("in/.hidden")]
    [InlineData("file:///etc/passwd")]
    [InlineData("postgres://localhost/x")]
    [InlineData("https://evil.example/?k=${PGPASSWORD}")]
    [InlineData("in/link")]
    [InlineData("in/people\u0000.csv")]
    [InlineData("")]
    public async Task No_file_is_read_that_was_not_brought(string name)
    {
        await using var shop = await ServedShop.ServeAsync();
        var art = shop.Token("Art");
        (await shop.PutAsync("files/in/people.csv", art, new StringContent("id\n1\n"))).Ok();
        var folder = new Uploads(Path.Combine(shop.People.Shop.Folder, ".db-version-control"), "Art").Folder;
        File.CreateSymbolicLink(Path.Combine(folder, "in", "link"), "/etc/passwd");
        foreach (var path in new[] { "metadata/infer", "metadata/validate", "metadata/explain", "import" })
        {
            var answer = await shop.PostAsync(path, art, new JsonObject { [path == "metadata/infer" ? "source" : "file"] = name });
            Assert.True((int)answer.Status is >= 400 and < 500, $"{path}: {(int)answer.Status} {answer.Text}");
            Assert.DoesNotContain("root:", answer.Text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("csv", "/etc/passwd")]
    [InlineData("csv", "../../../config.yaml")]
    [InlineData("database", "shop.db")]
    [InlineData("database", "postgres://localhost/x")]
    [InlineData("api", "https://evil.example/?k=${PGPASSWORD}")]
    public async Task Metadata_that_was_brought_names_no_source_that_was_not(string type, string location)
    {
        await using var shop = await ServedShop.ServeAsync();
        var art = shop.Token("Art");
        var metadata = new JsonObject
        {
            ["source"] = new JsonObject { ["type"] = type, ["location"] = location, ["table"] = type == "database" ? "customers" : null },
            ["destination"] = new JsonObject { ["table"] = "lines" },
            ["schema"] = new JsonObject { ["line"] = "string" },
        };
        if (type != "database") metadata["source"]!.AsObject().Remove("table");
        (await shop.PutAsync("files/in/m.json", art, new StringContent(metadata.ToJsonString()))).Ok();
        foreach (var path in new[] { "agent/create", "metadata/explain" })
        {
            var answer = await shop.PostAsync(path, art, new JsonObject { [path == "agent/create" ? "metadata" : "file"] = "in/m.json" });
            Assert.True(answer.Status == HttpStatusCode.Forbidden || (path == "metadata/explain" && type != "csv"),
                $"{path}: {(int)answer.Status} {answer.Text}");
            Assert.DoesNotContain("root:", answer.Text, StringComparison.Ordinal);
        }

        File.WriteAllText(Path.Combine(shop.People.Shop.Folder, "secret.csv"), "line\nroot:x\n");
        (await shop.PostAsync("agent/create", art, new JsonObject { ["task"] = "ingest secret.csv into lines" }))
            .Failed(HttpStatusCode.UnprocessableEntity, "source.missing");
        (await shop.PostAsync("agent/create", art, new JsonObject { ["task"] = "load these 2 files: secret.csv and secret.csv" }))
            .Failed(HttpStatusCode.Forbidden, "access.source");
        Assert.Single(shop.People.As("ada").Branches.List());
    }

    [Theory]
    [InlineData("evil.example", null, HttpStatusCode.MisdirectedRequest, "serve.host")]
    [InlineData(null, "https://evil.example", HttpStatusCode.Forbidden, "serve.origin")]
    [InlineData(null, "null", HttpStatusCode.Forbidden, "serve.origin")]
    public async Task Pages_and_names_of_others_are_not_answered(string? host, string? origin, HttpStatusCode status, string code)
    {
        await using var shop = await ServedShop.ServeAsync();
        using var request = ServedShop.Request(HttpMethod.Get, "status", shop.Token("Ada"), []);
        if (host is not null) request.Headers.Host = host;
        if (origin is not null) request.Headers.Add("Origin", origin);
        var answer = await shop.SendAsync(request);
        answer.Failed(status, code);
        Assert.DoesNotContain(answer.Headers.Keys, name => name.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_browser_that_is_logged_in_changes_nothing_for_pages_that_do_not_say_who_they_are()
    {
        await using var shop = await ServedShop.ServeAsync();
        var token = shop.Token("Art");
        var login = (await shop.PostAsync("/login", null, new JsonObject { ["token"] = token },
            ("Origin", shop.Client.BaseAddress!.ToString().TrimEnd('/')))).Ok();
        Assert.Equal("Art", (string?)login.Json["name"]);
        var set = login.Headers["Set-Cookie"];
        Assert.Contains("httponly", set, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", set, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(token, set, StringComparison.Ordinal);
        var cookie = ("Cookie", set.Split(';')[0]);
        Assert.Equal("Art", (string?)(await shop.GetAsync("me", null, null, cookie)).Ok().Json["name"]);
        (await shop.PostAsync("branch/create", null, s_work, cookie)).Failed(HttpStatusCode.Forbidden, "serve.origin");
        (await shop.PostAsync("branch/create", null, s_work, cookie, ("Origin", "https://evil.example"))).Failed(HttpStatusCode.Forbidden, "serve.origin");
        // Another port is another site, also where it asks only.
        (await shop.PostAsync("undo", null, [], cookie, ("Origin", "http://localhost:3000"))).Failed(HttpStatusCode.Forbidden, "serve.origin");
        (await shop.GetAsync("status", null, null, cookie, ("Sec-Fetch-Site", "same-site"))).Failed(HttpStatusCode.Forbidden, "serve.origin");
        using var form = ServedShop.Request(HttpMethod.Post, "branch/create", token, []);
        form.Content = new FormUrlEncodedContent([KeyValuePair.Create("name", "work")]);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await shop.SendAsync(form)).Status);
        Assert.Single(shop.People.As("ada").Branches.List());
        (await shop.PostAsync("branch/create", null, s_work, cookie, ("Origin", shop.Client.BaseAddress!.ToString().TrimEnd('/')))).Ok();

        // It outlives the server and not the token.
        await shop.StartAgainAsync();
        (await shop.GetAsync("me", null, null, cookie)).Ok();
        var ada = shop.People.As("ada");
        ada.Access.RevokeToken(ada.Access.ListTokens().Single().Id);
        (await shop.GetAsync("me", null, null, cookie)).Failed(HttpStatusCode.Unauthorized, "token.revoked");
        (await shop.GetAsync("me", null, null, ("Cookie", cookie.Item2[..^4] + "AAAA"))).Failed(HttpStatusCode.Unauthorized, "token.missing");
    }

    [Fact]
    public async Task The_link_logs_one_browser_in_once()
    {
        await using var shop = await ServedShop.ServeAsync();
        var code = shop.Service<Sessions>().MakeLink(new Credential(null, "rae"));
        (await shop.GetAsync("/login?code=" + code[..^1] + (code[^1] == '0' ? "1" : "0"), null)).Failed(HttpStatusCode.Unauthorized, "login.wrong");
        var followed = await shop.GetAsync("/login?code=" + code, null);
        Assert.Equal((HttpStatusCode.Redirect, "/"), (followed.Status, followed.Headers["Location"]));
        Assert.Equal("Rae", (string?)(await shop.GetAsync("me", null, null, ("Cookie", followed.Headers["Set-Cookie"].Split(';')[0]))).Ok().Json["name"]);
        (await shop.GetAsync("/login?code=" + code, null)).Failed(HttpStatusCode.Unauthorized, "login.wrong");
    }

    [Fact]
    public async Task Bodies_that_are_too_large_too_deep_or_too_slow_are_not_waited_for()
    {
        await using var shop = await ServedShop.ServeAsync();
        var art = shop.Token("Art");
        var large = await shop.PostAsync("branch/create", art, new JsonObject { ["name"] = new string('x', 2 * 1024 * 1024) });
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, large.Status);
        using var deep = ServedShop.Request(HttpMethod.Post, "branch/create", art, []);
        deep.Content = new StringContent(new string('[', 1000), Encoding.UTF8, "application/json");
        (await shop.SendAsync(deep)).Failed(HttpStatusCode.BadRequest, "request.body");

        using var slow = new TcpClient();
        await slow.ConnectAsync(shop.Client.BaseAddress!.Host, shop.Client.BaseAddress.Port, ServedShop.Cancel);
        var stream = slow.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST /api/v1/branch/create HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {art}\r\n"
            + "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"), ServedShop.Cancel);
        using var reader = new StreamReader(stream, Encoding.ASCII);
        Assert.Contains(" 408 ", await reader.ReadLineAsync(ServedShop.Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_nobody_is_known_a_server_that_others_reach_does_not_start()
    {
        using var alone = new ShopRepository();
        var failure = Assert.Throws<Model.DbVcException>(() => ApiServer.Build(
            new Documents.ServerSettings(alone.Folder, "", ["http://0.0.0.0:0"], [], "Server", "")));
        Assert.Equal("serve.open", failure.Code);
        await using var server = ApiServer.Build(new Documents.ServerSettings(alone.Folder, "", ["http://127.0.0.1:0"], [], "Server", ""));
        var path = Path.Combine(alone.Folder, ".db-version-control", OwnToken.FileName);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        await using var again = ApiServer.Build(new Documents.ServerSettings(alone.Folder, "", ["http://127.0.0.1:0"], [], "Server", ""));
        Assert.Single(File.ReadAllLines(path));
    }

    [Fact]
    public async Task Files_take_the_role_that_has_something_made_of_them()
    {
        await using var shop = await ServedShop.ServeAsync();
        var vic = await shop.PutAsync("files/in/people.csv", shop.Token("Vic"), new StringContent("id\n1\n"));
        vic.Failed(HttpStatusCode.Forbidden, "access.denied");
        var bot = shop.Token("Bot");
        (await shop.PutAsync("files/in/people.csv", bot, new StringContent("id\n1\n"))).Ok();
        foreach (var name in new[] { "in/.hidden", "in/..%2F..%2Fx", "in/a%00b", "in/" + new string('x', 200) })
            Assert.True((int)(await shop.PutAsync("files/" + name, bot, new StringContent("x"))).Status is >= 400 and < 500, name);
        Assert.Equal("in/people.csv", (string?)Assert.Single((await shop.GetAsync("files", bot)).Json["files"]!.AsArray())!["name"]);
    }

    [Fact]
    public async Task What_an_agent_puts_into_the_queue_waits_for_a_person_to_run_it()
    {
        await using var shop = await new ServedShop().StartAsync(works: true);
        shop.People.Branch("art", "work");
        (await shop.PostAsync("merge/queue/add", shop.Token("Bot"), new JsonObject { ["branch"] = new JsonArray("work") })).Ok();
        await Task.Delay(TimeSpan.FromSeconds(3), ServedShop.Cancel);
        Assert.Equal("50", shop.People.Balance);
        Assert.Equal("queued", (string?)(await shop.GetAsync("merge/queue/list", shop.Token("Vic"))).Json["queue"]![0]!["state"]);
    }

    [Fact]
    public void What_fails_unexpectedly_tells_nothing_of_the_inside()
    {
        var problem = Problem.Of(new InvalidOperationException("password=hunter2"));
        Assert.Equal((500, "internal"), (problem.Status, problem.Code));
        Assert.DoesNotContain("hunter2", problem.Text, StringComparison.Ordinal);
    }
}

using System.Net;
using System.Text.Json.Nodes;
using DbVc.Commands;
using Xunit;

namespace DbVc.Tests;

/// <summary>The verbs over HTTP: the documents and texts of the command line, and what HTTP adds.</summary>
public sealed class ApiTests
{
    [Fact]
    public async Task Over_HTTP_a_verb_answers_the_document_and_the_text_of_the_command_line()
    {
        await using var shop = await ServedShop.ServeAsync();
        shop.People.Branch("art", "work");
        var vic = shop.Token("Vic");
        foreach (var (path, words) in new[]
        {
            ("status", "status"), ("log", "log"), ("log?limit=1&all=true", "log --limit 1 --all"), ("branch/list", "branch list"),
            ("branch/show?name=work", "branch show work"), ("diff?a=main&b=work", "diff main work"), ("show?rev=work&stat=true", "show work --stat"),
            ("blame?table=customers&limit=2", "blame customers --limit 2"), ("history?table=customers&key=1&at=work", "history customers --key 1 --at work"),
            ("query?sql=select%20*%20from%20customers&at=work", "query --at work"), ("op/log", "op log"), ("role/list", "role list"), ("tag", "tag"),
            ("config/get?key=agent.model", "config get agent.model"), ("invariant/list", "invariant list"), ("agent/list", "agent list"),
        })
        {
            string[] spoken = [.. words.Split(' '),
                .. words.StartsWith("query", StringComparison.Ordinal) ? ["select * from customers"] : Array.Empty<string>()];
            var document = (await shop.GetAsync(path, vic)).Ok();
            Assert.Equal("application/json", document.Type);
            Assert.Equal(await SaidAsync(shop, [.. spoken, "--json"]), document.Text);
            var text = (await shop.GetAsync(path, vic, "text/plain")).Ok();
            Assert.Equal("text/plain", text.Type);
            Assert.Equal(await SaidAsync(shop, spoken), text.Text);
        }

        var rows = (await shop.GetAsync("query?sql=select%20id,name%20from%20customers", vic, "text/csv")).Ok();
        Assert.Equal(("text/csv", "id,name\n1,Ann\n2,Bob\n"), (rows.Type, rows.Text));
    }

    [Fact]
    public async Task A_write_is_the_callers_own_and_meets_the_rules_that_it_always_meets()
    {
        await using var shop = await ServedShop.ServeAsync();
        var (art, rae) = (shop.Token("Art"), shop.Token("Rae"));
        shop.People.Rule("main", isProtected: true, approvals: 1, gates: "none");
        (await shop.PostAsync("branch/create", art, new JsonObject { ["name"] = "work" })).Ok();
        shop.People.Shop.WriteBranch("work", AccessShop.Rows);
        (await shop.PostAsync("commit", art, new JsonObject { ["branch"] = "work", ["message"] = "One more" })).Ok();
        Assert.Equal("Art", (string?)(await shop.GetAsync("show?rev=work", art)).Json["commit"]!["author"]!["name"]);

        var refused = (await shop.PostAsync("branch/merge", art, new JsonObject { ["name"] = "work" })).Ok();
        Assert.Equal(("4", "refused"), (refused.Headers["Db-Vc-Exit"], (string?)refused.Json["status"]));
        Assert.Equal(HttpStatusCode.Forbidden, (await shop.PostAsync("branch/approve", art, new JsonObject { ["name"] = "work" })).Status);
        (await shop.PostAsync("branch/approve", rae, new JsonObject { ["name"] = "work" })).Ok();
        var merged = (await shop.PostAsync("branch/merge", art, new JsonObject { ["name"] = "work" })).Ok();
        Assert.Equal(("0", "merged"), (merged.Headers["Db-Vc-Exit"], (string?)merged.Json["status"]));
        Assert.Equal("51", shop.People.Balance);
    }

    [Fact]
    public async Task A_branch_has_a_tag_and_what_is_held_to_it_is_not_done_elsewhere()
    {
        await using var shop = await ServedShop.ServeAsync();
        shop.People.Branch("art", "work");
        var art = shop.Token("Art");
        var tag = (await shop.GetAsync("branch/show?name=work", art)).Ok().Headers["ETag"];
        Assert.Equal($"\"{shop.People.Head("work")}\"", tag);
        shop.People.Change("art", "work");

        (await shop.PostAsync("branch/merge", art, new JsonObject { ["name"] = "work" }, ("If-Match", tag)))
            .Failed(HttpStatusCode.PreconditionFailed, "branch.not-expected");
        Assert.Equal("50", shop.People.Balance);
        (await shop.PostAsync("branch/rename", art, new JsonObject { ["name"] = "work", ["new"] = "other" }, ("If-Match", tag)))
            .Failed(HttpStatusCode.PreconditionFailed, "branch.not-expected");
        tag = (await shop.GetAsync("branch/show?name=work", art)).Headers["ETag"];
        Assert.Equal("merged", (string?)(await shop.PostAsync("branch/merge", art, new JsonObject { ["name"] = "work" }, ("If-Match", tag)))
            .Ok().Json["status"]);
        (await shop.PostAsync("branch/merge", art, new JsonObject { ["name"] = "work" }, ("If-Match", "*")))
            .Failed(HttpStatusCode.BadRequest, "request.if-match");
        (await shop.PostAsync("gc", shop.Token("Ada"), [], ("If-Match", tag))).Failed(HttpStatusCode.BadRequest, "request.if-match");
        (await shop.PostAsync("user/add", shop.Token("Ada"), new JsonObject { ["name"] = "Eve", ["role"] = "viewer" }, ("If-Match", tag)))
            .Failed(HttpStatusCode.BadRequest, "request.if-match");
    }

    [Fact]
    public async Task A_request_with_a_key_is_done_once_and_answered_the_same_again_even_after_a_restart()
    {
        await using var shop = await ServedShop.ServeAsync();
        var (art, rob) = (shop.Token("Art"), shop.Token("Rob"));
        var key = ("Idempotency-Key", "k-1");
        var work = new JsonObject { ["name"] = "work" };
        var first = (await shop.PostAsync("branch/create", art, work, key)).Ok();
        await shop.StartAgainAsync();
        var again = (await shop.PostAsync("branch/create", art, work, key)).Ok();
        Assert.Equal((first.Text, "true"), (again.Text, again.Headers["Idempotent-Replayed"]));
        (await shop.PostAsync("branch/create", art, new JsonObject { ["name"] = "other" }, key)).Failed(HttpStatusCode.UnprocessableEntity, "request.reused");
        // Keys are everybody's own, and a failure is an answer, too.
        Assert.Equal("branch.exists", (await shop.PostAsync("branch/create", rob, work, key)).Code);
        var failed = await shop.PostAsync("branch/create", rob, work, key);
        Assert.Equal(("branch.exists", "true"), (failed.Code, failed.Headers["Idempotent-Replayed"]));
        Assert.Equal(HttpStatusCode.BadRequest, (await shop.PostAsync("branch/create", art, work, ("Idempotency-Key", new string('k', 201)))).Status);
    }

    [Fact]
    public async Task A_key_that_was_begun_and_not_answered_is_not_begun_again()
    {
        await using var shop = await ServedShop.ServeAsync();
        // As a server leaves it that dies between the two.
        var art = shop.Token("Art");
        Assert.Null(shop.People.With(art).Answers.Begin("k-2", """{"verb":"branch create","form":"Document","expected":null,"given":{"name":["work"]}}"""));
        (await shop.PostAsync("branch/create", art, new JsonObject { ["name"] = "work" }, ("Idempotency-Key", "k-2")))
            .Failed(HttpStatusCode.Conflict, "request.begun");
        Assert.Single(shop.People.As("ada").Branches.List());
    }

    [Fact]
    public async Task A_file_that_was_brought_is_named_by_requests_and_one_that_is_made_is_the_answer()
    {
        await using var shop = await ServedShop.ServeAsync();
        var art = shop.Token("Art");
        (await shop.PutAsync("files/in/people.csv", art, new StringContent("id,name\n7,Zoe\n8,Yan\n"))).Ok();
        Assert.Equal("in/people.csv", (string?)(await shop.GetAsync("files", art)).Json["files"]![0]!["name"]);
        var inferred = (await shop.PostAsync("metadata/infer", art, new JsonObject { ["source"] = "in/people.csv", ["table"] = "people" })).Ok();
        Assert.Equal(2, (int)inferred.Json["records"]!);
        Assert.DoesNotContain(shop.People.Shop.Folder, inferred.Text, StringComparison.Ordinal);
        var made = (await shop.PostAsync("metadata/infer", art, new JsonObject { ["source"] = "in/people.csv", ["table"] = "people", ["out"] = "people.json" }))
            .Ok();
        Assert.Equal("attachment; filename=\"people.json\"", made.Headers["Content-Disposition"]);
        Assert.Equal("people.csv", (string?)made.Json["source"]!["location"]);

        // Everybody has their own, and they go when they are told to.
        Assert.Empty((await shop.GetAsync("files", shop.Token("Rob"))).Json["files"]!.AsArray());
        (await shop.PostAsync("metadata/infer", shop.Token("Rob"), new JsonObject { ["source"] = "in/people.csv" }))
            .Failed(HttpStatusCode.NotFound, "upload.missing");
        using var delete = ServedShop.Request(HttpMethod.Delete, "files/in/people.csv", art, []);
        Assert.Equal(HttpStatusCode.NoContent, (await shop.SendAsync(delete)).Status);
        Assert.Empty((await shop.GetAsync("files", art)).Json["files"]!.AsArray());

        using var export = ServedShop.Request(HttpMethod.Get, "export?file=shop.dbvc", art, []);
        using var exported = await shop.Client.SendAsync(export, ServedShop.Cancel);
        Assert.Equal("shop.dbvc", exported.Content.Headers.ContentDisposition!.FileName!.Trim('"'));
        Assert.True((await exported.Content.ReadAsByteArrayAsync(ServedShop.Cancel)).Length > 1000);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(shop.People.Shop.Folder, ".db-version-control", "scratch", "answers")));
    }

    [Fact]
    public async Task Rows_are_sent_as_they_are_read_however_many_they_are()
    {
        await using var shop = await ServedShop.ServeAsync();
        var sql = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000) SELECT i, 'row ' || i AS text FROM n";
        var rows = (await shop.GetAsync("query?sql=" + Uri.EscapeDataString(sql), shop.Token("Vic"), "text/csv")).Ok();
        Assert.Equal("chunked", rows.Headers["Transfer-Encoding"]);
        Assert.EndsWith("\n200000,row 200000\n", rows.Text, StringComparison.Ordinal);
        var document = (await shop.GetAsync("query?sql=" + Uri.EscapeDataString(sql), shop.Token("Vic"))).Ok();
        Assert.Equal(200_000, document.Json["rows"]!.AsArray().Count);
    }

    [Theory]
    [InlineData("branch/create", """{"name": 7}""", "/name")]
    [InlineData("branch/create", """{"name": "x", "name": "y"}""", "/name")]
    [InlineData("branch/create", """{"name": "x", "nmae": "y"}""", "/nmae")]
    [InlineData("branch/create", """{"name": "x", "tables": "customers"}""", "/tables")]
    [InlineData("branch/merge", """{"name": "x", "dryRun": "yes"}""", "/dryRun")]
    [InlineData("log", """{"limit": "many"}""", "/limit")]
    [InlineData("diff", """{"b": "main"}""", "/a")]
    [InlineData("branch/create", """["x"]""", null)]
    [InlineData("branch/create", """{"name": """, null)]
    public async Task What_is_wrong_with_a_request_is_said_with_its_place(string path, string body, string? where)
    {
        await using var shop = await ServedShop.ServeAsync();
        using var request = ServedShop.Request(HttpMethod.Post, path, shop.Token("Art"), []);
        request.Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        var answer = await shop.SendAsync(request);
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal(where, (string?)answer.Json["where"]);
        Assert.Equal(["type", "title", "status", "code", "message", "where", "hint", "exit"], answer.Json.Select(m => m.Key));
        Assert.Single(shop.People.As("ada").Branches.List());
    }

    private static async Task<string> SaidAsync(ServedShop shop, string[] words)
    {
        var terminal = new FakeTerminal();
        await new CommandLine().RunAsync(["-C", shop.People.Shop.Folder, .. words], terminal.Terminal);
        return terminal.Out;
    }
}

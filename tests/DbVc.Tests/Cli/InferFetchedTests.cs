using System.Text.Json.Nodes;
using DbVc.TestServers;
using Microsoft.Data.Sqlite;
using Xunit;

namespace DbVc.Tests;

/// <summary>Metadata is proposed from what an address or a database gives, and the file that is written fetches it again.</summary>
public sealed class InferFetchedTests : IDisposable
{
    private const int PageSize = 20;
    private readonly ShopCli _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task An_address_is_asked_once_and_a_next_page_that_nobody_declared_is_told()
    {
        using var server = new ApiTestServer(q => Page(q) with { Headers = new Dictionary<string, string> { ["Link"] = "</people?page=2>; rel=\"next\"" } });
        var file = Out("people.json");
        var json = await _cli.JsonAsync("metadata", "infer", server.Root + "/people", "--private-host", "127.0.0.1", "--out", file);

        Assert.Equal(["id", "email"], json["fields"]!.AsArray().Select(f => (string?)f!["name"]));
        Assert.Equal("people", (string?)json["table"]);
        var notice = Assert.Single(json["findings"]!.AsArray())!.ToString();
        Assert.Contains("one page of more: its header Link names a next page", notice, StringComparison.Ordinal);
        Assert.Contains("""write "pagination": {"type": "link"}""", notice, StringComparison.Ordinal);
        Assert.Equal($$"""{"type":"api","location":"{{server.Root}}/people"}""", JsonNode.Parse(File.ReadAllText(file))!["source"]!.ToJsonString());
        Assert.Single(server.Asked);
        Assert.Equal(0, (await _cli.RunAsync("metadata", "validate", file)).Code);
    }

    [Fact]
    public async Task A_draft_says_who_asks_and_how_and_stands_in_the_proposal_as_it_was_written()
    {
        using var server = new ApiTestServer(q => q.Headers.GetValueOrDefault("X-Key") == "k1" ? Page(q) : new ApiReply(401, "{}"));
        var draft = Out("draft.yaml");
        var source = $"""
            source:
              type: api
              location: {server.Root}/people
              headers: {"{X-Key: k1}"}
              pagination: {"{type: page, limit: 20}"}
              records: items
              limits: {"{pages: 500}"}
            """;
        File.WriteAllText(draft, source);
        var file = Out("people.json");
        var json = await _cli.JsonAsync("metadata", "infer", "--metadata", draft, "--private-host", "127.0.0.1", "--records", "50", "--out", file);

        Assert.Equal((50, false), ((int)json["records"]!, (bool)json["whole"]!));
        Assert.Equal(3, server.Asked.Count);
        Assert.Empty(json["findings"]!.AsArray());
        var written = JsonNode.Parse(File.ReadAllText(file))!["source"]!;
        Assert.Equal(["type", "location", "headers", "pagination", "records", "limits"], written.AsObject().Select(m => m.Key));
        Assert.Equal("k1", (string?)written["headers"]!["X-Key"]);
    }

    [Fact]
    public async Task Private_addresses_are_asked_only_where_somebody_allowed_it()
    {
        using var server = new ApiTestServer(Page);
        var refused = await _cli.RunAsync("metadata", "infer", server.Root + "/people", "--json");
        Assert.Equal((4, "fetch.private"), (refused.Code, (string?)JsonNode.Parse(refused.Error)!["error"]!["code"]));
        Assert.Empty(server.Asked);

        await _cli.RunAsync("config", "set", "sources.private-hosts", "127.0.0.1");
        Assert.Equal(0, (await _cli.RunAsync("metadata", "infer", server.Root + "/people")).Code);
    }

    [Fact]
    public async Task A_table_of_a_database_is_looked_at()
    {
        var shop = Out("other.db");
        using (var connection = new SqliteConnection($"Data Source={shop};Pooling=False"))
        {
            connection.Open();
            SqliteFixture.Execute(connection, """
                CREATE TABLE orders (id INTEGER PRIMARY KEY, mail TEXT, sum REAL);
                CREATE VIEW big AS SELECT * FROM orders WHERE sum > 50;
                WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
                INSERT INTO orders SELECT i, 'm' || i || '@example.org', i * 1.5 FROM n
                """);
        }

        var refused = await _cli.RunAsync("metadata", "infer", shop);
        Assert.Equal(2, refused.Code);
        Assert.Contains("The database has 2 tables and views.", refused.Error, StringComparison.Ordinal);
        Assert.Contains("--from, or --query: big, orders.", refused.Error, StringComparison.Ordinal);

        var file = Out("orders.json");
        var json = await _cli.JsonAsync("metadata", "infer", shop, "--from", "orders", "--out", file);
        Assert.Equal((60, true, "orders"), ((int)json["records"]!, (bool)json["whole"]!, (string?)json["table"]));
        Assert.Equal("""{"records":60,"whole":true,"loaded":60,"rejected":0,"leftOut":0}""", json["preview"]!.ToJsonString());
        var asked = await _cli.JsonAsync("metadata", "infer", shop, "--query", "SELECT id, sum FROM orders WHERE id <= 30;", "--table", "few");
        Assert.Equal((30, "few"), ((int)asked["records"]!, (string?)asked["table"]));
        Assert.Equal(["id", "sum"], asked["fields"]!.AsArray().Select(f => (string?)f!["name"]));
    }

    [Theory]
    [InlineData("metadata infer", "infer.source", "Name one source")]
    [InlineData("metadata infer shop.db --metadata draft.json", "infer.source", "Name one source")]
    [InlineData("metadata infer shop.db --from a --query SELECT", "infer.source", "one is enough")]
    [InlineData("metadata infer --metadata file.json", "infer.source", "is a file")]
    [InlineData("metadata infer --metadata wrong.json", "metadata.invalid", "did you mean 'pagination'")]
    [InlineData("metadata infer ftp://u:secret@example.org/people", "infer.source", "begin with ftp://")]
    [InlineData("metadata infer postgres://u:secret@127.0.0.1:1/d --from t", "metadata.invalid", "holds a password")]
    [InlineData("metadata infer postgres://u:secret@127.0.0.1:1/d", "metadata.invalid", "holds a password")]
    [InlineData("metadata infer https://u:secret@example.org/people", "metadata.invalid", "holds a login")]
    public async Task What_is_no_source_is_named_and_no_secret_repeated(string line, string code, string said)
    {
        File.WriteAllText(Out("file.json"), """{"source": "people.csv"}""");
        File.WriteAllText(Out("wrong.json"), """{"source": {"type": "api", "location": "https://example.org/x", "paginaton": "link"}}""");
        var arguments = line.Split(' ').Select(a => a.EndsWith(".json", StringComparison.Ordinal) ? Out(a) : a);
        var ended = await _cli.RunAsync([.. arguments, "--json"]);
        Assert.Equal((2, code), (ended.Code, (string?)JsonNode.Parse(ended.Error)!["error"]!["code"]));
        Assert.Contains(said, ended.Error.Replace("\\u0027", "'", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("secret@", ended.Error, StringComparison.Ordinal);
    }

    private string Out(string name) => Path.Combine(_cli.Shop.Folder, name);

    /// <summary>A hundred pages of twenty.</summary>
    private static ApiReply Page(ApiQuestion question)
    {
        var first = ((question.Whole("page", 1) - 1) * PageSize) + 1;
        var items = Enumerable.Range(first, first > 2000 ? 0 : PageSize).Select(i => $$"""{"id": {{i}}, "email": "p{{i}}@example.org"}""");
        return ApiReply.Json($$"""{"items": [{{string.Join(", ", items)}}]}""");
    }
}

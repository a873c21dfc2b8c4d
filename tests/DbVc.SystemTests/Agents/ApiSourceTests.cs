using System.Globalization;
using System.Text;
using System.Text.Json;
using DbVc.TestServers;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>A source behind an address, through the whole of a pipeline's life: asked by the host, once for each task, and only where it may be.</summary>
public sealed class ApiSourceTests : IDisposable
{
    private const string Secret = "tok-8d1f0c77aa";
    private static readonly Dictionary<string, string> s_environment = new() { ["API_TOKEN"] = Secret, ["DBVC_AUTHOR"] = "Tess <tess@example.com>" };

    private readonly string _folder = Directory.CreateTempSubdirectory("dbvc-api-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_an_address_gives_is_made_into_a_pipeline_merged_and_run_again()
    {
        var people = 25;
        using var server = new ApiTestServer(q => q.Headers.GetValueOrDefault("Authorization") == "Bearer " + Secret ? Page(q, people) : ApiReply.Sent(401));
        await Prepare(server);

        // Nothing private is asked before a person says so.
        var refused = await Say("agent", "create", "--metadata", "people.json", "--branch", "agent-people", "--json");
        Assert.Equal(4, refused.ExitCode);
        Assert.Contains("fetch.plain-login", refused.Error, StringComparison.Ordinal);
        Assert.Empty(server.Asked);
        await Do("config", "set", "sources.private-hosts", "127.0.0.1");

        var explained = await Do("metadata", "explain", "people.json");
        Assert.Contains("with the token from ${API_TOKEN}", explained.GetProperty("source").GetString(), StringComparison.Ordinal);
        Assert.Empty(server.Asked);

        var made = await Do("agent", "create", "--metadata", "people.json", "--branch", "agent-people");
        Assert.Equal("ready", made.GetProperty("state").GetString());
        Assert.Equal(24, made.GetProperty("rows").GetProperty("loaded").GetInt64());
        Assert.Equal(1, made.GetProperty("rows").GetProperty("rejected").GetInt64());
        Assert.Equal(4, server.Asked.Count);

        // What was fetched is the task's source for good.
        await Do("gate", "run", "agent-people");
        Assert.Equal(4, server.Asked.Count);
        await Do("branch", "merge", "agent-people");

        people = 30;
        var run = await Do("pipeline", "run", "people");
        Assert.Equal("merged", run.GetProperty("merge").GetProperty("status").GetString());
        Assert.Equal(30, run.GetProperty("run").GetProperty("rows").GetProperty("read").GetInt64());
        var count = await Do("query", "SELECT count(*), max(name) FROM people");
        Assert.Equal("[29,\"Name 9\"]", count.GetProperty("rows")[0].GetRawText());
        var listed = (await Do("pipeline", "list")).GetProperty("pipelines")[0];
        Assert.StartsWith(server.Root, listed.GetProperty("source").GetString(), StringComparison.Ordinal);

        // The run's branch is gone, and what was fetched for it; the agent's goes with its branch.
        Assert.Single(Directory.GetDirectories(Path.Combine(_folder, ".db-version-control", "fetched")));
        await Do("branch", "delete", "agent-people");
        Assert.Empty(Directory.GetDirectories(Path.Combine(_folder, ".db-version-control", "fetched")));
        await Do("verify");
        AssertNowhere(Secret);
    }

    [Fact]
    public async Task A_fetch_that_was_killed_goes_on_where_it_was_and_no_record_comes_twice()
    {
        var stuck = true;
        using var server = new ApiTestServer(q => Page(q, 60) with { Pause = stuck && q.Whole("offset", 0) == 20 ? TimeSpan.FromMinutes(5) : default });
        await Prepare(server);
        await Do("config", "set", "sources.private-hosts", "127.0.0.1");
        using (var killed = Published.Start(_folder, s_environment, "agent", "create", "--metadata", "people.json", "--branch", "agent-people"))
        {
            while (server.Asked.Count < 3) Assert.False(killed.WaitForExit(20), "the agent was through");
            killed.Kill();
            await killed.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(137, killed.ExitCode);
        }

        stuck = false;
        var made = await Do("agent", "create", "--metadata", "people.json", "--branch", "agent-people");
        Assert.Equal(60, made.GetProperty("rows").GetProperty("read").GetInt64());
        Assert.Equal(["0", "10", "20", "20", "30", "40", "50", "60"], server.Asked.Select(q => q.Query["offset"]));
        var count = await Do("query", "--branch", "agent-people", "SELECT count(*), count(DISTINCT id) FROM people");
        Assert.Equal("[59,59]", count.GetProperty("rows")[0].GetRawText());
    }

    [Fact]
    public async Task A_fetch_that_may_lack_records_makes_nothing()
    {
        using var server = new ApiTestServer(_ => ApiReply.Json("[{\"id\": 1, \"name\": \"a\"}]", ("X-Total", "5458")));
        await Prepare(server, "\"total\": {\"header\": \"X-Total\"}");
        await Do("config", "set", "sources.private-hosts", "127.0.0.1");

        var failed = await Say("agent", "create", "--metadata", "people.json", "--branch", "agent-people", "--json");
        Assert.Equal(1, failed.ExitCode);
        var error = JsonDocument.Parse(failed.Error.Split('\n').Last(l => l.StartsWith('{'))).RootElement.GetProperty("error");
        Assert.Equal("fetch.total", error.GetProperty("code").GetString());
        Assert.Equal("The server says 5,458 records, read were 1.", error.GetProperty("message").GetString());
        Assert.Equal(1, (await Do("branch", "list")).GetProperty("branches").GetArrayLength());
    }

    private static ApiReply Page(ApiQuestion question, int people)
    {
        var from = question.Whole("offset", 0);
        var page = Enumerable.Range(from + 1, Math.Clamp(people - from, 0, 10))
            .Select(id => string.Create(CultureInfo.InvariantCulture, $"{{\"id\": {id}, \"name\": {(id == 7 ? "null" : $"\"Name {id}\"")}}}"));
        return ApiReply.Json($"[{string.Join(',', page)}]");
    }

    private async Task Prepare(ApiTestServer server, string members = "\"pagination\": \"offset\"")
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "people.json"), $$"""
            {
              "task_id": "people",
              "source": {
                "type": "api", "location": "{{server.Root}}/people", "auth": {"type": "bearer", "token": "${API_TOKEN}"}, {{members}}
              },
              "destination": {"table": "people", "disposition": "upsert"},
              "schema": {"id": {"type": "integer", "primary_key": true}, "name": "string"},
              "validations": ["name is required"],
              "test_data": {"validation_threshold": 0.5}
            }
            """);
        await Do("init", "--database", "shop.db");
    }

    private void AssertNowhere(string secret)
    {
        var bytes = Encoding.UTF8.GetBytes(secret);
        Assert.DoesNotContain(Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories), f => File.ReadAllBytes(f).AsSpan().IndexOf(bytes) >= 0);
    }

    private async Task<JsonElement> Do(params string[] arguments)
    {
        var ended = await Say([.. arguments, "--json"]);
        Assert.True(ended.ExitCode == 0, $"{string.Join(' ', arguments)}: {ended.ExitCode} {ended.Error}{ended.Output}");
        Assert.DoesNotContain(Secret, ended.Output + ended.Error, StringComparison.Ordinal);
        return JsonDocument.Parse(ended.Output).RootElement;
    }

    private Task<Ended> Say(params string[] arguments) => Published.RunAsync(_folder, s_environment, arguments);
}

using System.Text.Json;
using DbVc.TestServers;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>Another database as a source, and loads of only what is new, through the whole of a pipeline's life.</summary>
public sealed class DatabaseSourceTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dbvc-dbsource-").FullName;
    private readonly Dictionary<string, string> _environment = new() { ["DBVC_AUTHOR"] = "Tess <tess@example.com>" };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_is_new_in_another_database_is_loaded_once_and_again_after_it_was_taken_back()
    {
        var legacy = Path.Combine(_folder, "legacy.db");
        KillableShop.Execute(legacy, "CREATE TABLE events (id INTEGER, at TEXT); INSERT INTO events VALUES (1, '2024-01-01'), (2, '2024-01-02');");
        await Prepare("legacy.db", "events", "\"incremental\": \"at\"");
        Assert.Equal("ready", (await Do("agent", "create", "--metadata", "events.json", "--branch", "agent-events")).GetProperty("state").GetString());
        await Do("branch", "merge", "agent-events");

        var nothing = await Do("pipeline", "run", "events");
        Assert.True(nothing.GetProperty("nothingNew").GetBoolean());
        Assert.Equal(JsonValueKind.Null, nothing.GetProperty("run").ValueKind);

        // One more at the time of the last one, and a newer one.
        KillableShop.Execute(legacy, "INSERT INTO events VALUES (3, '2024-01-02'), (4, '2024-01-03');");
        var run = await Do("pipeline", "run", "events");
        Assert.Equal(2, run.GetProperty("run").GetProperty("rows").GetProperty("read").GetInt64());
        Assert.Equal("[4,4]", await Count());
        Assert.True((await Do("pipeline", "run", "events")).GetProperty("nothingNew").GetBoolean());

        // What is known of the source went back with the rows.
        await Do("rollback", "--to-commit", "HEAD~1");
        Assert.Equal("[2,2]", await Count());
        await Do("pipeline", "run", "events");
        Assert.Equal("[4,4]", await Count());
        await Do("verify");
    }

    [Theory]
    [InlineData(ServerKind.Postgres18)]
    [InlineData(ServerKind.MariaDb)]
    public async Task A_server_is_read_with_a_password_that_is_written_nowhere(ServerKind kind)
    {
        var server = DatabaseServer.Shared(kind);
        var address = new Uri(server.CreateDatabase());
        server.Run("CREATE TABLE events (id INTEGER, at VARCHAR(20)); INSERT INTO events VALUES (1, 'a'), (2, NULL)", address.AbsolutePath[1..]);
        if (kind == ServerKind.Postgres18) server.Run("GRANT SELECT ON events TO PUBLIC", address.AbsolutePath[1..]);
        _environment["SOURCE_PASSWORD"] = server.Password;
        var location = address.OriginalString.Replace(":" + server.Password + "@", ":${SOURCE_PASSWORD}@", StringComparison.Ordinal);
        await Prepare(location, "events", "\"limits\": {}");

        var made = await Do("agent", "create", "--metadata", "events.json", "--branch", "agent-events", "--auto-merge");
        Assert.Equal("merged", made.GetProperty("state").GetString());
        Assert.Equal("[2,2]", await Count());
        Assert.DoesNotContain(Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories),
            f => File.ReadAllBytes(f).AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(server.Password)) >= 0);
    }

    private async Task Prepare(string location, string table, string members)
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "events.json"), $$"""
            {
              "task_id": "events", "source": {"type": "database", "location": "{{location}}", "table": "{{table}}", {{members}}},
              "destination": "events", "schema": {"id": {"type": "integer"}, "at": "string"}
            }
            """);
        await Do("init", "--database", "shop.db");
    }

    private async Task<string> Count() =>
        (await Do("query", "SELECT count(*), count(DISTINCT id) FROM events")).GetProperty("rows")[0].GetRawText();

    private async Task<JsonElement> Do(params string[] arguments)
    {
        var ended = await Published.RunAsync(_folder, _environment, [.. arguments, "--json"]);
        Assert.True(ended.ExitCode == 0, $"{string.Join(' ', arguments)}: {ended.ExitCode} {ended.Error}{ended.Output}");
        return JsonDocument.Parse(ended.Output).RootElement;
    }
}

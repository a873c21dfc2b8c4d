using System.Text.Json;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>An agent's rows into a table that is not there yet, and again into the one that is, on every engine.</summary>
public sealed class NewTableTests : IDisposable
{
    private const string Metadata = """
        {
          "task_id": "TASK",
          "source": { "type": "csv", "location": "FILE", "delimiter": ";" },
          "destination": { "table": "readings" },
          "schema": {
            "sensor": { "type": "varchar(20)", "primary_key": true, "nullable": false },
            "nr": { "type": "integer", "primary_key": true, "nullable": false },
            "place": "string", "value": "decimal", "drift": "float", "ok": { "type": "boolean", "default": true },
            "day": "date", "at": "timestamp",
            "loaded_at": { "type": "timestamp", "default": "current_timestamp" }
          },
          "validations": [
            "value >= 0", { "rule": "no_duplicates", "fields": ["sensor", "at"] }, { "rule": "no_duplicates", "fields": ["value", "ok", "day"] }
          ],
          "preprocessing": [ "trim whitespace" ],
          "test_data": { "sample_size": 10, "validation_threshold": 0.4 }
        }
        """;

    private const string First = """
        sensor;nr;place;value;drift;ok;day;at
        a;1; Köln ;1.50;0.1;true;2026-01-02;2026-01-02 03:04:05
        a;2;;2;-1e3;false;2026-01-02;2026-01-02 03:04:06.25
        A;1;it's here;3.25;;yes;;2026-01-02T03:04:05Z
        b;1;Zürich;-4;0;no;2026-01-03;2026-01-03 00:00:00
        b;1;Zürich;4;0;no;2026-01-03;2026-01-03 00:00:00

        """;

    /// <summary>Two of them are there already: by sensor and time, by value, truth and day, each in other words.</summary>
    private const string Second = """
        sensor;nr;place;value;drift;ok;day;at
        a;7;x;9;1;true;2026-02-01;2026-01-02 03:04:05.000
        c;1;x;1.5;1;t;2026-01-02;2026-02-01 00:00:00
        c;2;x;1.51;1;t;2026-01-02;2026-02-01 00:00:01
        c;3;x;7;1;;2026-01-02;2026-02-01 00:00:02

        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("dbvc-newtable-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(LiveEngine.SqliteWal)]
    [InlineData(LiveEngine.Postgres15)]
    [InlineData(LiveEngine.Postgres18)]
    [InlineData(LiveEngine.MariaDb)]
    public async Task An_agent_makes_the_table_and_a_later_one_sees_what_is_in_it(LiveEngine engine)
    {
        using var live = LiveUnderTest.Start(engine);
        live.Execute("CREATE TABLE other (id INTEGER PRIMARY KEY, note VARCHAR(40));\nINSERT INTO other VALUES (1, 'kept');");
        string[] branches = live.Server is null ? [] : ["--branches", "production"];
        await Do(["init", "--database", live.Address, .. branches]);

        await Ingest("first", First, "4 loaded");
        Assert.Equal("4", live.Scalar("SELECT count(*) FROM readings"));
        Assert.Equal("4", live.Scalar("SELECT count(loaded_at) FROM readings"));
        Assert.Equal("6.75", live.Scalar("SELECT sum(value) FROM readings WHERE sensor <> 'b'").TrimEnd('0'));

        await Ingest("second", Second, "2 loaded");
        Assert.Equal("6", live.Scalar("SELECT count(*) FROM readings"));
        Assert.Equal("1", live.Scalar("SELECT count(*) FROM readings WHERE nr = 3 AND ok"));

        await Do("rollback", "--to-commit", "HEAD~1");
        Assert.Equal("4", live.Scalar("SELECT count(*) FROM readings"));
        await Do("rollback", "--to-commit", "HEAD~3");
        Assert.Equal("kept", live.Scalar("SELECT note FROM other"));
        Assert.NotNull(Record.Exception(() => live.Scalar("SELECT count(*) FROM readings")));
        await Do("verify");
    }

    private async Task Ingest(string name, string rows, string said)
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, name + ".csv"), rows);
        await File.WriteAllTextAsync(Path.Combine(_folder, name + ".json"),
            Metadata.Replace("TASK", name, StringComparison.Ordinal).Replace("FILE", name + ".csv", StringComparison.Ordinal));
        await Do("agent", "create", "--metadata", name + ".json", "--branch", name);
        var review = await Say("branch", "review", name);
        Assert.True(review.Output.Contains(said, StringComparison.Ordinal), review.Output);
        await Do("branch", "merge", name, "--yes");
    }

    private async Task<JsonElement> Do(params string[] arguments) =>
        JsonDocument.Parse((await Say([.. arguments, "--json"])).Output).RootElement.Clone();

    private async Task<Ended> Say(params string[] arguments)
    {
        var ended = await Published.RunAsync(_folder, new Dictionary<string, string>(), arguments);
        Assert.True(ended.ExitCode == 0, $"db-vc {string.Join(' ', arguments)}: {ended.ExitCode}\n{ended.Output}\n{ended.Error}");
        return ended;
    }
}

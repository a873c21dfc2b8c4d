using System.Text.Json;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>What was merged runs again: the same way, and never twice on the same source.</summary>
public sealed class PipelineRunTests : IDisposable
{
    private const string Metadata = """
        {
          "task_id": "readings", "source": "readings.csv",
          "schema": { "sensor": "string", "day": "date", "value": "decimal" },
          "validations": [ "value between -50 and 60", "sensor is required" ],
          "preprocessing": [ "trim whitespace" ],
          "test_data": { "sample_size": 10, "validation_threshold": 0.5 }
        }
        """;

    private const string Keyed = """
        {
          "task_id": "members", "source": "members.csv", "destination": { "table": "members", "disposition": "DISPOSITION" },
          "schema": { "id": { "type": "integer", "primary_key": true }, "email": "string", "score": "decimal" },
          "validations": [ "email must be valid", { "rule": "no_duplicates", "fields": ["email"] } ],
          "test_data": { "sample_size": 10, "validation_threshold": 0.5 }
        }
        """;

    private string _header = "sensor,day,value";
    private readonly string _folder = Directory.CreateTempSubdirectory("dbvc-pipelinerun-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(LiveEngine.SqliteWal)]
    [InlineData(LiveEngine.Postgres18)]
    [InlineData(LiveEngine.MariaDb)]
    public async Task A_merged_pipeline_loads_the_next_file_and_none_twice(LiveEngine engine)
    {
        using var live = LiveUnderTest.Start(engine);
        await Deploy(live);
        var listed = (await Do("pipeline", "list")).GetProperty("pipelines")[0];
        Assert.Equal("readings", listed.GetProperty("name").GetString());
        Assert.Equal("merged", listed.GetProperty("last").GetProperty("state").GetString());

        // The agent's own run counts: its file is loaded already, under whatever name it comes.
        File.Copy(PathOf("readings.csv"), PathOf("copy.csv"));
        var nothing = await Do("pipeline", "run", "readings", "--source", "copy.csv");
        Assert.Equal(JsonValueKind.Null, nothing.GetProperty("run").ValueKind);
        Assert.Equal("readings.csv", nothing.GetProperty("loadedBefore").GetProperty("name").GetString());

        await Write("february.csv", "s2,2026-02-01,5.5", "s2,2026-02-02,99", "s3,2026-02-03,7");
        var run = await Do("pipeline", "run", "READINGS", "--source", "february.csv");
        Assert.Equal("merged", run.GetProperty("merge").GetProperty("status").GetString());
        Assert.Equal(2, run.GetProperty("run").GetProperty("rows").GetProperty("loaded").GetInt64());
        Assert.Equal("5", live.Scalar("SELECT count(*) FROM readings"));
        Assert.Equal(JsonValueKind.Null, (await Do("pipeline", "run", "readings", "--source", "february.csv")).GetProperty("run").ValueKind);
        Assert.Equal(2, (await Do("pipeline", "history", "readings")).GetProperty("runs").GetArrayLength());
        Assert.DoesNotContain((await Do("branch", "list")).GetProperty("branches").EnumerateArray(),
            b => b.GetProperty("name").GetString()!.StartsWith("run-", StringComparison.Ordinal));

        // What was taken back may be loaded again: the memory of it went with the rows.
        await Do("rollback", "--to-commit", "HEAD~1");
        Assert.Equal("3", live.Scalar("SELECT count(*) FROM readings"));
        await Do("pipeline", "run", "readings", "--source", "february.csv");
        await Do("pipeline", "run", "readings", "--source", "february.csv", "--again");
        Assert.Equal("7", live.Scalar("SELECT count(*) FROM readings"));
        await Do("verify");
    }

    [Theory]
    [InlineData(LiveEngine.SqliteWal)]
    [InlineData(LiveEngine.Postgres18)]
    [InlineData(LiveEngine.MariaDb)]
    public async Task Upsert_changes_what_is_there_adds_the_rest_and_does_nothing_twice(LiveEngine engine)
    {
        using var live = LiveUnderTest.Start(engine);
        await DeployKeyed(live, "upsert", "1,a@x.org,1.5", "2,b@x.org,2", "3,c@x.org,3");

        // 1 as it is; 2 changed, and again under another address; 3 takes what 2 had, which is refused; 4 is new.
        await Write("next.csv", "1,a@x.org,1.50", "2,b@x.org,7", "3,b@x.org,3", "4,d@x.org,4", "2,b2@x.org,8");
        var run = await Do("pipeline", "run", "members", "--source", "next.csv");
        var rows = run.GetProperty("run").GetProperty("rows");
        Assert.Equal((5, 4, 1), (Count(rows, "read"), Count(rows, "loaded"), Count(rows, "rejected")));
        Assert.Equal(3, Count(rows, "replaced"));
        var changed = run.GetProperty("merge").GetProperty("tables").GetProperty("members");
        Assert.Equal((1, 1, 0), (Count(changed, "added"), Count(changed, "modified"), Count(changed, "deleted")));
        Assert.Equal("4", live.Scalar("SELECT count(*) FROM members"));
        Assert.Equal("1", live.Scalar("SELECT count(*) FROM members WHERE id = 2 AND score = 8 AND email = 'b2@x.org'"));
        Assert.Equal("1", live.Scalar("SELECT count(*) FROM members WHERE id = 3 AND email = 'c@x.org'"));

        var again = await Do("pipeline", "run", "members", "--source", "next.csv", "--again");
        Assert.False(again.GetProperty("merge").GetProperty("tables").TryGetProperty("members", out _));
    }

    [Theory]
    [InlineData(LiveEngine.SqliteWal)]
    [InlineData(LiveEngine.Postgres18)]
    [InlineData(LiveEngine.MariaDb)]
    public async Task Insert_only_leaves_what_is_there_and_replace_leaves_nothing_else(LiveEngine engine)
    {
        using var live = LiveUnderTest.Start(engine);
        await DeployKeyed(live, "insert_only", "1,a@x.org,1.5", "2,b@x.org,2");
        await Write("next.csv", "1,z@x.org,9", "3,c@x.org,3");
        var rows = (await Do("pipeline", "run", "members", "--source", "next.csv")).GetProperty("run").GetProperty("rows");
        Assert.Equal((2, 1, 1), (Count(rows, "read"), Count(rows, "loaded"), Count(rows, "filtered")));
        Assert.Equal("1", live.Scalar("SELECT count(*) FROM members WHERE email = 'a@x.org'"));

        await File.WriteAllTextAsync(PathOf("replace.json"), Keyed.Replace("DISPOSITION", "replace", StringComparison.Ordinal)
            .Replace("\"members\", \"source\": \"members.csv\"", "\"whole\", \"source\": \"whole.csv\"", StringComparison.Ordinal));
        await Write("whole.csv", "2,b@x.org,2", "9,a@x.org,1", "10,b,1");
        var whole = await Do("agent", "create", "--metadata", "replace.json", "--branch", "whole");
        Assert.Equal("ready", whole.GetProperty("state").GetString());
        var changed = (await Do("branch", "merge", "whole")).GetProperty("tables").GetProperty("members");
        Assert.Equal((1, 0, 2), (Count(changed, "added"), Count(changed, "modified"), Count(changed, "deleted")));
        Assert.Equal("2", live.Scalar("SELECT count(*) FROM members"));

        // Some records of it never stand for all; a branch that is gone takes no record along.
        await Do("branch", "delete", "whole");
        await Do("pipeline", "quarantine", "whole", "--export", "bad.csv");
        var bad = await File.ReadAllTextAsync(PathOf("bad.csv"));
        await File.WriteAllTextAsync(PathOf("bad.csv"), bad.Replace("10,b,", "10,c@x.org,", StringComparison.Ordinal));
        await Do("pipeline", "quarantine", "whole", "--retry", "--from", "bad.csv");
        Assert.Equal("3", live.Scalar("SELECT count(*) FROM members"));

        live.Execute("CREATE TABLE child (id INTEGER PRIMARY KEY, member INTEGER, FOREIGN KEY (member) REFERENCES members (id));"
            .Replace("member INTEGER", engine == LiveEngine.SqliteWal ? "member INTEGER" : "member BIGINT", StringComparison.Ordinal));
        await Do("commit", "-m", "Children");
        var referenced = await Say("pipeline", "run", "whole", "--again");
        Assert.Equal(2, referenced.ExitCode);
        Assert.Contains("'child'", referenced.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bad_batch_never_reaches_main_and_stays_on_its_branch()
    {
        using var live = LiveUnderTest.Start(LiveEngine.SqliteWal);
        await Deploy(live);
        await Write("bad.csv", "s2,2026-02-01,500", "s2,yesterday,9", ",2026-02-03,7", "s4,2026-02-03,7");
        var refused = await Say("pipeline", "run", "readings", "--source", "bad.csv");
        Assert.Equal(4, refused.ExitCode);
        Assert.Contains("✗ data quality", refused.Output, StringComparison.Ordinal);
        Assert.Equal("3", live.Scalar("SELECT count(*) FROM readings"));
        Assert.Equal("failed", (await Do("branch", "show", "run-readings-001")).GetProperty("status").GetString());
        Assert.Equal(4, (await Say("branch", "merge", "run-readings-001")).ExitCode);

        var retried = await Say("agent", "retry", "run-readings-001");
        Assert.Equal(2, retried.ExitCode);
        Assert.Contains("pipeline run readings", retried.Error, StringComparison.Ordinal);
        var unknown = await Say("pipeline", "run", "reading");
        Assert.Equal(2, unknown.ExitCode);
        Assert.Contains("There are: readings.", unknown.Error, StringComparison.Ordinal);
        Assert.Equal(1, (await Say("pipeline", "run", "readings", "--source", "absent.csv")).ExitCode);
    }

    [Fact]
    public async Task What_was_rejected_is_listed_mended_and_loaded_and_leaves_the_list()
    {
        using var live = LiveUnderTest.Start(LiveEngine.SqliteWal);
        await DeployKeyed(live, "append", "1,a@x.org,1.5", "2,b@x.org,2", "3,c,3");
        await Write("next.csv", "4,d@x.org,x", "\"1\",e@x.org,5", "6,a@x.org,6", "7,g@x.org,7", "8,h@x.org,8", "9,i@x.org,9");
        await Do("pipeline", "run", "members", "--source", "next.csv");

        // The second was refused by the database and the third by the host, which know rows and not text; both are shown as they were written.
        var listed = await Do("pipeline", "quarantine", "members");
        Assert.Equal(["3,c,3", "4,d@x.org,x", "\"1\",e@x.org,5", "6,a@x.org,6"],
            listed.GetProperty("records").EnumerateArray().Select(r => r.GetProperty("raw").GetString()!)
                .OrderBy(raw => raw.Replace("\"1\"", "5", StringComparison.Ordinal), StringComparer.Ordinal));
        Assert.Equal(4, Count(listed, "open"));
        var run = listed.GetProperty("records").EnumerateArray().Last().GetProperty("run").GetString()!;
        Assert.Equal(3, Count(await Do("pipeline", "quarantine", "members", "--run", run), "open"));

        await Do("pipeline", "quarantine", "members", "--export", "bad.csv");
        Assert.Equal(2, (await Say("pipeline", "quarantine", "members", "--export", "bad.csv")).ExitCode);
        var text = await File.ReadAllTextAsync(PathOf("bad.csv"));
        Assert.StartsWith("id,email,score\n3,c,3\n", text, StringComparison.Ordinal);
        await File.WriteAllTextAsync(PathOf("bad.csv"), text.Replace("3,c,3", "3,c@x.org,3", StringComparison.Ordinal)
            .Replace("\"1\",e@", "5,e@", StringComparison.Ordinal).Replace("6,a@", "6,f@", StringComparison.Ordinal));
        var retried = await Do("pipeline", "quarantine", "members", "--retry", "--from", "bad.csv");
        Assert.Equal(3, Count(retried.GetProperty("run").GetProperty("rows"), "loaded"));
        Assert.Equal("8", live.Scalar("SELECT count(*) FROM members"));

        Assert.Equal(JsonValueKind.Null, (await Do("pipeline", "quarantine", "members", "--retry", "--from", "bad.csv")).GetProperty("run").ValueKind);
        Assert.Equal("8", live.Scalar("SELECT count(*) FROM members"));

        // What is still wrong is open once; trying it as it is brings nothing and merges nothing.
        var rest = await Do("pipeline", "quarantine", "members");
        Assert.Equal("4,d@x.org,x", Assert.Single(rest.GetProperty("records").EnumerateArray()).GetProperty("raw").GetString());
        var nothing = await Say("pipeline", "quarantine", "members", "--retry");
        Assert.Equal(1, nothing.ExitCode);
        Assert.Contains("No record got through.", nothing.Output, StringComparison.Ordinal);
        Assert.Equal(1, (await Do("branch", "list")).GetProperty("branches").EnumerateArray().Count(b => b.GetProperty("name").GetString() == "main"));
        Assert.Equal(1, Count(await Do("pipeline", "quarantine", "members"), "open"));
        Assert.Equal(1, Count(await Do("pipeline", "quarantine", "members", "--discard"), "closed"));
        Assert.Equal(0, Count(await Do("pipeline", "quarantine", "members"), "open"));
        Assert.Equal(2, (await Say("pipeline", "quarantine", "members", "--retry")).ExitCode);
    }

    [Theory]
    [InlineData("report.csv", """{ "location": "report.csv", "footer": 1 }""",
        "Report of May\n\nid;email;score\n1;a@x.org;1\n2;b;2\nend of report\n", "Report of June\n\nid;email;score\n3;\"c;c\";3\n4;d@x.org;4\nend\n",
        "2;b;2", "2;b@x.org;2")]
    [InlineData("items.json", """{ "location": "items.json", "records": "data.items" }""",
        """{"data": {"items": [{"id": 1, "email": "a@x.org", "score": 1}, {"id": 2, "email": "b", "score": 2}]}}""",
        """{"data": {"items": [{"id": 3, "email": "c", "score": 3}, {"id": 4, "email": "d@x.org", "score": 4}]}}""", "\"b\"", "\"b@x.org\"")]
    [InlineData("lines.jsonl", "\"lines.jsonl\"",
        "{\"id\": 1, \"email\": \"a@x.org\", \"score\": 1}\n{\"id\": 2, \"email\": \"b\", \"score\": 2}\n",
        "{\"id\": 3, \"email\": \"c\", \"score\": 3}\n{\"id\": 4, \"email\": \"d@x.org\", \"score\": 4}\n", "\"b\"", "\"b@x.org\"")]
    public async Task What_was_found_out_about_the_source_holds_for_later_runs_and_for_records_that_are_tried_again(
        string file, string source, string first, string second, string broken, string mended)
    {
        using var live = LiveUnderTest.Start(LiveEngine.SqliteWal);
        live.Execute("CREATE TABLE other (id INTEGER PRIMARY KEY, note VARCHAR(40));");
        await Do("init", "--database", live.Address);
        await File.WriteAllTextAsync(PathOf("members.json"), Keyed.Replace("DISPOSITION", "append", StringComparison.Ordinal)
            .Replace("\"members.csv\"", source, StringComparison.Ordinal));
        await File.WriteAllTextAsync(PathOf(file), first);
        await Do("agent", "create", "--metadata", "members.json", "--auto-merge");
        await File.WriteAllTextAsync(PathOf("second" + Path.GetExtension(file)), second);
        await Do("pipeline", "run", "members", "--source", "second" + Path.GetExtension(file));
        Assert.Equal("2", live.Scalar("SELECT count(*) FROM members"));

        await Do("pipeline", "quarantine", "members", "--export", "bad.txt");
        await File.WriteAllTextAsync(PathOf("bad.txt"), (await File.ReadAllTextAsync(PathOf("bad.txt"))).Replace(broken, mended, StringComparison.Ordinal));
        var retried = await Do("pipeline", "quarantine", "members", "--retry", "--from", "bad.txt");
        var rows = retried.GetProperty("run").GetProperty("rows");
        Assert.Equal((2, 1, 1), (Count(rows, "read"), Count(rows, "loaded"), Count(rows, "rejected")));
        Assert.Equal(1, (await Say("pipeline", "quarantine", "members", "--retry")).ExitCode);
        Assert.Equal(1, Count(await Do("pipeline", "quarantine", "members"), "open"));
    }

    [Fact]
    public async Task Two_branches_that_loaded_the_same_file_do_not_both_reach_main()
    {
        using var live = LiveUnderTest.Start(LiveEngine.SqliteWal);
        await Deploy(live);
        await Write("february.csv", "s2,2026-02-01,5.5", "s3,2026-02-03,7");
        await Do("pipeline", "run", "readings", "--source", "february.csv", "--no-merge");
        await Do("pipeline", "run", "readings", "--source", "february.csv", "--no-merge");
        await Do("branch", "merge", "run-readings-001");
        var second = await Say("branch", "merge", "run-readings-002", "--json");
        Assert.Equal(3, second.ExitCode);
        Assert.Contains("state/", second.Output, StringComparison.Ordinal);
        await Do("merge", "abort");
        Assert.Equal("5", live.Scalar("SELECT count(*) FROM readings"));
    }

    private async Task Deploy(LiveUnderTest live)
    {
        live.Execute("CREATE TABLE other (id INTEGER PRIMARY KEY, note VARCHAR(40));\nINSERT INTO other VALUES (1, 'kept');");
        string[] branches = live.Server is null ? [] : ["--branches", "production"];
        await Do(["init", "--database", live.Address, .. branches]);
        await File.WriteAllTextAsync(PathOf("readings.json"), Metadata);
        await Write("readings.csv", "s1,2026-01-01,1.5", " s1 ,2026-01-02,2", "s2,2026-01-02,2", "s2,2026-01-02,200");
        await Do("agent", "create", "--metadata", "readings.json", "--auto-merge");
        Assert.Equal("3", live.Scalar("SELECT count(*) FROM readings"));
    }

    /// <summary>A row that differs is a new version; the one before ends where it begins, and what is the same stays as it is.</summary>
    [Theory]
    [InlineData(LiveEngine.SqliteWal)]
    [InlineData(LiveEngine.Postgres18)]
    [InlineData(LiveEngine.MariaDb)]
    public async Task Old_versions_of_rows_are_kept(LiveEngine engine)
    {
        using var live = LiveUnderTest.Start(engine);
        live.Execute("CREATE TABLE other (id INTEGER PRIMARY KEY);");
        string[] branches = live.Server is null ? [] : ["--branches", "production"];
        await Do(["init", "--database", live.Address, .. branches]);
        _header = "code,city,score,since";
        await File.WriteAllTextAsync(PathOf("metadata.json"), """
            {
              "task_id": "cities", "source": "cities.csv", "destination": { "table": "cities", "disposition": "scd2", "valid_to": "ended_at" },
              "schema": { "code": { "type": "string", "primary_key": true, "max_length": 10 }, "city": "string", "score": "decimal(8,2)", "since": "date" },
              "validations": [ { "rule": "no_duplicates", "field": "city" }, "score must not be negative" ],
              "test_data": { "sample_size": 10, "validation_threshold": 0.3 }
            }
            """);
        await Write("cities.csv", "b,Rome,1.50,2024-01-31", "Z,Oslo,,", "ä,Bern,2,2024-02-29", "c,Kyiv,3,2024-02-29");
        await Do("agent", "create", "--metadata", "metadata.json", "--auto-merge");
        Assert.Equal("4", live.Scalar("SELECT count(*) FROM cities WHERE ended_at IS NULL AND valid_from IS NOT NULL"));

        // Rome is free again once b has left it; a key that comes twice, and a city that another one still has, are rejected.
        await Write("next.csv", "b,Paris,1.5,2024-01-31", "Z,Oslo,,", "ä,Bern,2.00,2024-03-01", "d,Lima,0,", "d,Lyon,0,", "e,Kyiv,1,", "f,Nice,-1,");
        var run = await Do("pipeline", "run", "cities", "--source", "next.csv");
        var rows = run.GetProperty("run").GetProperty("rows");
        Assert.Equal((7, 3, 3, 1), (Count(rows, "read"), Count(rows, "loaded"), Count(rows, "rejected"), Count(rows, "filtered")));
        Assert.Equal("7", live.Scalar("SELECT count(*) FROM cities"));
        Assert.Equal("5", live.Scalar("SELECT count(*) FROM cities WHERE ended_at IS NULL"));
        Assert.Equal("2", live.Scalar("SELECT count(*) FROM cities o JOIN cities n ON n.code = o.code AND n.valid_from = o.ended_at AND n.ended_at IS NULL"));

        // Once more: nothing differs, and one that ended may begin again.
        await Write("again.csv", "b,Paris,1.5,2024-01-31", "Z,Rome,,", "d,Lima,0,");
        rows = (await Do("pipeline", "run", "cities", "--source", "again.csv")).GetProperty("run").GetProperty("rows");
        Assert.Equal((3, 1, 0, 2), (Count(rows, "read"), Count(rows, "loaded"), Count(rows, "rejected"), Count(rows, "filtered")));
        Assert.Equal("8|5", live.Scalar("SELECT count(*) FROM cities") + "|" + live.Scalar("SELECT count(*) FROM cities WHERE ended_at IS NULL"));
        await Do("pipeline", "run", "cities", "--source", "again.csv", "--again");
        Assert.Equal("8", live.Scalar("SELECT count(*) FROM cities"));
        await Do("rollback", "--to-commit", "HEAD~1");
        await Do("verify");
    }

    private async Task DeployKeyed(LiveUnderTest live, string disposition, params string[] rows)
    {
        live.Execute("CREATE TABLE other (id INTEGER PRIMARY KEY, note VARCHAR(40));");
        string[] branches = live.Server is null ? [] : ["--branches", "production"];
        await Do(["init", "--database", live.Address, .. branches]);
        await File.WriteAllTextAsync(PathOf("members.json"), Keyed.Replace("DISPOSITION", disposition, StringComparison.Ordinal));
        _header = "id,email,score";
        await Write("members.csv", rows);
        await Do("agent", "create", "--metadata", "members.json", "--auto-merge");
    }

    private static long Count(JsonElement element, string name) => element.GetProperty(name).GetInt64();

    private string PathOf(string name) => Path.Combine(_folder, name);

    private Task Write(string name, params string[] rows) => File.WriteAllTextAsync(PathOf(name), _header + "\n" + string.Join('\n', rows) + "\n");

    private async Task<JsonElement> Do(params string[] arguments)
    {
        var ended = await Say([.. arguments, "--json"]);
        Assert.True(ended.ExitCode == 0, $"db-vc {string.Join(' ', arguments)}: {ended.ExitCode}\n{ended.Output}\n{ended.Error}");
        return JsonDocument.Parse(ended.Output).RootElement.Clone();
    }

    private Task<Ended> Say(params string[] arguments) => Published.RunAsync(_folder, new Dictionary<string, string>(), arguments);
}

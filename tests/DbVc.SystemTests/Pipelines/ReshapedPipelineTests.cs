using System.Diagnostics;
using System.Text.Json;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>A source that is reshaped, from the command line to the live database: nobody behind the host knows of it.</summary>
public sealed class ReshapedPipelineTests : IDisposable
{
    private const string Metadata = """
        {
          "task_id": "sales",
          "source": { "location": "sales.csv", "reshape": [
            "unpivot jan, feb into month and amount",
            { "operation": "sort", "by": [ { "column": "store", "as": "number" }, "month" ] },
            "forward fill price by store" ] },
          "destination": "sales",
          "schema": {
            "store": { "type": "integer", "primary_key": true }, "month": { "type": "varchar(3)", "primary_key": true },
            "amount": { "type": "integer", "nullable": false }, "price": "decimal(8,2)" },
          "validations": [ "amount must not be negative" ],
          "test_data": { "sample_size": 10, "validation_threshold": 0.3 }
        }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("dbvc-reshaped-").FullName;
    private readonly Dictionary<string, string> _environment = [];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_reshaped_source_is_explained_loaded_run_again_and_mended()
    {
        using var live = LiveUnderTest.Start(LiveEngine.SqliteWal);
        live.Execute("CREATE TABLE other (id INTEGER PRIMARY KEY);");
        await Do("init", "--database", live.Address);
        await Write("sales.json", Metadata);
        await Write("sales.csv", "store,price,jan,feb\n2,9.50,5,-6\n1,7.25,1,2\nbroken\n1,,,4\n");
        Assert.True((await Do("metadata", "validate", "sales.json")).GetProperty("ok").GetBoolean());
        var explained = await Do("metadata", "explain", "sales.json");
        Assert.Equal("read the source: 3 of 4 records, rejected: 1", explained.GetProperty("reshaped")[0].GetString());
        Assert.Equal(4, explained.GetProperty("reshaped").GetArrayLength());
        Assert.Equal(7, explained.GetProperty("preview").GetProperty("records").GetInt64());

        // Store 1 has feb and jan twice; the broken record and the one that is negative go to the quarantine with their lines in the file.
        await Do("agent", "create", "--metadata", "sales.json", "--auto-merge");
        Assert.Equal("1 feb 2 7.25,1 jan 1 7.25,2 jan 5 9.5", live.Scalar(
            "SELECT group_concat(store || ' ' || month || ' ' || amount || ' ' || (price + 0), ',') FROM (SELECT * FROM sales ORDER BY store, month)"));
        var records = (await Do("pipeline", "quarantine", "sales")).GetProperty("records").EnumerateArray().ToList();
        Assert.Equal([2, 4, 5, 5], records.Select(r => r.GetProperty("line").GetInt64()).Order());
        var ragged = records.Single(r => r.GetProperty("reasons")[0].GetProperty("rule").GetString() == "ragged");
        Assert.Equal("broken", ragged.GetProperty("raw").GetString());
        var integration = JsonDocument.Parse(await File.ReadAllTextAsync(Directory.EnumerateFiles(_folder, "*.json", SearchOption.AllDirectories)
            .First(f => Path.GetFileName(f) == "test_results.json"))).RootElement.GetProperty("gates").EnumerateArray()
            .Single(g => g.GetProperty("name").GetString() == "integration").GetProperty("evidence").GetProperty("reshaped");
        Assert.Equal((3, 6), (integration[1].GetProperty("in").GetInt32(), integration[1].GetProperty("out").GetInt32()));

        // What was rejected is mended as reshaped records, and keeps its line.
        await Do("pipeline", "quarantine", "sales", "--export", "bad.jsonl");
        var bad = await File.ReadAllTextAsync(PathOf("bad.jsonl"));
        Assert.Contains("\"#raw\":\"broken\"", bad, StringComparison.Ordinal);
        await Write("bad.jsonl", bad.Replace("\"amount\":\"-6\"", "\"amount\":\"6\"", StringComparison.Ordinal));
        var retried = (await Do("pipeline", "quarantine", "sales", "--retry", "--from", "bad.jsonl")).GetProperty("run").GetProperty("rows");
        Assert.Equal((4, 1), (retried.GetProperty("read").GetInt64(), retried.GetProperty("loaded").GetInt64()));
        Assert.Equal("6", live.Scalar("SELECT amount FROM sales WHERE store = 2 AND month = 'feb'"));

        // Another file of the same form is reshaped in the same way.
        await Write("next.csv", "store,price,jan,feb\n3,,1,2\n3,4,1,\n");
        var run = (await Do("pipeline", "run", "sales", "--source", "next.csv")).GetProperty("run").GetProperty("rows");
        Assert.Equal((4, 2), (run.GetProperty("read").GetInt64(), run.GetProperty("loaded").GetInt64()));
        await Do("verify");
    }

    [Fact]
    public async Task Ctrl_c_while_a_source_is_reshaped_leaves_no_file()
    {
        var temporary = PathOf("tmp");
        Directory.CreateDirectory(temporary);
        _environment["TMPDIR"] = temporary;
        await Write("sales.json", Metadata);
        await using (var writer = new StreamWriter(PathOf("sales.csv")))
        {
            await writer.WriteLineAsync("store,price,jan,feb");
            for (var i = 0; i < 1_000_000; i++) await writer.WriteLineAsync(FormattableString.Invariant($"{i % 997},,{i},{i}"));
        }

        var process = Published.Start(_folder, _environment, "metadata", "explain", "sales.json");
        while (Directory.GetDirectories(temporary, "db-vc-source-*").Length == 0 && !process.HasExited)
            await Task.Delay(20, TestContext.Current.CancellationToken);
        using (var kill = Process.Start("kill", ["-INT", $"{process.Id}"])) await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(130, (await Published.EndAsync(process)).ExitCode);
        Assert.DoesNotContain(Directory.EnumerateFiles(temporary, "*", SearchOption.AllDirectories), f => !f.Contains("dotnet", StringComparison.Ordinal));
    }

    private string PathOf(string name) => Path.Combine(_folder, name);

    private Task Write(string name, string text) => File.WriteAllTextAsync(PathOf(name), text);

    private async Task<JsonElement> Do(params string[] arguments)
    {
        var ended = await Published.RunAsync(_folder, _environment, [.. arguments, "--json"]);
        Assert.True(ended.ExitCode == 0, $"db-vc {string.Join(' ', arguments)}: {ended.ExitCode}\n{ended.Output}\n{ended.Error}");
        return JsonDocument.Parse(ended.Output).RootElement.Clone();
    }
}

using System.Text.Json;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>A folder with files of a shop and the published program, which loads many of them at once.</summary>
internal sealed class BatchShop : IDisposable
{
    private readonly PublishedShop _shop = new() { Patience = TimeSpan.FromMinutes(15) };

    public PublishedShop Program => _shop;

    public string Folder => _shop.Folder;

    public void Dispose() => _shop.Dispose();

    /// <summary>Writes a source below <c>data/</c>.</summary>
    public void Source(string file, string header, IEnumerable<string> records)
    {
        Directory.CreateDirectory(_shop.At("data"));
        File.WriteAllLines(_shop.At($"data/{file}"), records.Prepend(header));
    }

    /// <summary>Writes a source of three columns with its metadata: a key, what it refers to, and a number that must not be negative.</summary>
    public string Described(string table, int records, string? parent = null, string? other = null, Func<int, int>? amount = null)
    {
        var columns = new[] { parent, other }.OfType<string>().ToList();
        Source(table + ".csv", string.Join(',', ["id", .. columns.Select(c => c + "_id"), "amount"]), Enumerable.Range(1, records)
            .Select(i => string.Join(',', [i, .. columns.Select((_, place) => (i + place) % 10 + 1), amount?.Invoke(i) ?? i])));
        var fields = string.Concat(columns.Select(c => $$""" "{{c}}_id": {"type": "integer", "references": "{{c}}"},"""));
        Directory.CreateDirectory(_shop.At("metadata"));
        File.WriteAllText(_shop.At($"metadata/{table}.json"), $$"""
            {"source": {"type": "csv", "location": "../data/{{table}}.csv"}, "destination": {"table": "{{table}}"},
             "schema": {"id": {"type": "integer", "primary_key": true},{{fields}} "amount": "integer"},
             "validations": [{"field": "amount", "rule": "min", "value": 0}] }
            """);
        return $"metadata/{table}.json";
    }

    /// <summary>Runs a command to its end; its document, if it ends with this code.</summary>
    public async Task<JsonElement> DocumentAsync(int code, params string[] arguments)
    {
        var ended = await _shop.RunAsync([.. arguments, "--json"]);
        Assert.True(ended.ExitCode == code, $"{string.Join(' ', arguments)}: {ended.ExitCode} {ended.Error}{ended.Output}");
        using var document = JsonDocument.Parse(ended.Output);
        return document.RootElement.Clone();
    }

    /// <summary>The states of a batch's tasks, as <c>name state</c>.</summary>
    public static IReadOnlyList<string> States(JsonElement batch) =>
        [.. batch.GetProperty("tasks").EnumerateArray().Select(t => $"{t.GetProperty("name").GetString()} {t.GetProperty("state").GetString()}")];

    public static JsonElement TaskOf(JsonElement batch, string name) =>
        batch.GetProperty("tasks").EnumerateArray().Single(t => t.GetProperty("name").GetString() == name);

    public static IReadOnlyList<string> After(JsonElement batch, string name) =>
        [.. TaskOf(batch, name).GetProperty("after").EnumerateArray().Select(a => a.GetString()!).Order(StringComparer.Ordinal)];

    /// <summary>Every task has been carried out once: one branch, one report, all rows in the branch's database.</summary>
    public async Task CheckOnceAsync(JsonElement batch, IReadOnlyDictionary<string, int> rows)
    {
        var reports = (await DocumentAsync(0, "agent", "list")).GetProperty("tasks").EnumerateArray().ToList();
        var id = batch.GetProperty("batch").GetString();
        Assert.Equal(rows.Keys.Select(t => $"{id}/{t}").Order(), reports.Select(r => r.GetProperty("batch").GetString()).Order());
        Assert.All(reports, r => Assert.Equal("ready", r.GetProperty("state").GetString()));
        var branches = (await DocumentAsync(0, "branch", "list")).GetProperty("branches").EnumerateArray()
            .Where(b => b.GetProperty("name").GetString() != "main")
            .ToDictionary(b => b.GetProperty("name").GetString()!, b => b.GetProperty("database").GetString()!);
        Assert.Equal(rows.Count, branches.Count);
        foreach (var (table, count) in rows)
        {
            var branch = TaskOf(batch, table).GetProperty("branch").GetString()!;
            Assert.Equal((long)count, KillableShop.Query(branches[branch], $"SELECT count(*) FROM {table}")[0][0]);
        }
    }

    /// <summary>Merges what is ready, in the order of the batch.</summary>
    public async Task MergeAllAsync(JsonElement batch)
    {
        foreach (var task in batch.GetProperty("tasks").EnumerateArray())
            await _shop.SucceedsAsync("branch", "merge", task.GetProperty("branch").GetString()!);
    }
}

using System.Text.Json;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>The program killed with -9 while it runs the merge queue: the next run goes on, nothing is lost and nothing lands twice.</summary>
public sealed class KilledQueueTests : IDisposable
{
    private const int Plain = 6;
    private const int MostKills = 14;

    private readonly PublishedShop _shop = new();

    public void Dispose() => _shop.Dispose();

    [Fact]
    public async Task A_queue_that_is_killed_again_and_again_lands_every_branch_once()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        await _shop.SucceedsAsync("init", "--database", "shop.db");
        KillableShop.Execute(_shop.Database, "CREATE TABLE ledger (id INTEGER PRIMARY KEY, uid TEXT UNIQUE)");
        await _shop.SucceedsAsync("commit", "-m", "A ledger");
        var names = new List<string>();
        for (var i = 0; i < Plain; i++) names.Add(await MakePlainAsync($"plain-{i}"));
        foreach (var (name, rows) in new[] { ("people", 300), ("others", 200) })
        {
            await _shop.SucceedsAsync("agent", "create", "--metadata", _shop.Metadata(name, rows, name), "--branch", "load-" + name);
            names.Insert(names.Count / 2, "load-" + name);
        }

        // Main moves, so that each is brought up and judged again.
        KillableShop.Execute(_shop.Database, "INSERT INTO ledger (uid) VALUES ('live')");
        await _shop.SucceedsAsync(["merge", "queue", "add", .. names]);
        var kills = 0;
        while (kills < MostKills && await StatesAsync("list") is { Count: > 0 })
        {
            var run = _shop.Start("merge", "queue", "run");
            if (!run.WaitForExit(random.Next(150, 2500)))
            {
                run.Kill();
                kills++;
            }

            await run.WaitForExitAsync(TestContext.Current.CancellationToken);
            run.Dispose();
        }

        await _shop.SucceedsAsync("merge", "queue", "run");
        var states = await StatesAsync("list", "--all");
        Assert.True(states.Count == names.Count && states.All(s => s.Value == "landed"),
            $"seed {seed}, {kills} kills: " + string.Join(", ", states.Select(s => $"{s.Key} {s.Value}")));
        Assert.True(kills > 0, $"seed {seed}: it was never killed");
        Assert.Equal("live," + string.Join(',', Enumerable.Range(0, Plain).Select(i => $"plain-{i}")),
            (string)KillableShop.Query(_shop.Database, "SELECT group_concat(uid) FROM (SELECT uid FROM ledger ORDER BY uid)")[0][0]);
        Assert.Equal(300L, KillableShop.Query(_shop.Database, "SELECT count(*) FROM people")[0][0]);
        Assert.Equal(200L, KillableShop.Query(_shop.Database, "SELECT count(*) FROM others")[0][0]);
        foreach (var name in names) Assert.Equal(1, await CountMergesAsync(name));
        await _shop.CheckWholeAsync();
    }

    private async Task<string> MakePlainAsync(string name)
    {
        await _shop.SucceedsAsync("branch", "create", name);
        var database = await _shop.AskAsync("database", "branch", "show", name);
        KillableShop.Execute(database, $"INSERT INTO ledger (uid) VALUES ('{name}')");
        await _shop.SucceedsAsync("commit", "--branch", name, "-m", "Add a row");
        return name;
    }

    private async Task<Dictionary<string, string>> StatesAsync(params string[] command)
    {
        var list = await _shop.SucceedsAsync(["merge", "queue", .. command, "--json"]);
        using var document = JsonDocument.Parse(list.Output);
        return document.RootElement.GetProperty("queue").EnumerateArray()
            .ToDictionary(e => e.GetProperty("branch").GetString()!, Describe);

        // Why one waits is what a failure of this test has to say.
        static string Describe(JsonElement entry) =>
            entry.GetProperty("state").GetString() + (entry.GetProperty("reason").GetString() is { } reason ? $" ({reason})" : "");
    }

    /// <summary>Commits of main that brought the branch in.</summary>
    private async Task<int> CountMergesAsync(string branch)
    {
        var log = await _shop.SucceedsAsync("log", "-n", "1000", "--json");
        return log.Output.Split($"Merge branch '{branch}'").Length - 1;
    }
}

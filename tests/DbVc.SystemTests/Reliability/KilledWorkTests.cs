using System.Diagnostics;
using System.Text.Json;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>The program killed with -9 while it does the work in the background: the next one goes on, and everything is done once.</summary>
public sealed class KilledWorkTests : IDisposable
{
    private const int MostKills = 2;

    private readonly PublishedShop _shop = new();

    public void Dispose() => _shop.Dispose();

    [Fact]
    public async Task Detached_tasks_and_due_runs_are_done_once_however_often_their_process_is_killed()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        await _shop.SucceedsAsync("init", "--database", "shop.db");
        await DeployAsync();
        await _shop.SucceedsAsync("pipeline", "schedule", "load", "--cron", "0 * * * *", "--zone", "Europe/Berlin");
        File.WriteAllLines(_shop.At("people.csv"), Enumerable.Range(1001, 60_000).Select(i => $"{i},Name {i}").Prepend("id,name"));
        PutBack("load");
        var metadata = _shop.Metadata("others", 60_000, "others");
        await _shop.SucceedsAsync("agent", "create", "--detach", "--metadata", metadata, "--branch", "others", "--auto-merge");
        Assert.Equal("queued", await _shop.AskAsync("state", "agent", "status", "others"));

        for (var kill = 0; kill < MostKills; kill++)
        {
            using var work = _shop.Start("work");
            await SeeAsync(work, "running");
            // Anywhere in the midst of it.
            work.WaitForExit(random.Next(100, 2500));
            work.Kill();
            await work.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        await _shop.SucceedsAsync("work", "--once");

        var said = $"seed {seed}";
        Assert.True(await _shop.AskAsync("state", "agent", "status", "others") == "merged", said);
        var schedule = await ScheduleAsync();
        var outcome = Assert.Single(schedule.GetProperty("outcomes").EnumerateArray());
        Assert.True(outcome.GetProperty("state").GetString() == "merged", $"{said}: {outcome}");
        Assert.Equal(JsonValueKind.Null, schedule.GetProperty("running").ValueKind);
        Assert.Equal(61_000L, KillableShop.Query(_shop.Database, "SELECT count(*) FROM people")[0][0]);
        Assert.Equal(60_000L, KillableShop.Query(_shop.Database, "SELECT count(*) FROM others")[0][0]);
        var log = (await _shop.SucceedsAsync("log", "-n", "1000", "--json")).Output;
        Assert.Equal(2, log.Split("Merge branch 'others'").Length);
        Assert.Equal(2, log.Split("Merge branch 'run-load").Length);
        Assert.Equal("[]", await _shop.AskAsync("work", "work", "--once"));
        var branches = (await _shop.SucceedsAsync("branch", "list", "--json")).Output;
        Assert.DoesNotContain("run-load", branches, StringComparison.Ordinal);
        await _shop.CheckWholeAsync();
    }

    [Fact]
    public async Task A_task_is_cancelled_in_whatever_process_it_runs_and_one_whose_server_ends_goes_on_with_the_next()
    {
        await _shop.SucceedsAsync("init", "--database", "shop.db");
        await _shop.SucceedsAsync("agent", "create", "--detach", "--metadata", _shop.Metadata("people", 300_000), "--branch", "long");
        using (var work = _shop.Start("work"))
        {
            await SeeAsync(work, "running");
            Assert.Equal("stopped", await _shop.AskAsync("state", "agent", "cancel", "long"));
            await SeeAsync(work, "stopped");
            Assert.Equal("Tess cancelled it.", await _shop.AskAsync("error", "agent", "status", "long"));

            Assert.Equal("queued", await _shop.AskAsync("state", "agent", "retry", "long", "--detach"));
            await SeeAsync(work, "running");
            using var term = Process.Start("kill", ["-TERM", $"{work.Id}"]);
            await work.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, work.ExitCode);
        }

        Assert.Equal("queued", await _shop.AskAsync("state", "agent", "status", "long"));
        await _shop.SucceedsAsync("agent", "cancel", "long");
        Assert.Equal("stopped", await _shop.AskAsync("state", "agent", "status", "long"));
        await _shop.CheckWholeAsync();
    }

    /// <summary>Main holds a pipeline that has loaded 1000 people.</summary>
    private async Task DeployAsync()
    {
        await _shop.SucceedsAsync("agent", "create", "--metadata", _shop.Metadata("people", 1000), "--branch", "load");
        await _shop.SucceedsAsync("branch", "merge", "load");
    }

    /// <summary>As if nothing had been at work since an hour: nobody waits for one.</summary>
    private void PutBack(string pipeline)
    {
        var hour = TimeProvider.System.GetUtcNow().AddHours(-1);
        KillableShop.Execute(_shop.At(".db-version-control/commit-history.db"), $"""
            UPDATE documents SET body = CAST(json_set(CAST(body AS TEXT), '$.handled', '{hour:O}') AS BLOB)
            WHERE collection = 'schedules' AND id = '{pipeline}'
            """);
    }

    private async Task<JsonElement> ScheduleAsync()
    {
        var listed = await _shop.SucceedsAsync("pipeline", "schedule", "--json");
        using var document = JsonDocument.Parse(listed.Output);
        return document.RootElement.GetProperty("schedules")[0].Clone();
    }

    /// <summary>Reads on until a line says so.</summary>
    private static async Task SeeAsync(Process work, string word)
    {
        while (await work.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            if (line.Contains(word, StringComparison.Ordinal)) return;
        }

        Assert.Fail($"It never said '{word}': {await work.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken)}");
    }
}

using Xunit;

namespace DbVc.SystemTests;

/// <summary>Ctrl-C and a request to terminate, at many moments of the long commands: exit 130, nothing half done, the next command works.</summary>
public sealed class InterruptTests : IDisposable
{
    private const int Moments = 6;

    private readonly PublishedShop _shop = new("""
        CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT);
        CREATE TABLE facts (k TEXT, v REAL);
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) INSERT INTO facts SELECT 'k' || (i % 1000), i * 0.25 FROM n;
        """);

    public void Dispose() => _shop.Dispose();

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task An_interrupted_init_leaves_nothing_behind(string signal)
    {
        var before = Names();
        var interrupted = await AtManyMomentsAsync(signal, ["init", "--database", "shop.db"], isDone =>
        {
            Assert.Equal(isDone, Directory.Exists(_shop.At(".db-version-control")));
            if (!isDone) Assert.Equal(before, Names());
            return Task.CompletedTask;
        });
        Assert.True(interrupted > 0);
        if (!Directory.Exists(_shop.At(".db-version-control"))) await _shop.SucceedsAsync("init", "--database", "shop.db");
        await _shop.CheckWholeAsync();
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task An_interrupted_merge_or_rollback_was_not_done(string signal)
    {
        await _shop.SucceedsAsync("init", "--database", "shop.db");
        await _shop.SucceedsAsync("branch", "create", "edits");
        KillableShop.Execute(await _shop.AskAsync("database", "branch", "show", "edits"), "UPDATE facts SET v = v + 1");
        await _shop.SucceedsAsync("commit", "--branch", "edits", "-m", "Change every row");
        var (old, changed) = (Sum(), Sum() + 300000);
        var merges = await AtManyMomentsAsync(signal, ["branch", "merge", "edits"], isDone => CheckAsync(isDone ? changed : old));
        await _shop.SucceedsAsync("branch", "merge", "edits");
        await CheckAsync(changed);
        var rollbacks = await AtManyMomentsAsync(signal, ["rollback", "--to-commit", "HEAD~1"], isDone => CheckAsync(isDone ? old : changed));
        Assert.True(merges > 0 && rollbacks > 0, $"{merges} merges and {rollbacks} rollbacks were interrupted");
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task An_agent_interrupted_after_any_step_is_stopped_and_can_be_run_again(string signal)
    {
        await _shop.SucceedsAsync("init", "--database", "shop.db");
        var metadata = _shop.Metadata("people", 30_000);
        var stopped = new List<string>();
        foreach (var lines in new[] { 1, 6, 8 })
        {
            var branch = "agent-" + lines;
            if (await _shop.SignalAfterAsync(signal, lines, "agent", "create", "--metadata", metadata, "--branch", branch) is not { } ended) continue;
            Assert.Equal(130, ended.ExitCode);
            Assert.Contains($"agent retry {branch}", ended.Error, StringComparison.Ordinal);
            Assert.Equal("stopped", await _shop.AskAsync("state", "agent", "status", branch));
            await _shop.FailsAsync(4, "", "branch", "merge", branch);
            await _shop.CheckWholeAsync();
            stopped.Add(branch);
        }

        Assert.NotEmpty(stopped);
        Assert.Equal("ready", await _shop.AskAsync("state", "agent", "retry", stopped[^1]));
        await _shop.SucceedsAsync("branch", "merge", stopped[^1]);
        Assert.Equal(30_000L, KillableShop.Query(_shop.Database, "SELECT count(*) FROM people")[0][0]);
        await _shop.CheckWholeAsync();
    }

    /// <summary>Measures nothing: it goes on to later moments until the command is through.</summary>
    private async Task<int> AtManyMomentsAsync(string signal, string[] command, Func<bool, Task> check)
    {
        for (var moment = 1; moment <= Moments; moment++)
        {
            var ended = await _shop.SignalAfterAsync(signal, TimeSpan.FromMilliseconds(150 * moment), command);
            // The runtime answers signals only once it is up: before that the process ends as any other does.
            if (ended is not null) Assert.True(ended.ExitCode is 130 or 143, $"{ended.ExitCode} {ended.Error}");
            await check(ended is null);
            if (ended is null) return moment - 1;
        }

        return Moments;
    }

    private async Task CheckAsync(double expected)
    {
        Assert.Equal(expected, Sum());
        await _shop.CheckWholeAsync();
    }

    private double Sum() => (double)KillableShop.Query(_shop.Database, "SELECT sum(v) FROM facts")[0][0];

    private List<string?> Names() => [.. Directory.EnumerateFileSystemEntries(_shop.Folder).Select(Path.GetFileName).Order()];
}

using Xunit;

namespace DbVc.SystemTests;

/// <summary>An agent whose process was killed with -9: everybody who looks sees that it stopped, and nothing waits for it.</summary>
public sealed class KilledAgentTests : IDisposable
{
    private readonly PublishedShop _shop = new();

    public void Dispose() => _shop.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(6)]
    public async Task A_killed_agent_is_stopped_and_in_nobodys_way(int lines)
    {
        await _shop.SucceedsAsync("init", "--database", "shop.db");
        var metadata = _shop.Metadata("people", 20_000);
        var ended = await _shop.SignalAfterAsync("KILL", lines, "agent", "create", "--metadata", metadata, "--branch", "killed");
        Assert.Equal(137, ended?.ExitCode);
        var list = await _shop.SucceedsAsync("agent", "list");
        Assert.Contains("stopped", list.Output, StringComparison.Ordinal);
        var status = await _shop.SucceedsAsync("agent", "status", "killed");
        Assert.Contains("is gone", status.Output, StringComparison.Ordinal);
        Assert.Contains("Next: db-vc agent retry killed", status.Output, StringComparison.Ordinal);
        Assert.Equal("stopped", await _shop.AskAsync("status", "branch", "show", "killed"));
        Assert.Contains("\"stopped\"", await File.ReadAllTextAsync(_shop.At("branches/killed/branch.info")), StringComparison.Ordinal);
        await _shop.FailsAsync(4, "", "branch", "merge", "killed");
        await _shop.FailsAsync(2, "agent retry killed", "agent", "create", "--metadata", metadata, "--branch", "killed");

        await _shop.SucceedsAsync("agent", "create", "--metadata", metadata, "--branch", "other");
        await _shop.SucceedsAsync("branch", "merge", "other");
        await _shop.SucceedsAsync("rollback", "--to-commit", "HEAD~1");
        Assert.Equal("ready", await _shop.AskAsync("state", "agent", "retry", "killed"));
        await _shop.CheckWholeAsync();
    }

    [Fact]
    public async Task An_agent_that_is_alive_is_running_and_its_branch_is_kept()
    {
        await _shop.SucceedsAsync("init", "--database", "shop.db");
        var metadata = _shop.Metadata("people", 400_000);
        var process = _shop.Start("agent", "create", "--metadata", metadata, "--branch", "alive");
        for (var line = 0; line < 5; line++) await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        Assert.Equal("running", await _shop.AskAsync("state", "agent", "status", "alive"));
        var ended = await Published.EndAsync(process);
        Assert.True(ended.ExitCode == 0, ended.Error);
        Assert.Equal("ready", await _shop.AskAsync("state", "agent", "status", "alive"));
    }

    [Fact]
    public async Task Gates_killed_half_way_take_their_word_back_and_lose_no_row()
    {
        await _shop.SucceedsAsync("init", "--database", "shop.db");
        await _shop.SucceedsAsync("agent", "create", "--metadata", _shop.Metadata("people", 200_000), "--branch", "draft");
        using (var gates = _shop.Start("gate", "run", "draft"))
        {
            // It exists from the moment the branch's rows are taken out until they are loaded again.
            while (!File.Exists(_shop.At("branches/draft/results/quarantine.jsonl.new"))) Assert.False(gates.WaitForExit(1), "the gates were through");
            gates.Kill();
            await gates.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal("stopped", await _shop.AskAsync("state", "agent", "status", "draft"));
        Assert.Equal("ready", await _shop.AskAsync("state", "gate", "run", "draft"));
        await _shop.SucceedsAsync("branch", "merge", "draft");
        Assert.Equal(200_000L, KillableShop.Query(_shop.Database, "SELECT count(*) FROM people")[0][0]);
    }
}

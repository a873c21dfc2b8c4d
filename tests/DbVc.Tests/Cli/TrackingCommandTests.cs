using System.Text.Json.Nodes;
using Xunit;

namespace DbVc.Tests;

public sealed class TrackingCommandTests : IDisposable
{
    private readonly ShopCli _cli = new();

    [Fact]
    public async Task Tracking_is_switched_on_and_off_and_commits_say_the_same_with_it()
    {
        Assert.Equal("none", (string?)(await _cli.JsonAsync("tracking", "show"))["tracking"]);
        var on = await _cli.JsonAsync("tracking", "on");
        Assert.Equal("triggers", (string?)on["tracking"]);
        Assert.All(on["tables"]!.AsArray(), t => Assert.True((bool)t!["tracked"]!));
        Assert.Equal("triggers", (string?)(await _cli.JsonAsync("config", "get", "tracking"))["value"]);
        Assert.Null((string?)(await _cli.JsonAsync("commit", "-m", "Tracking alone changes nothing"))["commit"]);

        _cli.Shop.Write("UPDATE customers SET name = 'Anka' WHERE id = 1; DELETE FROM orders WHERE id = 2");
        Assert.Equal(2, (long)(await _cli.JsonAsync("tracking", "show"))["pending"]!);
        var commit = await _cli.JsonAsync("commit", "-m", "Two rows");
        Assert.Equal("""{"status":"changed","added":0,"modified":1,"deleted":0}""", commit["tables"]!["customers"]!.ToJsonString());
        Assert.Equal("""{"status":"changed","added":0,"modified":0,"deleted":1}""", commit["tables"]!["orders"]!.ToJsonString());
        Assert.Equal(0, (long)(await _cli.JsonAsync("tracking", "show"))["pending"]!);
        Assert.True((bool)(await _cli.JsonAsync("verify"))["ok"]!);

        var off = await _cli.JsonAsync("tracking", "off", "orders");
        Assert.Equal("orders", (string?)off["tables"]!.AsArray().Single(t => !(bool)t!["tracked"]!)!["name"]);
        Assert.Equal("none", (string?)(await _cli.JsonAsync("tracking", "off"))["tracking"]);
        Assert.Equal("none", (string?)(await _cli.JsonAsync("config", "get", "tracking"))["value"]);
    }

    [Fact]
    public async Task Merges_rollbacks_and_undo_leave_the_log_true()
    {
        await _cli.JsonAsync("tracking", "on");
        await _cli.JsonAsync("branch", "create", "mend");
        _cli.Shop.WriteBranch("mend", "UPDATE customers SET name = 'Anna' WHERE id = 1; ALTER TABLE orders ADD COLUMN note TEXT");
        await _cli.JsonAsync("commit", "--branch", "mend", "-m", "Rename");
        _cli.Shop.Write("UPDATE customers SET name = 'Bert' WHERE id = 2");
        Assert.Equal("merged", (string?)(await _cli.JsonAsync("branch", "merge", "mend"))["status"]);
        await IsTrue(_cli);
        Assert.All((await _cli.JsonAsync("tracking", "show"))["tables"]!.AsArray(), t => Assert.True((bool)t!["tracked"]!));
        _cli.Shop.Write("UPDATE orders SET note = 'late' WHERE id = 1");
        await _cli.JsonAsync("commit", "-m", "Note");
        await _cli.JsonAsync("rollback", "--to-commit", "HEAD~1");
        await IsTrue(_cli);
        await _cli.JsonAsync("undo");
        await IsTrue(_cli);
        await _cli.JsonAsync("rollback", "--to-commit", "HEAD~3");
        await IsTrue(_cli);

        // What verify reads from the first row to the last is what status finds by the log.
        static async Task IsTrue(ShopCli cli)
        {
            Assert.True((bool)(await cli.JsonAsync("status"))["clean"]!);
            var verified = await cli.JsonAsync("verify");
            Assert.True((bool)verified["ok"]!, verified.ToJsonString());
            Assert.True((bool)verified["live"]!["clean"]!, verified.ToJsonString());
        }
    }

    [Fact]
    public async Task What_tracking_costs_is_measured()
    {
        var shown = await _cli.JsonAsync("tracking", "show", "--cost");
        Assert.True((double)shown["cost"]!["insertSlowdown"]! > 0);
        Assert.Equal("table.missing", (string?)Failure(await _cli.RunAsync("tracking", "on", "nobody", "--json"))["code"]);
    }

    public void Dispose() => _cli.Dispose();

    private static JsonNode Failure(Said said) => JsonNode.Parse(said.Error)!["error"]!;
}

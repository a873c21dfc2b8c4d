using Xunit;

namespace DbVc.Tests;

/// <summary>Every command that starts no process, in a story; what it says is compared with a file.</summary>
public sealed class CommandStoryTests : IDisposable
{
    private readonly ShopCli _cli = new();

    public void Dispose() => _cli.Dispose();

    [Theory]
    [InlineData("people")]
    [InlineData("json")]
    public async Task What_commands_say_stays_the_same(string reader)
    {
        string[] json = reader == "json" ? ["--json"] : [];
        await Tell("status");
        _cli.Shop.Write("UPDATE customers SET balance = 60, email = NULL WHERE id = 1; INSERT INTO orders VALUES (3, 1, 1.5); DELETE FROM orders WHERE id = 2");
        await Tell("status");
        await Tell("diff");
        await Tell("diff", "--stat");
        await Tell("commit", "-m", "Adjust", "--author", "Ann <ann@example.com>");
        await Tell("commit", "-m", "Nothing");
        await Tell("branch", "create", "mend");
        _cli.Shop.WriteBranch("mend", "UPDATE customers SET name = 'Anna' WHERE id = 1; ALTER TABLE orders ADD COLUMN note TEXT; DROP VIEW rich");
        await Tell("branch", "merge", "mend");
        await Tell("commit", "--branch", "mend", "-m", "Rename");
        await Tell("branch", "show", "mend");
        await Tell("branch", "review", "mend");
        await Tell("branch", "merge", "mend", "--dry-run");
        _cli.Shop.Write("UPDATE customers SET name = 'Anke' WHERE id = 1");
        await Tell("branch", "merge", "mend");
        await Tell("status");
        await Tell("conflicts", "list");
        var conflict = (string)(await _cli.JsonAsync("conflicts", "list"))["conflicts"]![0]!["id"]!;
        await Tell("conflicts", "show", conflict);
        await Tell("merge", "continue");
        await Tell("conflicts", "resolve", conflict, "--value", "\"Anja\"");
        await Tell("merge", "status");
        await Tell("merge", "continue");
        await Tell("merge", "status");
        await Tell("branch", "list");
        await Tell("log", "--graph");
        await Tell("log", "-n", "1", "--table", "orders");
        await Tell("show", "HEAD~2");
        await Tell("diff", "HEAD~1", "HEAD", "--schema");
        await Tell("blame", "customers", "--key", "1");
        await Tell("query", "SELECT id, name, email, balance / 7.0 AS share, x'00ff' AS bytes FROM customers");
        await Tell("query", "--at", "HEAD~2", "SELECT name FROM rich");
        await Tell("rollback", "--to-commit", "HEAD~1", "--dry-run");
        await Tell("rollback", "--to-commit", "HEAD~1");
        await Tell("rollback", "--to-commit", "HEAD");
        await Tell("branch", "delete", "mend");
        await Tell("agent", "list");
        await Tell("op", "log");
        await Tell("gc", "--dry-run");
        await Tell("verify");
        _cli.MatchesSnapshot($"story-{reader}");

        async Task Tell(params string[] arguments) => await _cli.TellAsync([.. arguments, .. json]);
    }

    [Fact]
    public async Task Csv_quotes_what_needs_quotes_and_tells_null_from_nothing()
    {
        var said = await _cli.RunAsync("query", "--csv", """SELECT 1 AS a, 'x,y' AS "b""c", NULL AS d, '' AS e, 'say "hi"' AS f""");
        Assert.Equal((0, "a,\"b\"\"c\",d,e,f\n1,\"x,y\",,\"\",\"say \"\"hi\"\"\"\n"), (said.Code, said.Out));
    }

    [Fact]
    public async Task Numbers_beyond_json_are_strings_and_bytes_are_base64()
    {
        var document = await _cli.JsonAsync("query",
            "SELECT 9007199254740993 AS a, 9007199254740992 AS b, 9e999 AS c, x'00ff' AS d, CAST(x'ff41' AS TEXT) AS e, NULL AS f");
        Assert.Equal("""["9007199254740993",9007199254740992,"Infinity",{"base64":"AP8="},{"base64":"/0E=","type":"text"},null]""",
            document["rows"]![0]!.ToJsonString().Replace("\\u002B", "+", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Values_cannot_steer_the_terminal()
    {
        _cli.Shop.Write("UPDATE customers SET name = 'a' || char(27) || '[31mb' WHERE id = 1");
        foreach (var command in new[] { new[] { "diff" }, ["query", "SELECT name FROM customers"], ["commit", "-m", "x"], ["show"], ["blame", "customers"] })
        {
            Assert.DoesNotContain('\x1b', (await _cli.RunAsync(command)).Out);
        }
    }

    [Fact]
    public async Task A_review_on_a_terminal_asks_and_a_yes_merges()
    {
        _cli.Shop.Branch("work", "UPDATE customers SET balance = 7 WHERE id = 1");
        var terminal = new FakeTerminal(isLive: true, "y\n");
        Assert.Equal(0, await new DbVc.Commands.CommandLine().RunAsync(["-C", _cli.Shop.Folder, "branch", "review", "work"], terminal.Terminal));
        Assert.Contains("✅ Ready for merge", terminal.Out, StringComparison.Ordinal);
        Assert.Contains("Approve merge? [y/N]: ", terminal.Out, StringComparison.Ordinal);
        Assert.Contains("Deployed successfully!", terminal.Out, StringComparison.Ordinal);
        Assert.Equal("7", _cli.Shop.Ask("SELECT balance FROM customers WHERE id = 1"));
    }
}

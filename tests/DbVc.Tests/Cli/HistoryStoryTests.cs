using Microsoft.Data.Sqlite;
using Xunit;

namespace DbVc.Tests;

/// <summary>The commands of the history in a story; what they say is compared with a file.</summary>
public sealed class HistoryStoryTests : IDisposable
{
    private readonly ShopCli _cli = new();

    public void Dispose() => _cli.Dispose();

    [Theory]
    [InlineData("people")]
    [InlineData("json")]
    public async Task What_commands_of_the_history_say_stays_the_same(string reader)
    {
        string[] json = reader == "json" ? ["--json"] : [];
        await Tell("tag", "start");
        await Tell("tag");
        await Tell("tag", "start");
        _cli.Shop.Branch("work", "UPDATE customers SET name = 'Anna', balance = 60 WHERE id = 1; UPDATE orders SET id = 7 WHERE id = 2");
        await Tell("diff", "start", "work");
        await Tell("diff", "start", "work", "--sql");
        await Tell("cherry-pick", "work", "--table", "customers", "--key", "1", "--dry-run");
        await Tell("cherry-pick", "work", "--table", "customers", "--key", "1");
        await Tell("cherry-pick", "work", "--table", "customers", "--key", "1");
        await Tell("show");
        await Tell("revert", "HEAD");
        await Tell("history", "customers", "--key", "1");
        await Tell("blame", "customers", "--column", "name", "--limit", "1");
        await Tell("undo");
        await Tell("undo", "1");
        _cli.Shop.Write("UPDATE customers SET name = 'Anke' WHERE id = 1");
        await Tell("stash", "-m", "Half done");
        await Tell("stash", "list");
        await Tell("stash", "show", "--stat");
        _cli.Shop.Write("UPDATE customers SET name = 'Anouk' WHERE id = 1");
        await Tell("stash", "pop");
        await Tell("merge", "status");
        await Tell("merge", "abort");
        _cli.Shop.Write("UPDATE customers SET name = 'Anna' WHERE id = 1");
        await Tell("stash", "apply", "1");
        await Tell("stash", "drop");
        await Tell("stash", "drop");
        await Tell("branch", "delete", "work");
        await Tell("branch", "restore", "work");
        await Tell("log", "strat");
        await Tell("tag", "-d", "start");
        await Tell("op", "log", "-n", "3");
        _cli.MatchesSnapshot($"history-{reader}");

        async Task Tell(params string[] arguments) => await _cli.TellAsync([.. arguments, .. json]);
    }

    /// <summary>The whole way: what <c>diff --sql</c> prints makes a copy of one revision equal to the other.</summary>
    [Fact]
    public async Task Printed_statements_turn_a_copy_of_one_revision_into_the_other()
    {
        var copy = Path.Combine(_cli.Shop.Folder, "copy.db");
        File.Copy(_cli.Shop.Database, copy);
        _cli.Shop.Write("""
            UPDATE customers SET name = 'O''Hara; --' WHERE id = 1; INSERT INTO customers (id, name, balance) VALUES (3, 'Cid', -1);
            ALTER TABLE orders ADD COLUMN note TEXT; UPDATE orders SET note = 'x' || char(10) || 'y'; DROP VIEW rich; ALTER TABLE audit RENAME TO "log book";
            """);
        await _cli.RunAsync("commit", "-m", "Change");
        var printed = (await _cli.RunAsync("diff", "HEAD~1", "HEAD", "--sql")).Out;
        var statements = (await _cli.JsonAsync("diff", "HEAD", "HEAD~1", "--sql"))["statements"]!.AsArray().Select(s => (string)s!);
        var original = Dump(copy);
        Execute(copy, printed);
        Assert.Equal(Dump(_cli.Shop.Database), Dump(copy));
        Execute(copy, string.Concat(statements.Select(s => s + ";\n")));
        Assert.Equal(original, Dump(copy));
    }

    [Fact]
    public async Task A_diff_of_many_rows_is_listed_whole_on_request_and_cut_with_a_word_otherwise()
    {
        _cli.Shop.Write("WITH RECURSIVE n(i) AS (VALUES (10) UNION ALL SELECT i + 1 FROM n WHERE i < 12009) INSERT INTO orders SELECT i, 1, i FROM n");
        var cut = (await _cli.JsonAsync("diff"))["tables"]![0]!;
        Assert.Equal((12000, 10_000, true), ((int)cut["added"]!, cut["rows"]!.AsArray().Count, (bool)cut["truncated"]!));
        var whole = (await _cli.JsonAsync("diff", "--all"))["tables"]![0]!;
        Assert.Equal((12000, false), (whole["rows"]!.AsArray().Count, (bool)whole["truncated"]!));
        Assert.Contains("--limit N lists more", (await _cli.RunAsync("diff")).Out, StringComparison.Ordinal);
        await _cli.RunAsync("commit", "-m", "Many");
        var blame = await _cli.JsonAsync("blame", "orders", "--column", "total", "--all");
        Assert.Equal(12002, blame["rows"]!.AsArray().Count);
        var cells = (await _cli.JsonAsync("blame", "orders", "-n", "1"))["rows"]![0]!["cells"]!.AsObject();
        Assert.Equal(["id", "customer_id", "total"], cells.Select(c => c.Key));
    }

    private static string Dump(string path)
    {
        var database = new Databases.SqliteProvider(Path.GetTempPath()).Open(path);
        return DatabaseContent.Read(database).Dump();
    }

    private static void Execute(string path, string sql)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}

using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Xunit;

namespace DbVc.Tests;

/// <summary>What people do wrong, and what they hear then.</summary>
public sealed class CommandFailureTests : IDisposable
{
    private readonly ShopCli _cli = new();

    public void Dispose() => _cli.Dispose();

    [Theory]
    [InlineData("log nonsense", 2, "revision.unknown")]
    [InlineData("log HEAD~9", 2, "revision.unknown")]
    [InlineData("log -n 0", 2, "number.invalid")]
    [InlineData("show HEAD^2", 2, "revision.unknown")]
    [InlineData("diff HEAD @{1999-01-01}", 2, "revision.unknown")]
    [InlineData("branch create a//b", 2, "branch.name")]
    [InlineData("branch create main", 2, "branch.exists")]
    [InlineData("branch show missing", 2, null)]
    [InlineData("branch merge missing", 2, null)]
    [InlineData("branch merge main", 2, "merge.itself")]
    [InlineData("branch delete main", 4, "branch.protected")]
    [InlineData("branch rename main other", 4, "branch.protected")]
    [InlineData("branch rename missing other", 2, "branch.missing")]
    [InlineData("branch restore never", 2, "branch.missing")]
    [InlineData("diff --table nothing", 2, "table.missing")]
    [InlineData("diff HEAD HEAD --sql --table nothing", 2, "table.missing")]
    [InlineData("query --branch missing SELECT", 2, "branch.missing")]
    [InlineData("export no/such/folder.dbvc", 2, "folder.missing")]
    [InlineData("undo x", 2, "usage")]
    [InlineData("conflicts list", 2, "merge.missing")]
    [InlineData("conflicts show 12345678", 2, "conflict.missing")]
    [InlineData("conflicts resolve", 2, "usage")]
    [InlineData("conflicts resolve 12345678 --all --take base", 2, "usage")]
    [InlineData("conflicts resolve 12345678", 2, "usage")]
    [InlineData("conflicts resolve 12345678 --take neither", 2, "usage")]
    [InlineData("conflicts resolve 12345678 --value x", 2, "value.invalid")]
    [InlineData("merge continue", 2, "merge.missing")]
    [InlineData("merge abort", 2, "merge.missing")]
    [InlineData("blame nothing", 2, "table.missing")]
    [InlineData("blame customers --column nothing", 2, "column.missing")]
    [InlineData("blame customers --key 99", 2, "row.missing")]
    [InlineData("blame customers --key 1,2", 2, "key.invalid")]
    [InlineData("query --at HEAD --branch main SELECT", 2, "usage")]
    [InlineData("commit -m x --author <a", 2, "author.invalid")]
    [InlineData("rollback --to-commit 0000000000", 2, "revision.unknown")]
    [InlineData("agent status", 2, "agent.missing")]
    [InlineData("agent create", 2, "usage")]
    [InlineData("agent retry missing", 2, "agent.missing")]
    [InlineData("agent metadata --file x.json", 2, "agent.none-waiting")]
    [InlineData("branch", 2, "usage")]
    public async Task Failures_are_one_document_with_a_stable_code_and_change_nothing(string line, int code, string? name)
    {
        var before = _cli.Shop.Workspace.History.Find("HEAD").Commit.Id;
        var said = await _cli.RunAsync([.. line.Split(' '), "--json"]);
        Assert.Equal((code, ""), (said.Code, said.Out));
        var error = JsonNode.Parse(said.Error)!["error"]!;
        if (name is not null) Assert.Equal(name, (string?)error["code"]);
        Assert.NotEmpty((string)error["message"]!);
        Assert.Equal(before, _cli.Shop.Workspace.History.Find("HEAD").Commit.Id);
    }

    /// <summary>A command, what is wrong, and what to do.</summary>
    [Theory]
    [InlineData("gate run other", "There is no branch 'other'.", "Branches: main, stock, stock2.")]
    [InlineData("gate run stok", "There is no branch 'stok'.", "Did you mean stock?")]
    [InlineData("branch delete sto", "There is no branch 'sto'.", "Did you mean stock, stock2?")]
    [InlineData("gate run main", "This works on branches, not on main itself.", "db-vc branch list")]
    [InlineData("config set notify.events nosuch", "'nosuch' is none of failed, ready, merged, rolled-back",
        "Allowed: failed, ready, merged, rolled-back, request.opened, request.commented, request.approved, request.changes, request.merged.")]
    public async Task An_error_says_what_may_have_been_meant(string line, string message, string hint)
    {
        _cli.Shop.Branch("stock", "UPDATE customers SET balance = 60 WHERE id = 1");
        _cli.Shop.Branch("stock2", "UPDATE customers SET balance = 61 WHERE id = 1");
        var said = await _cli.RunAsync(line.Split(' '));
        Assert.Equal(2, said.Code);
        Assert.Contains(message, said.Error, StringComparison.Ordinal);
        Assert.Contains($"try: {hint}\n", said.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_branch_without_a_commit_of_its_own_is_told_from_one_that_was_merged_and_the_log_says_where_to()
    {
        await _cli.RunAsync("branch", "create", "empty");
        Assert.Equal("There is nothing to merge: 'empty' has no commit of its own.\n", (await _cli.RunAsync("branch", "merge", "empty")).Out);
        Assert.Equal("There is nothing to merge: 'empty' has no commit of its own.\n", (await _cli.RunAsync("branch", "merge", "empty", "--dry-run")).Out);
        _cli.Shop.Branch("stock", "UPDATE customers SET balance = 60 WHERE id = 1");
        Assert.Equal(0, (await _cli.RunAsync("branch", "merge", "stock", "--into", "empty")).Code);
        Assert.Contains("branch merge stock --into empty", (await _cli.RunAsync("op", "log", "-n", "1")).Out, StringComparison.Ordinal);
        Assert.Equal(0, (await _cli.RunAsync("branch", "merge", "stock")).Code);
        Assert.Equal("There is nothing to merge: 'main' holds everything of 'stock' already.\n", (await _cli.RunAsync("branch", "merge", "stock")).Out);
        await _cli.RunAsync("rollback", "--to-commit", "empty~1", "--branch", "empty");
        await _cli.RunAsync("cherry-pick", "stock", "--onto", "empty");
        var log = (await _cli.RunAsync("op", "log", "-n", "2")).Out;
        Assert.Matches("rollback --to-commit [0-9a-f]{10} --branch empty", log);
        Assert.Matches("cherry-pick [0-9a-f]{10} --onto empty", log);
    }

    [Fact]
    public async Task A_list_of_problems_is_printed_one_a_line()
    {
        var metadata = Path.Combine(_cli.Shop.Folder, "wrong.json");
        await File.WriteAllTextAsync(metadata, """{"sauce": "a.csv", "schema": {"id": "wholenumber"} }""", TestContext.Current.CancellationToken);
        var said = await _cli.RunAsync("agent", "create", "--metadata", metadata);
        Assert.Equal(2, said.Code);
        Assert.StartsWith("error: wrong.json has 3 problems:\n  $ (line 1): 'source' is missing.\n  $.sauce (line 1): ", said.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_init_in_one_folder_is_refused()
    {
        var said = await _cli.RunAsync("init", "--database", _cli.Shop.Database, "--json");
        Assert.Equal((2, "repository.exists"), (said.Code, (string?)JsonNode.Parse(said.Error)!["error"]!["code"]));
    }

    [Fact]
    public async Task Init_makes_a_missing_database_and_refuses_what_is_none()
    {
        using var folder = new TemporaryFolder();
        var text = Path.Combine(folder.Path, "notes.txt");
        await File.WriteAllTextAsync(text, new string('x', 4096), TestContext.Current.CancellationToken);
        Assert.NotEqual(0, (await RunIn(folder.Path, "init", "--database", text)).Code);
        Assert.Equal(1, (await RunIn(folder.Path, "init", "--database", "postgres://somewhere.invalid/db")).Code);
        Assert.Equal(2, (await RunIn(folder.Path, "init", "--database", "oracle://somewhere/db")).Code);
        Assert.False(Directory.Exists(Path.Combine(folder.Path, ".db-version-control")));

        Assert.Equal(0, (await RunIn(folder.Path, "init", "--database", "my_data.db")).Code);
        Assert.True(File.Exists(Path.Combine(folder.Path, "main", "data", "my_data.db")));
        Assert.Equal(0, (await RunIn(folder.Path, "status")).Code);
    }

    [Fact]
    public async Task A_live_database_that_somebody_locks_ends_with_5_and_later_works()
    {
        _cli.Shop.Branch("work", "UPDATE customers SET balance = 1 WHERE id = 1");
        using (var connection = new SqliteConnection($"Data Source={_cli.Shop.Database};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "BEGIN EXCLUSIVE";
            command.ExecuteNonQuery();
            Assert.Equal(5, (await _cli.RunAsync("branch", "merge", "work")).Code);
        }

        Assert.Equal("50", _cli.Shop.Ask("SELECT balance FROM customers WHERE id = 1"));
        Assert.Equal(0, (await _cli.RunAsync("branch", "merge", "work")).Code);
    }

    private static async Task<Said> RunIn(string folder, params string[] arguments)
    {
        var terminal = new FakeTerminal();
        var code = await terminal.RunAsync(["-C", folder, .. arguments]);
        return new Said(code, terminal.Out, terminal.Error);
    }

    private sealed class TemporaryFolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("db-vc-test-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}

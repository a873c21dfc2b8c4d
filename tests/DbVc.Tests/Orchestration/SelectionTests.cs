using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.Tests;

/// <summary>Tables that are left out, or whose rows are: neither committed nor touched, whatever happens.</summary>
public sealed class SelectionTests : IDisposable
{
    private const string Schema = """
        CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, note TEXT);
        CREATE TABLE log_web (id INTEGER PRIMARY KEY, line TEXT);
        CREATE INDEX log_web_line ON log_web (line);
        CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INTEGER REFERENCES customers(id), total INTEGER);
        INSERT INTO customers VALUES (1, 'Ann', 'x'), (2, 'Bob', 'y'); INSERT INTO log_web VALUES (1, 'secret'); INSERT INTO orders VALUES (1, 1, 10);
        """;

    private readonly ShopRepository _shop = new(Schema);

    public void Dispose() => _shop.Dispose();

    [Fact]
    public void A_table_that_is_left_out_leaves_main_with_the_next_commit_and_stays_in_the_live_database()
    {
        Set("exclude", "LOG_*");
        Assert.Equal(["log_web"], _shop.Workspace.Status(default).Changes.Select(c => c.Name));
        _shop.Workspace.Branches.Commit(BranchName.Main, "Without logs", null, default);
        Assert.True(_shop.Workspace.Status(default).Clean);
        _shop.Write("INSERT INTO log_web VALUES (2, 'more')");
        Assert.True(_shop.Workspace.Status(default).Clean);
        Assert.Equal("2", _shop.Ask("SELECT count(*) FROM log_web"));
    }

    [Fact]
    public void What_is_left_out_is_not_in_a_branch_and_no_merge_or_rollback_touches_it()
    {
        var first = _shop.Init.Commit;
        _shop.Workspace.Branches.Create(BranchName.Parse("before"), null, default);
        _shop.WriteBranch("before", "UPDATE log_web SET line = 'changed'; UPDATE customers SET name = 'Anna' WHERE id = 1");
        _shop.Workspace.Branches.Commit(BranchName.Parse("before"), "Both", null, default);
        Set("exclude", "log_*");
        _shop.Workspace.Branches.Create(BranchName.Parse("after"), null, default);
        Assert.Equal("0", _shop.AskBranch("after", "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'log_web%'"));
        _shop.WriteBranch("after", "UPDATE orders SET total = 11; CREATE TABLE log_more (id INTEGER PRIMARY KEY)");
        _shop.Workspace.Branches.Commit(BranchName.Parse("after"), "Total", null, default);
        Merge("after");
        Assert.Equal(("11", "secret", "0"), (_shop.Ask("SELECT total FROM orders"), _shop.Ask("SELECT line FROM log_web"),
            _shop.Ask("SELECT count(*) FROM sqlite_schema WHERE name = 'log_more'")));
        _shop.Write("INSERT INTO log_web VALUES (9, 'moving')");
        _shop.Workspace.Replays.Rollback(new RollbackRequest(first.ToString(), DryRun: false), default);
        Assert.Equal(("10", "2"), (_shop.Ask("SELECT total FROM orders"), _shop.Ask("SELECT count(*) FROM log_web")));
        Assert.True(_shop.Workspace.Status(default).Clean);
        Assert.Equal("1", _shop.Ask("SELECT count(*) FROM sqlite_schema WHERE name = 'log_web_line'"));
    }

    [Fact]
    public void Of_a_schema_only_table_the_definition_is_merged_and_the_rows_stay()
    {
        Set("schema-only", "customers");
        Assert.Equal(["customers 0 0 2"], _shop.Workspace.Status(default).Changes.Select(c => $"{c.Name} {c.Added} {c.Modified} {c.Deleted}"));
        _shop.Workspace.Branches.Create(BranchName.Parse("wider"), null, default);
        Assert.Equal("0", _shop.AskBranch("wider", "SELECT count(*) FROM customers"));
        _shop.WriteBranch("wider", "ALTER TABLE customers ADD COLUMN town TEXT DEFAULT 'Bern'; INSERT INTO customers (id, name) VALUES (7, 'Branch only')");
        _shop.WriteBranch("wider", "PRAGMA foreign_keys = OFF; INSERT INTO orders VALUES (2, 2, 20)");
        _shop.Workspace.Branches.Commit(BranchName.Parse("wider"), "Towns", null, default);
        Merge("wider");
        Assert.Equal(("Ann,Bob", "Bern", "2"), (_shop.Ask("SELECT group_concat(name) FROM customers"), _shop.Ask("SELECT DISTINCT town FROM customers"),
            _shop.Ask("SELECT count(*) FROM orders")));
        Assert.True(_shop.Workspace.Status(default).Clean);
    }

    [Theory]
    [InlineData("ALTER TABLE customers DROP COLUMN note", "column customers.note")]
    [InlineData("DELETE FROM orders; DROP TABLE orders; DROP TABLE customers", "table customers")]
    public void Nothing_takes_rows_away_that_are_in_no_commit(string sql, string lost)
    {
        Set("schema-only", "customers");
        _shop.Branch("cutter", sql);
        var failure = Assert.Throws<DbVcException>(() => Merge("cutter"));
        Assert.Equal(("selection.schema-only", FailureKind.Refused), (failure.Code, failure.Kind));
        Assert.Contains(lost, failure.Message);
        Assert.Equal("x,y", _shop.Ask("SELECT group_concat(note) FROM customers"));
    }

    [Fact]
    public void A_table_that_others_refer_to_cannot_be_left_out_but_it_can_be_versioned_without_rows()
    {
        Set("exclude", "customers");
        var failure = Assert.Throws<DbVcException>(() => _shop.Workspace.Status(default));
        Assert.Equal("selection.foreign-key", failure.Code);
        Set("exclude");
        Set("schema-only", "customers");
        Assert.Equal(["customers"], _shop.Workspace.Status(default).Changes.Select(c => c.Name));
    }

    [Fact]
    public void A_table_that_is_versioned_again_comes_back_with_all_its_rows()
    {
        Set("exclude", "log_*");
        _shop.Workspace.Branches.Commit(BranchName.Main, "Without", null, default);
        Set("exclude");
        Assert.Equal(["log_web 1 0 0"], _shop.Workspace.Status(default).Changes.Select(c => $"{c.Name} {c.Added} {c.Modified} {c.Deleted}"));
        _shop.Branch("again", "UPDATE log_web SET line = 'seen' WHERE id = 1");
        Merge("again");
        Assert.Equal("seen", _shop.Ask("SELECT line FROM log_web"));
    }

    [Fact]
    public void Init_selects_from_the_first_commit_on()
    {
        var folder = Directory.CreateTempSubdirectory("dbvc-select-").FullName;
        try
        {
            var database = Path.Combine(folder, "live.db");
            File.Copy(_shop.Database, database);
            ShopRepository.Execute(database, "DROP TABLE _dbvc_state");
            var report = Workspace.Init(new InitRequest(folder, database, null) { Include = ["c*", "log*"], SchemaOnly = ["log_web"] },
                ShopRepository.Options, default);
            Assert.Equal(["customers 2", "log_web 0"], report.Tables.Select(t => $"{t.Name} {t.Rows}"));
            using var workspace = Workspace.Open(folder, ShopRepository.Options, default);
            Assert.True(workspace.Status(default).Clean);
            Assert.True(workspace.Upkeep.Verify(default).Ok);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private void Set(string key, params string[] values)
    {
        Workspace.Settings(_shop.Folder).Set(key, values);
        _shop.Reopen();
    }

    private void Merge(string branch)
    {
        var report = _shop.Workspace.Merges.Merge(new MergeRequest(BranchName.Parse(branch), BranchName.Main, false, []) { AllowDestructive = true }, default);
        Assert.Equal(MergeState.Merged, report.State);
    }
}

using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.Tests;

public sealed class WorkspaceTests : IDisposable
{
    private readonly ShopRepository _shop = new();

    public void Dispose() => _shop.Dispose();

    [Theory]
    [InlineData("CREATE INDEX by_name ON customers (name)", "customers")]
    [InlineData("DROP TRIGGER log_customer", "customers")]
    [InlineData("DROP VIEW rich; CREATE VIEW rich AS SELECT id FROM customers", "rich")]
    public void Status_knows_of_an_index_a_trigger_or_a_view_that_no_commit_holds(string sql, string owner)
    {
        _shop.Write(sql);
        var status = _shop.Workspace.Status(CancellationToken.None);
        Assert.Equal((false, owner), (status.Clean, Assert.Single(status.Changes).Name));
    }

    [Fact]
    public void Init_commits_all_tables_and_leaves_the_database_as_it_was()
    {
        Assert.Equal(["audit 2", "customers 2", "orders 2"], _shop.Init.Tables.Select(t => $"{t.Name} {t.Rows}"));
        Assert.True(_shop.Workspace.Status(CancellationToken.None).Clean);
        Assert.Equal("2", _shop.Ask("SELECT count(*) FROM customers"));
        Assert.Contains("CREATE TABLE customers", File.ReadAllText(Path.Combine(_shop.Folder, "main", "schema.sql")));
        foreach (var path in new[] { "main/data", "branches", ".db-version-control/config.yaml", ".db-version-control/commit-history.db",
            ".db-version-control/agent-logs" })
        {
            Assert.True(Path.Exists(Path.Combine(_shop.Folder, path)), path);
        }
    }

    [Fact]
    public void Changes_made_outside_are_seen_and_can_be_committed()
    {
        _shop.Write("UPDATE customers SET balance = 60 WHERE id = 1; INSERT INTO orders VALUES (3, 1, 1); DELETE FROM orders WHERE id = 2");
        var status = _shop.Workspace.Status(CancellationToken.None);
        Assert.False(status.Clean);
        Assert.Equal(["customers 0 1 0", "orders 1 0 1"], status.Changes.Select(c => $"{c.Name} {c.Added} {c.Modified} {c.Deleted}"));
        var commit = _shop.Workspace.Branches.Commit(BranchName.Main, "Adjust", null, CancellationToken.None);
        Assert.NotNull(commit.Commit);
        Assert.True(_shop.Workspace.Status(CancellationToken.None).Clean);
        Assert.Null(_shop.Workspace.Branches.Commit(BranchName.Main, "Nothing", null, CancellationToken.None).Commit);
    }

    [Fact]
    public void A_branch_is_isolated_and_merges_into_a_main_that_kept_moving()
    {
        _shop.Branch("work", "UPDATE customers SET name = 'Anna' WHERE id = 1; INSERT INTO customers (id, name) VALUES (3, 'Cid')");
        Assert.Equal("Ann", _shop.Ask("SELECT name FROM customers WHERE id = 1"));
        _shop.Write("UPDATE customers SET balance = 70 WHERE id = 1; INSERT INTO orders VALUES (9, 2, 3)");

        var report = _shop.Merge("work");

        Assert.Equal(MergeState.Merged, report.State);
        Assert.Equal("Anna|70", _shop.Ask("SELECT name || '|' || balance FROM customers WHERE id = 1"));
        Assert.Equal("1", _shop.Ask("SELECT count(*) FROM orders WHERE id = 9"));
        Assert.True(_shop.Workspace.Status(CancellationToken.None).Clean);

        // The trigger's effect in the branch came along as a row; it did not fire again.
        Assert.Equal("1", _shop.Ask("SELECT count(*) FROM audit WHERE line = 'customer 3'"));
        var log = _shop.Workspace.History.Log(new LogRequest("HEAD", 10, null, false));
        Assert.Equal(["human", "external", "human", "human"], log.Select(e => e.Commit.Commit.Author.Kind.ToString().ToLowerInvariant()));
        Assert.Equal(MergeState.UpToDate, _shop.Merge("work").State);
        Assert.True(_shop.Workspace.Upkeep.Verify(CancellationToken.None).Ok);
    }

    [Fact]
    public void Conflicts_are_kept_shown_resolved_and_the_merge_goes_on_after_a_restart()
    {
        _shop.Branch("work", "UPDATE customers SET name = 'Anna' WHERE id = 1");
        _shop.Write("UPDATE customers SET name = 'Anke' WHERE id = 1");
        var report = _shop.Merge("work");
        Assert.Equal(MergeState.Conflicts, report.State);
        Assert.Equal("Anke", _shop.Ask("SELECT name FROM customers WHERE id = 1"));

        _shop.Reopen();
        var conflict = Assert.Single(_shop.Workspace.Merges.ListConflicts(null, null, 10).Conflicts).Conflict;
        Assert.Equal(("customers", "name", "Ann", "Anna", "Anke"),
            (conflict.Table, conflict.Column, conflict.Base![0].Value.AsText, conflict.Source![0].Value.AsText, conflict.Target![0].Value.AsText));
        Assert.Equal(MergeState.Conflicts, _shop.Workspace.Merges.Continue(null, CancellationToken.None).State);
        Assert.Equal(1, _shop.Workspace.Merges.Resolve(new ResolveRequest(null, conflict.Id, new Resolution(ResolutionKind.Source))));
        Assert.Equal(MergeState.Merged, _shop.Workspace.Merges.Continue(null, CancellationToken.None).State);
        Assert.Equal("Anna", _shop.Ask("SELECT name FROM customers WHERE id = 1"));
        Assert.Empty(_shop.Workspace.Merges.Status());
    }

    [Fact]
    public void A_merge_that_would_break_a_foreign_key_is_refused_with_the_rows_and_changes_nothing()
    {
        _shop.Branch("work", "INSERT INTO orders VALUES (5, 2, 1)");
        _shop.Write("DELETE FROM orders WHERE customer_id = 2; DELETE FROM customers WHERE id = 2");
        var report = _shop.Merge("work");
        Assert.Equal(MergeState.Refused, report.State);
        Assert.Equal("orders", Assert.Single(report.Violations).Table);
        Assert.Equal("0", _shop.Ask("SELECT count(*) FROM orders WHERE id = 5"));
    }

    [Fact]
    public void A_dry_run_tells_what_would_happen_and_changes_nothing()
    {
        _shop.Branch("work", "UPDATE customers SET balance = 1 WHERE id = 1");
        _shop.Write("UPDATE customers SET balance = 2 WHERE id = 1");
        var before = _shop.Workspace.History.Find("HEAD").Commit.Id;
        Assert.Equal(MergeState.Conflicts, _shop.Merge("work", dryRun: true).State);
        Assert.Equal(MergeState.Merged, _shop.Merge("work", dryRun: true, "customers.balance=delta").State);
        Assert.Equal(before, _shop.Workspace.History.Find("HEAD").Commit.Id);
        Assert.Empty(_shop.Workspace.Merges.Status());
    }

    [Fact]
    public void Rollback_is_a_new_commit_that_brings_the_earlier_rows_back()
    {
        _shop.Write("DELETE FROM orders; UPDATE customers SET balance = 0");
        _shop.Workspace.Branches.Commit(BranchName.Main, "Oops", null, CancellationToken.None);
        var dry = _shop.Workspace.Replays.Rollback(new RollbackRequest("HEAD~1", DryRun: true), CancellationToken.None);
        Assert.Equal(["customers 0 2 0", "orders 2 0 0"], dry.Tables.Select(c => $"{c.Name} {c.Added} {c.Modified} {c.Deleted}"));
        Assert.Equal("0", _shop.Ask("SELECT count(*) FROM orders"));

        var report = _shop.Workspace.Replays.Rollback(new RollbackRequest("HEAD~1", DryRun: false), CancellationToken.None);
        Assert.NotNull(report.Commit);
        Assert.Equal("2", _shop.Ask("SELECT count(*) FROM orders"));
        Assert.Equal("150", _shop.Ask("SELECT balance FROM customers WHERE id = 2"));
        Assert.Equal(3, _shop.Workspace.History.Log(new LogRequest("HEAD", 10, null, false)).Count);
    }

    [Fact]
    public void Schema_changes_on_a_branch_reach_the_live_database()
    {
        _shop.Branch("work", """
            CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT); INSERT INTO notes VALUES (1, 'hello');
            ALTER TABLE customers ADD COLUMN city TEXT; UPDATE customers SET city = 'Bonn' WHERE id = 2;
            DROP INDEX orders_by_customer;
            """);
        _shop.Write("INSERT INTO customers (id, name) VALUES (7, 'Gil')");
        Assert.Equal(MergeState.Merged, _shop.Merge("work").State);
        Assert.Equal("hello", _shop.Ask("SELECT text FROM notes"));
        Assert.Equal("Bonn", _shop.Ask("SELECT city FROM customers WHERE id = 2"));
        Assert.Equal("Gil", _shop.Ask("SELECT name FROM customers WHERE id = 7"));
        Assert.Equal("0", _shop.Ask("SELECT count(*) FROM sqlite_master WHERE name = 'orders_by_customer'"));
        Assert.Equal("1", _shop.Ask("SELECT count(*) FROM sqlite_master WHERE name = 'log_customer'"));
        Assert.True(_shop.Workspace.Status(CancellationToken.None).Clean);
    }

    [Fact]
    public void Blame_names_the_author_of_each_cell_and_not_the_merge()
    {
        _shop.Branch("work", "UPDATE customers SET name = 'Anna' WHERE id = 1");
        _shop.Write("UPDATE customers SET balance = 70 WHERE id = 1");
        _shop.Merge("work");
        var row = Assert.Single(_shop.Workspace.History.Blame(new BlameRequest("customers", "HEAD", "1", null, 10)).Rows);
        Assert.Equal(
            ["id First commit of shop", "name Change work", "email First commit of shop", "balance Changes made outside db-vc"],
            row.Cells.Select(c => $"{c.Column} {c.Commit.Commit.Message}"));
    }

    [Fact]
    public void A_query_at_a_revision_sees_the_rows_and_views_of_then()
    {
        _shop.Write("UPDATE customers SET balance = 0");
        _shop.Workspace.Branches.Commit(BranchName.Main, "Spend", null, CancellationToken.None);
        Assert.Equal("Bob", Query("HEAD~1"));
        Assert.Equal("", Query(null));

        string Query(string? revision)
        {
            using var report = _shop.Workspace.History.Query(new QueryRequest("SELECT name FROM rich", revision, null, 100));
            return string.Join(',', report.Rows.Select(r => r[0].AsText));
        }
    }

    [Fact]
    public void A_live_database_that_was_replaced_stops_everything()
    {
        var backup = _shop.Database + ".backup";
        File.Copy(_shop.Database, backup);
        _shop.Write("DELETE FROM orders");
        _shop.Workspace.Branches.Commit(BranchName.Main, "Clear", null, CancellationToken.None);
        File.Copy(backup, _shop.Database, overwrite: true);
        var refusal = Assert.Throws<DbVcException>(() => _shop.Workspace.Status(CancellationToken.None));
        Assert.Equal(("live.other-commit", FailureKind.Refused), (refusal.Code, refusal.Kind));
    }

    [Theory]
    [InlineData("", "branch.name")]
    [InlineData("a//b", "branch.name")]
    [InlineData("a..b", "branch.name")]
    [InlineData("main", "branch.exists")]
    public void A_branch_name_that_cannot_be_is_refused(string name, string code) =>
        Assert.Equal(code, Assert.Throws<DbVcException>(() => _shop.Workspace.Branches.Create(BranchName.Parse(name), null, CancellationToken.None)).Code);

    [Fact]
    public void Uncommitted_changes_on_a_branch_are_not_left_behind_silently()
    {
        _shop.Branch("work", "UPDATE customers SET balance = 1 WHERE id = 1");
        _shop.WriteBranch("work", "UPDATE customers SET balance = 2 WHERE id = 1");
        Assert.Equal("branch.uncommitted", Assert.Throws<DbVcException>(() => _shop.Merge("work")).Code);
    }

    [Fact]
    public void Main_only_rolls_back_to_where_main_has_been()
    {
        _shop.Branch("work", "DELETE FROM orders");
        var refusal = Assert.Throws<DbVcException>(() => _shop.Workspace.Replays.Rollback(new RollbackRequest("work", DryRun: false), CancellationToken.None));
        Assert.Equal(("rollback.not-on-main", FailureKind.Refused), (refusal.Code, refusal.Kind));
        Assert.Equal("2", _shop.Ask("SELECT count(*) FROM orders"));
    }

    [Theory]
    [InlineData("ALTER TABLE customers DROP COLUMN balance", "UPDATE customers SET balance = 7 WHERE id = 1")]
    [InlineData(
        "CREATE TABLE a2 (line TEXT, id INTEGER PRIMARY KEY, seen TEXT DEFAULT CURRENT_DATE); DROP TRIGGER log_customer; DROP TABLE audit; "
        + "ALTER TABLE a2 RENAME TO audit",
        "INSERT INTO audit VALUES ('by hand')")]
    public void A_schema_change_that_would_lose_or_invent_values_of_the_other_side_is_a_conflict(string source, string live)
    {
        _shop.Branch("work", "DROP VIEW rich; " + source);
        _shop.Write(live);
        var report = _shop.Merge("work");
        Assert.Equal((MergeState.Conflicts, ConflictKind.Schema), (report.State, Assert.Single(report.Conflicts).Kind));
    }

    [Fact]
    public void A_conflict_of_definitions_is_settled_by_hand_and_loses_nobodys_data()
    {
        const string Rebuild = "PRAGMA foreign_keys = OFF; DROP VIEW rich;"
            + "CREATE TABLE c2 (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT UNIQUE, balance TYPE NOT NULL DEFAULT 0);"
            + "INSERT INTO c2 SELECT * FROM customers; DROP TRIGGER log_customer; DROP TABLE customers; ALTER TABLE c2 RENAME TO customers;";
        _shop.Branch("work", Rebuild.Replace("TYPE", "TEXT", StringComparison.Ordinal) + "ALTER TABLE customers ADD COLUMN phone TEXT;"
            + "UPDATE customers SET phone = '031' WHERE id = 1");
        _shop.Write(Rebuild.Replace("TYPE", "REAL", StringComparison.Ordinal) + "UPDATE customers SET name = 'Anna' WHERE id = 1");
        var conflict = Assert.Single(_shop.Merge("work").Conflicts);
        Assert.Equal((ConflictKind.Schema, "customers", "balance"), (conflict.Kind, conflict.Table, conflict.Column));

        string[] unfit = ["CREATE TABLE customers (", "CREATE VIEW customers AS SELECT 1", "DROP TABLE customers", "CREATE TABLE a (b); DROP TABLE a"];
        foreach (var bad in unfit)
        {
            Assert.Equal("conflict.value", Assert.Throws<DbVcException>(() => Resolve(bad)).Code);
        }

        Resolve("CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT UNIQUE, "
            + "balance NUMERIC NOT NULL, phone TEXT, vip INT DEFAULT 1)");
        Assert.Equal(MergeState.Merged, _shop.Workspace.Merges.Continue(null, CancellationToken.None).State);
        Assert.Equal("Anna|031|50|1", _shop.Ask("SELECT name || '|' || phone || '|' || balance || '|' || vip FROM customers WHERE id = 1"));
        Assert.True(_shop.Workspace.Status(CancellationToken.None).Clean);

        void Resolve(string sql) =>
            _shop.Workspace.Merges.Resolve(new ResolveRequest(null, conflict.Id, new Resolution(ResolutionKind.Value, Value.Text(sql))));
    }

    [Fact]
    public void A_column_renamed_on_one_side_takes_the_other_sides_values()
    {
        _shop.Branch("work", "DROP VIEW rich; ALTER TABLE customers RENAME COLUMN balance TO amount");
        _shop.Write("UPDATE customers SET balance = 7 WHERE id = 1");
        Assert.Equal(MergeState.Merged, _shop.Merge("work").State);
        Assert.Equal("7", _shop.Ask("SELECT amount FROM customers WHERE id = 1"));
        Assert.True(_shop.Workspace.Status(CancellationToken.None).Clean);
    }

    [Fact]
    public void Rows_added_beside_a_new_column_get_its_default()
    {
        _shop.Branch("work", "ALTER TABLE customers ADD COLUMN points INTEGER NOT NULL DEFAULT 5");
        _shop.Write("INSERT INTO customers (id, name) VALUES (9, 'Ida')");
        Assert.Equal(MergeState.Merged, _shop.Merge("work").State);
        Assert.Equal("5", _shop.Ask("SELECT points FROM customers WHERE id = 9"));
        Assert.True(_shop.Workspace.Status(CancellationToken.None).Clean);
        using var then = _shop.Workspace.History.Query(new QueryRequest("SELECT sum(points) FROM customers", "HEAD", null, 10));
        Assert.Equal(15, then.Rows.Single()[0].AsInteger);
    }

    [Fact]
    public void A_key_that_was_handed_out_twice_means_two_rows()
    {
        _shop.Branch("work", "INSERT INTO orders (customer_id, total) VALUES (1, 5)");
        _shop.Write("INSERT INTO orders (customer_id, total) VALUES (2, 7)");
        var report = _shop.Merge("work");
        Assert.Equal(MergeState.Merged, report.State);
        Assert.Equal("3>4", string.Join(' ', report.Rekeyed.Select(c => $"{c.Before[0].Value}>{c.After}")));
        Assert.Equal("3:7.0 4:5.0", _shop.Ask("SELECT group_concat(id || ':' || total, ' ') FROM orders WHERE id > 2"));
    }
}

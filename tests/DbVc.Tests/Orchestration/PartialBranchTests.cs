using DbVc.Live;
using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.Tests;

/// <summary>Branches whose database lacks tables: what is left out is never taken for deleted, and what would go wrong without it is refused.</summary>
public sealed class PartialBranchTests : IDisposable
{
    private const string Schema = """
        CREATE TABLE towns (id INTEGER PRIMARY KEY, name TEXT UNIQUE);
        CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, town INTEGER REFERENCES towns(id));
        CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INTEGER NOT NULL REFERENCES customers(id) ON DELETE CASCADE, total INTEGER);
        CREATE TABLE big (id INTEGER PRIMARY KEY, data TEXT);
        CREATE TABLE audit (line TEXT);
        CREATE TABLE log (id INTEGER PRIMARY KEY, line TEXT);
        CREATE INDEX orders_customer ON orders (customer);
        CREATE VIEW spent AS SELECT customer, sum(total) AS total FROM orders GROUP BY customer;
        CREATE VIEW rich AS SELECT customer FROM spent WHERE total > 100;
        CREATE VIEW names AS SELECT name FROM customers;
        CREATE TRIGGER audit_customer AFTER INSERT ON CUSTOMERS BEGIN INSERT INTO audit VALUES ('customer ' || new.id); END;
        CREATE TRIGGER log_big AFTER INSERT ON big BEGIN INSERT INTO log (line) VALUES ('big'); END;
        INSERT INTO towns VALUES (1, 'Bern'), (2, 'Basel'), (3, 'Chur');
        INSERT INTO customers VALUES (1, 'Ann', 1), (2, 'Bob', 2), (3, 'Cy', NULL);
        INSERT INTO orders VALUES (1, 1, 10), (2, 2, 20);
        INSERT INTO big VALUES (1, 'x'), (2, 'y');
        """;

    private const string Tables = "SELECT group_concat(name) FROM (SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') "
        + "AND name NOT LIKE '\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite%' ORDER BY name)";

    private readonly ShopRepository _shop = new(Schema);

    public void Dispose() => _shop.Dispose();

    [Theory]
    [InlineData("towns", "towns", "audit,big,customers,log,orders")]
    [InlineData("CUSTOMERS", "audit,customers,names,towns", "big,log,orders")]
    [InlineData("orders", "audit,customers,names,orders,rich,spent,towns", "big,log")]
    [InlineData("towns, big", "big,log,towns", "audit,customers,orders")]
    public void A_database_holds_what_was_asked_for_with_what_foreign_keys_and_triggers_need(string asked, string held, string leftOut)
    {
        var made = Make(asked);
        Assert.Equal(held, _shop.AskBranch("part", Tables));
        Assert.Equal(leftOut, string.Join(",", made.LeftOut.Order(StringComparer.Ordinal)));
        Assert.Null(Commit().Commit);
        Assert.Equal(_shop.Init.Commit, _shop.Workspace.Branches.Show(Part).Head);
    }

    [Fact]
    public void What_is_committed_and_merged_is_what_a_whole_branch_would_have_given()
    {
        const string Work = "INSERT INTO customers VALUES (4, 'Di', 3); UPDATE towns SET name = 'BERN' WHERE id = 1; DELETE FROM customers WHERE id = 3; "
            + "ALTER TABLE customers ADD COLUMN note TEXT; CREATE INDEX by_name ON customers (name); CREATE TABLE extra (id INTEGER PRIMARY KEY)";
        _shop.Branch("whole", Work);
        Make("customers");
        _shop.WriteBranch("part", Work);
        Assert.Equal(["audit", "customers", "extra", "towns"], Commit().Tables.Select(t => t.Name).Order(StringComparer.Ordinal));
        AssertSame("whole", "part");
        Assert.Equal(MergeState.Merged, _shop.Merge("part").State);
        Assert.Equal(("4", "2", "2", "BERN", "4"), (_shop.Ask("SELECT max(id) FROM customers"), _shop.Ask("SELECT count(*) FROM orders"),
            _shop.Ask("SELECT count(*) FROM big"), _shop.Ask("SELECT name FROM towns WHERE id = 1"), _shop.Ask("SELECT count(*) FROM audit")));
        Assert.True(_shop.Workspace.Status(default).Clean);
        Assert.True(_shop.Workspace.Upkeep.Verify(default).Ok);
    }

    [Fact]
    public void What_is_known_about_unchanged_pages_never_drops_what_is_left_out()
    {
        Make("customers");
        for (var i = 10; i < 14; i++)
        {
            _shop.WriteBranch("part", $"INSERT INTO customers VALUES ({i}, 'n', NULL)");
            Assert.Equal(["audit", "customers"], Commit().Tables.Select(t => t.Name));
            Assert.Null(Commit().Commit);
            _shop.Write($"INSERT INTO orders VALUES ({i}, 1, 5); INSERT INTO big VALUES ({i}, 'z')");
            Assert.Equal(MergeState.Merged, MergeInto("main", "part").State);
            Assert.Null(Commit().Commit);
        }

        Assert.Equal(MergeState.Merged, _shop.Merge("part").State);
        Assert.Equal(("6", "6"), (_shop.Ask("SELECT count(*) FROM orders"), _shop.Ask("SELECT count(*) FROM big")));
        Assert.Equal("7", _shop.Ask("SELECT count(*) FROM customers"));
    }

    /// <summary>What a whole database refuses, or answers with changes in tables that are left out here.</summary>
    [Theory]
    [InlineData("CREATE TABLE orders (id INTEGER PRIMARY KEY)", "orders")]
    [InlineData("CREATE TABLE Big (id INTEGER PRIMARY KEY, data TEXT)", "Big")]
    [InlineData("CREATE VIEW big AS SELECT 1 AS one", "big")]
    [InlineData("CREATE VIEW spent AS SELECT 1 AS one", "spent")]
    [InlineData("CREATE TABLE spent (id INTEGER PRIMARY KEY)", "spent")]
    [InlineData("CREATE TABLE returns (id INTEGER PRIMARY KEY, o INTEGER REFERENCES orders(id))", "orders")]
    [InlineData("ALTER TABLE towns ADD COLUMN o INTEGER REFERENCES orders(id)", "orders")]
    [InlineData("CREATE VIEW totals AS SELECT total FROM orders", "orders")]
    [InlineData("CREATE TRIGGER more AFTER INSERT ON towns BEGIN INSERT INTO big (data) VALUES ('t'); END", "big")]
    [InlineData("PRAGMA foreign_keys = OFF; DELETE FROM customers WHERE id = 1", "orders")]
    [InlineData("PRAGMA foreign_keys = ON; DELETE FROM customers WHERE id = 1", "orders")]
    [InlineData("PRAGMA foreign_keys = OFF; UPDATE customers SET id = 9 WHERE id = 2", "orders")]
    [InlineData("PRAGMA foreign_keys = OFF; DROP TRIGGER audit_customer; DROP VIEW names; DROP TABLE customers", "orders")]
    [InlineData("ALTER TABLE customers RENAME TO clients", "orders")]
    [InlineData("ALTER TABLE customers RENAME COLUMN id TO nr", "orders")]
    public void What_the_tables_that_are_left_out_would_object_to_is_refused_by_name(string sql, string named)
    {
        Make("customers");
        _shop.WriteBranch("part", sql);
        var failure = Assert.Throws<DbVcException>(() => Commit());
        Assert.Equal(("branch.left-out", FailureKind.Refused), (failure.Code, failure.Kind));
        Assert.Contains(named, failure.Message + failure.Where);
        Assert.Contains("branch fetch part", failure.Hint);
        Assert.Equal(_shop.Init.Commit, _shop.Workspace.Branches.Show(Part).Head);
        // Nor does a merge into the branch commit it on the way.
        _shop.Write("INSERT INTO big VALUES (77, 'later')");
        Assert.Equal("branch.left-out", Assert.Throws<DbVcException>(() => MergeInto("main", "part")).Code);
        Assert.Equal("2", _shop.Ask("SELECT count(*) FROM orders"));
    }

    [Theory]
    [InlineData("DELETE FROM customers WHERE id = 3")]
    [InlineData("UPDATE customers SET id = 30 WHERE id = 3")]
    [InlineData("PRAGMA foreign_keys = OFF; DELETE FROM customers WHERE id = 1; INSERT INTO customers VALUES (1, 'Ann again', 2)")]
    [InlineData("ALTER TABLE customers DROP COLUMN town")]
    [InlineData("ALTER TABLE towns RENAME COLUMN name TO title")]
    [InlineData("DROP VIEW names")]
    public void What_nobody_would_object_to_is_committed_as_in_a_whole_branch(string sql)
    {
        _shop.Branch("whole", sql);
        Make("customers");
        _shop.WriteBranch("part", sql);
        Assert.NotNull(Commit().Commit);
        AssertSame("whole", "part");
        Assert.Equal(MergeState.Merged, _shop.Merge("part").State);
    }

    [Fact]
    public void A_question_about_a_table_that_is_left_out_says_so_and_how_to_get_it()
    {
        Make("customers");
        var failure = Assert.Throws<DbVcException>(() => Ask("SELECT count(*) FROM orders", branch: "part"));
        Assert.Equal("branch.left-out", failure.Code);
        Assert.Contains("branch fetch part \"orders\"", failure.Hint);
        Assert.NotEqual("branch.left-out", Assert.Throws<DbVcException>(() => Ask("SELECT nothing FROM customers", branch: "part")).Code);
        Assert.Equal(2, Ask("SELECT count(*) FROM orders", at: "part"));
        Assert.Equal(2, _shop.Workspace.History.Blame(new BlameRequest("orders", "part", null, null, 10)).Rows.Count());
    }

    [Fact]
    public void Tables_are_brought_in_with_what_they_need_and_what_was_written_meanwhile_stays()
    {
        Make("towns");
        _shop.WriteBranch("part", "INSERT INTO towns VALUES (4, 'Thun')");
        var fetched = _shop.Workspace.Branches.Fetch(Part, ["ORDERS"]);
        Assert.Equal(["big", "log"], fetched.LeftOut);
        Assert.Equal("audit,customers,names,orders,rich,spent,towns", _shop.AskBranch("part", Tables));
        Assert.Equal(["towns"], Commit().Tables.Select(t => t.Name));
        _shop.WriteBranch("part", "PRAGMA foreign_keys = ON; DELETE FROM customers WHERE id = 1");
        Assert.Equal(["customers", "orders"], Commit().Tables.Select(t => t.Name));
        Assert.Empty(_shop.Workspace.Branches.Fetch(Part, []).LeftOut);
        _shop.WriteBranch("part", "INSERT INTO big VALUES (9, 'new')");
        Assert.Equal(["big", "log"], Commit().Tables.Select(t => t.Name));
        _shop.Branch("whole",
            "INSERT INTO towns VALUES (4, 'Thun'); PRAGMA foreign_keys = ON; DELETE FROM customers WHERE id = 1; INSERT INTO big VALUES (9, 'new')");
        AssertSame("whole", "part");
        Assert.Equal(MergeState.Merged, _shop.Merge("part").State);
        Assert.Equal("1", _shop.Ask("SELECT count(*) FROM orders"));
    }

    [Fact]
    public void A_table_is_not_brought_in_over_a_missing_parent_or_a_taken_name()
    {
        Make("customers");
        _shop.WriteBranch("part", "DELETE FROM customers WHERE id = 1");
        Assert.Equal("branch.left-out", Assert.Throws<DbVcException>(() => _shop.Workspace.Branches.Fetch(Part, ["orders"])).Code);
        _shop.WriteBranch("part", "INSERT INTO customers VALUES (1, 'Ann', 1); CREATE TABLE big (mine TEXT); INSERT INTO big VALUES ('mine')");
        Assert.Equal("branch.left-out", Assert.Throws<DbVcException>(() => _shop.Workspace.Branches.Fetch(Part, ["big"])).Code);
        Assert.Equal("mine", _shop.AskBranch("part", "SELECT mine FROM big"));
        Assert.Equal("orders", string.Join(",", _shop.Workspace.Branches.Show(Part).LeftOut.Intersect(["orders"])));
        _shop.Workspace.Branches.Fetch(Part, ["orders"]);
        Assert.Equal("2", _shop.AskBranch("part", "SELECT count(*) FROM orders"));
        Assert.Equal("table.missing", Assert.Throws<DbVcException>(() => _shop.Workspace.Branches.Fetch(Part, ["nothing"])).Code);
    }

    [Fact]
    public void What_a_merge_into_the_branch_makes_necessary_comes_with_it()
    {
        Make("towns");
        _shop.Write("ALTER TABLE towns ADD COLUMN capital INTEGER REFERENCES big(id); UPDATE towns SET capital = 2 WHERE id = 1");
        Assert.Equal(MergeState.Merged, MergeInto("main", "part").State);
        Assert.Equal("big,log,towns", _shop.AskBranch("part", Tables));
        Assert.Equal("2", _shop.AskBranch("part", "SELECT count(*) FROM big"));
        Assert.Equal("1", _shop.AskBranch("part", "SELECT count(*) FROM towns WHERE capital = 2"));
        Assert.Equal(["audit", "customers", "orders"], _shop.Workspace.Branches.Show(Part).LeftOut);
        Assert.Null(Commit().Commit);
        _shop.WriteBranch("part", "INSERT INTO big VALUES (5, 'five')");
        Assert.Equal(["big", "log"], Commit().Tables.Select(t => t.Name));
        Assert.Equal(MergeState.Merged, _shop.Merge("part").State);
        _shop.Workspace.Operations.Undo(null, default);
        Assert.Equal("2", _shop.Ask("SELECT count(*) FROM big"));
    }

    [Fact]
    public void A_table_that_main_renames_or_drops_stays_left_out_and_follows()
    {
        Make("towns");
        _shop.Write("ALTER TABLE big RENAME TO large; DROP VIEW rich; DROP VIEW spent; DROP TABLE orders");
        _shop.WriteBranch("part", "INSERT INTO towns VALUES (4, 'Thun')");
        Commit();
        Assert.Equal(MergeState.Merged, MergeInto("main", "part").State);
        Assert.Equal(["audit", "customers", "large", "log"], _shop.Workspace.Branches.Show(Part).LeftOut);
        Assert.Equal("towns", _shop.AskBranch("part", Tables));
        Assert.Null(Commit().Commit);
        Assert.Equal(MergeState.Merged, _shop.Merge("part").State);
        Assert.Equal(("2", "Thun"), (_shop.Ask("SELECT count(*) FROM large"), _shop.Ask("SELECT name FROM towns WHERE id = 4")));
    }

    [Fact]
    public void Undo_cherry_pick_revert_rename_delete_and_restore_keep_what_is_left_out()
    {
        Make("customers");
        _shop.WriteBranch("part", "INSERT INTO customers VALUES (4, 'Di', 3)");
        Commit();
        _shop.Branch("other", "INSERT INTO towns VALUES (9, 'Zug'); INSERT INTO orders VALUES (9, 3, 90)");
        _shop.Workspace.Replays.CherryPick(new CherryPickRequest("other", Part), default);
        Assert.Equal("4", _shop.AskBranch("part", "SELECT count(*) FROM towns"));
        Assert.Equal(3, Ask("SELECT count(*) FROM orders", at: "part"));
        _shop.Workspace.Operations.Undo(null, default);
        Assert.Equal("3", _shop.AskBranch("part", "SELECT count(*) FROM towns"));
        Assert.Equal(2, Ask("SELECT count(*) FROM orders", at: "part"));
        _shop.Workspace.Branches.Rename(Part, BranchName.Parse("moved"), default);
        _shop.Workspace.Branches.Delete(BranchName.Parse("moved"));
        _shop.Workspace.Branches.Restore(BranchName.Parse("moved"));
        Assert.Null(_shop.Workspace.Branches.Commit(BranchName.Parse("moved"), "Nothing", null, default).Commit);
        Assert.Equal(("audit,customers,names,towns", "4"), (_shop.AskBranch("moved", Tables), _shop.AskBranch("moved", "SELECT max(id) FROM customers")));
        Assert.Equal(MergeState.Merged, _shop.Merge("moved").State);
        Assert.Equal("2", _shop.Ask("SELECT count(*) FROM orders"));
    }

    [Fact]
    public void A_purge_reaches_a_row_that_is_left_out_and_one_that_is_not()
    {
        Make("customers");
        _shop.WriteBranch("part", "INSERT INTO customers VALUES (4, 'Secret', 3)");
        Commit();
        _shop.Workspace.Upkeep.Purge(new PurgeRequest("big", ["2"]), default);
        _shop.Workspace.Upkeep.Purge(new PurgeRequest("customers", ["4"]), default);
        Assert.Equal(("1", "0"), (_shop.Ask("SELECT count(*) FROM big"), _shop.AskBranch("part", "SELECT count(*) FROM customers WHERE id = 4")));
        Assert.Null(Commit().Commit);
        Assert.Equal(1, Ask("SELECT count(*) FROM big", at: "part"));
        Assert.True(_shop.Workspace.Upkeep.Verify(default).Ok);
    }

    [Fact]
    public void Invariants_about_what_is_left_out_are_judged_on_main_and_not_in_the_branch()
    {
        _shop.Workspace.Invariants.Add(new Invariant("orders", "SELECT * FROM orders WHERE total < 0"));
        _shop.Workspace.Invariants.Add(new Invariant("towns", "SELECT * FROM towns WHERE name = 'Nowhere'"));
        Make("customers");
        _shop.Branch("bad", "INSERT INTO orders VALUES (7, 3, -1)");
        Assert.Equal(MergeState.Merged, MergeInto("bad", "part").State);
        Assert.Equal(MergeState.Refused, _shop.Merge("part").State);
        _shop.Branch("worse", "INSERT INTO towns VALUES (7, 'Nowhere')");
        Assert.Equal(MergeState.Refused, MergeInto("worse", "part").State);
    }

    /// <summary>As a killed process leaves it at each step.</summary>
    [Theory]
    [InlineData(PublishStep.BranchRecorded)]
    [InlineData(PublishStep.InstanceFilled)]
    [InlineData(PublishStep.InstanceMade)]
    public void A_database_whose_making_was_cut_off_is_made_anew_or_is_whole(PublishStep at)
    {
        _shop.StepReached = step =>
        {
            if (step == at) throw new IOException("killed");
        };
        Assert.Throws<IOException>(() => Make("customers"));
        _shop.StepReached = null;
        _shop.Reopen();
        Assert.Null(Commit().Commit);
        Assert.Equal(("audit,customers,names,towns", "3"), (_shop.AskBranch("part", Tables), _shop.AskBranch("part", "SELECT count(*) FROM customers")));
    }

    [Fact]
    public void Bringing_tables_in_that_was_cut_off_is_done_or_not()
    {
        Make("towns");
        foreach (var at in new[] { PublishStep.IntentWritten, PublishStep.Applied, PublishStep.LiveCommitted, PublishStep.RefMoved })
        {
            _shop.StepReached = step =>
            {
                if (step == at) throw new IOException("killed");
            };
            var table = at >= PublishStep.LiveCommitted ? at == PublishStep.LiveCommitted ? "customers" : "big" : "orders";
            Assert.Throws<IOException>(() => _shop.Workspace.Branches.Fetch(Part, [table]));
            _shop.StepReached = null;
            _shop.Reopen();
            Assert.Null(Commit().Commit);
            Assert.Equal(at < PublishStep.LiveCommitted, _shop.Workspace.Branches.Show(Part).LeftOut.Contains(table));
            Assert.Equal(at < PublishStep.LiveCommitted ? "0" : "1", _shop.AskBranch("part", $"SELECT count(*) FROM sqlite_schema WHERE name = '{table}'"));
        }
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("towns,,big")]
    public void A_table_that_is_not_there_makes_no_branch(string asked)
    {
        Assert.Equal("table.missing", Assert.Throws<DbVcException>(() => Make(asked)).Code);
        Assert.Equal(["main"], _shop.Workspace.Branches.List().Select(b => b.Name));
    }

    private static BranchName Part => BranchName.Parse("part");

    private BranchReport Make(string tables) =>
        _shop.Workspace.Branches.Create(Part, null, BranchTerms.None with { Tables = [tables] }, CancellationToken.None);

    private CommitReport Commit() => _shop.Workspace.Branches.Commit(Part, "Work", null, CancellationToken.None);

    private MergeReport MergeInto(string source, string target)
    {
        if (source == "main") _shop.Workspace.Branches.Commit(BranchName.Main, "Outside", null, default);
        return _shop.Workspace.Merges.Merge(new MergeRequest(BranchName.Parse(source), BranchName.Parse(target), DryRun: false, []), CancellationToken.None);
    }

    private long Ask(string sql, string? at = null, string? branch = null)
    {
        using var report = _shop.Workspace.History.Query(new QueryRequest(sql, at, branch is null ? null : BranchName.Parse(branch), 10));
        return report.Rows.Single()[0].AsInteger;
    }

    private void AssertSame(string one, string other)
    {
        using var diff = _shop.Workspace.History.Diff(new DiffRequest(one, other, null, 10), default);
        Assert.Empty(diff.Tables.Select(t => t.Name));
        Assert.Empty(diff.Schema.Select(s => s.Object));
    }
}

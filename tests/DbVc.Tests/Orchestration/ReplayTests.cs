using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.Tests;

public sealed class ReplayTests : IDisposable
{
    private readonly ShopRepository _shop = new();

    public void Dispose() => _shop.Dispose();

    [Fact]
    public void A_commit_that_the_branch_holds_already_brings_no_second_row_of_one_that_changed_since()
    {
        _shop.Write("INSERT INTO customers (id, name) VALUES (3, 'Cat')");
        var commit = _shop.Workspace.Branches.Commit(BranchName.Main, "Cat", null, CancellationToken.None).Commit!.Value;
        _shop.Write("UPDATE customers SET name = 'Cato' WHERE id = 3");
        var report = _shop.Workspace.Replays.CherryPick(new CherryPickRequest(commit.ToString(), BranchName.Main), CancellationToken.None);
        Assert.Equal((MergeState.Conflicts, "name"), (report.State, Assert.Single(report.Conflicts).Column));
    }

    private Workspace Workspace => _shop.Workspace;

    private string People => _shop.Ask("SELECT group_concat(id || ':' || name || ',' || balance, ' ' ORDER BY id) FROM customers");

    private CommitId Commit(string sql)
    {
        _shop.Write(sql);
        return Workspace.Branches.Commit(BranchName.Main, "Do: " + sql, null, CancellationToken.None).Commit!.Value;
    }

    private MergeReport Pick(string revision, string target = "main", string? table = null, params string[] keys) => Workspace.Replays.CherryPick(
        new CherryPickRequest(revision, BranchName.Parse(target)) { Table = table, Keys = keys }, CancellationToken.None);

    private MergeReport Revert(string revision, string target = "main", int? mainline = null) =>
        Workspace.Replays.Revert(new RevertRequest(revision, BranchName.Parse(target)) { Mainline = mainline }, CancellationToken.None);

    [Fact]
    public void A_cherry_pick_repeats_one_commit_and_names_its_origin()
    {
        _shop.Branch("work", "UPDATE customers SET name = 'Anna' WHERE id = 1");
        _shop.WriteBranch("work", "UPDATE customers SET balance = 1 WHERE id = 2");
        var second = Workspace.Branches.Commit(BranchName.Parse("work"), "Second", null, CancellationToken.None).Commit!.Value;
        _shop.Write("UPDATE customers SET name = 'Bo' WHERE id = 2");

        var report = Pick("work");

        Assert.Equal((MergeState.Merged, second), (report.State, report.Origin));
        Assert.Equal("1:Ann,50 2:Bo,1", People);
        var commit = Workspace.History.Find("HEAD").Commit;
        Assert.Equal((second, "Second", 1), (commit.Commit.Origin!.Value, commit.Commit.Message, commit.Commit.Parents.Count));
        Assert.Equal(commit.Id, Blamed("2", "balance"));
        Assert.Equal(MergeState.UpToDate, Pick("work").State);
        Assert.True(Workspace.Status(CancellationToken.None).Clean);
    }

    [Fact]
    public void A_cherry_pick_takes_one_table_or_chosen_rows()
    {
        _shop.Branch("work", "UPDATE customers SET balance = balance + 1; UPDATE orders SET total = 0; INSERT INTO customers (id, name) VALUES (5, 'Eve')");
        Assert.Equal(["customers 0 1 0"], Counts(Pick("work", "main", "customers", "2")));
        Assert.Equal("1:Ann,50 2:Bob,151", People);
        Assert.Equal(["customers 1 0 0"], Counts(Pick("work", "main", "customers", "5", "99")));
        Assert.Equal(["orders 0 2 0"], Counts(Pick("work", "main", "ORDERS")));
        Assert.Equal(["audit 1 0 0", "customers 0 1 0"], Counts(Pick("work")));
        Assert.Equal("table.missing", Assert.Throws<DbVcException>(() => Pick("work", "main", "nowhere")).Code);
        Assert.Equal("selection.no-table", Assert.Throws<DbVcException>(() => Pick("work", "main", null, "1")).Code);
    }

    [Fact]
    public void A_cherry_pick_goes_onto_a_branch_and_into_its_database()
    {
        var fix = Commit("UPDATE customers SET name = 'Anna' WHERE id = 1");
        Workspace.Branches.Create(BranchName.Parse("old"), "HEAD~1", CancellationToken.None);
        Assert.Equal(MergeState.Merged, Pick(fix.ToString(), "old").State);
        Assert.Equal("Anna", _shop.AskBranch("old", "SELECT name FROM customers WHERE id = 1"));
        _shop.WriteBranch("old", "DELETE FROM orders");
        Assert.Equal("branch.uncommitted", Assert.Throws<DbVcException>(() => Revert("old", "old")).Code);
    }

    [Fact]
    public void Conflicts_of_a_cherry_pick_wait_and_are_resolved_like_those_of_a_merge()
    {
        _shop.Branch("work", "UPDATE customers SET name = 'Anna' WHERE id = 1");
        _shop.Write("UPDATE customers SET name = 'Anke' WHERE id = 1");
        Assert.Equal(MergeState.Conflicts, Pick("work").State);
        Assert.Equal("1:Anke,50 2:Bob,150", People);
        Assert.Equal("merge.open", Assert.Throws<DbVcException>(() => Revert("HEAD")).Code);

        _shop.Reopen();
        Assert.Equal(("cherry-pick", 1), Workspace.Merges.Status().Select(m => (m.Verb, m.Open)).Single());
        Workspace.Merges.Resolve(new ResolveRequest(null, null, new Resolution(ResolutionKind.Source)));
        var report = Workspace.Merges.Continue(null, CancellationToken.None);
        Assert.Equal((MergeState.Merged, 1), (report.State, report.Parents.Count));
        Assert.Equal("1:Anna,50 2:Bob,150", People);
        Assert.Empty(Workspace.Merges.Status());

        Assert.Equal(MergeState.UpToDate, Pick("work").State);
        _shop.Write("UPDATE customers SET name = 'Anouk' WHERE id = 1");
        Assert.Equal(MergeState.Conflicts, Pick("work").State);
        Workspace.Merges.Abort(null);
        Assert.Equal("1:Anouk,50 2:Bob,150", People);
        Assert.Empty(Workspace.Merges.Status());
    }

    [Fact]
    public void A_revert_takes_back_one_commit_and_leaves_what_came_after_it()
    {
        var raise = Commit("UPDATE customers SET balance = balance + 1000; INSERT INTO orders VALUES (7, 1, 1)");
        Commit("UPDATE customers SET name = 'Anna' WHERE id = 1; DELETE FROM customers WHERE id = 99");
        var report = Revert(raise.ToString());
        Assert.Equal("1:Anna,50 2:Bob,150", People);
        Assert.Equal("0", _shop.Ask("SELECT count(*) FROM orders WHERE id = 7"));
        var commit = Workspace.History.Find("HEAD").Commit.Commit;
        Assert.Equal(raise, commit.Origin!.Value);
        Assert.Equal("Revert \"Do: UPDATE customers SET balance = balance + 1000; INSERT INTO orders VALUES (7, 1, 1)\"", commit.Message);
        Assert.Equal(report.Commit, Blamed("2", "balance"));

        // A revert of the revert brings it back.
        Revert("HEAD");
        Assert.Equal("1:Anna,1050 2:Bob,1150", People);
    }

    [Fact]
    public void A_merge_is_reverted_against_its_first_parent_or_the_one_that_is_named()
    {
        _shop.Branch("work", "UPDATE customers SET balance = 1 WHERE id = 2");
        Commit("UPDATE customers SET name = 'Anna' WHERE id = 1");
        var merge = _shop.Merge("work").Commit!.Value;
        Revert(merge.ToString());
        Assert.Equal("1:Anna,50 2:Bob,150", People);
        Revert("HEAD");
        Revert(merge.ToString(), mainline: 2);
        Assert.Equal("1:Ann,50 2:Bob,1", People);
        Assert.Equal("revision.parent", Assert.Throws<DbVcException>(() => Revert(merge.ToString(), mainline: 3)).Code);
    }

    [Fact]
    public void What_cannot_be_reverted_is_refused()
    {
        _shop.Branch("work", "DELETE FROM orders");
        Assert.Equal("revert.first", Assert.Throws<DbVcException>(() => Revert("HEAD")).Code);
        Assert.Equal("revert.not-on-branch", Assert.Throws<DbVcException>(() => Revert("work")).Code);
    }

    [Fact]
    public void A_replay_that_would_break_a_constraint_is_refused_and_changes_nothing()
    {
        var added = Commit("INSERT INTO customers (id, name, balance) VALUES (3, 'Cid', 5)");
        Commit("INSERT INTO orders VALUES (8, 3, 1)");
        var report = Revert(added.ToString());
        Assert.Equal((MergeState.Refused, "orders"), (report.State, report.Violations[0].Table));
        Assert.Equal("1:Ann,50 2:Bob,150 3:Cid,5", People);
    }

    [Fact]
    public void Files_of_a_pipeline_reach_main_only_through_gates()
    {
        Workspace.Branches.Create(BranchName.Parse("work"), null, CancellationToken.None);
        var folder = Path.Combine(_shop.Folder, "branches", "work");
        Directory.CreateDirectory(Path.Combine(folder, "generated"));
        File.WriteAllText(Path.Combine(folder, "generated", "Ingestion.cs"), "class A;");
        Workspace.Branches.Commit(BranchName.Parse("work"), "Code", null, CancellationToken.None);
        var report = Pick("work");
        Assert.Equal(MergeState.Refused, report.State);
        Assert.Contains("gates", report.Message, StringComparison.Ordinal);

        // On its own branch a revert takes the files back, in the folder too.
        Assert.Equal(MergeState.Merged, Revert("work", "work").State);
        Assert.False(File.Exists(Path.Combine(folder, "generated", "Ingestion.cs")));
    }

    [Fact]
    public void A_dry_run_says_what_would_happen_and_changes_nothing()
    {
        var raise = Commit("UPDATE customers SET balance = 0");
        var report = Workspace.Replays.Revert(new RevertRequest(raise.ToString(), BranchName.Main) { DryRun = true }, CancellationToken.None);
        Assert.Equal((MergeState.Merged, true), (report.State, report.DryRun));
        Assert.Equal(["customers 0 2 0"], Counts(report));
        Assert.Equal(raise, Workspace.History.Find("HEAD").Commit.Id);
        Assert.Equal("1:Ann,0 2:Bob,0", People);
    }

    [Fact]
    public void A_branch_rolls_back_to_where_it_has_been()
    {
        _shop.Branch("work", "DELETE FROM orders");
        var report = Workspace.Replays.Rollback(new RollbackRequest("work~1", false) { Target = BranchName.Parse("work") }, CancellationToken.None);
        Assert.NotNull(report.Commit);
        Assert.Equal("2", _shop.AskBranch("work", "SELECT count(*) FROM orders"));
        Commit("DELETE FROM audit");
        Assert.Equal("rollback.not-on-branch", Assert.Throws<DbVcException>(() =>
            Workspace.Replays.Rollback(new RollbackRequest("HEAD", false) { Target = BranchName.Parse("work") }, CancellationToken.None)).Code);
    }

    /// <summary>The dry run compares the two commits; the rollback itself counts what it writes.</summary>
    [Theory]
    [InlineData("UPDATE customers SET balance = 1 WHERE id = 1; DELETE FROM orders WHERE id = 2; INSERT INTO orders VALUES (3, 1, 1), (4, 1, 2)", 2)]
    [InlineData("INSERT INTO audit VALUES ('twice'), ('twice'), ('once'); DELETE FROM audit WHERE line = 'customer 1'", 1)]
    [InlineData("INSERT INTO audit SELECT 'customer 2' FROM customers", 1)]
    [InlineData("ALTER TABLE orders ADD COLUMN note TEXT; UPDATE orders SET note = 'x', total = 1 WHERE id = 1", 1)]
    [InlineData("DROP TABLE audit; CREATE TABLE fresh (id INTEGER PRIMARY KEY); INSERT INTO fresh VALUES (1), (2); DROP TRIGGER log_customer", 3)]
    [InlineData("CREATE TABLE n (a INT, b INT, PRIMARY KEY (b)); DROP TRIGGER log_customer; DROP TABLE audit; ALTER TABLE n RENAME TO audit", 1)]
    public void What_a_rollback_says_it_changed_is_what_differed(string change, int tables)
    {
        Commit(change);
        var planned = Workspace.Replays.Rollback(new RollbackRequest("HEAD~1", true), CancellationToken.None);
        var done = Workspace.Replays.Rollback(new RollbackRequest("HEAD~1", false), CancellationToken.None);
        Assert.True(planned.Tables.Count >= tables, string.Join(", ", planned.Tables));
        Assert.Equal(planned.Tables, done.Tables);
    }

    private CommitId Blamed(string key, string column) =>
        Workspace.History.Blame(new BlameRequest("customers", "HEAD", key, column, 10)).Rows.Single().Cells.Single().Commit.Id;

    private static IEnumerable<string> Counts(MergeReport report) => report.Tables.Select(c => $"{c.Name} {c.Added} {c.Modified} {c.Deleted}");
}

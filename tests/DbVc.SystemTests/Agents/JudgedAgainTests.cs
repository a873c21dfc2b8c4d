using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using DbVc.Model;
using DbVc.Orchestration;
using Microsoft.Data.Sqlite;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>Gates of a branch that somebody worked on by hand, that main was merged into, or that was merged. Real sandbox, real branch.</summary>
public sealed class JudgedAgainTests : IDisposable
{
    private static readonly BranchName Branch = BranchName.Parse("agent-customers");

    private readonly SampleShop _shop = new();

    public JudgedAgainTests() => Assert.Equal(TaskState.Ready, _shop.Create("customers.json", Branch.Text).State);

    private Workspace Workspace => _shop.Workspace;

    public void Dispose() => _shop.Dispose();

    [Fact]
    public void Rows_that_a_person_put_into_the_branch_are_dropped_only_when_that_is_said()
    {
        var database = Workspace.Branches.Show(Branch).Database!;
        Execute(database, "UPDATE customers SET name = 'By Hand' WHERE id = 1");
        Assert.Contains("in no commit", Refused("gates.by-hand", () => RunGates()).Message, StringComparison.Ordinal);
        Assert.Equal("By Hand", Ask(database, "SELECT name FROM customers WHERE id = 1"));
        Workspace.Branches.Commit(Branch, "Mend a name", null, CancellationToken.None);
        var refused = Refused("gates.by-hand", () => RunGates());
        Assert.Contains("\"Mend a name\"", refused.Message, StringComparison.Ordinal);
        Assert.EndsWith($"db-vc gate run {Branch} --reload", refused.Hint, StringComparison.Ordinal);
        Refused("gates.by-hand", () => RunSome("data-quality"));
        Assert.True(RunSome("lint").Passed);
        Assert.Equal("By Hand", Ask(database, "SELECT name FROM customers WHERE id = 1"));

        Assert.Equal(TaskState.Ready, RunGates(reload: true).State);
        Assert.NotEqual("By Hand", Ask(Workspace.Branches.Show(Branch).Database!, "SELECT name FROM customers WHERE id = 1"));
        // What was dropped is not there to be dropped again.
        Assert.Equal(TaskState.Ready, RunGates().State);
        Assert.Equal(MergeState.Merged, _shop.Merge(Branch.Text).State);
    }

    [Fact]
    public void Rows_in_no_commit_are_kept_after_gates_have_refused_too()
    {
        Edit("generated/Validators.cs", text => text + "// " + new string('x', 200) + "\n");
        Assert.Equal(TaskState.Failed, RunGates().State);
        var database = Workspace.Branches.Show(Branch).Database!;
        Execute(database, "UPDATE customers SET name = 'By Hand' WHERE id = 1");
        Refused("gates.by-hand", () => RunGates());
        Refused("gates.by-hand", () => Workspace.Agents.Retry(Branch, new SilentProgress(), CancellationToken.None));
        Assert.Equal("By Hand", Ask(database, "SELECT name FROM customers WHERE id = 1"));
        Assert.Equal(TaskState.Failed, RunGates(reload: true).State);
    }

    [Fact]
    public void What_is_given_up_is_gone_from_other_tables_too()
    {
        Execute(Workspace.Branches.Show(Branch).Database!, "INSERT INTO products VALUES (9001, 'By Hand', 1)");
        Execute(Workspace.Branches.Show(Branch).Database!, "CREATE VIEW by_hand AS SELECT 1 AS one");
        Workspace.Branches.Commit(Branch, "A product", null, CancellationToken.None);
        Refused("gates.by-hand", () => RunGates());
        Assert.Equal(TaskState.Ready, RunGates(reload: true).State);
        Assert.Equal(MergeState.Merged, _shop.Merge(Branch.Text).State);
        Assert.Equal("0", _shop.Ask("SELECT (SELECT count(*) FROM products WHERE id = 9001) + (SELECT count(*) FROM sqlite_master WHERE name = 'by_hand')"));
    }

    [Fact]
    public void A_conflict_that_somebody_decided_on_the_branch_is_not_decided_anew_without_a_word()
    {
        Execute(Workspace.Branches.Show(Branch).Database!, "UPDATE products SET name = 'One Name' WHERE id = 1");
        Workspace.Branches.Commit(Branch, "By hand", null, CancellationToken.None);
        _shop.Write("UPDATE products SET name = 'Other Name' WHERE id = 1");
        Workspace.Branches.Commit(BranchName.Main, "Mend", null, CancellationToken.None);
        Assert.Equal(MergeState.Conflicts, Workspace.Merges.Merge(new MergeRequest(BranchName.Main, Branch, false, []), CancellationToken.None).State);
        Workspace.Merges.Resolve(new ResolveRequest(null, null, new Resolution(ResolutionKind.Source)));
        Assert.Equal(MergeState.Merged, Workspace.Merges.Continue(null, CancellationToken.None).State);
        Assert.Contains("Merge branch 'main'", Refused("gates.by-hand", () => RunGates()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_load_that_died_left_behind_is_nobody_s_work()
    {
        Assert.Throws<InvalidOperationException>(() =>
            Workspace.Agents.RunSomeGates(Branch, ["data-quality"], new DiesAfterTheLoad(), CancellationToken.None));
        // Other rows than the head's, so that something is left behind.
        Execute(Workspace.Branches.Show(Branch).Database!, "UPDATE customers SET name = 'Half' WHERE id = 1");
        Assert.Contains("cut off", Refused("branch.uncommitted", () => _shop.Merge(Branch.Text)).Message, StringComparison.Ordinal);
        Assert.Equal(TaskState.Ready, RunGates().State);
        Assert.Equal(MergeState.Merged, _shop.Merge(Branch.Text).State);
    }

    [Fact]
    public void A_merge_that_was_taken_back_is_not_judged_on_its_own_rows()
    {
        _shop.Merge(Branch.Text);
        Workspace.Operations.Undo(null, CancellationToken.None);
        var before = Workspace.Agents.Status(Branch);
        Refused("gates.merged", () => RunGates());
        Assert.Equal((before.State, before.Evidence), (Workspace.Agents.Status(Branch).State, Workspace.Agents.Status(Branch).Evidence));
        Workspace.Branches.Create(BranchName.Parse("plain"), null, CancellationToken.None);
        Assert.Empty(Workspace.Agents.Review(BranchName.Parse("plain"), CancellationToken.None).Diff.Tables);
    }

    [Fact]
    public void What_a_merge_rested_on_is_judged_no_more_and_its_head_is_still_confirmed()
    {
        var merge = _shop.Merge(Branch.Text).Commit!.Value;
        _shop.Write("INSERT INTO products VALUES (9001, 'Later', 1)");
        Workspace.Branches.Commit(BranchName.Main, "Later", null, CancellationToken.None);
        var before = Workspace.Agents.Status(Branch);
        Refused("gates.merged", () => RunGates());
        Refused("gates.merged", () => RunSome("lint"));
        var after = Workspace.Agents.Status(Branch);
        Assert.Equal((before.State, before.Evidence, before.Rows), (after.State, after.Evidence, after.Rows));
        foreach (var revision in new[] { Branch.Text, merge.ToString() })
        {
            var differences = Workspace.Evidence.Verify(revision, CancellationToken.None).Differences;
            Assert.Equal([], differences.Select(d => $"{d.Gate} {d.What}: {d.Before} -> {d.After}"));
        }
    }

    [Fact]
    public void A_review_shows_what_the_branch_changes_and_not_what_main_brought_into_it()
    {
        _shop.Write("INSERT INTO products VALUES (9001, 'Later', 1)");
        Workspace.Branches.Commit(BranchName.Main, "Later", null, CancellationToken.None);
        Workspace.Merges.Merge(new MergeRequest(BranchName.Main, Branch, false, []), CancellationToken.None);
        var review = Workspace.Agents.Review(Branch, CancellationToken.None);
        Assert.Equal(["customers"], Changed(review));
        Assert.False(review.AreGatesAtHead);
        Assert.Equal(TaskState.Ready, RunGates().State);
        Assert.True(Workspace.Agents.Review(Branch, CancellationToken.None).AreGatesAtHead);
        // The head that took main over is judged as it is, not as main.
        Assert.True(Workspace.Evidence.Verify(Branch.Text, CancellationToken.None).IsConfirmed);
        _shop.Merge(Branch.Text);
        Assert.Equal(["customers"], Changed(Workspace.Agents.Review(Branch, CancellationToken.None)));
    }

    [Fact]
    public void An_override_says_what_it_went_past_and_stays_marked_until_it_is_undone()
    {
        Edit("generated/Validators.cs", text => text + "// " + new string('x', 200) + "\n");
        Assert.Equal(TaskState.Failed, RunGates().State);
        var request = new MergeRequest(Branch, BranchName.Main, false, []) { Override = "outage 42" };
        var merged = Workspace.Merges.Merge(request, CancellationToken.None);
        var report = Workspace.Agents.Status(Branch).Evidence![..10];
        Assert.Equal([$"gates failed: lint (report {report})"], merged.PassedOver);
        var message = Workspace.History.Log(new LogRequest("main", 1, null, false))[0].Commit.Commit.Message;
        Assert.Contains($"Passed-over: gates failed: lint (report {report})", message, StringComparison.Ordinal);
        AssertMarks("merged", "outage 42");
        Workspace.Operations.Undo(null, CancellationToken.None);
        AssertMarks("failed", null);
        Workspace.Operations.Undo(null, CancellationToken.None);
        AssertMarks("merged", "outage 42");
        Workspace.Branches.Delete(Branch);
        Assert.Equal((TaskState.Merged, "outage 42"), (Workspace.Pipelines.List()[0].Last!.State, Workspace.Pipelines.List()[0].Last!.Override));
    }

    [Fact]
    public void A_failed_test_and_a_lost_trial_have_a_place_that_code_hosts_show()
    {
        Edit("tests/IngestionTests.cs", text => text.Insert(text.IndexOf("    [Fact]\n", StringComparison.Ordinal),
            "    [Theory]\n    [InlineData(1)]\n    [InlineData(2)]\n    public void Is_wrong(int n) =>\n        Assert.Equal(3, n);\n\n"));
        Edit("generated/Ingestion.cs", text => text.Replace("Cells.Write(_sink, row.Age);", "Cells.Write(_sink, row.Age / 2);", StringComparison.Ordinal));
        Assert.Equal(TaskState.Failed, RunGates().State);
        using var sarif = JsonDocument.Parse(Workspace.Evidence.Write(Branch.Text, EvidenceFormat.Sarif));
        var results = sarif.RootElement.GetProperty("runs")[0].GetProperty("results").EnumerateArray().Select(r =>
            (Rule: r.GetProperty("ruleId").GetString(), Place: r.GetProperty("locations")[0].GetProperty("physicalLocation"))).ToList();
        var failed = results.Where(r => r.Rule == "tests.failed").ToList();
        Assert.Contains(failed, r => r.Place.GetProperty("artifactLocation").GetProperty("uri").GetString() == "tests/IngestionTests.cs"
            && r.Place.GetProperty("region").GetProperty("startLine").GetInt32() > 1);
        Assert.Contains(results, r => r.Rule == "trial.expected");
        var junit = XDocument.Parse(Encoding.UTF8.GetString(Workspace.Evidence.Write(Branch.Text, EvidenceFormat.JUnit)));
        var wrong = junit.Descendants("testcase").Where(c => ((string)c.Attribute("name")!).Contains("Is_wrong", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, wrong.Count);
        Assert.All(wrong, c => Assert.Contains("Assert.Equal() Failure", c.Element("failure")!.Value, StringComparison.Ordinal));
    }

    private static IEnumerable<string> Changed(ReviewReport review) => review.Diff.Tables.Select(t => t.Name).Where(name => !name.StartsWith('_'));

    private void AssertMarks(string status, string? reason)
    {
        var branch = Workspace.Branches.Show(Branch);
        Assert.Equal((status, reason), (branch.Status, branch.Override));
        var task = Workspace.Agents.Status(Branch);
        Assert.Equal((status, reason), (task.State.ToString().ToLowerInvariant(), task.Override));
        Assert.Equal((status, reason), (Workspace.Agents.Review(Branch, CancellationToken.None).Branch.Status, branch.Override));
    }

    private AgentReport RunGates(bool reload = false) => Workspace.Agents.RunGates(Branch, new SilentProgress(), CancellationToken.None, reload);

    private GateRunReport RunSome(string gate) => Workspace.Agents.RunSomeGates(Branch, [gate], new SilentProgress(), CancellationToken.None);

    private void Edit(string file, Func<string, string> change)
    {
        var path = Path.Combine(_shop.Folder, "branches", Branch.Text, file);
        var (before, after) = (File.ReadAllText(path), change(File.ReadAllText(path)));
        Assert.NotEqual(before, after);
        File.WriteAllText(path, after);
        Workspace.Branches.Commit(Branch, "Edit " + file, null, CancellationToken.None);
    }

    private static void Execute(string database, string sql) => Ask(database, sql);

    private static string Ask(string database, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToString(command.ExecuteScalar(), CultureInfo.InvariantCulture) ?? "";
    }

    private sealed class DiesAfterTheLoad : SilentProgress
    {
        public override void StepFinished(TaskStep finished)
        {
            if (finished.Name == "load") throw new InvalidOperationException("killed");
        }
    }

    private static DbVcException Refused(string code, Action action)
    {
        var failure = Assert.Throws<DbVcException>(action);
        Assert.Equal((FailureKind.Refused, code), (failure.Kind, failure.Code));
        return failure;
    }
}

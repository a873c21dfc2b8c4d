using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.Tests;

/// <summary>What a merge takes away, over SQLite: named with its rows, and refused until a person allows it.</summary>
public sealed class DestructiveChangesTests
{
    /// <summary>What is done on a branch, and what is said about it; empty where nothing is taken away.</summary>
    public static TheoryData<string, string> Changes => new()
    {
        { "DROP TABLE notes", "drops the table notes with 2 rows" },
        { "ALTER TABLE people DROP COLUMN phone", "drops the column people.phone, in which 2 rows have a value" },
        { "ALTER TABLE people ADD COLUMN city TEXT", "" },
        { "ALTER TABLE people RENAME COLUMN phone TO mobile", "" },
        { "ALTER TABLE notes RENAME TO remarks", "" },
        { "DELETE FROM notes", "" },
        { "UPDATE people SET phone = 'x' || id; " + Rebuild("phone TEXT NOT NULL", "name VARCHAR(40)", ""),
            "makes people.phone NOT NULL, and 1 row has none" },
        { "UPDATE people SET name = substr(name, 1, 3); " + Rebuild("phone TEXT", "name VARCHAR(3)", ""),
            "narrows people.name from VARCHAR(40) to VARCHAR(3), and 2 rows have more than fits" },
        { Rebuild("phone TEXT", "name VARCHAR(30)", ""), "" },
        { "UPDATE people SET name = name || id; " + Rebuild("phone TEXT", "name VARCHAR(40)", ", UNIQUE (name)"),
            "makes people (name) unique, and 1 row repeats another" },
        { Rebuild("phone TEXT", "name VARCHAR(40)", ", UNIQUE (phone)"), "" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void What_a_branch_takes_away_is_named_and_wants_a_persons_word(string sql, string expected)
    {
        using var shop = new ShopRepository("""
            CREATE TABLE people (id INTEGER PRIMARY KEY, name VARCHAR(40), phone TEXT);
            INSERT INTO people VALUES (1, 'Anna', '1'), (2, 'Anna', NULL), (3, 'Bo', '3');
            CREATE TABLE notes (id INTEGER PRIMARY KEY, note TEXT);
            INSERT INTO notes VALUES (1, 'a'), (2, 'b');
            """);
        shop.Branch("b", sql);
        var branch = BranchName.Parse("b");
        var head = shop.Workspace.Branches.Show(BranchName.Main).Head;
        var planned = shop.Workspace.Merges.Merge(new MergeRequest(branch, BranchName.Main, DryRun: true, []), default);
        Assert.Equal(expected.Length == 0 ? [] : [expected], planned.Destructive.Select(d => d.Message));
        var refused = shop.Workspace.Merges.Merge(new MergeRequest(branch, BranchName.Main, DryRun: false, []), default);
        if (expected.Length == 0)
        {
            Assert.Equal(MergeState.Merged, refused.State);
            return;
        }

        Assert.Equal((MergeState.Refused, expected), (refused.State, refused.Destructive[0].Message));
        Assert.Contains("--allow-destructive", refused.Message);
        Assert.Equal(head, shop.Workspace.Branches.Show(BranchName.Main).Head);
        var merged = shop.Workspace.Merges.Merge(
            new MergeRequest(branch, BranchName.Main, DryRun: false, []) { AllowDestructive = true }, default);
        Assert.Equal((MergeState.Merged, expected), (merged.State, merged.Destructive[0].Message));
        Assert.Contains("Allowed: " + expected, shop.Workspace.History.Log(new LogRequest("main", 1, null, false)).First().Commit.Commit.Message);
    }

    [Fact]
    public void A_picked_change_and_a_merge_with_conflicts_are_asked_too()
    {
        using var shop = new ShopRepository("CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT, w TEXT); INSERT INTO t VALUES (1, 'a', 'x'), (2, 'b', 'y');");
        shop.Branch("pick", "ALTER TABLE t DROP COLUMN w");
        var pick = new CherryPickRequest("pick", BranchName.Main);
        var refused = shop.Workspace.Replays.CherryPick(pick, default);
        Assert.Equal((MergeState.Refused, "drops the column t.w, in which 2 rows have a value"), (refused.State, refused.Destructive[0].Message));
        Assert.Equal("x", shop.Ask("SELECT w FROM t WHERE id = 1"));
        Assert.Equal(MergeState.Refused, shop.Workspace.Replays.CherryPick(pick with { DryRun = true }, default).State);

        shop.Branch("both", "UPDATE t SET v = 'branch' WHERE id = 1; ALTER TABLE t DROP COLUMN w");
        shop.Write("UPDATE t SET v = 'main' WHERE id = 1");
        var merge = new MergeRequest(BranchName.Parse("both"), BranchName.Main, DryRun: false, []) { AllowDestructive = true };
        Assert.Equal(MergeState.Conflicts, shop.Workspace.Merges.Merge(merge, default).State);
        shop.Workspace.Merges.Resolve(new ResolveRequest(null, null, new Resolution(ResolutionKind.Source)));
        // What would go was not shown while there were conflicts.
        var asked = shop.Workspace.Merges.Continue(null, default);
        Assert.Equal((MergeState.Refused, true), (asked.State, asked.Message.Contains("db-vc merge continue --allow-destructive", StringComparison.Ordinal)));
        Assert.Equal(MergeState.Merged, shop.Workspace.Merges.Continue(null, default, allowDestructive: true).State);
        Assert.Equal("branch", shop.Ask("SELECT v FROM t WHERE id = 1"));
        Assert.Equal(MergeState.UpToDate, shop.Workspace.Replays.CherryPick(pick with { AllowDestructive = true }, default).State);
    }

    private static string Rebuild(string phone, string name, string more) =>
        $"ALTER TABLE people RENAME TO was; CREATE TABLE people (id INTEGER PRIMARY KEY, {name}, {phone}{more}); "
        + "INSERT INTO people SELECT id, name, phone FROM was; DROP TABLE was";
}

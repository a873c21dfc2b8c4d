using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.Tests;

/// <summary>Odd values through everything that moves a row: capture, diff, merge, apply, rollback, time travel; on real SQLite.</summary>
public sealed class ValueCaseTests
{
    public static TheoryData<string> Names => [.. ValueCase.All.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Nothing_is_lost_or_changed_on_the_way(string name)
    {
        var test = ValueCase.All.Single(c => c.Name == name);
        using var expected = new SqliteFixture();
        using var shop = new ShopRepository(test.Schema);
        var before = Read(shop.Database);
        Assert.True(shop.Workspace.Status(CancellationToken.None).Clean);

        shop.Branch("work", test.Branch);
        shop.Write(test.Live);
        shop.Workspace.Branches.Commit(BranchName.Main, "Live", null, CancellationToken.None);
        var live = Read(shop.Database);
        var merged = shop.Merge("work");
        Assert.True(merged.State == MergeState.Merged, $"{merged.State} {string.Join('\n', merged.Violations.Select(v => v.Message))}");

        // Both sides' statements one after the other, which never touch the same cell, give what the merge must give.
        using (expected.NewDatabase(test.Schema + test.Live + test.Branch, out var location)) Assert.Equal(Read(location).Dump(), Read(shop.Database).Dump());
        Assert.True(shop.Workspace.Status(CancellationToken.None).Clean);
        RequireDiffs(shop.Workspace.History);
        AskPast(shop, "HEAD~2", before);
        AskPast(shop, "HEAD~1", live);

        shop.Workspace.Replays.Rollback(new RollbackRequest("HEAD~2", DryRun: false), CancellationToken.None);
        Assert.Equal(before.Dump(), Read(shop.Database).Dump());
        Assert.True(shop.Workspace.Upkeep.Verify(CancellationToken.None).Ok);
    }

    [Fact]
    public void Many_tables_are_versioned_and_asked_one_by_one()
    {
        var tables = Enumerable.Range(0, 1_000).Select(i => $"CREATE TABLE t{i} (id INTEGER PRIMARY KEY, v TEXT); INSERT INTO t{i} VALUES (1, '{i}');");
        using var shop = new ShopRepository("PRAGMA synchronous = OFF; BEGIN;" + string.Concat(tables) + "COMMIT");
        shop.Branch("work", "UPDATE t77 SET v = 'branch'; DROP TABLE t99; CREATE TABLE more (id INTEGER PRIMARY KEY)");
        shop.Write("UPDATE t777 SET v = 'live'");
        Assert.Equal(MergeState.Merged, shop.Merge("work").State);
        Assert.Equal("branch live 1", shop.Ask("SELECT t77.v || ' ' || t777.v || ' ' || (SELECT count(*) FROM t98) FROM t77, t777"));
        using var report = shop.Workspace.History.Query(new QueryRequest("SELECT a.v, b.v, c.v FROM t77 a, T777 b, t99 c", "HEAD~2", null, 10));
        Assert.Equal(["77", "777", "99"], Assert.Single(report.Rows).Select(v => v.AsText));
        Assert.True(shop.Workspace.Status(CancellationToken.None).Clean);
    }

    private static DatabaseContent Read(string path)
    {
        using var fixture = new SqliteFixture();
        using var database = fixture.Provider.Open(path);
        return DatabaseContent.Read(database);
    }

    private static void RequireDiffs(HistoryReader history)
    {
        foreach (var (before, after) in new[] { ("HEAD~2", "HEAD~1"), ("HEAD~1", "HEAD"), ("HEAD", "HEAD~2") })
        {
            var report = history.Diff(new DiffRequest(before, after, null, 1000), CancellationToken.None);
            Assert.NotEmpty(report.Tables);
            Assert.All(report.Tables, t => Assert.True(t.Counts.Added + t.Counts.Modified + t.Counts.Deleted + t.Counts.Moved > 0));
        }
    }

    /// <summary>The rows of every table as they were, through time travel.</summary>
    private static void AskPast(ShopRepository shop, string revision, DatabaseContent content)
    {
        foreach (var table in content.Schema.Tables)
        {
            var sql = $"SELECT {string.Join(", ", table.StoredColumns.Select(c => ValueCase.Quote(c.Name)))} FROM {ValueCase.Quote(table.Name)}";
            using var report = shop.Workspace.History.Query(new QueryRequest(sql, revision, null, 1000));
            Assert.Equal(content.Rows[table.Name].Select(DatabaseContent.Show).Order(StringComparer.Ordinal),
                report.Rows.Select(DatabaseContent.Show).Order(StringComparer.Ordinal));
        }
    }
}

using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.Tests;

/// <summary>Branches that may become only so much, and live only so long.</summary>
public sealed class BranchTermsTests : IDisposable
{
    private static readonly BranchName Side = BranchName.Parse("side");

    private readonly ShopRepository _shop = new();

    public void Dispose() => _shop.Dispose();

    [Theory]
    [InlineData("rows=10", 10L, null, null)]
    [InlineData("rows=2k,bytes=3M, seconds=60", 2_000L, 3_000_000L, 60L)]
    [InlineData("time=5", null, null, 5L)]
    public void A_budget_is_read_and_written(string text, long? rows, long? bytes, long? seconds)
    {
        var budget = BranchBudget.Parse(text);
        Assert.Equal((rows, bytes, seconds), (budget.Rows, budget.Bytes, budget.Seconds));
        Assert.Equal(budget, BranchBudget.Parse(budget.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("rows")]
    [InlineData("rows=")]
    [InlineData("rows=-1")]
    [InlineData("rows=1,rows=2")]
    [InlineData("cells=1")]
    [InlineData("bytes=99999999999G")]
    public void A_budget_that_says_nothing_clear_is_refused(string text) =>
        Assert.Equal("budget.invalid", Assert.Throws<DbVcException>(() => BranchBudget.Parse(text)).Code);

    [Theory]
    [InlineData("soon")]
    [InlineData("0d")]
    [InlineData("-1d")]
    [InlineData("")]
    [InlineData("2001-01-01")]
    [InlineData("99999999w")]
    public void An_end_that_is_no_time_to_come_is_refused_and_makes_no_branch(string text)
    {
        Assert.Equal("expires.invalid", Assert.Throws<DbVcException>(() => Create(null, text)).Code);
        Assert.Equal(["main"], _shop.Workspace.Branches.List().Select(b => b.Name));
    }

    [Theory]
    [InlineData("rows=3", "INSERT INTO orders VALUES (10, 1, 1), (11, 1, 1); UPDATE orders SET total = 0 WHERE id = 1",
        "DELETE FROM orders WHERE id = 2", "budget.rows")]
    [InlineData("bytes=60", "UPDATE customers SET name = 'Anna' WHERE id = 1",
        "UPDATE customers SET name = printf('%.100c', 'x') WHERE id = 2", "budget.bytes")]
    public void What_is_more_than_the_budget_is_not_committed(string budget, string within, string beyond, string code)
    {
        Create(budget, null);
        _shop.WriteBranch("side", within);
        Assert.NotNull(_shop.Workspace.Branches.Commit(Side, "Within", null, default).Commit);
        var head = _shop.Workspace.Branches.Show(Side).Head;
        _shop.WriteBranch("side", beyond);
        var failure = Assert.Throws<DbVcException>(() => _shop.Workspace.Branches.Commit(Side, "Beyond", null, default));
        Assert.Equal((code, FailureKind.Refused), (failure.Code, failure.Kind));
        Assert.Equal(head, _shop.Workspace.Branches.Show(Side).Head);
    }

    [Fact]
    public void What_is_used_of_a_budget_is_shown()
    {
        Create("rows=10,bytes=1000,seconds=60", "7d");
        _shop.WriteBranch("side", "INSERT INTO orders VALUES (10, 1, 1); DELETE FROM orders WHERE id = 1");
        _shop.Workspace.Branches.Commit(Side, "Two rows", null, default);
        var shown = _shop.Workspace.Branches.Show(Side);
        Assert.Equal(("rows=10,bytes=1000,seconds=60", 2L, 24L, 0L), (shown.Budget!.ToString(), shown.Used!.Rows, shown.Used.Bytes, shown.Used.Seconds));
        Assert.Equal(7, Math.Round((shown.Expires!.Value - ShopRepository.Options.Clock.GetUtcNow()).TotalDays));
        _shop.Workspace.Branches.Rename(Side, BranchName.Parse("other"), default);
        Assert.Equal(shown.Expires, _shop.Workspace.Branches.Show(BranchName.Parse("other")).Expires);
    }

    [Fact]
    public void An_expired_branch_is_shown_removed_by_gc_and_brought_back_with_what_nobody_committed()
    {
        var clock = new MovingClock();
        using var workspace = Workspace.Open(_shop.Folder, ShopRepository.Options with { Clock = clock }, default);
        workspace.Branches.Create(Side, null, new BranchTerms(null, "2h"), default);
        _shop.WriteBranch("side", "INSERT INTO orders VALUES (10, 1, 1)");
        Assert.Empty(workspace.Upkeep.Collect(new GcRequest(false), default).Expired);
        clock.Now += TimeSpan.FromHours(3);
        Assert.Equal("expired", workspace.Branches.Show(Side).Status);
        Assert.Equal(["side"], workspace.Upkeep.Collect(new GcRequest(true), default).Expired);
        Assert.Equal(2, workspace.Branches.List().Count);
        Assert.Equal(["side"], workspace.Upkeep.Collect(new GcRequest(false), default).Expired);
        Assert.Equal(["main"], workspace.Branches.List().Select(b => b.Name));
        var restored = workspace.Branches.Restore(Side);
        Assert.Null(restored.Expires);
        Assert.Empty(workspace.Upkeep.Collect(new GcRequest(false), default).Expired);
        Assert.Equal(MergeState.Merged, workspace.Merges.Merge(new MergeRequest(Side, BranchName.Main, false, []), default).State);
        Assert.Equal("3", _shop.Ask("SELECT count(*) FROM orders"));
    }

    [Fact]
    public void A_branch_that_is_being_merged_does_not_expire_under_the_merge()
    {
        var clock = new MovingClock();
        using var workspace = Workspace.Open(_shop.Folder, ShopRepository.Options with { Clock = clock }, default);
        workspace.Branches.Create(Side, null, new BranchTerms(null, "1h"), default);
        _shop.WriteBranch("side", "UPDATE customers SET balance = 1 WHERE id = 1");
        workspace.Branches.Commit(Side, "One", null, default);
        _shop.Write("UPDATE customers SET balance = 2 WHERE id = 1");
        Assert.Equal(MergeState.Conflicts, workspace.Merges.Merge(new MergeRequest(Side, BranchName.Main, false, []), default).State);
        clock.Now += TimeSpan.FromHours(2);
        Assert.Empty(workspace.Upkeep.Collect(new GcRequest(false), default).Expired);
        workspace.Merges.Abort(null);
        Assert.Equal(["side"], workspace.Upkeep.Collect(new GcRequest(false), default).Expired);
    }

    private void Create(string? budget, string? expires) => _shop.Workspace.Branches.Create(Side, null, new BranchTerms(budget, expires), default);

    private sealed class MovingClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = System.GetUtcNow();

        public override DateTimeOffset GetUtcNow() => Now;
    }
}

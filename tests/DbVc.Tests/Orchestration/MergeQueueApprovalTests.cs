using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.Tests;

/// <summary>A yes is to what a branch changes: bringing it up to main leaves it, whatever else happens to the branch takes it.</summary>
public sealed class MergeQueueApprovalTests : IDisposable
{
    private readonly AccessShop _shop = new();

    public MergeQueueApprovalTests() => _shop.Rule("main", approvals: 1);

    public void Dispose() => _shop.Dispose();

    [Theory]
    [InlineData("art")]
    [InlineData("rae")]
    public void An_approved_branch_lands_though_main_moved_whoever_runs_the_queue(string runner)
    {
        _shop.Branch("art", "side");
        _shop.Approve("rae", "side");
        MoveMain("UPDATE customers SET balance = 7 WHERE id = 2");
        var approved = _shop.Head("side");

        Assert.Equal(["side landed"], Run(runner, "side"));
        Assert.NotEqual(approved, _shop.Head("side"));
        Assert.Equal("51", _shop.Balance);
        Assert.Contains("Approved-by: Rae", _shop.As("art").History.Find("main").Commit.Commit.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_change_of_another_cell_of_the_same_row_in_main_leaves_the_approval()
    {
        _shop.Branch("art", "side");
        _shop.Approve("rae", "side");
        MoveMain("UPDATE customers SET name = 'Anna' WHERE id = 1");

        Assert.Equal(["side landed"], Run("art", "side"));
        Assert.Equal("Anna51", _shop.Shop.Ask("SELECT name || balance FROM customers WHERE id = 1"));
    }

    [Theory]
    [InlineData("nobody approved", false, null)]
    [InlineData("somebody changed it since", true, "UPDATE customers SET balance = 1000000 WHERE id = 1")]
    [InlineData("a row was put in since", true, "INSERT INTO customers (id, name) VALUES (9, 'Eve')")]
    [InlineData("a definition was changed since", true, "CREATE INDEX by_name ON customers (name)")]
    public void A_branch_that_is_not_approved_as_it_is_waits(string why, bool isApproved, string? change)
    {
        Assert.NotEmpty(why);
        _shop.Branch("art", "side");
        if (isApproved) _shop.Approve("rae", "side");
        if (change is not null) _shop.Change("art", "side", change);
        MoveMain("UPDATE customers SET balance = 7 WHERE id = 2");

        Assert.Equal(["side waiting"], Run("art", "side"));
        Assert.Equal("50", _shop.Balance);
        Assert.Equal(["side waiting"], Run("art"));

        // What was brought up is kept, and is what is approved now.
        _shop.Approve("rob", "side");
        Assert.Equal(["side landed"], Run("art"));
    }

    [Fact]
    public void A_conflict_that_somebody_decided_was_approved_by_nobody()
    {
        _shop.Branch("art", "side");
        _shop.Approve("rae", "side");
        MoveMain("UPDATE customers SET balance = 77 WHERE id = 1");
        Assert.Equal(["side conflicts"], Run("art", "side"));
        _shop.As("art").Merges.Resolve(new ResolveRequest(null, null, new Resolution(ResolutionKind.Source)));

        Assert.Equal(["side waiting"], Run("art"));
        Assert.Equal("77", _shop.Balance);
        _shop.Approve("rae", "side");
        Assert.Equal(["side landed"], Run("art"));
        Assert.Equal("51", _shop.Balance);
    }

    [Fact]
    public void An_approval_does_not_come_back_with_a_change_that_came_by_another_way()
    {
        _shop.Branch("art", "side");
        _shop.Approve("rae", "side");
        MoveMain("UPDATE customers SET balance = 7 WHERE id = 2");
        // The same content, by hands that nobody looked at.
        _shop.Change("art", "side", "UPDATE customers SET balance = 999 WHERE id = 1");
        _shop.Change("art", "side", "UPDATE customers SET balance = 51 WHERE id = 1");

        Assert.Equal(["side waiting"], Run("art", "side"));
    }

    [Theory]
    [InlineData("bot")]
    [InlineData("vic")]
    public void Whoever_may_not_merge_does_not_run_the_queue(string login)
    {
        _shop.Branch("art", "side");
        _shop.As("art").Queue.Add([BranchName.Parse("side")]);
        AccessShop.Denied("access.denied", () => Run(login));
        Assert.Equal(QueueState.Queued, _shop.As("art").Queue.List()[0].State);
    }

    private void MoveMain(string sql) => _shop.Shop.Write(sql);

    private List<string> Run(string login, params string[] names)
    {
        var queue = _shop.As(login).Queue;
        if (names.Length > 0) queue.Add([.. names.Select(BranchName.Parse)]);
        return [.. queue.Run(new Silence(), _ => { }, CancellationToken.None).Entries
            .Select(e => $"{e.Branch} {e.State.ToString().ToLowerInvariant()}{(e.State == QueueState.Refused ? " " + e.Reason : "")}")];
    }
}

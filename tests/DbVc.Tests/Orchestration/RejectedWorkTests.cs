using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.Tests;

/// <summary>Rejected work that comes by a branch of one's own, by single commits, or while something waits; and what is none, or was answered.</summary>
public sealed class RejectedWorkTests : IDisposable
{
    private const string Reason = "ages over 120 are typing errors";
    private const string Other = "UPDATE customers SET balance = balance + 1 WHERE id = 2";
    private const string Order = "UPDATE orders SET total = total + 1 WHERE id = 1";
    private readonly AccessShop _shop = new();

    public void Dispose() => _shop.Dispose();

    [Fact]
    public void Repeated_on_a_branch_of_ones_own_it_is_kept_out_whatever_comes_on_top()
    {
        _shop.Branch("art", "side");
        Reject("side");
        Create("own");
        Assert.Equal(MergeState.Merged, Pick("art", _shop.Head("side"), "own").State);
        var refused = _shop.Merge("art", "own");
        Assert.Equal(MergeState.Refused, refused.State);
        Assert.Equal($"'own' brings work of 'side', which was rejected by Rae: {Reason}. It may come in once whoever rejected that approves 'own' as it is, "
            + "or takes the rejection back: db-vc branch reject own --withdraw.", refused.Message);
        Assert.Equal("Rae", Assert.Single(_shop.As("vic").Branches.Show(BranchName.Parse("own")).Rejections).Name);
        _shop.Change("art", "own", Other);
        Assert.Equal(MergeState.Refused, _shop.Merge("art", "own").State);
        // A part of a repetition of it.
        Create("third");
        Assert.Equal(MergeState.Merged, _shop.As("art").Replays.CherryPick(
            new CherryPickRequest("own~1", BranchName.Parse("third")) { Table = "customers", Keys = ["1"] }, CancellationToken.None).State);
        Assert.Equal(MergeState.Refused, _shop.Merge("art", "third").State);
        Assert.Equal("50", _shop.Balance);
    }

    [Fact]
    public void Merged_into_a_branch_with_commits_of_its_own_it_is_kept_out_until_its_own_branch_answers()
    {
        _shop.Branch("art", "side");
        _shop.Branch("art", "own", Order);
        Reject("side");
        Assert.Equal(MergeState.Merged, _shop.Merge("art", "side", "own").State);
        Assert.Equal(MergeState.Refused, _shop.Merge("art", "own").State);
        _shop.Change("art", "own", Order);
        Assert.Equal(MergeState.Refused, _shop.Merge("art", "own").State);
        // What only takes main over answers nothing, wherever it is done.
        _shop.Branch("art", "first", Other);
        Assert.Equal(MergeState.Merged, _shop.Merge("art", "first").State);
        Assert.Equal(MergeState.Merged, _shop.Merge("art", "main", "side").State);
        Assert.Equal(MergeState.Merged, _shop.Merge("art", "side", "own").State);
        Assert.Equal(MergeState.Refused, _shop.Merge("art", "own").State);
        Assert.Equal("50", _shop.Balance);

        _shop.Change("art", "side");
        Assert.Equal(MergeState.Merged, _shop.Merge("art", "side", "own").State);
        Assert.Empty(_shop.As("vic").Branches.Show(BranchName.Parse("own")).Rejections);
        Assert.Equal(MergeState.Merged, _shop.Merge("art", "own").State);
        Assert.Equal("52", _shop.Balance);
    }

    [Fact]
    public void Its_commits_are_kept_out_one_by_one_until_the_branch_is_in()
    {
        var first = MakeThree();
        Reject("side");
        Assert.Equal(MergeState.Refused, Pick("rob", first, "main").State);
        Assert.Equal(MergeState.Refused, Pick("rob", _shop.Head("side"), "main").State);
        Create("own");
        Assert.Equal(MergeState.Merged, Pick("art", first, "own").State);
        Assert.Equal(MergeState.Refused, _shop.Merge("art", "own").State);
        Create("earlier", first);
        Assert.Equal(MergeState.Refused, _shop.Merge("art", "earlier").State);
        _shop.Change("art", "earlier", Order);
        Assert.Equal(MergeState.Refused, _shop.Merge("art", "earlier").State);
        Assert.Equal("50", _shop.Balance);

        _shop.Change("art", "side");
        // What comes on top of it is none of it, and what was rejected still is.
        Assert.Equal(MergeState.Refused, Pick("rob", first, "main").State);
        Assert.Equal(MergeState.Merged, _shop.Merge("art", "side").State);
        Assert.Empty(_shop.As("vic").Branches.Show(BranchName.Parse("own")).Rejections);
        Assert.Equal(MergeState.Merged, _shop.Merge("art", "earlier").State);
    }

    [Fact]
    public void A_repeated_merge_brings_all_that_it_brought()
    {
        _shop.Branch("art", "side");
        _shop.Branch("art", "own", Order);
        Reject("side");
        Assert.Equal(MergeState.Merged, _shop.Merge("art", "side", "own").State);
        var merge = _shop.Head("own");
        Assert.Equal(MergeState.Refused, Pick("rob", merge, "main").State);
        Create("via");
        Assert.Equal(MergeState.Merged, Pick("art", merge, "via").State);
        Assert.Equal(MergeState.Refused, _shop.Merge("art", "via").State);
        Assert.Equal("50", _shop.Balance);
    }

    [Fact]
    public void What_it_was_made_on_or_merged_is_another_branchs_unless_it_is_nothing_else()
    {
        _shop.Branch("art", "base");
        _shop.Branch("art", "beside", Order);
        Create("side", "base");
        _shop.Change("art", "side", Other);
        Assert.Equal(MergeState.Merged, _shop.Merge("art", "beside", "side").State);
        Reject("side");
        Assert.Equal(MergeState.Merged, _shop.Merge("art", "base").State);
        Assert.Equal(MergeState.Merged, _shop.Merge("art", "beside").State);
        Assert.Equal(MergeState.Refused, _shop.Merge("art", "side").State);

        _shop.Branch("art", "work");
        Create("bare");
        Assert.Equal(MergeState.Merged, _shop.Merge("art", "work", "bare").State);
        Reject("bare");
        Assert.Equal(MergeState.Refused, _shop.Merge("art", "work").State);
        Assert.Equal("51", _shop.Balance);
    }

    [Fact]
    public void A_yes_to_a_branch_that_brings_a_part_lets_that_in_and_nothing_else_and_a_withdrawal_lifts_all()
    {
        var first = MakeThree();
        Create("own");
        Pick("art", first, "own");
        // An earlier yes says nothing against a later no; and only who rejected it thinks again.
        _shop.Approve("rae", "own");
        Reject("side");
        _shop.Approve("rob", "own");
        Assert.Equal(MergeState.Refused, _shop.Merge("art", "own").State);
        Assert.Empty(_shop.Approve("rae", "own").Rejections);
        Assert.Single(_shop.As("vic").Branches.Show(BranchName.Parse("side")).Rejections);
        _shop.As("rae").Approvals.Withdraw(BranchName.Parse("own"));
        Assert.Equal(MergeState.Refused, _shop.Merge("art", "own").State);
        // A no to it takes none back that was said to the whole.
        Reject("own");
        Assert.Equal(2, _shop.As("vic").Branches.Show(BranchName.Parse("own")).Rejections.Count);
        Assert.Empty(_shop.Approve("rae", "own").Rejections);
        Assert.Equal(MergeState.Merged, _shop.Merge("art", "own").State);
        Assert.Equal(MergeState.Refused, _shop.Merge("art", "side").State);

        Create("more", "side~1");
        Assert.Single(_shop.As("vic").Branches.Show(BranchName.Parse("more")).Rejections);
        Assert.Empty(_shop.As("rae").Approvals.WithdrawRejection(BranchName.Parse("more")).Rejections);
        Assert.Empty(_shop.As("vic").Branches.Show(BranchName.Parse("side")).Rejections);
    }

    [Fact]
    public void What_an_administrator_let_in_is_taken_back_in_every_way()
    {
        _shop.Branch("art", "side");
        var head = _shop.Head("side");
        Reject("side");
        Assert.Equal(MergeState.Merged, _shop.Merge("ada", "side", reason: "outage 42").State);
        var merge = _shop.Head("main");
        Create("mend");
        Assert.Equal(MergeState.Merged, Revert("art", head, "mend").State);
        Assert.Equal(MergeState.Merged, _shop.Merge("art", "mend").State);
        Assert.Equal("50", _shop.Balance);
        Assert.Equal(MergeState.Merged, Revert("rae", "main", "main").State);
        Assert.Equal("51", _shop.Balance);
        Assert.Equal(MergeState.Merged, Revert("rae", merge, "main").State);
        Assert.Equal("50", _shop.Balance);
    }

    [Fact]
    public void A_no_that_comes_while_conflicts_of_a_pick_are_decided_is_seen()
    {
        _shop.Branch("art", "side");
        var head = _shop.Head("side");
        _shop.Shop.Write("UPDATE customers SET balance = 8 WHERE id = 1");
        Assert.Equal(MergeState.Conflicts, Pick("rob", head, "main").State);
        Reject("side");
        _shop.As("rob").Merges.Resolve(new ResolveRequest(null, null, new Resolution(ResolutionKind.Source)));
        var refused = _shop.As("rob").Merges.Continue(null, CancellationToken.None);
        Assert.Equal((MergeState.Refused, "Rae"), (refused.State, refused.Rejections.Single().Name));
        Assert.Contains($"{head[..10]} is of 'side', which was rejected by Rae", refused.Message, StringComparison.Ordinal);
        // And where it is written, however it came there.
        _shop.Do(context => Assert.Equal("merge.refused",
            Assert.Throws<DbVcException>(() => new PickPermit(CommitId.Parse(head), null).Judge(context, BranchName.Main)).Code));
        Assert.Equal("8", _shop.Balance);
        _shop.As("rae").Approvals.WithdrawRejection(BranchName.Parse("side"));
        Assert.Equal(MergeState.Merged, _shop.As("rob").Merges.Continue(null, CancellationToken.None).State);
        Assert.Equal("51", _shop.Balance);
    }

    [Fact]
    public void Its_commits_stay_known_where_the_branch_is_renamed_deleted_and_made_anew_otherwise()
    {
        _shop.Branch("art", "base");
        Create("side", "base");
        _shop.Change("art", "side", Other);
        Reject("side");
        _shop.As("art").Branches.Rename(BranchName.Parse("side"), BranchName.Parse("other"), CancellationToken.None);
        Create("own");
        Assert.Equal(MergeState.Merged, Pick("art", _shop.Head("other"), "own").State);
        _shop.As("art").Branches.Delete(BranchName.Parse("other"));
        Assert.DoesNotMatch("[0-9a-f]{40}", Assert.Single(_shop.Documents("rejections")));
        Create("other");
        Assert.Equal(MergeState.Refused, _shop.Merge("art", "own").State);
        Assert.Equal(MergeState.Merged, _shop.Merge("art", "base").State);
    }

    /// <summary>The first of three commits of a branch.</summary>
    private string MakeThree()
    {
        _shop.Branch("art", "side");
        var first = _shop.Head("side");
        _shop.Change("art", "side", Other);
        _shop.Change("art", "side", Order);
        return first;
    }

    private void Create(string name, string? from = null) => _shop.As("art").Branches.Create(BranchName.Parse(name), from, CancellationToken.None);

    private void Reject(string name) => _shop.As("rae").Approvals.Reject(BranchName.Parse(name), Reason);

    private MergeReport Pick(string login, string revision, string onto) =>
        _shop.As(login).Replays.CherryPick(new CherryPickRequest(revision, BranchName.Parse(onto)), CancellationToken.None);

    private MergeReport Revert(string login, string revision, string on) =>
        _shop.As(login).Replays.Revert(new RevertRequest(revision, BranchName.Parse(on)), CancellationToken.None);
}

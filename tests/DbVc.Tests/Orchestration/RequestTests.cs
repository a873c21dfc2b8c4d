using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.Tests;

/// <summary>Requests: how they are opened, what closes them, what is noted in them, and what they show.</summary>
public sealed class RequestTests : IDisposable
{
    private static readonly BranchName s_side = BranchName.Parse("side");
    private readonly AccessShop _shop = new();

    public RequestTests() => _shop.Branch("art", "side");

    public void Dispose() => _shop.Dispose();

    [Fact]
    public void A_request_has_a_number_that_is_never_used_twice_and_a_pair_of_branches_has_one()
    {
        var first = Open("art", "side");
        Assert.Equal((1L, "Change side", "side", "main", RequestState.Open, "Art"),
            (first.Brief.Number, first.Brief.Title, first.Brief.Source, first.Brief.Target, first.Brief.State, first.Brief.By.Name));
        Assert.Equal("request.open", Usage(() => Open("rae", "side")).Code);
        _shop.As("art").Branches.Create(BranchName.Parse("other"), null, default);
        Assert.Equal(2, Open("art", "side", "other").Brief.Number);
        Requests("art").Withdraw(1, default);
        Assert.Equal(3, Open("art", "side", title: "Once more").Brief.Number);
        Assert.Equal([2L, 3], Requests("vic").List(all: false, null).Select(r => r.Number));
        Assert.Equal([1L, 3], Requests("vic").List(all: true, BranchName.Main).Select(r => r.Number));
        Assert.Equal([2L, 3], _shop.As("vic").Status(default).Requests.Select(r => r.Number));
        Assert.Equal(["request open 3 side", "request withdraw 1"],
            _shop.As("vic").History.Operations(9).Select(o => o.Command).Where(c => c.StartsWith("request", StringComparison.Ordinal)).Take(2));
    }

    [Theory]
    [InlineData("side", "side", null, null, "request.itself")]
    [InlineData("nobody", "main", null, null, "branch.missing")]
    [InlineData("side", "nobody", null, null, "branch.missing")]
    [InlineData("main", "side", null, null, "request.empty")]
    [InlineData("side", "main", "", null, "request.title")]
    [InlineData("side", "main", "a\u001bb", null, "request.title")]
    [InlineData("side", "main", "no\u202ewords", null, "request.title")]
    [InlineData("side", "main", null, "nul \0", "request.text")]
    public void A_request_that_makes_no_sense_is_not_opened(string source, string target, string? title, string? text, string code)
    {
        var opening = new RequestOpening(BranchName.Parse(source), BranchName.Parse(target), title, text);
        Assert.Equal(code, Usage(() => Requests("art").Open(opening, default)).Code);
        Assert.Empty(Requests("art").List(all: true, null));
    }

    [Fact]
    public void A_title_comes_from_the_newest_commit_unless_that_cannot_be_one()
    {
        ShopRepository.Execute(_shop.As("art").Branches.Show(s_side).Database!, "UPDATE customers SET balance = 77 WHERE id = 1");
        _shop.As("art").Branches.Commit(s_side, "Steer \u001b[31m a terminal", null, default);
        Assert.Equal("Merge 'side' into 'main'", Open("art", "side").Brief.Title);
    }

    [Theory]
    [InlineData("request merge")]
    [InlineData("branch merge")]
    [InlineData("queue")]
    public void A_merge_closes_it_whatever_command_it_was(string how)
    {
        Open("art", "side");
        switch (how)
        {
            case "request merge":
                Assert.Equal(MergeState.Merged, Requests("art").Merge(new RequestMerge(1, DryRun: false, [], false), default).Merge.State);
                break;
            case "branch merge":
                Assert.Equal(MergeState.Merged, _shop.Merge("art", "side").State);
                break;
            default:
                _shop.As("art").Queue.Add([s_side]);
                Assert.Equal(QueueState.Landed, _shop.As("art").Queue.Run(new Silence(), _ => { }, default).Entries.Single().State);
                break;
        }

        Assert.Empty(Requests("vic").List(all: false, null));
        var report = Show("vic", 1);
        Assert.Equal((RequestState.Merged, false), (report.Brief.State, report.IsReady));
        Assert.Empty(report.Checks);
        Assert.Equal(_shop.Head("main"), report.Commit.ToString());
        Assert.Equal((RequestEventKind.Merged, "Art"), (report.Events[^1].Kind, report.Events[^1].By.Name));

        // What comes later is no part of it, and is asked for anew.
        _shop.Change("art", "side");
        Assert.Equal(RequestState.Merged, Show("vic", 1).Brief.State);
        Assert.Equal("request.closed", Usage(() => Requests("rae").Approve(1, null, null, default)).Code);
        Assert.Equal(2, Open("art", "side").Brief.Number);
    }

    [Fact]
    public void What_came_with_another_branch_is_merged_until_its_branch_brings_more()
    {
        Open("art", "side");
        _shop.As("art").Branches.Create(BranchName.Parse("via"), null, default);
        Assert.Equal(MergeState.Merged, _shop.Merge("art", "side", "via").State);
        Assert.Equal(RequestState.Open, Show("vic", 1).Brief.State);
        Assert.Equal(MergeState.Merged, _shop.Merge("art", "via").State);
        Assert.Equal((RequestState.Merged, null), (Show("vic", 1).Brief.State, Show("vic", 1).Commit));
        Assert.Equal("request.closed", Usage(() => Requests("art").Withdraw(1, default)).Code);
        _shop.Change("art", "side");
        Assert.Equal(RequestState.Open, Show("vic", 1).Brief.State);
    }

    [Fact]
    public void A_dry_run_and_a_refused_merge_leave_it_open()
    {
        Open("art", "side");
        Assert.True(Requests("art").Merge(new RequestMerge(1, DryRun: true, [], false), default).Merge.DryRun);
        _shop.Rule("main", approvals: 1);
        Assert.Equal(MergeState.Refused, Requests("art").Merge(new RequestMerge(1, DryRun: false, [], false), default).Merge.State);
        Assert.Equal(RequestState.Open, Show("art", 1).Brief.State);
        Assert.Equal("50", _shop.Balance);
    }

    [Fact]
    public void It_follows_its_branch_under_another_name_and_not_another_one_of_its_name()
    {
        Open("art", "side");
        _shop.As("art").Branches.Rename(s_side, BranchName.Parse("moved"), default);
        Assert.Equal("moved", Show("vic", 1).Brief.Source);
        _shop.Branch("art", "side", "UPDATE customers SET balance = 3 WHERE id = 2");
        Assert.Equal(MergeState.Merged, _shop.Merge("art", "side").State);
        Assert.Equal(RequestState.Open, Show("vic", 1).Brief.State);

        _shop.As("art").Branches.Delete(BranchName.Parse("moved"));
        var gone = Show("vic", 1);
        Assert.Equal((RequestState.Open, "branch", false), (gone.Brief.State, gone.Checks.Single().Name, gone.IsReady));
        Assert.Equal("request.branch-gone", Usage(() => Requests("art").Merge(new RequestMerge(1, false, [], false), default)).Code);
        // A document that named its commits would keep them for ever.
        Assert.All(_shop.Documents("requests").Concat(_shop.Documents("request-notes/0000000001")), d => Assert.DoesNotMatch("[0-9a-f]{40}", d));
        _shop.As("art").Branches.Restore(BranchName.Parse("moved"));
        Assert.Equal(MergeState.Merged, Requests("art").Merge(new RequestMerge(1, false, [], false), default).Merge.State);
        Assert.Equal(RequestState.Merged, Show("vic", 1).Brief.State);
    }

    [Fact]
    public void A_branch_that_goes_back_is_not_merged_by_that_and_a_target_that_goes_back_holds_it_no_more()
    {
        using var shop = new ShopRepository();
        shop.Branch("work", AccessShop.Rows);
        shop.Workspace.Branches.Create(BranchName.Parse("into"), null, default);
        shop.Workspace.Requests.Open(new RequestOpening(BranchName.Parse("work"), BranchName.Parse("into"), null, null), default);
        shop.Workspace.Merges.Merge(new MergeRequest(BranchName.Parse("work"), BranchName.Parse("into"), false, []), default);
        Assert.Equal(RequestState.Merged, State());
        shop.Workspace.Operations.Undo(null, default);
        Assert.Equal(RequestState.Open, State());

        var committed = shop.Workspace.History.Operations(99).Single(o => o.Command == "commit --branch work").Number;
        shop.Workspace.Operations.Undo(committed, default);
        Assert.Equal(RequestState.Open, State());
        Assert.False(shop.Workspace.Requests.Show(1, false, default).IsReady);

        RequestState State() => shop.Workspace.Requests.Show(1, false, default).Brief.State;
    }

    [Fact]
    public void A_yes_and_a_no_are_noted_whichever_command_gave_them_and_are_the_same_ones()
    {
        _shop.Rule("main", approvals: 1);
        Open("art", "side");
        Assert.False(Show("art", 1).IsReady);
        Assert.Equal("ages are wrong", Requests("rae").RequestChanges(1, "ages are\nwrong", default).Approvals!.Rejections.Single().Reason);
        Assert.Contains(Show("art", 1).Checks, c => c is { Name: "rejections", Passed: false, Blocks: true });
        Assert.Equal(MergeState.Refused, _shop.Merge("art", "side").State);
        _shop.As("rae").Approvals.WithdrawRejection(s_side);
        _shop.Approve("rae", "side");
        _shop.As("rae").Approvals.Withdraw(s_side);
        Assert.Equal("looked", Requests("rae").Approve(1, "looked", null, default).Approvals!.State.Given.Single().Comment);
        Assert.Equal(
        [
            RequestEventKind.Opened, RequestEventKind.ChangesRequested, RequestEventKind.ChangesWithdrawn, RequestEventKind.Approved,
            RequestEventKind.ApprovalWithdrawn, RequestEventKind.Approved,
        ], Show("vic", 1).Events.Select(e => e.Kind));
        Assert.True(Show("vic", 1).IsReady);
        _shop.Change("art", "side");
        Assert.Equal(RequestEventKind.Pushed, Show("vic", 1).Events[^1].Kind);
        Assert.Contains(Show("vic", 1).Checks, c => c is { Name: "approvals", Passed: false, Summary: "0 of 1." });
    }

    [Fact]
    public void Who_approves_says_of_what_and_gets_no_other_head_by_it()
    {
        Open("art", "side");
        var seen = _shop.Head("side");
        _shop.Change("art", "side", "UPDATE customers SET balance = 1000000 WHERE id = 1");
        var failure = Assert.Throws<DbVcException>(() => Requests("rae").Approve(1, null, seen, default));
        Assert.Equal((FailureKind.Conflict, "branch.moved"), (failure.Kind, failure.Code));
        Assert.Empty(_shop.As("vic").Approvals.Show(s_side, BranchName.Main).State.Given);
        Assert.Single(Requests("rae").Approve(1, null, _shop.Head("side"), default).Approvals!.State.Given);
    }

    [Fact]
    public void Checks_are_what_is_true_when_somebody_looks()
    {
        Open("art", "side");
        Assert.True(Show("vic", 1).IsReady);
        _shop.Branch("art", "first", "UPDATE customers SET balance = 7 WHERE id = 2");
        _shop.Merge("art", "first");
        var moved = Show("vic", 1);
        Assert.Equal((true, 2), (moved.IsReady, moved.Behind));
        Assert.Contains(moved.Checks, c => c is { Name: "up-to-date", Passed: false, Blocks: false, Summary: "main moved on by 2 commits." });
        _shop.Shop.Write("UPDATE customers SET balance = 4 WHERE id = 1");
        var met = Show("vic", 1);
        Assert.Contains(met.Checks, c => c is { Name: "conflicts", Passed: false, Summary: "1 conflict with main." });
        Assert.False(met.IsReady);
        _shop.Shop.Write("UPDATE customers SET balance = 50 WHERE id = 1");
        _shop.As("ada").Invariants.Add(new Invariant("poor", "SELECT id FROM customers WHERE id = 1 AND balance = 51"));
        Assert.Contains(Show("vic", 1).Checks, c => c is { Name: "constraints", Passed: false });
        _shop.As("ada").Invariants.Remove("poor");
        _shop.Rule("main", gates: "all");
        Assert.Contains(Show("vic", 1).Checks, c => c is { Name: "gates", Passed: false });
        _shop.PassGates("side");
        Assert.True(Show("vic", 1).IsReady);
        ShopRepository.Execute(_shop.As("art").Branches.Show(s_side).Database!, "DROP TABLE audit; DROP TRIGGER log_customer");
        Assert.Contains(Show("vic", 1).Checks, c => c is { Name: "branch", Passed: false } && c.Summary.Contains("no commit holds", StringComparison.Ordinal));
    }

    [Fact]
    public void Somebody_sees_what_changed_since_they_looked_and_looking_is_said_or_comes_with_a_word()
    {
        Open("art", "side");
        Assert.Null(Show("rae", 1).News);
        Assert.True(Requests("rae").List(false, null).Single().IsNew);
        Requests("rae").Show(1, seen: true, default);
        Assert.False(Requests("rae").List(false, null).Single().IsNew);
        var looked = _shop.Head("side");
        _shop.Change("art", "side", "UPDATE customers SET balance = balance + 1");
        Comment("art", "Both of them");
        for (var times = 0; times < 2; times++)
        {
            var news = Show("rae", 1).News!;
            Assert.Equal((looked, "Change side", 1), (news.From.ToString(), news.Commits.Single().Commit.Message, news.Comments));
            Assert.Equal(("customers", 2L), (news.Tables.Single().Name, news.Tables.Single().Modified));
        }

        Requests("rae").Approve(1, null, null, default);
        Assert.Equal((_shop.Head("side"), 0, 0), (Show("rae", 1).News!.From.ToString(), Show("rae", 1).News!.Commits.Count, Show("rae", 1).News!.Comments));

        // What the branch takes over from main is no commit of its own.
        _shop.Branch("art", "first", "UPDATE customers SET email = 'b@example.org' WHERE id = 2");
        _shop.Merge("art", "first");
        Assert.Equal(MergeState.Merged, _shop.Merge("art", "main", "side").State);
        Assert.Equal(["Merge branch 'main' into side"], Show("rae", 1).News!.Commits.Select(c => c.Commit.Message.Split('\n')[0]));
    }

    [Fact]
    public void What_comes_with_another_branch_is_new_though_it_was_made_before()
    {
        _shop.Branch("art", "older", "UPDATE customers SET balance = 7 WHERE id = 2");
        _shop.Change("art", "side");
        Open("art", "side");
        Requests("rae").Show(1, seen: true, default);
        Assert.Equal(MergeState.Merged, _shop.Merge("art", "older", "side").State);
        var report = Show("rae", 1);
        Assert.Equal(["Merge branch 'older' into side", "Change older"], report.News!.Commits.Select(c => c.Commit.Message));
        Assert.Equal([RequestEventKind.Opened, RequestEventKind.Pushed, RequestEventKind.Pushed], report.Events.Select(e => e.Kind));
    }

    [Fact]
    public void Comments_are_answered_and_settled_and_two_at_once_get_two_numbers()
    {
        Open("art", "side");
        Comment("rae", "Why?");
        Requests("art").Comment(new RequestComment(1, "Because.\r\n\tSo.") { ReplyTo = 1 }, default);
        var brief = Requests("rae").Comment(new RequestComment(1, null) { Resolve = 1 }, default).Brief;
        Assert.Equal((2, 0), (brief.Comments, brief.Unresolved));
        var said = Show("vic", 1).Comments;
        Assert.Equal(("Because.\n\tSo.", 1, "Rae"), (said[1].Text, said[1].ReplyTo, said[0].ResolvedBy));
        Assert.Equal("request.comment", Usage(() => Requests("rae").Comment(new RequestComment(1, null) { Resolve = 1 }, default)).Code);
        Assert.Equal("request.comment", Usage(() => Requests("rae").Comment(new RequestComment(1, "x") { ReplyTo = 9 }, default)).Code);
        Assert.Equal("request.missing", Usage(() => Requests("rae").Comment(new RequestComment(9, "x"), default)).Code);
        foreach (var text in new[] { null, "", " \n ", "half \ud83d of it", "\udc4e", new string('ä', (32 * 1024) + 1) })
            Assert.Equal("request.text", Usage(() => Requests("rae").Comment(new RequestComment(1, text), default)).Code);
        var both = new[] { Requests("rae"), Requests("rob") };
        Parallel.ForEach(both, desk => Assert.All(Enumerable.Range(0, 10), _ => desk.Comment(new RequestComment(1, "At once"), default)));
        Assert.Equal(Enumerable.Range(1, 22), Show("vic", 1).Comments.Select(c => c.Id));
    }

    [Fact]
    public void A_purge_takes_the_row_out_of_comments_and_gives_heads_their_new_ids()
    {
        using var shop = new ShopRepository();
        shop.Branch("work", AccessShop.Rows);
        var requests = shop.Workspace.Requests;
        requests.Open(new RequestOpening(BranchName.Parse("work"), BranchName.Main, null, null), default);
        requests.Comment(new RequestComment(1, "Whose?") { Table = "orders", Key = "2", Column = "total" }, default);
        requests.Comment(new RequestComment(1, "And hers?") { Table = "customers", Key = "2" }, default);
        shop.Workspace.Upkeep.Purge(new PurgeRequest("orders", ["2"]), default);
        var report = requests.Show(1, false, default);
        Assert.Equal(shop.Workspace.Branches.Show(BranchName.Parse("work")).Head, report.Events[0].Head);
        Assert.Equal([(0, true), (1, false)], report.Comments.Select(c => (c.Place!.Key.Count, c.Place.IsOutdated)));
        Assert.True(report.IsReady);
    }

    private RequestDesk Requests(string login) => _shop.As(login).Requests;

    private RequestReport Open(string login, string source, string target = "main", string? title = null) =>
        Requests(login).Open(new RequestOpening(BranchName.Parse(source), BranchName.Parse(target), title, null), default);

    private RequestReport Show(string login, long number) => Requests(login).Show(number, seen: false, default);

    private void Comment(string login, string text) => Requests(login).Comment(new RequestComment(1, text), default);

    private static DbVcException Usage(Action action)
    {
        var failure = Assert.Throws<DbVcException>(action);
        Assert.Equal(FailureKind.Usage, failure.Kind);
        return failure;
    }
}

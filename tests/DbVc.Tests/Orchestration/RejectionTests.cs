using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.Tests;

/// <summary>Rejections: what they keep out, for how long, and everybody who tries to get around them.</summary>
public sealed class RejectionTests : IDisposable
{
    private const string Reason = "ages over 120 are typing errors";
    private static readonly BranchName s_side = BranchName.Parse("side");
    private readonly AccessShop _shop = new();

    public void Dispose() => _shop.Dispose();

    [Fact]
    public void A_rejected_branch_stays_out_until_it_has_another_head()
    {
        _shop.Branch("art", "side");
        var report = Reject("rae");
        Assert.Equal(("Rae", Reason), (report.Rejections.Single().Name, report.Rejections.Single().Reason));
        var refused = _shop.Merge("art", "side");
        Assert.Equal(MergeState.Refused, refused.State);
        Assert.Equal($"'side' was rejected by Rae: {Reason}. It may come in once it has another head, or whoever rejected it takes that back: "
            + "db-vc branch reject side --withdraw.", refused.Message);
        Assert.Equal("Rae", Assert.Single(_shop.As("vic").Branches.Show(s_side).Rejections).Name);
        Assert.Single(_shop.As("vic").Branches.List(), b => b.Rejections.Count > 0);
        var review = _shop.As("vic").Agents.Review(s_side, CancellationToken.None);
        Assert.Equal((MergeState.Refused, Reason), (review.Plan.State, review.Plan.Rejections.Single().Reason));
        Assert.Equal("50", _shop.Balance);
        Assert.Contains(_shop.As("vic").History.Operations(9),
            o => o.Actor == "Rae" && o.Command == $"branch reject side {refused.Rejections[0].Head[..10]}: {Reason}");

        _shop.Change("art", "side");
        Assert.Empty(_shop.As("vic").Branches.Show(s_side).Rejections);
        Assert.Equal(MergeState.Merged, _shop.Merge("art", "side").State);
        // What it taught stays.
        Assert.Equal(Reason, Assert.Single(_shop.As("vic").Memory.List()).Rejection!.Reason);
    }

    [Fact]
    public void Whoever_rejected_it_and_nobody_else_may_think_again()
    {
        _shop.Branch("art", "side");
        Reject("rae");
        Assert.Equal("rejection.missing", Assert.Throws<DbVcException>(() => _shop.As("rob").Approvals.WithdrawRejection(s_side)).Code);
        _shop.Approve("rob", "side");
        Assert.Equal(MergeState.Refused, _shop.Merge("art", "side").State);
        Assert.False(_shop.As("rob").Approvals.IsAsked(s_side, BranchName.Main));
        Assert.Empty(_shop.As("rae").Approvals.WithdrawRejection(s_side).Rejections);
        Assert.Empty(_shop.As("vic").Memory.List());
        Reject("rae");
        Assert.Empty(_shop.Approve("rae", "side").Rejections);
        // And a no takes the yes back.
        Assert.Equal("Rob", Assert.Single(Reject("rae").State.Given).Name);
        _shop.Approve("rae", "side");
        Assert.Equal(MergeState.Merged, _shop.Merge("art", "side").State);
    }

    [Fact]
    public void Only_persons_who_review_reject_with_a_reason_and_only_what_is_not_merged()
    {
        _shop.Branch("rae", "side");
        AccessShop.Denied("access.denied", () => Reject("art"));
        AccessShop.Denied("access.denied", () => Reject("bot"));
        _shop.As("ada").Access.SetRole("Bot", "reviewer");
        AccessShop.Denied("approval.agent", () => Reject("bot"));
        foreach (var reason in new[]
        {
            null, "", " \n ", "a\u001bb", new string('x', 1001), "\u200b", "no\u202ewords", "half \ud83d of it", "private \ue000", "\ufeffbad", "...",
            "\ud83d\udc4e",
        })
            Assert.Equal("rejection.reason", Assert.Throws<DbVcException>(() => _shop.As("rae").Approvals.Reject(s_side, reason)).Code);
        Assert.Equal("rejection.main", Assert.Throws<DbVcException>(() => _shop.As("rae").Approvals.Reject(BranchName.Main, Reason)).Code);
        // Whoever made it may see that it is wrong.
        Assert.Equal("two lines", Assert.Single(_shop.As("rae").Approvals.Reject(s_side, "two\n lines").Rejections).Reason);
        _shop.As("rae").Approvals.WithdrawRejection(s_side);
        Assert.Equal(MergeState.Merged, _shop.Merge("art", "side").State);
        Assert.Equal("rejection.merged", Assert.Throws<DbVcException>(() => Reject("rae")).Code);
    }

    [Fact]
    public void What_was_rejected_does_not_come_in_under_another_name()
    {
        _shop.Branch("art", "side");
        var head = _shop.Head("side");
        Reject("rae");
        _shop.As("art").Branches.Rename(s_side, BranchName.Parse("other"), CancellationToken.None);
        Assert.Equal(MergeState.Refused, _shop.Merge("art", "other").State);
        _shop.As("art").Branches.Create(BranchName.Parse("copy"), "other", CancellationToken.None);
        Assert.Equal(MergeState.Refused, _shop.Merge("art", "copy").State);
        _shop.As("art").Branches.Create(BranchName.Parse("via"), null, CancellationToken.None);
        Assert.Equal(MergeState.Merged, _shop.Merge("art", "other", "via").State);
        Assert.Equal(MergeState.Refused, _shop.Merge("art", "via").State);
        Assert.Equal(MergeState.Refused,
            _shop.As("rob").Replays.CherryPick(new CherryPickRequest(head, BranchName.Main), CancellationToken.None).State);
        _shop.As("art").Branches.Delete(BranchName.Parse("other"));
        Assert.Equal(MergeState.Refused, _shop.Merge("art", "copy").State);
        _shop.As("art").Branches.Create(BranchName.Parse("anew"), head, CancellationToken.None);
        Assert.Equal(MergeState.Refused, _shop.Merge("art", "anew").State);
        _shop.As("art").Branches.Restore(BranchName.Parse("other"));
        Assert.Equal(MergeState.Refused, _shop.Merge("art", "other").State);
        Assert.Equal("50", _shop.Balance);
    }

    [Fact]
    public void The_queue_names_a_rejection_and_brings_nothing_up_and_taking_main_over_lifts_none()
    {
        _shop.Branch("art", "side");
        Reject("rae");
        _shop.Branch("art", "first", "UPDATE customers SET balance = 7 WHERE id = 2");
        Assert.Equal(MergeState.Merged, _shop.Merge("art", "first").State);
        var head = _shop.Head("side");
        _shop.As("art").Queue.Add([s_side]);
        var entry = Assert.Single(_shop.As("art").Queue.Run(new Silence(), _ => { }, CancellationToken.None).Entries);
        Assert.Equal(QueueState.Refused, entry.State);
        Assert.Contains("was rejected by Rae", entry.Reason, StringComparison.Ordinal);
        Assert.Equal(head, _shop.Head("side"));
        Assert.Equal(MergeState.Merged, _shop.Merge("art", "main", "side").State);
        Assert.NotEqual(head, _shop.Head("side"));
        Assert.Equal(MergeState.Refused, _shop.Merge("art", "side").State);
    }

    [Fact]
    public void An_administrator_goes_past_it_in_everybodys_sight()
    {
        _shop.Branch("art", "side");
        Reject("rae");
        var report = _shop.Merge("ada", "side", reason: "outage 42");
        Assert.Equal(MergeState.Merged, report.State);
        Assert.Equal(["rejected by Rae"], report.PassedOver);
    }

    [Fact]
    public void A_forgotten_rejection_teaches_no_more_and_keeps_the_branch_out_and_gc_keeps_nothing_for_it()
    {
        _shop.Branch("art", "side");
        Reject("rae");
        var lesson = Assert.Single(_shop.As("rae").Memory.List("typing"));
        Assert.Equal((LessonKind.Rejection, "", "customers"), (lesson.Kind, lesson.Task, lesson.Rejection!.Tables.Single()));
        Assert.Equal(lesson.Id, _shop.As("rae").Memory.Show(lesson.Id).Id);
        _shop.As("rae").Memory.Forget(lesson.Id);
        Assert.Empty(_shop.As("rae").Memory.List());
        Assert.Equal("memory.missing", Assert.Throws<DbVcException>(() => _shop.As("rae").Memory.Show(lesson.Id)).Code);
        Assert.Equal(MergeState.Refused, _shop.Merge("art", "side").State);
        _shop.As("art").Branches.Delete(s_side);
        // A document that named the commit would keep it for ever.
        var kept = Assert.Single(_shop.Documents("rejections"));
        Assert.Contains("Rae", kept, StringComparison.Ordinal);
        Assert.DoesNotMatch("[0-9a-f]{40}", kept);
    }

    [Fact]
    public void A_purge_gives_commits_other_ids_and_lifts_no_rejection_and_an_export_brings_none()
    {
        using var shop = new ShopRepository();
        shop.Branch("side", AccessShop.Rows);
        shop.Workspace.Approvals.Reject(s_side, Reason);
        Assert.Single(shop.Workspace.Memory.List());
        var before = shop.Workspace.Branches.Show(s_side).Head;
        shop.Workspace.Upkeep.Purge(new PurgeRequest("orders", ["2"]), CancellationToken.None);
        Assert.False(File.Exists(Path.Combine(shop.Folder, ".db-version-control", "memory.db")));
        var after = shop.Workspace.Branches.Show(s_side);
        Assert.NotEqual(before, after.Head);
        Assert.Equal(after.Head.ToString(), Assert.Single(after.Rejections).Head);
        Assert.Equal(MergeState.Refused, shop.Merge("side").State);
        Assert.Equal(Reason, Assert.Single(shop.Workspace.Memory.List()).Rejection!.Reason);

        var file = Path.Combine(shop.Folder, "side.dbvc");
        shop.Workspace.Upkeep.Export(new ExportRequest(file, s_side), CancellationToken.None);
        using var other = new ShopRepository();
        other.Workspace.Upkeep.Import(new ImportRequest(file, "arrived"), CancellationToken.None);
        Assert.Empty(other.Workspace.Memory.List());
    }

    [Fact]
    public void The_comment_of_a_yes_holds_nothing_that_cannot_be_seen()
    {
        _shop.Branch("art", "side");
        foreach (var comment in new[] { "a\u001bb", "fine\u202e", "\u200b", new string('x', 1001) })
            Assert.Equal("approval.comment", Assert.Throws<DbVcException>(() => _shop.As("rae").Approvals.Approve(s_side, comment, default)).Code);
        Assert.Empty(_shop.As("rae").Approvals.Show(s_side, BranchName.Main).State.Given);
        Assert.Equal("rows\ud83d\udc4d checked", _shop.As("rae").Approvals.Approve(s_side, "rows\ud83d\udc4d\n checked", default).State.Given.Single().Comment);
        Assert.Null(_shop.As("rae").Approvals.Approve(s_side, " ", default).State.Given.Single().Comment);
    }

    [Fact]
    public void Whoever_writes_their_name_in_another_case_is_the_same_person()
    {
        using var shop = new ShopRepository();
        shop.Branch("side", AccessShop.Rows);
        using var pat = As("Pat");
        using var again = As("PAT");
        pat.Approvals.Approve(s_side, null, default);
        Assert.Empty(again.Approvals.Reject(s_side, Reason).State.Given);
        Assert.Equal("Pat", Assert.Single(pat.Approvals.Reject(s_side, Reason).Rejections).Name);
        Assert.Empty(again.Approvals.WithdrawRejection(s_side).Rejections);

        Workspace As(string name) =>
            Workspace.Open(shop.Folder, ShopRepository.Options with { User = new Author(name, "", AuthorKind.Human) }, CancellationToken.None);
    }

    [Fact]
    public async Task Yes_and_no_of_one_person_never_both_stand_though_they_are_said_at_once()
    {
        _shop.Branch("art", "side");
        var (yes, no, rob) = (_shop.As("rae"), _shop.As("rae"), _shop.As("rob"));
        for (var round = 0; round < 10; round++)
        {
            using var both = new Barrier(2);
            await Task.WhenAll(
                Task.Run(() => At(both, () => yes.Approvals.Approve(s_side, null, default))),
                Task.Run(() => At(both, () => no.Approvals.Reject(s_side, Reason))));
            var report = rob.Approvals.Show(s_side, BranchName.Main);
            Assert.Equal(1, report.State.Given.Count + report.Rejections.Count);
        }

        static void At(Barrier both, Action action)
        {
            both.SignalAndWait(CancellationToken.None);
            action();
        }
    }

    private ApprovalReport Reject(string login) => _shop.As(login).Approvals.Reject(s_side, Reason);
}

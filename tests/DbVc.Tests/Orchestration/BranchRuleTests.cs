using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.Tests;

/// <summary>Approvals, rules and overrides, and everybody who tries to get around them.</summary>
public sealed class BranchRuleTests : IDisposable
{
    private static readonly Author s_bot = new("builtin agent", "", AuthorKind.Agent);
    private readonly AccessShop _shop = new();

    public void Dispose() => _shop.Dispose();

    [Fact]
    public void A_branch_waits_for_its_approvals_and_the_merge_names_who_gave_them()
    {
        _shop.Rule("main", approvals: 2);
        _shop.Branch("art", "side");
        Assert.Equal((MergeState.Refused, 2), (_shop.Merge("art", "side").State, _shop.Merge("art", "side").Approvals!.Missing));
        _shop.Approve("rae", "side");
        Assert.Equal(1, _shop.Merge("art", "side").Approvals!.Missing);
        _shop.Approve("rob", "side");
        var report = _shop.Merge("art", "side");
        Assert.Equal(MergeState.Merged, report.State);
        Assert.Equal("51", _shop.Balance);
        var message = _shop.As("vic").History.Log(new LogRequest("main", 1, null, false))[0].Commit.Commit.Message;
        Assert.Equal("Merge branch 'side'\n\nApproved-by: Rae <Rae@example.com>\nApproved-by: Rob <Rob@example.com>", message);
        Assert.Contains(_shop.As("vic").History.Operations(9), o => o.Actor == "Rae" && o.Command.StartsWith("branch approve side", StringComparison.Ordinal));
    }

    [Fact]
    public void One_reviewer_counts_once_and_may_think_again()
    {
        _shop.Rule("main", approvals: 2);
        _shop.Branch("art", "side");
        _shop.Approve("rae", "side");
        Assert.Equal(1, _shop.Approve("rae", "side").State.Missing);
        _shop.As("rae").Approvals.Withdraw(BranchName.Parse("side"));
        Assert.Equal(2, _shop.Merge("art", "side").Approvals!.Missing);
    }

    [Fact]
    public void Those_who_made_it_cannot_approve_it()
    {
        _shop.Rule("main", approvals: 1);
        _shop.Branch("rae", "side");
        AccessShop.Denied("approval.own", () => _shop.Approve("rae", "side"));
        AccessShop.Denied("access.denied", () => _shop.Approve("art", "side"));
        AccessShop.Denied("access.denied", () => _shop.Approve("bot", "side"));
        _shop.As("ada").Access.SetRole("Bot", "reviewer");
        AccessShop.Denied("approval.agent", () => _shop.Approve("bot", "side"));
        // Not by another branch that holds the same commit, and not by picking it.
        _shop.As("rob").Branches.Create(BranchName.Parse("copy"), "side", CancellationToken.None);
        AccessShop.Denied("approval.own", () => _shop.Approve("rae", "copy"));
        _shop.As("rob").Branches.Create(BranchName.Parse("picked"), "main", CancellationToken.None);
        _shop.As("rob").Replays.CherryPick(new CherryPickRequest("side", BranchName.Parse("picked")), CancellationToken.None);
        AccessShop.Denied("approval.own", () => _shop.Approve("rae", "picked"));
        AccessShop.Denied("approval.own", () => _shop.Approve("rob", "picked"));
    }

    [Fact]
    public void The_next_commit_a_new_name_and_a_branch_made_anew_leave_an_approval_behind()
    {
        _shop.Rule("main", approvals: 1);
        _shop.Branch("art", "side");
        _shop.Approve("rae", "side");
        _shop.Change("art", "side");
        Assert.Equal(MergeState.Refused, _shop.Merge("art", "side").State);
        _shop.Approve("rae", "side");
        _shop.As("art").Branches.Rename(BranchName.Parse("side"), BranchName.Parse("other"), CancellationToken.None);
        Assert.Equal(MergeState.Refused, _shop.Merge("art", "other").State);
        _shop.Branch("art", "side", "UPDATE customers SET balance = 1000000 WHERE id = 1");
        Assert.Equal(MergeState.Refused, _shop.Merge("art", "side").State);
        Assert.Equal("50", _shop.Balance);
    }

    [Fact]
    public void An_approval_is_worth_nothing_once_its_giver_may_approve_no_more()
    {
        _shop.Rule("main", approvals: 1);
        _shop.Branch("art", "side");
        _shop.Approve("rae", "side");
        _shop.As("ada").Access.SetRole("Rae", "author");
        Assert.Equal(MergeState.Refused, _shop.Merge("art", "side").State);
    }

    [Fact]
    public void What_needs_approvals_does_not_get_around_them()
    {
        _shop.Rule("main", approvals: 1);
        _shop.Branch("art", "side");
        // By a cherry-pick, by whoever may pick at all, whole or a part.
        Pick("art", "side", null);
        Pick("rae", "side", null);
        Pick("rae", "side", "customers");
        // By another branch.
        _shop.As("art").Branches.Create(BranchName.Parse("via"), null, CancellationToken.None);
        Assert.Equal(MergeState.Merged, _shop.Merge("art", "side", "via").State);
        Assert.Equal(MergeState.Refused, _shop.Merge("art", "via").State);
        // By an export file.
        var file = Path.Combine(_shop.Shop.Folder, "side.dbvc");
        _shop.As("art").Upkeep.Export(new ExportRequest(file, BranchName.Parse("side")), CancellationToken.None);
        _shop.As("art").Upkeep.Import(new ImportRequest(file, "arrived"), CancellationToken.None);
        Assert.Equal(MergeState.Refused, _shop.Merge("art", "arrived").State);
        // By a rollback to a commit that main never was at.
        AccessShop.Denied("rollback.not-on-main", () => _shop.As("rae").Replays.Rollback(new RollbackRequest("side", false), CancellationToken.None));
        // By taking back what never was there.
        AccessShop.Denied("revert.not-on-branch", () => _shop.As("rae").Replays.Revert(new RevertRequest("side", BranchName.Main), CancellationToken.None));
        // By giving the branch main's name, or taking main's away.
        AccessShop.Denied("branch.protected", () => _shop.As("ada").Branches.Delete(BranchName.Main));
        Assert.Equal("branch.exists", Assert.Throws<DbVcException>(() =>
            _shop.As("art").Branches.Rename(BranchName.Parse("side"), BranchName.Main, CancellationToken.None)).Code);
        Assert.Equal("50", _shop.Balance);
    }

    [Fact]
    public void Conflicts_with_a_branch_that_needs_approvals_are_decided_where_they_are_approved()
    {
        _shop.Rule("main", approvals: 1);
        _shop.Branch("art", "side", "UPDATE customers SET balance = 1 WHERE id = 1");
        _shop.Shop.Write("UPDATE customers SET balance = 2 WHERE id = 1");
        _shop.Approve("rae", "side");
        var report = _shop.Merge("art", "side");
        Assert.Equal(MergeState.Refused, report.State);
        Assert.Contains("--into side", report.Message, StringComparison.Ordinal);
        Assert.Empty(_shop.As("art").Merges.Status());
    }

    [Fact]
    public void An_agents_work_reaches_main_by_gates_alone()
    {
        _shop.Branch("art", "work", author: null);
        _shop.Branch("bot", "agent");
        Assert.Equal(MergeState.Refused, _shop.Merge("ada", "agent").State);
        _shop.PassGates("agent", passed: false);
        Assert.Equal(MergeState.Refused, _shop.Merge("ada", "agent").State);
        // Via another branch, as the source of a plain branch, by an export file, and by a branch with the name of one that passed.
        Assert.Equal(MergeState.Merged, _shop.Merge("art", "agent", "work").State);
        Assert.Equal(MergeState.Refused, _shop.Merge("ada", "work").State);
        _shop.As("art").Branches.Create(BranchName.Parse("plain"), "agent", CancellationToken.None);
        Assert.Equal(MergeState.Refused, _shop.Merge("ada", "plain").State);
        var file = Path.Combine(_shop.Shop.Folder, "agent.dbvc");
        _shop.As("art").Upkeep.Export(new ExportRequest(file, BranchName.Parse("agent")), CancellationToken.None);
        _shop.As("art").Upkeep.Import(new ImportRequest(file, "arrived"), CancellationToken.None);
        Assert.Equal(MergeState.Refused, _shop.Merge("ada", "arrived").State);
        _shop.PassGates("agent");
        Assert.Equal(MergeState.Refused, _shop.Merge("ada", "plain").State);
        // A commit after the gates, whoever makes it.
        _shop.Change("art", "agent");
        Assert.Equal(MergeState.Refused, _shop.Merge("ada", "agent").State);
        Assert.Equal("50", _shop.Balance);
        _shop.PassGates("agent");
        Assert.Equal(MergeState.Merged, _shop.Merge("art", "agent").State);
    }

    [Fact]
    public void A_rule_may_want_gates_of_every_branch_or_of_none()
    {
        _shop.Rule("main", gates: "all");
        _shop.Branch("art", "side");
        Assert.Equal(MergeState.Refused, _shop.Merge("ada", "side").State);
        _shop.PassGates("side");
        Assert.Equal(MergeState.Merged, _shop.Merge("art", "side").State);
        _shop.Rule("main", gates: "none");
        _shop.Branch("bot", "agent");
        Assert.Equal(MergeState.Merged, _shop.Merge("art", "agent").State);
    }

    [Fact]
    public void A_branch_without_code_has_gates_about_its_rows_and_definitions()
    {
        _shop.Rule("main", gates: "all");
        _shop.As("ada").Invariants.Add(new Invariant("small balances", "SELECT id FROM customers WHERE id = 1 AND balance > 60"));
        _shop.Branch("art", "side");
        Assert.Equal("See: db-vc gate run side.", _shop.Merge("art", "side").Message[^"See: db-vc gate run side.".Length..]);
        Assert.False(Run("side", "lint").Passed);
        Assert.Equal(MergeState.Refused, _shop.Merge("art", "side").State);
        var report = Run("side");
        Assert.Equal([("data quality", true, "1 of 1 invariants hold"), ("reversibility", true, "applied, taken back, applied again (1 table)")],
            report.Gates.Select(g => (g.Name, g.Passed, g.Summary)));
        Assert.Equal(["syntax", "lint", "unit", "integration", "performance", "security"], report.LeftOut);

        // The next commit leaves the report behind, and one that breaks an invariant is refused.
        _shop.Change("art", "side", "UPDATE customers SET balance = 70 WHERE id = 1");
        Assert.Equal(MergeState.Refused, _shop.Merge("art", "side").State);
        Assert.Equal("The invariant small balances does not hold: it is broken by 1 row.", Run("side").Gates[0].Findings.Single().Message);
        Assert.Equal(MergeState.Refused, _shop.Merge("art", "side").State);
        _shop.Change("art", "side", "UPDATE customers SET balance = 60 WHERE id = 1");
        Assert.True(Run("side").Passed);
        var merged = _shop.Merge("art", "side");
        Assert.Equal((MergeState.Merged, "60"), (merged.State, _shop.Balance));
        var verified = _shop.As("vic").Evidence.Verify(merged.Commit!.Value.ToString(), CancellationToken.None);
        Assert.Equal((true, "reversibility", "data quality"), (verified.IsConfirmed, verified.Repeated.Single(), verified.NotRepeated.Single().Key));

        GateRunReport Run(string branch, params string[] only) =>
            _shop.As("art").Agents.RunPlainGates(BranchName.Parse(branch), only, new Quiet(), CancellationToken.None);
    }

    [Fact]
    public void Rows_in_no_commit_do_not_come_along_with_a_merge_in_nobody_s_name()
    {
        _shop.Rule("main", approvals: 1);
        _shop.As("rae").Branches.Create(BranchName.Parse("hand"), null, CancellationToken.None);
        ShopRepository.Execute(_shop.As("rae").Branches.Show(BranchName.Parse("hand")).Database!, AccessShop.Rows);
        _shop.Branch("art", "side", "UPDATE customers SET balance = 5 WHERE id = 2");
        _shop.Approve("rob", "side");
        Assert.Equal(MergeState.Merged, _shop.Merge("art", "side").State);
        AccessShop.Denied("branch.uncommitted", () => _shop.Merge("rae", "main", "hand"));
        _shop.As("rae").Branches.Commit(BranchName.Parse("hand"), "Mine", null, CancellationToken.None);
        Assert.Equal(MergeState.Merged, _shop.Merge("rae", "main", "hand").State);
        AccessShop.Denied("approval.own", () => _shop.Approve("rae", "hand"));
    }

    [Fact]
    public void A_branch_without_code_is_judged_no_more_once_main_holds_it()
    {
        _shop.Branch("art", "side");
        Assert.True(_shop.As("art").Agents.RunPlainGates(BranchName.Parse("side"), [], new Quiet(), CancellationToken.None).Passed);
        _shop.Merge("art", "side");
        AccessShop.Denied("gates.merged", () => _shop.As("art").Agents.RunPlainGates(BranchName.Parse("side"), [], new Quiet(), CancellationToken.None));
    }

    [Fact]
    public void Two_branches_without_code_are_judged_at_once()
    {
        foreach (var name in new[] { "one", "two" }) _shop.Branch("art", name);
        var workspaces = new[] { "one", "two" }.ToDictionary(n => n, _ => _shop.As("art"));
        Parallel.ForEach(workspaces, pair => Assert.All(Enumerable.Range(0, 4), _ =>
            Assert.True(pair.Value.Agents.RunPlainGates(BranchName.Parse(pair.Key), [], new Quiet(), CancellationToken.None).Passed)));
    }

    [Fact]
    public void What_was_said_of_a_branch_without_code_is_worth_nothing_once_there_is_code()
    {
        _shop.Rule("main", gates: "all");
        _shop.Branch("art", "side");
        Assert.True(_shop.As("art").Agents.RunPlainGates(BranchName.Parse("side"), [], new Quiet(), CancellationToken.None).Passed);
        _shop.Branch("bot", "agent");
        Assert.Equal("agent.missing",
            Assert.Throws<DbVcException>(() => _shop.As("art").Agents.RunGates(BranchName.Parse("agent"), new Quiet(), CancellationToken.None)).Code);
        Assert.Equal("gates.code",
            Assert.Throws<DbVcException>(() => _shop.As("art").Agents.RunPlainGates(BranchName.Parse("agent"), [], new Quiet(), CancellationToken.None)).Code);
        Assert.Equal(MergeState.Refused, _shop.Merge("art", "agent").State);
    }

    [Fact]
    public void Another_protected_branch_has_main_s_protection()
    {
        _shop.As("art").Branches.Create(BranchName.Parse("release/1"), null, CancellationToken.None);
        _shop.Rule("release/*", isProtected: true, approvals: 1);
        _shop.Branch("art", "side");
        Assert.Equal(MergeState.Refused, _shop.Merge("art", "side", "release/1").State);
        AccessShop.Denied("branch.protected", () => _shop.As("ada").Branches.Delete(BranchName.Parse("release/1")));
        AccessShop.Denied("branch.protected", () =>
            _shop.As("ada").Branches.Rename(BranchName.Parse("release/1"), BranchName.Parse("free"), CancellationToken.None));
        AccessShop.Denied("branch.protected", () =>
            _shop.As("ada").Branches.Rename(BranchName.Parse("side"), BranchName.Parse("release/2"), CancellationToken.None));
        AccessShop.Denied("branch.protected", () => _shop.As("ada").Branches.Create(BranchName.Parse("release/2"), "side", CancellationToken.None));
        const string otherRow = "UPDATE customers SET balance = 5 WHERE id = 2";
        foreach (var login in new[] { "art", "ada" }) AccessShop.Denied("branch.protected", () => _shop.Change(login, "release/1", otherRow));
        _shop.Approve("rae", "side");
        Assert.Equal(MergeState.Merged, _shop.Merge("art", "side", "release/1").State);
        AccessShop.Denied("rule.main", () => _shop.Rule("main", isProtected: false));
        AccessShop.Denied("access.denied", () => _shop.As("rae").Access.SetRule(new BranchRuleRequest("main", null, 0, "none")));
    }

    [Fact]
    public void Only_an_administrator_overrides_with_a_reason_and_it_is_marked()
    {
        _shop.Rule("main", approvals: 1);
        _shop.Branch("bot", "agent");
        AccessShop.Denied("access.denied", () => _shop.Merge("rae", "agent", reason: "hurry"));
        Assert.Equal("override.reason", Assert.Throws<DbVcException>(() => _shop.Merge("ada", "agent", reason: " \n ")).Code);
        var report = _shop.Merge("ada", "agent", reason: "outage 42,\nagreed");
        Assert.Equal((MergeState.Merged, "outage 42, agreed"), (report.State, report.Override));
        var commit = _shop.As("vic").History.Log(new LogRequest("main", 1, null, false))[0].Commit.Commit;
        Assert.Equal("outage 42, agreed", MergeTrailers.FindOverride(commit));
        Assert.Null(commit.Evidence);
        Assert.Equal("outage 42, agreed", _shop.As("vic").History.Operations(1)[0].Override);
        Assert.Equal("outage 42, agreed", _shop.As("vic").Agents.Review(BranchName.Parse("agent"), CancellationToken.None).Branch.Override);
        _shop.Rule("main", approvals: 0);

        // A later merge that needs none does not take the mark away.
        _shop.Change("art", "agent", "UPDATE customers SET balance = 9 WHERE id = 2");
        _shop.PassGates("agent");
        Assert.Null(_shop.Merge("art", "agent").Override);
        Assert.Equal("outage 42, agreed", _shop.As("vic").Branches.Show(BranchName.Parse("agent")).Override);
        _shop.Branch("art", "side");
        Assert.Equal("override.needless", Assert.Throws<DbVcException>(() => _shop.Merge("ada", "side", reason: "why not")).Code);
    }

    [Fact]
    public void An_override_goes_past_neither_constraints_nor_conflicts()
    {
        _shop.As("ada").Invariants.Add(new Invariant("rich", "SELECT * FROM customers WHERE balance > 1000"));
        _shop.Branch("bot", "broken", "UPDATE customers SET balance = 2000 WHERE id = 1");
        Assert.Equal(MergeState.Refused, _shop.Merge("ada", "broken", reason: "hurry").State);
        _shop.Branch("bot", "other", "UPDATE customers SET balance = 3 WHERE id = 1");
        _shop.Shop.Write("UPDATE customers SET balance = 4 WHERE id = 1");
        Assert.Equal(MergeState.Conflicts, _shop.Merge("ada", "other", reason: "hurry").State);
        _shop.As("ada").Merges.Resolve(new ResolveRequest(null, null, new Resolution(ResolutionKind.Source)));
        AccessShop.Denied("access.denied", () => _shop.As("rae").Merges.Continue(null, CancellationToken.None));
        Assert.Equal("hurry", _shop.As("ada").Merges.Continue(null, CancellationToken.None).Override);
        Assert.Equal("3", _shop.Balance);
    }

    [Fact]
    public void An_approval_that_is_withdrawn_while_the_merge_runs_stops_it()
    {
        _shop.Rule("main", approvals: 1);
        _shop.Branch("art", "side");
        _shop.Approve("rae", "side");
        var options = ShopRepository.Options with
        {
            Credential = new Credential(null, "art"),
            StepReached = step =>
            {
                if (step == Live.PublishStep.Planned) _shop.As("rae").Approvals.Withdraw(BranchName.Parse("side"));
            },
        };
        using var slow = Workspace.Open(_shop.Shop.Folder, options, CancellationToken.None);
        AccessShop.Denied("merge.refused", () =>
            slow.Merges.Merge(new MergeRequest(BranchName.Parse("side"), BranchName.Main, false, []), CancellationToken.None));
        Assert.Equal("50", _shop.Balance);
    }

    [Fact]
    public void An_agents_own_commit_on_its_branch_is_its_starter_s_to_have_made()
    {
        var commit = new Author(s_bot.Name, s_bot.Email, AuthorKind.Agent);
        _shop.As("art").Branches.Create(BranchName.Parse("x"), null, CancellationToken.None);
        AccessShop.Denied("author.other", () => _shop.Change("art", "x", author: commit));
    }

    private void Pick(string login, string revision, string? table)
    {
        var report = _shop.As(login).Replays.CherryPick(new CherryPickRequest(revision, BranchName.Main) { Table = table }, CancellationToken.None);
        Assert.Equal(MergeState.Refused, report.State);
    }

    private sealed class Quiet : IAgentProgress
    {
        public void Message(string text)
        {
        }

        public void StepStarted(string name)
        {
        }

        public void StepFinished(TaskStep step)
        {
        }

        public void GateFinished(GateSummary gate)
        {
        }

        public void Rows(long loaded, long rejected, long? records)
        {
        }
    }
}

using DbVc.Live;
using DbVc.Model;
using DbVc.Orchestration;
using DbVc.Store;
using Microsoft.Data.Sqlite;
using Xunit;

namespace DbVc.Tests;

/// <summary>Ways around roles, gates and approvals that were found, each closed.</summary>
public sealed class LoopholeTests : IDisposable
{
    private const string Evil = "UPDATE customers SET balance = 1000000 WHERE id = 1";
    private readonly AccessShop _shop = new();

    public void Dispose() => _shop.Dispose();

    [Fact]
    public void What_main_holds_is_not_changed_through_a_stash_by_whoever_may_not_take_it_back()
    {
        _shop.Shop.Write("UPDATE customers SET balance = 7 WHERE id = 1");
        AccessShop.Denied("access.denied", () => Push("art"));
        _shop.As("ada").Access.SetRole("Bot", "reviewer");
        AccessShop.Denied("branch.protected-agent", () => Push("bot"));
        Assert.NotNull(Push("rae"));
        Assert.Equal("50", _shop.Balance);
        AccessShop.Denied("access.denied", () => Pop("art"));
        AccessShop.Denied("access.denied", () => _shop.As("art").Stashes.Apply(null, drop: false, default));
        AccessShop.Denied("access.denied", () => _shop.As("art").Operations.Undo(null, default));
        AccessShop.Denied("branch.protected-agent", () => Pop("bot"));
        Assert.Equal("50", _shop.Balance);
        Assert.Equal(MergeState.Merged, Pop("rae").State);
        Assert.Equal("7", _shop.Balance);
    }

    [Fact]
    public void A_stash_that_conflicts_is_not_decided_where_approvals_are_needed()
    {
        _shop.Shop.Write("UPDATE customers SET balance = 7 WHERE id = 1");
        var stash = Push("rae")!;
        _shop.Shop.Write("UPDATE customers SET balance = 8 WHERE id = 1");
        Assert.Equal(MergeState.Conflicts, Pop("rae").State);
        // The rule is newer than the conflict.
        _shop.Rule("main", approvals: 1);
        _shop.As("rae").Merges.Resolve(new ResolveRequest(null, null, new Resolution(ResolutionKind.Source)));
        Assert.Equal(MergeState.Refused, _shop.As("rae").Merges.Continue(null, default).State);
        _shop.As("rae").Merges.Abort(null);
        var report = Pop("rae");
        Assert.Equal(MergeState.Refused, report.State);
        Assert.Contains("--from " + stash.Commit.Id.ToString()[..10], report.Message, StringComparison.Ordinal);
        Assert.Empty(_shop.As("rae").Merges.Status());
        Assert.Equal("8", _shop.Balance);
    }

    [Fact]
    public void A_merge_that_waited_for_decisions_is_not_gone_on_with_once_approvals_are_needed()
    {
        _shop.Branch("art", "side", Evil);
        _shop.Shop.Write("UPDATE customers SET balance = 8 WHERE id = 1");
        Assert.Equal(MergeState.Conflicts, _shop.Merge("art", "side").State);
        _shop.Rule("main", approvals: 1);
        _shop.Approve("rae", "side");
        _shop.As("art").Merges.Resolve(new ResolveRequest(null, null, new Resolution(ResolutionKind.Source)));
        Assert.Equal(MergeState.Refused, _shop.As("art").Merges.Continue(null, default).State);
        Assert.Equal("8", _shop.Balance);
    }

    [Fact]
    public void What_an_agent_did_midway_is_neither_picked_nor_reverted_to_after_its_branch_was_merged()
    {
        var (middle, last) = MergeTwo("bot", "agent");
        foreach (var login in (string[])["rae", "ada"])
        {
            Assert.Equal(MergeState.Refused, Pick(login, middle).State);
            Assert.Equal(MergeState.Refused, Revert(login, middle).State);
            Assert.Equal(MergeState.Refused, Revert(login, last).State);
        }

        Assert.Equal("51", _shop.Balance);
        // What main was at is taken back, and repeated.
        var merge = _shop.Head("main");
        Assert.Equal(MergeState.Merged, Revert("rae", merge).State);
        Assert.Equal("50", _shop.Balance);
        Assert.Equal(MergeState.Merged, Pick("rae", merge).State);
        Assert.Equal("51", _shop.Balance);
        Assert.Equal(MergeState.Merged, Revert("rae", "main").State);
        // By way of a person's branch that repeats it.
        _shop.As("rob").Branches.Create(BranchName.Parse("via"), null, default);
        Assert.Equal(MergeState.Merged, Pick("rob", middle, "via").State);
        Assert.Equal(MergeState.Refused, _shop.Merge("ada", "via").State);
        Assert.Equal("50", _shop.Balance);
    }

    [Fact]
    public void What_came_with_a_merge_is_repeated_and_reverted_alone_only_where_no_approvals_are_needed()
    {
        var (middle, last) = MergeTwo("art", "side");
        Assert.Equal(MergeState.Merged, Revert("rae", last).State);
        Assert.Equal("1000000", _shop.Balance);
        Assert.Equal(MergeState.Merged, Revert("rae", "main").State);
        _shop.Rule("main", approvals: 1);
        Assert.Equal(MergeState.Refused, Revert("rae", last).State);
        Assert.Equal(MergeState.Refused, Pick("rae", middle).State);
        // On a branch it is the work of whoever made it first, too.
        _shop.As("ada").Access.SetRole("Art", "reviewer");
        _shop.As("rob").Branches.Create(BranchName.Parse("via"), null, default);
        Assert.Equal(MergeState.Merged, Revert("rob", last, "via").State);
        AccessShop.Denied("approval.own", () => _shop.Approve("art", "via"));
        AccessShop.Denied("approval.own", () => _shop.Approve("rob", "via"));
        Assert.Equal(0, _shop.Approve("rae", "via").State.Missing);
        Assert.Equal("51", _shop.Balance);
    }

    [Fact]
    public void An_open_repository_reverts_what_came_with_a_merge()
    {
        using var shop = new ShopRepository();
        shop.Branch("side", Evil);
        var middle = shop.Workspace.Branches.Show(BranchName.Parse("side")).Head.ToString();
        shop.WriteBranch("side", "UPDATE customers SET balance = 51 WHERE id = 2");
        shop.Workspace.Branches.Commit(BranchName.Parse("side"), "More", null, default);
        Assert.Equal(MergeState.Merged, shop.Merge("side").State);
        Assert.Equal(MergeState.Merged, shop.Workspace.Replays.Revert(new RevertRequest(middle, BranchName.Main), default).State);
        Assert.Equal("50", shop.Ask("SELECT balance FROM customers WHERE id = 1"));
    }

    [Fact]
    public void Conflicts_of_a_revert_an_undo_and_a_pick_are_not_decided_where_approvals_are_needed()
    {
        _shop.Branch("art", "side", Evil);
        _shop.Merge("art", "side");
        var (merge, undone) = (_shop.Head("main"), _shop.As("ada").History.Operations(1)[0]);
        Assert.Equal("branch merge side", undone.Command);
        _shop.Shop.Write("UPDATE customers SET balance = 8 WHERE id = 1");
        _shop.Rule("main", approvals: 1);
        Assert.Equal(MergeState.Refused, Revert("rae", merge).State);
        Assert.Equal(MergeState.Refused, Pick("rae", merge).State);
        Assert.Equal(MergeState.Refused, _shop.As("rae").Operations.Undo(undone.Number, default).Main!.State);
        Assert.Empty(_shop.As("rae").Merges.Status());
        Assert.Equal("8", _shop.Balance);
    }

    [Fact]
    public void Whoever_has_a_hand_in_an_agents_task_does_not_approve_it_under_any_name_of_the_branch()
    {
        foreach (var name in (string[])["Sue", "Zoe"]) _shop.As("ada").Access.AddUser(new UserRequest(name, "", "person", "reviewer", [name]));
        _shop.As("ada").Access.SetRole("Art", "reviewer");
        _shop.Rule("main", approvals: 1);
        var name_ = BranchName.Parse("parts");
        _shop.As("art").Agents.Create(new AgentRequest(null, name_, "Parts, please", null, AutoMerge: false), new Stopping(), default);
        Stopped(() => _shop.As("rae").Agents.SupplyMetadata(WriteMetadata(), name_, new Stopping(), default));
        Stopped(() => _shop.As("rob").Agents.Retry(name_, new Stopping(), default));
        Stopped(() => _shop.As("ada").Agents.RunGates(name_, new Stopping(), default));
        Stopped(() => _shop.As("Sue").Agents.RunSomeGates(name_, ["integration"], new Stopping(), default));
        Assert.Equal(["Rae", "Rob", "Ada", "Sue"], _shop.As("ada").Agents.Status(name_).Hands);
        _shop.As("Zoe").Branches.Create(BranchName.Parse("copy"), "parts", default);
        foreach (var login in (string[])["art", "rae", "rob", "ada", "Sue"])
        {
            AccessShop.Denied("approval.own", () => _shop.Approve(login, "parts"));
            AccessShop.Denied("approval.own", () => _shop.Approve(login, "copy"));
        }

        Assert.Equal(0, _shop.Approve("Zoe", "copy").State.Missing);
    }

    [Fact]
    public void A_run_that_could_never_be_merged_is_refused_before_it_makes_a_branch()
    {
        var layout = RepositoryLayout.Find(_shop.Shop.Folder);
        _shop.As("art").Branches.Create(BranchName.Parse("parts"), null, default);
        File.Copy(WriteMetadata(), Path.Combine(layout.Branch(BranchName.Parse("parts")), "metadata.json"));
        Assert.NotNull(_shop.As("art").Branches.Commit(BranchName.Parse("parts"), "Parts", null, default).Commit);
        _shop.PassGates("parts");
        Assert.Equal(MergeState.Merged, _shop.Merge("art", "parts").State);
        _shop.Rule("main", approvals: 1);
        var source = Path.Combine(_shop.Shop.Folder, "parts.csv");
        var run = new PipelineRunRequest("parts", source, Again: false, Merge: true);
        var failure = Assert.Throws<DbVcException>(() => _shop.As("art").Pipelines.Run(run, new Stopping(), default));
        Assert.Equal((FailureKind.Refused, "pipeline.approvals"), (failure.Kind, failure.Code));
        Assert.Contains("--no-merge", failure.Hint, StringComparison.Ordinal);
        AccessShop.Denied("pipeline.approvals", () =>
            _shop.As("art").Quarantine.Retry(new QuarantineRequest("parts", null, null), null, new Stopping(), default));
        Assert.Equal(["main", "parts"], _shop.As("art").Branches.List().Select(b => b.Name).Order());
        Stopped(() => _shop.As("art").Pipelines.Run(run with { Merge = false }, new Stopping(), default));
        Assert.Contains(_shop.As("art").Branches.List(), b => b.Name.StartsWith("run-parts", StringComparison.Ordinal));
    }

    [Fact]
    public void A_token_of_another_repository_keeps_nobody_from_an_open_one()
    {
        var options = ShopRepository.Options with { Credential = new Credential("dbvc_of_another_repository", "ada") };
        var folder = Directory.CreateTempSubdirectory("dbvc-test-").FullName;
        try
        {
            var (first, second, file) = (Path.Combine(folder, "first"), Path.Combine(folder, "second"), Path.Combine(folder, "all.dbvc"));
            Workspace.Init(new InitRequest(first, "shop.db", null), options, default);
            using (var open = Workspace.Open(first, options, default))
            {
                Assert.Equal(("Tess", "admin", "open"), (open.Access.WhoAmI().Name, open.Access.WhoAmI().Role, open.Access.WhoAmI().By));
                open.Upkeep.Export(new ExportRequest(file, null), default);
            }

            Workspace.Restore(new RestoreRequest(second, file, "copy.db", null), options, default);
            using var restored = Workspace.Open(second, options, default);
            Assert.Equal("open", restored.Access.WhoAmI().By);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Init_that_fails_before_the_database_says_whose_it_is_leaves_nothing()
    {
        var folder = Directory.CreateTempSubdirectory("dbvc-test-").FullName;
        SqliteConnection? other = null;
        try
        {
            var options = ShopRepository.Options with { LockTimeout = TimeSpan.FromMilliseconds(200), StepReached = Occupy };
            Assert.Throws<DbVcException>(() => Workspace.Init(new InitRequest(folder, "new.db", null), options, default));
            Assert.NotNull(other);
            other.Dispose();
            Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
        }
        finally
        {
            other?.Dispose();
            Directory.Delete(folder, recursive: true);
        }

        void Occupy(PublishStep step)
        {
            if (step != PublishStep.Placed) return;
            var path = Directory.EnumerateFiles(folder, "new.db", SearchOption.AllDirectories).Single();
            other = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
            other.Open();
            using var command = other.CreateCommand();
            command.CommandText = "BEGIN IMMEDIATE";
            command.ExecuteNonQuery();
        }
    }

    [Fact]
    public void An_administrators_token_makes_no_tokens_and_one_for_some_branches_administers_nothing()
    {
        var (_, whole) = _shop.As("ada").Access.CreateToken(new TokenRequest(null, null, [], null));
        var (_, scoped) = _shop.As("ada").Access.CreateToken(new TokenRequest(null, null, ["agent-*"], null));
        var (arts, _) = _shop.As("ada").Access.CreateToken(new TokenRequest("Art", null, [], null));
        AccessShop.Denied("access.denied", () => _shop.With(whole).Access.CreateToken(new TokenRequest(null, null, [], null)));
        AccessShop.Denied("access.denied", () => _shop.With(scoped).Access.CreateToken(new TokenRequest("Art", null, [], null)));
        _shop.With(whole).Access.RequireVerb("gc");
        foreach (var verb in (string[])["gc", "config set", "branch override"])
            AccessShop.Denied("token.scope", () => _shop.With(scoped).Access.RequireVerb(verb));
        AccessShop.Denied("token.scope", () => _shop.With(scoped).Access.AddUser(new UserRequest("Eve", "", "person", "admin", ["eve"])));
        AccessShop.Denied("token.scope", () => _shop.With(scoped).Access.SetRule(new BranchRuleRequest("main", null, 0, "none")));
        AccessShop.Denied("access.denied", () => _shop.With(scoped).Access.RevokeToken(arts.Id));
        _shop.With(whole).Access.RevokeToken(arts.Id);
    }

    [Fact]
    public void A_deleted_branch_loses_its_approvals_and_its_gate_report()
    {
        _shop.Branch("bot", "agent");
        _shop.PassGates("agent");
        _shop.Rule("main", approvals: 1);
        _shop.Approve("rae", "agent");
        _shop.As("art").Branches.Delete(BranchName.Parse("agent"));
        _shop.As("art").Branches.Restore(BranchName.Parse("agent"));
        Assert.Empty(_shop.As("vic").Approvals.Show(BranchName.Parse("agent"), BranchName.Main).State.Given);
        _shop.Rule("main", approvals: 0);
        Assert.Equal(MergeState.Refused, _shop.Merge("art", "agent").State);
        _shop.PassGates("agent");
        Assert.Equal(MergeState.Merged, _shop.Merge("art", "agent").State);
    }

    [Fact]
    public void Only_persons_approve_and_a_token_only_what_it_reaches()
    {
        _shop.Branch("art", "side");
        _shop.Branch("art", "agent-1");
        _shop.As("ada").Access.AddUser(new UserRequest("Cron", "", "service", "reviewer", ["cron"]));
        AccessShop.Denied("approval.service", () => _shop.Approve("cron", "side"));
        var (_, text) = _shop.As("rae").Access.CreateToken(new TokenRequest(null, null, ["agent-*"], null));
        AccessShop.Denied("token.scope", () => _shop.With(text).Approvals.Approve(BranchName.Parse("side"), null, default));
        _shop.Approve("rae", "side");
        AccessShop.Denied("token.scope", () => _shop.With(text).Approvals.Withdraw(BranchName.Parse("side")));
        Assert.Single(_shop.With(text).Approvals.Approve(BranchName.Parse("agent-1"), null, default).State.Given);
    }

    [Fact]
    public void Collecting_goes_past_an_expired_branch_that_is_protected_by_now()
    {
        foreach (var name in (string[])["old-1", "old-2"])
            _shop.As("art").Branches.Create(BranchName.Parse(name), null, new BranchTerms(null, "1h"), default);
        _shop.Rule("old-1", isProtected: true);
        var options = ShopRepository.Options with { Clock = new LateClock(), Credential = new Credential(null, "ada") };
        using var late = Workspace.Open(_shop.Shop.Folder, options, default);
        Assert.Equal(["old-2"], late.Upkeep.Collect(new GcRequest(DryRun: true), default).Expired);
        Assert.Equal(["old-2"], late.Upkeep.Collect(new GcRequest(DryRun: false), default).Expired);
        Assert.Equal(["main", "old-1"], late.Branches.List().Select(b => b.Name).Order());
    }

    [Fact]
    public void Only_an_administrator_has_databases_dropped_that_belong_to_no_branch()
    {
        AccessShop.Denied("access.denied", () => _shop.As("rae").Upkeep.Examine(fix: true));
        Assert.NotEmpty(_shop.As("vic").Upkeep.Examine(fix: false).Items);
        Assert.NotEmpty(_shop.As("ada").Upkeep.Examine(fix: true).Items);
    }

    [Fact]
    public void Where_all_need_gates_an_agent_s_work_without_a_task_is_told_the_truth_and_picks_need_them_too()
    {
        _shop.Rule("main", gates: "all");
        _shop.Branch("bot", "agent");
        var refused = _shop.Merge("art", "agent");
        Assert.Equal(MergeState.Refused, refused.State);
        Assert.Contains("db-vc branch override agent", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("gate run", refused.Message, StringComparison.Ordinal);
        Assert.False(_shop.As("art").Agents.IsPlain(BranchName.Parse("agent")));
        _shop.Branch("art", "side");
        Assert.Equal(MergeState.Refused, Pick("rae", "side").State);
        Assert.Equal("50", _shop.Balance);
        _shop.Rule("main", gates: "pipelines");
        Assert.Equal(MergeState.Merged, Pick("rae", "side").State);
    }

    [Fact]
    public void What_people_type_into_a_command_seals_nothing()
    {
        var layout = RepositoryLayout.Find(_shop.Shop.Folder);
        using (var store = RepositoryStore.Open(layout.Control))
        using (var transaction = store.Begin())
        {
            transaction.AppendOperation(new OperationDraft(
                $"cherry-pick 0123456789 --table t --key x [access {new string('a', 64)}]", "Art", TimeProvider.System.GetUtcNow(), []));
            transaction.Commit();
        }

        Assert.Empty(_shop.As("ada").Audit.Verify(null).Problems);
        Assert.Equal("ab", AccessDesk.FindSeal("branch rule main --approvals 1 [access ab]"));
        Assert.Null(AccessDesk.FindSeal("branch create user [access ab]"));
    }

    [Fact]
    public void A_user_without_a_name_is_recognised_by_the_number()
    {
        Assert.Equal("uid:1234", Credential.LoginOf("", () => 1234));
        Assert.Equal("ada", Credential.LoginOf("ada", () => 1234));
        Assert.NotEmpty(Credential.OfProcess().Login!);
    }

    /// <summary>A branch that wrote something bad first and something good then, merged.</summary>
    private (string Middle, string Last) MergeTwo(string login, string name)
    {
        _shop.Branch(login, name, Evil);
        var middle = _shop.Head(name);
        _shop.Change(login, name, "UPDATE customers SET balance = 51 WHERE id = 1");
        _shop.PassGates(name);
        Assert.Equal(MergeState.Merged, _shop.Merge("art", name).State);
        return (middle, _shop.Head(name));
    }

    private StashReport? Push(string login) => _shop.As(login).Stashes.Push(null, default);

    private MergeReport Pop(string login) => _shop.As(login).Stashes.Apply(null, drop: true, default);

    private MergeReport Pick(string login, string revision, string onto = "main") => _shop.As(login).Replays.CherryPick(
        new CherryPickRequest(revision, BranchName.Parse(onto)), default);

    private MergeReport Revert(string login, string revision, string on = "main") => _shop.As(login).Replays.Revert(
        new RevertRequest(revision, BranchName.Parse(on)), default);

    private string WriteMetadata()
    {
        var path = Path.Combine(_shop.Shop.Folder, "parts.json");
        File.WriteAllText(path, """
            {"task_id": "parts", "source": "parts.csv", "destination": "parts", "schema": {"id": {"type": "integer", "primary_key": true}, "name": "string"}}
            """);
        File.WriteAllText(Path.Combine(_shop.Shop.Folder, "parts.csv"), "id,name\n1,bolt\n2,nut\n");
        return path;
    }

    private static void Stopped(Action action) => Assert.NotNull(Record.Exception(action));

    /// <summary>Ends whatever is begun: who began it is known by then.</summary>
    private sealed class Stopping : IAgentProgress
    {
        public void Message(string text) => throw new OperationCanceledException(text);

        public void StepStarted(string name) => throw new OperationCanceledException(name);

        public void StepFinished(TaskStep step) => throw new OperationCanceledException(step.Name);

        public void GateFinished(GateSummary gate) => throw new OperationCanceledException(gate.Name);

        public void Rows(long loaded, long rejected, long? records)
        {
            // Not reached.
        }
    }

    private sealed class LateClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddHours(2);
    }
}

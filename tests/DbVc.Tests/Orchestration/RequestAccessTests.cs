using DbVc.Model;
using DbVc.Orchestration;
using DbVc.Store;
using Xunit;

namespace DbVc.Tests;

/// <summary>Who may do what with requests, what a rule that asks for them keeps out, who is told, and what a death in the middle leaves.</summary>
public sealed class RequestAccessTests : IDisposable
{
    private static readonly BranchName s_side = BranchName.Parse("side");
    private readonly AccessShop _shop = new();

    public RequestAccessTests() => _shop.Branch("art", "side");

    public void Dispose() => _shop.Dispose();

    [Theory]
    [InlineData("vic", "list show")]
    [InlineData("stranger", "list show")]
    [InlineData("bot", "list show open comment")]
    [InlineData("art", "list show open comment withdraw merge")]
    [InlineData("rae", "list show open comment approve changes merge")]
    [InlineData("ada", "list show open comment approve changes withdraw merge")]
    public void Each_role_does_what_the_table_says_and_what_is_denied_is_in_the_log(string login, string may)
    {
        foreach (var verb in (string[])["list", "show", "open", "comment", "approve", "changes", "withdraw", "merge"])
        {
            using var shop = verb is "list" or "show" ? null : new AccessShop();
            var at = shop ?? _shop;
            if (shop is not null) at.Branch("art", "side");
            if (verb != "open" && at.As("ada").Requests.List(true, null).Count == 0) Open(at, "art");
            var isAllowed = may.Split(' ').Contains(verb);
            var failure = Record.Exception(() => Do(at.As(login).Requests, verb)) as DbVcException;
            Assert.True(isAllowed == failure is null, $"{login} {verb}: {failure?.Message}");
            if (isAllowed) continue;
            Assert.Equal(FailureKind.Refused, failure!.Kind);
            Assert.StartsWith($"denied: request {verb}", at.As("ada").History.Operations(1)[0].Command, StringComparison.Ordinal);
            Assert.EndsWith($"({failure.Code})", at.As("ada").History.Operations(1)[0].Command, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Whoever_made_it_whoever_started_it_and_no_agent_approves_it_here_either()
    {
        Open(_shop, "rae");
        _shop.As("ada").Access.SetRole("Art", "reviewer");
        AccessShop.Denied("approval.own", () => _shop.As("art").Requests.Approve(1, "secret words", null, default));
        var entry = _shop.As("ada").History.Operations(1)[0];
        Assert.Equal(("denied: request approve 1 (approval.own)", "Art"), (entry.Command, entry.Actor));
        _shop.As("ada").Access.SetRole("Bot", "reviewer");
        AccessShop.Denied("approval.agent", () => _shop.As("bot").Requests.Approve(1, null, null, default));
        // Whoever asks for it did not make it by that.
        Assert.Single(_shop.As("rae").Requests.Approve(1, null, null, default).Approvals!.State.Given);
        Assert.Empty(_shop.As("ada").Audit.Verify(null).Problems);

        AccessShop.Denied("access.denied", () => _shop.As("vic").Access.RequireVerb("request merge"));
        Assert.Equal("denied: request merge (access.denied)", _shop.As("ada").History.Operations(1)[0].Command);
    }

    [Fact]
    public void A_token_for_some_branches_and_a_program_that_is_held_to_some_say_nothing_about_others()
    {
        Open(_shop, "art");
        var (_, text) = _shop.As("ada").Access.CreateToken(new TokenRequest("Rae", null, ["agent-*"], null));
        foreach (var verb in (string[])["open", "comment", "approve", "changes", "withdraw", "merge"])
            AccessShop.Denied("token.scope", () => Do(_shop.With(text).Requests, verb));
        var bound = ShopRepository.Options with
        {
            Credential = new Credential(null, "rae"),
            Bound = new CallerBound(["agent-*"]),
        };
        using var program = Workspace.Open(_shop.Shop.Folder, bound, default);
        Assert.Equal("side", program.Requests.Show(1, false, default).Brief.Source);
        AccessShop.Denied("access.scope", () => Do(program.Requests, "comment"));
        AccessShop.Denied("access.person", () => Do(program.Requests, "approve"));
        AccessShop.Denied("access.person", () => Do(program.Requests, "merge"));
    }

    [Fact]
    public void A_rule_may_want_a_request_for_whatever_comes()
    {
        _shop.As("ada").Access.SetRule(new BranchRuleRequest("main", null, null, null) { Request = true });
        Assert.StartsWith("branch rule main --request", _shop.As("ada").History.Operations(1)[0].Command, StringComparison.Ordinal);
        var refused = _shop.Merge("art", "side");
        Assert.Equal((MergeState.Refused, "'main' takes merges by request alone, and there is none of 'side'. See: db-vc request open side."),
            (refused.State, refused.Message));
        Assert.Equal(MergeState.Refused, _shop.As("rae").Replays.CherryPick(new CherryPickRequest("side", BranchName.Main), default).State);
        _shop.As("art").Queue.Add([s_side]);
        Assert.Equal(QueueState.Waiting, Queue().State);
        Open(_shop, "art");
        _shop.As("art").Requests.Withdraw(1, default);
        Assert.Equal(MergeState.Refused, _shop.Merge("art", "side").State);
        // Another branch's request is none of this one.
        _shop.Branch("art", "other", "UPDATE customers SET balance = 7 WHERE id = 2");
        _shop.As("art").Requests.Open(new RequestOpening(BranchName.Parse("other"), BranchName.Main, null, null), default);
        Assert.Equal(MergeState.Refused, _shop.Merge("art", "side").State);
        Assert.Equal(MergeState.Merged, _shop.Merge("art", "other").State);
        Assert.Equal("50", _shop.Balance);
        Open(_shop, "art");
        Assert.Equal(QueueState.Landed, Queue().State);
        Assert.Equal("51", _shop.Balance);

        _shop.Change("art", "side", "UPDATE customers SET balance = 52 WHERE id = 1");
        Assert.Equal(["no request"], _shop.Merge("ada", "side", reason: "outage 42").PassedOver);
        // Taking back what main holds takes none.
        Assert.Equal(MergeState.Merged, _shop.As("rae").Replays.Revert(new RevertRequest("main", BranchName.Main), default).State);

        QueueEntry Queue() => _shop.As("art").Queue.Run(new Silence(), _ => { }, default).Entries.Single();
    }

    [Theory]
    [InlineData(true, MergeState.Refused, RequestState.Withdrawn)]
    [InlineData(false, MergeState.Merged, RequestState.Merged)]
    public void A_request_that_is_withdrawn_while_its_merge_runs_stops_it_only_where_one_is_asked_for(bool isAsked, MergeState merge, RequestState state)
    {
        _shop.As("ada").Access.SetRule(new BranchRuleRequest("main", null, null, null) { Request = isAsked });
        Open(_shop, "art");
        var options = ShopRepository.Options with
        {
            Credential = new Credential(null, "rae"),
            StepReached = step =>
            {
                if (step == Live.PublishStep.Planned) _shop.As("art").Requests.Withdraw(1, default);
            },
        };
        using var slow = Workspace.Open(_shop.Shop.Folder, options, default);
        if (merge == MergeState.Merged) Do(slow.Requests, "merge");
        else AccessShop.Denied("merge.refused", () => Do(slow.Requests, "merge"));
        Assert.Equal(merge == MergeState.Merged ? "51" : "50", _shop.Balance);
        Assert.Equal(state, _shop.As("vic").Requests.Show(1, false, default).Brief.State);
    }

    [Fact]
    public void Where_nobody_is_known_nothing_is_harder_than_before_and_whoever_is_there_does_all_of_it()
    {
        using var shop = new ShopRepository();
        Assert.False(shop.Workspace.Access.ListRules().Single().Request);
        shop.Branch("one", AccessShop.Rows);
        Assert.Equal(MergeState.Merged, shop.Merge("one").State);
        shop.Branch("two", AccessShop.Rows);
        shop.Workspace.Requests.Open(new RequestOpening(BranchName.Parse("two"), BranchName.Main, null, null), default);
        Assert.Equal(MergeState.Merged, shop.Workspace.Requests.Merge(new RequestMerge(1, false, [], false), default).Merge.State);
    }

    [Fact]
    public void Whoever_wants_to_know_is_told_who_did_what_and_never_what_was_said()
    {
        var file = Path.Combine(_shop.Shop.Folder, "told.json");
        File.WriteAllText(Path.Combine(_shop.Shop.Folder, ".db-version-control", "config.yaml"), $"notify:\n  commands: ['cat >> {file}; echo >> {file}']\n");
        Open(_shop, "art");
        _shop.As("rae").Requests.Comment(new RequestComment(1, "hush"), default);
        _shop.As("rae").Requests.RequestChanges(1, "hush hush", default);
        _shop.Approve("rae", "side");
        Assert.Equal(MergeState.Merged, _shop.Merge("art", "side").State);
        var told = File.ReadAllLines(file).Where(l => l.Length > 0).Select(l => System.Text.Json.JsonDocument.Parse(l).RootElement).ToList();
        Assert.Equal(["request.opened", "request.commented", "request.changes", "request.approved", "merged", "request.merged"],
            told.Select(t => t.GetProperty("event").GetString()));
        Assert.Equal("Request 1 of 'side' into 'main' was sent back by Rae.", told[2].GetProperty("message").GetString());
        Assert.Equal((1, "side", "Rae"), (told[1].GetProperty("request").GetInt32(), told[1].GetProperty("branch").GetString(),
            told[1].GetProperty("actor").GetString()));
        Assert.Equal(_shop.Head("main"), told[5].GetProperty("commit").GetString());
        Assert.DoesNotContain("hush", File.ReadAllText(file), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("open", "rae")]
    [InlineData("comment", "rae")]
    [InlineData("approve", "rae")]
    [InlineData("changes", "rae")]
    [InlineData("withdraw", "ada")]
    [InlineData("merge", "rae")]
    public void Killed_at_any_write_it_was_done_or_was_not_and_can_be_gone_on_with(string verb, string login)
    {
        if (verb != "open") Open(_shop, "art");
        var before = Tell();
        for (var write = 1; Tell() == before; write++)
        {
            var left = write;
            var options = ShopRepository.Options with
            {
                Credential = new Credential(null, login),
                StoreReached = step =>
                {
                    if (step is StoreStep.Commit or StoreStep.Committed && --left == 0) throw new InvalidOperationException("killed");
                },
            };
            try
            {
                using var mortal = Workspace.Open(_shop.Shop.Folder, options, default);
                Do(mortal.Requests, verb);
            }
            catch (InvalidOperationException)
            {
                // Whoever comes next finds the old state, or the new one.
            }

            Assert.True(write < 50, "It never came to its end.");
        }

        var number = _shop.As("ada").Requests.List(all: true, null).Single().Number;
        var report = _shop.As("ada").Requests.Show(number, false, default);
        var (state, given) = (report.Brief.State, _shop.As("ada").Approvals.Show(s_side, BranchName.Main));
        Assert.Equal(verb == "merge", _shop.Balance == "51");
        Assert.Equal(verb == "merge", state == RequestState.Merged);
        Assert.Equal(verb == "approve" ? 1 : 0, given.State.Given.Count);
        Assert.Equal(given.State.Given.Count, report.Events.Count(e => e.Kind == RequestEventKind.Approved));
        Assert.Equal(given.Rejections.Count, report.Events.Count(e => e.Kind == RequestEventKind.ChangesRequested));
        Assert.Equal(report.Comments.Count, report.Events.Count(e => e.Kind == RequestEventKind.Commented));
        Assert.Empty(_shop.As("ada").Audit.Verify(null).Problems);

        string Tell() => string.Join(' ', _shop.As("ada").Requests.List(true, null).SelectMany(r =>
            _shop.As("ada").Requests.Show(r.Number, false, default).Events.Select(e => e.Kind)));
    }

    private static RequestReport Open(AccessShop shop, string login) =>
        shop.As(login).Requests.Open(new RequestOpening(s_side, BranchName.Main, null, null), default);

    private static object Do(RequestDesk requests, string verb) => verb switch
    {
        "list" => requests.List(all: true, null),
        "show" => requests.Show(1, seen: false, default),
        "open" => requests.Open(new RequestOpening(s_side, BranchName.Main, null, null), default),
        "comment" => requests.Comment(new RequestComment(1, "A word"), default),
        "approve" => requests.Approve(1, null, null, default),
        "changes" => requests.RequestChanges(1, "ages are wrong", default),
        "withdraw" => requests.Withdraw(1, default),
        _ => requests.Merge(new RequestMerge(1, DryRun: false, [], AllowDestructive: false), default),
    };
}

using DbVc.Live;
using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.Tests;

/// <summary>Branches that go into main one after another.</summary>
public sealed class MergeQueueTests : IDisposable
{
    private readonly ShopRepository _shop = new();

    public void Dispose() => _shop.Dispose();

    [Fact]
    public void Branches_land_in_the_order_in_which_they_were_added()
    {
        foreach (var name in new[] { "c", "a", "b" }) _shop.Branch(name, $"INSERT INTO customers (id, name) VALUES ({name[0] - 'a' + 10}, '{name}')");
        Add("b", "c", "a");
        Assert.Equal(["b queued", "c queued", "a queued"], Listed());

        Assert.Equal(["b landed", "c landed", "a landed"], Run());

        Assert.Empty(Listed());
        var landed = _shop.Workspace.Queue.List(all: true);
        Assert.All(landed, e => Assert.Equal($"Merge branch '{e.Branch}'", _shop.Workspace.History.Find(e.Commit!).Commit.Commit.Message));
        Assert.Equal("1:Ann,2:Bob,10:a,11:b,12:c", _shop.Ask("SELECT group_concat(id || ':' || name) FROM (SELECT * FROM customers ORDER BY id)"));
        Assert.True(_shop.Workspace.Status(CancellationToken.None).Clean);
    }

    [Fact]
    public void What_landed_is_not_merged_again_and_what_main_holds_counts_as_landed()
    {
        _shop.Branch("one", "UPDATE customers SET balance = 1 WHERE id = 1");
        Add("one");
        Add("one");
        Assert.Equal(["one queued"], Listed());
        _shop.Merge("one");
        Assert.Empty(Listed());
        Assert.Equal(["one landed"], Listed(all: true));
        var head = Head("main");

        Assert.Empty(Run());
        Assert.Equal(head, Head("main"));
        Fails("queue.merged", () => Add("one"));
    }

    [Fact]
    public void A_branch_is_brought_up_to_main_before_it_lands_and_not_where_main_did_not_move()
    {
        _shop.Branch("one", "UPDATE customers SET balance = 1 WHERE id = 1");
        _shop.Branch("two", "UPDATE customers SET balance = 2 WHERE id = 2");
        var (one, two) = (Head("one"), Head("two"));
        Add("one", "two");
        Run();

        Assert.Equal(one, Head("one"));
        Assert.Equal([two, Head("main", 1)], _shop.Workspace.History.Find("two").Commit.Commit.Parents);
    }

    [Fact]
    public void A_branch_that_cannot_land_is_named_and_the_next_goes_on()
    {
        _shop.Branch("gone", "UPDATE customers SET balance = 1 WHERE id = 1");
        _shop.Branch("open", "UPDATE customers SET balance = 2 WHERE id = 1");
        _shop.Branch("drop", "DROP TABLE orders");
        _shop.Branch("twin", "INSERT INTO customers (id, name, email) VALUES (30, 'Twin', 'new@example.com')");
        _shop.Branch("fine", "UPDATE customers SET balance = 3 WHERE id = 2");
        Add("gone", "open", "drop", "twin", "fine");
        _shop.Workspace.Branches.Delete(BranchName.Parse("gone"));
        _shop.WriteBranch("open", "UPDATE customers SET balance = 4 WHERE id = 1");
        _shop.Write("INSERT INTO customers (id, name, email) VALUES (20, 'New', 'new@example.com')");

        Assert.Equal(["gone refused", "open refused", "drop refused", "twin refused", "fine landed"], Run());

        Assert.Equal("3", _shop.Ask("SELECT balance FROM customers WHERE id = 2"));
        var why = _shop.Workspace.Queue.List(all: true).ToDictionary(e => e.Branch, e => e.Reason);
        Assert.Contains("not there any more", why["gone"], StringComparison.Ordinal);
        Assert.Contains("db-vc commit --branch open", why["open"], StringComparison.Ordinal);
        Assert.Contains("--allow-destructive", why["drop"], StringComparison.Ordinal);
        Assert.Contains("customers", why["twin"], StringComparison.Ordinal);
        Assert.Null(why["fine"]);
    }

    [Fact]
    public void Another_branch_of_the_same_name_is_not_the_one_that_was_added()
    {
        _shop.Branch("work", "UPDATE customers SET balance = 1 WHERE id = 1");
        Add("work");
        _shop.Workspace.Branches.Delete(BranchName.Parse("work"));
        _shop.Branch("work", "UPDATE customers SET balance = 2 WHERE id = 1");

        Assert.Equal(["work refused"], Run());
        Assert.Equal("50", _shop.Ask("SELECT balance FROM customers WHERE id = 1"));
    }

    [Fact]
    public void What_is_taken_out_does_not_land()
    {
        _shop.Branch("one", "UPDATE customers SET balance = 1 WHERE id = 1");
        _shop.Branch("two", "UPDATE customers SET balance = 2 WHERE id = 2");
        Add("one", "two");
        _shop.Workspace.Queue.Remove(BranchName.Parse("one"));

        Assert.Equal(["two landed"], Run());
        Fails("queue.missing", () => _shop.Workspace.Queue.Remove(BranchName.Parse("one")));
        Fails("queue.main", () => Add("main"));
        Fails("branch.missing", () => Add("nobody"));
    }

    [Fact]
    public void A_conflict_waits_for_a_person_and_the_run_after_the_decision_lands_the_branch()
    {
        _shop.Branch("first", "UPDATE customers SET name = 'Anna' WHERE id = 1");
        _shop.Branch("second", "UPDATE customers SET name = 'Anne' WHERE id = 1");
        _shop.Branch("third", "UPDATE customers SET name = 'Rob' WHERE id = 2");
        Add("first", "second", "third");

        Assert.Equal(["first landed", "second conflicts", "third landed"], Run());
        var merge = Assert.Single(_shop.Workspace.Merges.Status());
        Assert.Equal(("second", "main", 1), (merge.Source.Text, merge.Target.Text, merge.Open));
        Assert.Equal(merge.Id, Assert.Single(_shop.Workspace.Queue.List()).Merge);
        Assert.Equal(["second conflicts"], Run());

        _shop.Workspace.Merges.Resolve(new ResolveRequest(merge.Id, null, new Resolution(ResolutionKind.Source)));
        Assert.Equal(["second landed"], Run());
        Assert.Equal("Anne,Rob", _shop.Ask("SELECT group_concat(name) FROM (SELECT name FROM customers ORDER BY id)"));
    }

    [Fact]
    public void A_merge_of_somebody_that_is_in_progress_keeps_the_queue_waiting_and_refuses_nobody()
    {
        _shop.Branch("other", "UPDATE customers SET name = 'Anna' WHERE id = 1");
        _shop.Branch("work", "UPDATE customers SET balance = 1 WHERE id = 2");
        _shop.Write("UPDATE customers SET name = 'Anne' WHERE id = 1");
        Assert.Equal(MergeState.Conflicts, _shop.Merge("other").State);
        Add("work");

        Assert.Equal(["work queued"], Run());
        Assert.Contains("in progress", _shop.Workspace.Queue.List()[0].Reason, StringComparison.Ordinal);
        _shop.Workspace.Merges.Abort(null);
        Assert.Equal(["work landed"], Run());
    }

    [Fact]
    public void Gates_are_asked_again_about_what_came_of_bringing_a_branch_up()
    {
        _shop.Workspace.Access.SetRule(new BranchRuleRequest("main", null, null, "all"));
        _shop.Workspace.Invariants.Add(new Invariant("little_money", "SELECT sum(balance) FROM customers HAVING sum(balance) > 250"));
        foreach (var (name, id) in new[] { ("one", 1), ("two", 2), ("three", 3) })
            _shop.Branch(name, $"INSERT INTO customers (id, name, balance) VALUES ({id + 10}, '{name}', {(name == "three" ? 1 : 40)})");
        Add("one", "two", "three");

        // 200 and 40 each: one of them, not two.
        Assert.Equal(["one landed", "two refused", "three landed"], Run());
        Assert.Contains("little_money", _shop.Workspace.Queue.List(all: true)[1].Reason, StringComparison.Ordinal);
        var landed = _shop.Workspace.History.Find("main").Commit;
        Assert.Equal(Head("three").ToString(), landed.Commit.Parents[1].ToString());
        Assert.NotNull(landed.Commit.Evidence);
        Assert.NotEqual(_shop.Workspace.History.Find("main~1").Commit.Commit.Evidence, landed.Commit.Evidence);
    }

    [Fact]
    public void Gates_are_not_asked_where_main_did_not_move_and_they_were_asked_before()
    {
        _shop.Workspace.Access.SetRule(new BranchRuleRequest("main", null, null, "all"));
        _shop.Branch("work", "UPDATE customers SET balance = 1 WHERE id = 1");
        Assert.True(_shop.Workspace.Agents.RunPlainGates(BranchName.Parse("work"), [], new Silence(), CancellationToken.None).Passed);
        Add("work");
        var heard = new Silence();

        _shop.Workspace.Queue.Run(heard, _ => { }, CancellationToken.None);
        Assert.Equal(0, heard.Gates);
        Assert.NotNull(_shop.Workspace.History.Find("main").Commit.Commit.Evidence);
    }

    [Theory]
    [InlineData(PublishStep.Planned)]
    [InlineData(PublishStep.IntentWritten)]
    [InlineData(PublishStep.Applied)]
    [InlineData(PublishStep.LiveCommitted)]
    [InlineData(PublishStep.RefMoved)]
    public void A_run_that_dies_at_any_step_of_any_merge_is_gone_on_with(PublishStep step)
    {
        foreach (var (name, id) in new[] { ("one", 1), ("two", 2) }) _shop.Branch(name, $"UPDATE customers SET balance = balance + 1 WHERE id = {id}");
        Add("one", "two");
        var deaths = 0;
        for (var nth = 1; Listed().Count > 0; nth++)
        {
            // The first time at the first such step, the second time at the second: each run comes further.
            var left = nth;
            _shop.StepReached = s =>
            {
                if (s == step && --left == 0) throw new InvalidOperationException("killed");
            };
            try
            {
                Run();
            }
            catch (InvalidOperationException)
            {
                deaths++;
            }

            _shop.Reopen();
            Assert.True(nth < 20, "It never comes to its end.");
        }

        _shop.StepReached = null;
        Assert.True(deaths > 0);
        Assert.Equal(["one landed", "two landed"], Listed(all: true));
        Assert.Equal("51,151", _shop.Ask("SELECT group_concat(balance) FROM (SELECT balance FROM customers ORDER BY id)"));
        var titles = _shop.Workspace.History.Log(new LogRequest("main", 100, null, AllBranches: false)).Select(e => e.Commit.Commit.Message);
        Assert.Equal(["Merge branch 'one'", "Merge branch 'two'"], titles.Where(t => t.StartsWith("Merge branch", StringComparison.Ordinal)).Order());
    }

    private void Add(params string[] names) => _shop.Workspace.Queue.Add([.. names.Select(BranchName.Parse)]);

    private List<string> Run() =>
        [.. _shop.Workspace.Queue.Run(new Silence(), _ => { }, CancellationToken.None).Entries.Select(Describe)];

    private List<string> Listed(bool all = false) => [.. _shop.Workspace.Queue.List(all).Select(Describe)];

    private static string Describe(QueueEntry entry) => $"{entry.Branch} {entry.State.ToString().ToLowerInvariant()}";

    private CommitId Head(string branch, int back = 0) => _shop.Workspace.History.Find($"{branch}~{back}").Commit.Id;

    private static void Fails(string code, Action action) => Assert.Equal(code, Assert.Throws<DbVcException>(action).Code);
}

/// <summary>Hears of gates and says nothing.</summary>
internal sealed class Silence : IAgentProgress
{
    public int Gates { get; private set; }

    public void Message(string text)
    {
    }

    public void StepStarted(string name)
    {
    }

    public void StepFinished(TaskStep step)
    {
    }

    public void GateFinished(GateSummary gate) => Gates++;

    public void Rows(long loaded, long rejected, long? records)
    {
    }
}

using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.Tests;

/// <summary>What is answered, what is proposed, and what is done on a yes.</summary>
public sealed class ChatTests : IDisposable
{
    private readonly ChatShop _shop = new ChatShop().WithHistory();

    public void Dispose() => _shop.Dispose();

    [Fact]
    public void It_says_who_changed_a_cell_what_it_was_before_and_why()
    {
        var said = ChatShop.TextOf(_shop.Ask("who changed the balance of customer 1 and why?"));
        Assert.Contains("balance = 60", said, StringComparison.Ordinal);
        Assert.Contains("Tess set it on", said, StringComparison.Ordinal);
        Assert.Contains("Before, it was 50.", said, StringComparison.Ordinal);
        Assert.Contains("Why: Ann paid in", said, StringComparison.Ordinal);
    }

    [Fact]
    public void It_says_what_a_rollback_would_undo_and_rolls_back_only_on_a_yes()
    {
        var preview = _shop.Ask("what would a rollback to HEAD~1 undo?");
        Assert.Equal(ChatKind.Answer, preview.Kind);
        Assert.Contains("would undo 1 commit", ChatShop.TextOf(preview), StringComparison.Ordinal);
        Assert.Contains("Ann paid in", ChatShop.TextOf(preview), StringComparison.Ordinal);
        Assert.Contains("customers: 1 row modified", ChatShop.TextOf(preview), StringComparison.Ordinal);

        var proposal = _shop.Ask("roll back to HEAD~1");
        Assert.Equal(ChatKind.Proposal, proposal.Kind);
        Assert.Equal("60", Balance());

        Assert.Equal(ChatKind.Done, _shop.Carry(proposal).Kind);
        Assert.Equal("50", Balance());
    }

    [Fact]
    public void A_merge_shows_what_it_would_change_and_is_carried_out_on_a_yes()
    {
        var proposal = _shop.Ask("merge fix-bob");
        Assert.Equal(ChatKind.Proposal, proposal.Kind);
        Assert.Contains("customers: 1 row modified", ChatShop.TextOf(proposal), StringComparison.Ordinal);
        Assert.Contains("orders: 1 row added", ChatShop.TextOf(proposal), StringComparison.Ordinal);
        Assert.Equal("2", _shop.Shop.Ask("SELECT count(*) FROM orders"));

        var done = _shop.Carry(proposal);
        Assert.Equal(ChatKind.Done, done.Kind);
        Assert.Equal("3", _shop.Shop.Ask("SELECT count(*) FROM orders"));
        Assert.Equal("Main has it already.", _shop.Ask("is it ready?").Lines[^1].ToString());
        Assert.Equal(ChatKind.Done, _shop.Carry(_shop.Ask("delete it")).Kind);
        Assert.DoesNotContain(_shop.Workspace.Branches.List(), b => b.Name == "fix-bob");
    }

    [Fact]
    public void A_branch_is_put_into_the_merge_queue_and_let_into_main_on_a_yes_to_each()
    {
        Assert.Equal(ChatKind.Done, _shop.Carry(_shop.Ask("put fix-bob into the merge queue")).Kind);
        Assert.Contains("fix-bob", ChatShop.TextOf(_shop.Ask("what is in the merge queue?")), StringComparison.Ordinal);
        Assert.Equal("2", _shop.Shop.Ask("SELECT count(*) FROM orders"));

        var proposal = _shop.Ask("run the merge queue");
        Assert.Equal((ChatKind.Proposal, "db-vc merge queue run"), (proposal.Kind, proposal.CommandLine));
        var done = _shop.Carry(proposal);
        Assert.True(done.Kind == ChatKind.Done, ChatShop.TextOf(done));
        Assert.Contains("landed", ChatShop.TextOf(done), StringComparison.Ordinal);
        Assert.Equal("3", _shop.Shop.Ask("SELECT count(*) FROM orders"));
        Assert.Contains("is empty", ChatShop.TextOf(_shop.Ask("run the merge queue")), StringComparison.Ordinal);
    }

    [Fact]
    public void What_moved_since_it_was_shown_is_shown_anew_and_not_done()
    {
        var proposal = _shop.Ask("merge fix-bob");
        _shop.Shop.WriteBranch("fix-bob", "DELETE FROM orders");
        _shop.Workspace.Branches.Commit(BranchName.Parse("fix-bob"), "All gone", null, CancellationToken.None);

        var anew = _shop.Carry(proposal);
        Assert.Equal(ChatKind.Proposal, anew.Kind);
        Assert.True(anew.IsShownAnew);
        Assert.Contains("orders: 2 rows deleted", ChatShop.TextOf(anew), StringComparison.Ordinal);
        Assert.Equal("2", _shop.Shop.Ask("SELECT count(*) FROM orders"));
        Assert.Equal(ChatKind.Done, _shop.Carry(anew).Kind);
        Assert.Equal("0", _shop.Shop.Ask("SELECT count(*) FROM orders"));
    }

    [Fact]
    public void What_it_takes_away_is_said_and_stands_in_the_command()
    {
        _shop.Shop.Branch("slim", "ALTER TABLE orders DROP COLUMN total");
        var proposal = _shop.Ask("merge slim");
        Assert.Equal("db-vc branch merge slim --allow-destructive", proposal.CommandLine);
        Assert.Contains(proposal.Lines, l => l.Tone == ChatTone.Bad && l.ToString().StartsWith("! It ", StringComparison.Ordinal));
    }

    [Fact]
    public void Conflicts_are_told_before_and_after_and_counted_by_the_exit_code()
    {
        _shop.Shop.Write("UPDATE customers SET email = 'robert@example.com' WHERE id = 2");
        _shop.Workspace.Branches.Commit(BranchName.Main, "Another address", null, CancellationToken.None);
        var proposal = _shop.Ask("merge fix-bob");
        Assert.Contains("1 conflict to resolve", ChatShop.TextOf(proposal), StringComparison.Ordinal);
        var done = _shop.Carry(proposal);
        Assert.Equal((ChatKind.Failed, FailureKind.Conflict), (done.Kind, done.Failure));
        Assert.Contains("fix-bob into main", ChatShop.TextOf(_shop.Ask("what conflicts are there?")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_branch_that_rules_keep_out_is_no_proposal_and_why_says_what_is_missing()
    {
        _shop.Workspace.Access.SetRule(new BranchRuleRequest("main", null, null, "all"));
        var refused = _shop.Ask("merge fix-bob");
        Assert.Equal((ChatKind.Failed, FailureKind.Refused), (refused.Kind, refused.Failure));
        Assert.Throws<ArgumentException>(() => _shop.Carry(refused));
        Assert.Contains("Not ready", ChatShop.TextOf(_shop.Ask("why?")), StringComparison.Ordinal);
        var gates = _shop.Carry(_shop.Ask("run the gates on it"));
        Assert.Equal(ChatKind.Done, gates.Kind);
        Assert.Equal(ChatKind.Proposal, _shop.Ask("merge it").Kind);
        Assert.Contains("passed", ChatShop.TextOf(_shop.Ask("what do the gates say about it?")), StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_the_branch_that_was_named_last()
    {
        _shop.Ask("show branch spring");
        Assert.Equal("db-vc branch merge fix-bob --into spring", _shop.Ask("merge fix-bob into it").CommandLine);
        Assert.Equal("db-vc branch delete spring", _shop.Ask("delete that branch").CommandLine);
        Assert.Equal(ChatKind.Done, _shop.Carry(_shop.Ask("make a branch may")).Kind);
        Assert.Equal("db-vc branch delete may", _shop.Ask("delete it").CommandLine);
    }

    [Fact]
    public void Why_explains_what_went_wrong_last()
    {
        Assert.Equal(ChatKind.Unknown, _shop.Ask("merge nothing").Kind);
        Assert.Contains("There is no branch 'nothing'.", ChatShop.TextOf(_shop.Ask("why?")), StringComparison.Ordinal);
        Assert.Contains("nothing went wrong", ChatShop.TextOf(_shop.Ask("why?")), StringComparison.Ordinal);
    }

    [Fact]
    public void Live_changes_are_committed_with_a_message()
    {
        Assert.Equal(ChatKind.Answer, _shop.Ask("commit with message \"nothing\"").Kind);
        _shop.Shop.Write("UPDATE customers SET balance = 1 WHERE id = 2");
        var proposal = _shop.Ask("commit with message \"Bob paid\"");
        Assert.Equal("db-vc commit -m \"Bob paid\"", proposal.CommandLine);
        Assert.Equal(ChatKind.Done, _shop.Carry(proposal).Kind);
        Assert.Equal("Bob paid", _shop.Workspace.History.Find("HEAD").Commit.Commit.Message);
    }

    [Fact]
    public void An_undo_names_its_operation_before_and_undoes_that_one()
    {
        _shop.Carry(_shop.Ask("merge fix-bob"));
        var proposal = _shop.Ask("undo");
        Assert.Contains("branch merge fix-bob", ChatShop.TextOf(proposal), StringComparison.Ordinal);
        Assert.Equal(ChatKind.Done, _shop.Carry(proposal).Kind);
        Assert.Equal("2", _shop.Shop.Ask("SELECT count(*) FROM orders"));
    }

    [Fact]
    public void Files_outside_of_the_repository_are_not_read()
    {
        var folder = Directory.CreateTempSubdirectory("dbvc-outside-");
        var outside = Path.Combine(folder.FullName, "people.csv");
        File.WriteAllText(outside, "id\n1\n");
        try
        {
            var failure = Assert.Throws<DbVcException>(() => _shop.Ask($"ingest {outside} into people"));
            Assert.Equal("access.file", failure.Code);
            Assert.Equal("access.file", Assert.Throws<DbVcException>(() => _shop.Ask($"explain {outside}")).Code);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>A viewer may ask anything that their commands may, and nothing is even proposed that they may not do.</summary>
    [Theory]
    [InlineData("merge fix-bob")]
    [InlineData("roll back to HEAD~1")]
    [InlineData("delete spring")]
    [InlineData("make a branch x")]
    [InlineData("undo")]
    [InlineData("commit with message x")]
    [InlineData("run the gates on fix-bob")]
    [InlineData("tag HEAD as x")]
    public void Who_may_not_do_it_by_a_command_may_not_do_it_here(string sentence)
    {
        var asAdmin = _shop.Ask(sentence);
        _shop.Workspace.Access.AddUser(new UserRequest("Ada", "ada@example.com", "person", "admin", ["nobody-has-this-login"]));
        var before = _shop.State();
        var failure = Assert.Throws<DbVcException>(() => _shop.Ask(sentence));
        Assert.Equal(FailureKind.Refused, failure.Kind);
        if (asAdmin.Kind == ChatKind.Proposal) Assert.Equal(FailureKind.Refused, Assert.Throws<DbVcException>(() => _shop.Carry(asAdmin)).Kind);
        Assert.Equal(before, _shop.State());
        Assert.Equal(ChatKind.Answer, _shop.Ask("who changed the balance of customer 1").Kind);
    }

    private string Balance() => _shop.Shop.Ask("SELECT balance FROM customers WHERE id = 1");
}

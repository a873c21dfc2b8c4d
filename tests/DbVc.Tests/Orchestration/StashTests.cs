using DbVc.Live;
using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.Tests;

public sealed class StashTests : IDisposable
{
    private readonly ShopRepository _shop = new();

    public void Dispose() => _shop.Dispose();

    private Workspace Workspace => _shop.Workspace;

    private string People => _shop.Ask("SELECT group_concat(id || ':' || name || ',' || balance, ' ' ORDER BY id) FROM customers");

    private StashReport? Push(string? message = null) => Workspace.Stashes.Push(message, CancellationToken.None);

    private MergeReport Pop(long? number = null) => Workspace.Stashes.Apply(number, drop: true, CancellationToken.None);

    [Fact]
    public void Uncommitted_changes_are_set_aside_and_come_back_beside_what_happened_since()
    {
        var head = Workspace.History.Find("HEAD").Commit.Id;
        _shop.Write("UPDATE customers SET name = 'Anna' WHERE id = 1; CREATE TABLE notes (t TEXT); INSERT INTO notes VALUES ('x')");
        Assert.Equal(1, Push("Half done")!.Number);
        Assert.True(Workspace.Status(CancellationToken.None).Clean);
        Assert.Equal(("1:Ann,50 2:Bob,150", "0"), (People, _shop.Ask("SELECT count(*) FROM sqlite_master WHERE name = 'notes'")));
        Assert.Equal(head, Workspace.History.Find("HEAD").Commit.Id);
        Assert.Null(Push());

        _shop.Write("UPDATE customers SET balance = 1 WHERE id = 2");
        Assert.Equal("Half done", Workspace.Stashes.List().Single().Commit.Commit.Message);
        Assert.Equal(MergeState.Merged, Pop().State);
        Assert.Equal(("1:Anna,50 2:Bob,1", "x"), (People, _shop.Ask("SELECT t FROM notes")));
        Assert.Equal(head, Workspace.History.Find("HEAD").Commit.Id);
        Assert.False(Workspace.Status(CancellationToken.None).Clean);
        Assert.Empty(Workspace.Stashes.List());
        Assert.Equal("stash.missing", Assert.Throws<DbVcException>(() => Pop()).Code);
    }

    [Fact]
    public void A_stash_that_conflicts_waits_for_decisions_and_is_kept_until_then()
    {
        _shop.Write("UPDATE customers SET name = 'Anna' WHERE id = 1");
        Push();
        _shop.Write("UPDATE customers SET name = 'Anke' WHERE id = 1");
        Assert.Equal(MergeState.Conflicts, Pop().State);
        Assert.Equal("1:Anke,50 2:Bob,150", People);
        _shop.Reopen();
        Assert.Equal("stash pop", Workspace.Merges.Status().Single().Verb);
        Assert.Single(Workspace.Stashes.List());
        Workspace.Merges.Resolve(new ResolveRequest(null, null, new Resolution(ResolutionKind.Source)));
        Assert.Equal(MergeState.Merged, Workspace.Merges.Continue(null, CancellationToken.None).State);
        Assert.Equal("1:Anna,50 2:Bob,150", People);
        Assert.Empty(Workspace.Stashes.List());
        Assert.Empty(Workspace.Merges.Status());
    }

    [Fact]
    public void Stashes_have_numbers_are_applied_dropped_and_undone()
    {
        _shop.Write("UPDATE customers SET balance = 1 WHERE id = 1");
        Push("one");
        _shop.Write("UPDATE customers SET balance = 2 WHERE id = 2");
        Push("two");
        Assert.Equal(["2 two", "1 one"], Workspace.Stashes.List().Select(s => $"{s.Number} {s.Commit.Commit.Message}"));
        Workspace.Stashes.Apply(1, drop: false, CancellationToken.None);
        Assert.Equal("1:Ann,1 2:Bob,150", People);
        Assert.Equal(2, Workspace.Stashes.List().Count);
        Workspace.Stashes.Drop(null);
        Assert.Equal([1L], Workspace.Stashes.List().Select(s => s.Number));
        Workspace.Operations.Undo(null, CancellationToken.None);
        Assert.Equal([2L, 1L], Workspace.Stashes.List().Select(s => s.Number));

        Pop(2);
        Assert.Equal("1:Ann,1 2:Bob,2", People);
        Workspace.Operations.Undo(null, CancellationToken.None);
        Assert.Equal(("1:Ann,1 2:Bob,150", 2), (People, Workspace.Stashes.List().Count));
        Workspace.Operations.Undo(null, CancellationToken.None);
        Assert.Equal(("1:Ann,1 2:Bob,2", 1), (People, Workspace.Stashes.List().Count));
    }

    /// <summary>Stops at each step as a killed process would; the next command finds the old state or the new one.</summary>
    [Theory]
    [InlineData(PublishStep.Planned, false)]
    [InlineData(PublishStep.IntentWritten, false)]
    [InlineData(PublishStep.Applied, false)]
    [InlineData(PublishStep.LiveCommitted, true)]
    [InlineData(PublishStep.RefMoved, true)]
    public void Interrupted_at_any_step_all_of_it_is_done_or_nothing(PublishStep step, bool done)
    {
        _shop.Write("UPDATE customers SET name = 'Anna' WHERE id = 1");
        var options = ShopRepository.Options with { StepReached = reached => _ = reached == step ? throw new InvalidOperationException("stopped") : 0 };
        using (var workspace = Workspace.Open(_shop.Folder, options, CancellationToken.None))
        {
            Assert.Throws<InvalidOperationException>(() => workspace.Stashes.Push("x", CancellationToken.None));
        }

        _shop.Reopen();
        Assert.Equal(done ? (true, 1, "1:Ann,50 2:Bob,150") : (false, 0, "1:Anna,50 2:Bob,150"),
            (Workspace.Status(CancellationToken.None).Clean, Workspace.Stashes.List().Count, People));
        if (!done) Push("x");
        Pop();
        Assert.Equal("1:Anna,50 2:Bob,150", People);
    }
}

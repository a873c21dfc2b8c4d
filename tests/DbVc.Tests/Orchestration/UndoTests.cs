using DbVc.Model;
using DbVc.Orchestration;
using Microsoft.Data.Sqlite;
using Xunit;

namespace DbVc.Tests;

public sealed class UndoTests : IDisposable
{
    private readonly ShopRepository _shop = new();

    public void Dispose() => _shop.Dispose();

    private Workspace Workspace => _shop.Workspace;

    private string People => _shop.Ask("SELECT group_concat(id || ':' || name || ',' || balance, ' ' ORDER BY id) FROM customers");

    private UndoReport Undo(long? operation = null) => Workspace.Operations.Undo(operation, CancellationToken.None);

    private IReadOnlyList<OperationEntry> Operations => Workspace.History.Operations(100);

    [Fact]
    public void A_merge_is_undone_and_done_again_and_what_came_after_it_stays()
    {
        _shop.Branch("work", "UPDATE customers SET name = 'Anna' WHERE id = 1");
        _shop.Merge("work");
        var merge = Operations[0].Number;
        _shop.Write("UPDATE customers SET balance = 7 WHERE id = 1");
        Assert.Equal("merged", Workspace.Branches.Show(BranchName.Parse("work")).Status);

        var report = Undo(merge);
        Assert.Equal((merge, MergeState.Merged), (report.Operation, report.Main!.State));
        Assert.Equal("1:Ann,7 2:Bob,150", People);
        Assert.Equal("open", Workspace.Branches.Show(BranchName.Parse("work")).Status);

        Undo();
        Assert.Equal("1:Anna,7 2:Bob,150", People);
        Assert.Equal("merged", Workspace.Branches.Show(BranchName.Parse("work")).Status);
        Undo();
        Assert.Equal("1:Ann,7 2:Bob,150", People);
        Assert.True(Workspace.Status(CancellationToken.None).Clean);
        Assert.True(Workspace.Upkeep.Verify(CancellationToken.None).Ok);
    }

    [Fact]
    public void A_rollback_and_a_commit_are_undone()
    {
        _shop.Write("DELETE FROM orders");
        Workspace.Branches.Commit(BranchName.Main, "Clear", null, CancellationToken.None);
        Workspace.Replays.Rollback(new RollbackRequest("HEAD~1", false), CancellationToken.None);
        Undo();
        Assert.Equal("0", _shop.Ask("SELECT count(*) FROM orders"));
        Undo(Operations.Single(o => o.Command == "commit --branch main").Number);
        Assert.Equal("2", _shop.Ask("SELECT count(*) FROM orders"));
    }

    [Fact]
    public void An_undo_that_meets_later_changes_of_the_same_cell_is_a_conflict_to_resolve()
    {
        _shop.Branch("work", "UPDATE customers SET name = 'Anna' WHERE id = 1");
        _shop.Merge("work");
        var merge = Operations[0].Number;
        _shop.Write("UPDATE customers SET name = 'Anke' WHERE id = 1");
        Assert.Equal(MergeState.Conflicts, Undo(merge).Main!.State);
        Workspace.Merges.Resolve(new ResolveRequest(null, null, new Resolution(ResolutionKind.Source)));
        Assert.Equal(MergeState.Merged, Workspace.Merges.Continue(null, CancellationToken.None).State);
        Assert.Equal("1:Ann,50 2:Bob,150", People);
    }

    [Fact]
    public void A_commit_on_a_branch_is_undone_in_its_database_only_while_the_branch_stands_there()
    {
        _shop.Branch("work", "DELETE FROM orders");
        var first = Operations[0].Number;
        _shop.WriteBranch("work", "DELETE FROM audit");
        Workspace.Branches.Commit(BranchName.Parse("work"), "More", null, CancellationToken.None);
        var more = Workspace.Branches.Show(BranchName.Parse("work")).Head;
        Assert.Equal("undo.moved", Assert.Throws<DbVcException>(() => Undo(first)).Code);

        Undo();
        Assert.Equal("2", _shop.AskBranch("work", "SELECT count(*) FROM audit"));
        Undo(first);
        Assert.Equal("2", _shop.AskBranch("work", "SELECT count(*) FROM orders"));
        Undo();
        Undo(Operations.Last(o => o.Command == "undo " + (first + 1)).Number);
        Assert.Equal(more, Workspace.Branches.Show(BranchName.Parse("work")).Head);
        Assert.Equal("0", _shop.AskBranch("work", "SELECT count(*) FROM audit"));

        _shop.WriteBranch("work", "DELETE FROM customers");
        Assert.Equal("branch.uncommitted", Assert.Throws<DbVcException>(() => Undo()).Code);
    }

    [Fact]
    public void Making_and_deleting_a_branch_are_undone_with_its_files()
    {
        _shop.Branch("work", "DELETE FROM orders");
        var folder = Path.Combine(_shop.Folder, "branches", "work");
        File.WriteAllText(Path.Combine(folder, "metadata.json"), "{}");
        Workspace.Branches.Commit(BranchName.Parse("work"), "Metadata", null, CancellationToken.None);
        var head = Workspace.Branches.Show(BranchName.Parse("work")).Head;
        Workspace.Branches.Delete(BranchName.Parse("work"));
        Assert.False(Directory.Exists(folder));

        Undo();
        Assert.Equal(head, Workspace.Branches.Show(BranchName.Parse("work")).Head);
        Assert.Equal("{}", File.ReadAllText(Path.Combine(folder, "metadata.json")));
        Workspace.Branches.Commit(BranchName.Parse("work"), "Nothing", null, CancellationToken.None);
        Assert.Equal("0", _shop.AskBranch("work", "SELECT count(*) FROM orders"));
        Undo();
        Assert.DoesNotContain(Workspace.Branches.List(), b => b.Name == "work");
        Assert.Equal(head, Workspace.Branches.Restore(BranchName.Parse("work")).Head);
        Assert.Equal("branch.exists", Assert.Throws<DbVcException>(() => Workspace.Branches.Restore(BranchName.Parse("work"))).Code);

        Workspace.Branches.Create(BranchName.Parse("brief"), null, CancellationToken.None);
        Undo();
        Assert.Equal("branch.missing", Assert.Throws<DbVcException>(() => Workspace.Branches.Show(BranchName.Parse("brief"))).Code);
    }

    [Fact]
    public void Tags_are_undone_and_the_first_commit_is_not()
    {
        Workspace.Tags.Create(TagName.Parse("v1"), "HEAD");
        Undo();
        Assert.Empty(Workspace.Tags.List());
        Undo();
        Assert.Equal("v1", Workspace.Tags.List().Single().Name);
        Workspace.Tags.Delete(TagName.Parse("v1"));
        Undo();
        Assert.Equal("v1", Workspace.Tags.List().Single().Name);
        Assert.Equal("undo.first", Assert.Throws<DbVcException>(() => Undo(1)).Code);
        Assert.Equal("operation.missing", Assert.Throws<DbVcException>(() => Undo(999)).Code);
        Assert.Equal("operation.missing", Assert.Throws<DbVcException>(() => Undo(0)).Code);
    }

    [Theory]
    [InlineData("v1", "HEAD", "tag.exists")]
    [InlineData("work", "HEAD", "tag.branch")]
    [InlineData("main", "HEAD", "tag.name")]
    [InlineData("a b", "HEAD", "tag.name")]
    [InlineData("-d", "HEAD", "tag.name")]
    [InlineData("new", "nobody", "revision.unknown")]
    public void A_tag_that_cannot_be_is_refused(string name, string revision, string code)
    {
        Workspace.Branches.Create(BranchName.Parse("work"), null, CancellationToken.None);
        Workspace.Tags.Create(TagName.Parse("v1"), "HEAD");
        Assert.Equal(code, Assert.Throws<DbVcException>(() => Workspace.Tags.Create(TagName.Parse(name), revision)).Code);
    }

    [Fact]
    public void A_cut_tail_of_the_operation_log_is_noticed()
    {
        Workspace.Tags.Create(TagName.Parse("v1"), "HEAD");
        _shop.Write("DELETE FROM orders");
        Workspace.Branches.Commit(BranchName.Main, "Clear", null, CancellationToken.None);
        Assert.True(Workspace.Upkeep.Verify(CancellationToken.None).Ok);
        Cut("DELETE FROM operations WHERE number > 1");
        var problem = Assert.Single(Workspace.Upkeep.Verify(CancellationToken.None).Problems, p => p.Object == "operation log");
        Assert.Contains("its end was cut off", problem.Message, StringComparison.Ordinal);
    }

    private void Cut(string sql)
    {
        var path = Path.Combine(_shop.Folder, ".db-version-control", "commit-history.db");
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}

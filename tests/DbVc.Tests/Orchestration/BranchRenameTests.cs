using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.Tests;

public sealed class BranchRenameTests : IDisposable
{
    private static readonly BranchName Work = BranchName.Parse("work");
    private static readonly BranchName Next = BranchName.Parse("next");

    private readonly ShopRepository _shop = new();

    public BranchRenameTests()
    {
        _shop.Branch("work", "DELETE FROM orders");
        File.WriteAllText(Path.Combine(Folder("work"), "metadata.json"), "{}");
        Branches.Commit(Work, "Metadata", null, CancellationToken.None);
    }

    public void Dispose() => _shop.Dispose();

    private BranchManager Branches => _shop.Workspace.Branches;

    private string Folder(string branch) => Path.Combine(_shop.Folder, "branches", branch);

    private BranchReport Rename(BranchName from, BranchName to) => Branches.Rename(from, to, CancellationToken.None);

    [Fact]
    public void A_renamed_branch_keeps_its_commits_its_database_and_its_files_and_merges()
    {
        var before = Branches.Show(Work);
        File.WriteAllText(Path.Combine(Folder("work"), "note.txt"), "not versioned");
        var after = Rename(Work, Next);

        Assert.Equal((before.Head, before.Base, "next"), (after.Head, after.Base, after.Name));
        Assert.False(Directory.Exists(Folder("work")));
        Assert.Equal(["{}", "not versioned"], new[] { "metadata.json", "note.txt" }.Select(f => File.ReadAllText(Path.Combine(Folder("next"), f))));
        Assert.Contains("\"next\"", File.ReadAllText(Path.Combine(Folder("next"), "branch.info")), StringComparison.Ordinal);
        Assert.Equal("0", _shop.AskBranch("next", "SELECT count(*) FROM orders"));
        Assert.Null(Branches.Commit(Next, "Nothing", null, CancellationToken.None).Commit);
        Assert.Equal("branch.missing", Assert.Throws<DbVcException>(() => Branches.Show(Work)).Code);
        Assert.Equal(MergeState.UpToDate, _shop.Workspace.Merges.Merge(new MergeRequest(BranchName.Main, Next, false, []), CancellationToken.None).State);
        Assert.True(_shop.Workspace.Upkeep.Verify(CancellationToken.None).Ok);
        Branches.Create(Work, null, CancellationToken.None);
    }

    [Fact]
    public void A_rename_is_undone_and_done_again()
    {
        Rename(Work, Next);
        _shop.Workspace.Operations.Undo(null, CancellationToken.None);
        Assert.Equal(["main", "work"], Branches.List().Select(b => b.Name));
        Assert.Equal("0", _shop.AskBranch("work", "SELECT count(*) FROM orders"));
        _shop.Workspace.Operations.Undo(null, CancellationToken.None);
        Assert.Equal(["main", "next"], Branches.List().Select(b => b.Name));
        Assert.Equal("{}", File.ReadAllText(Path.Combine(Folder("next"), "metadata.json")));
    }

    [Fact]
    public void What_must_not_be_renamed_is_refused_and_stays()
    {
        Assert.Equal("branch.protected", Refuse(BranchName.Main, Next));
        Assert.Equal("branch.missing", Refuse(Next, Work));
        Assert.Equal("branch.exists", Refuse(Work, Work));
        Assert.Equal("branch.exists", Refuse(Work, BranchName.Main));
        _shop.WriteBranch("work", "UPDATE customers SET name = 'Anna' WHERE id = 1");
        Assert.Equal("branch.uncommitted", Refuse(Work, Next));
        _shop.Branch("clash", "UPDATE customers SET name = 'Anna' WHERE id = 1");
        _shop.Write("UPDATE customers SET name = 'Anke' WHERE id = 1");
        Assert.Equal(MergeState.Conflicts, _shop.Merge("clash").State);
        Assert.Equal("branch.merging", Refuse(BranchName.Parse("clash"), Next));
        Assert.Equal(["clash", "main", "work"], Branches.List().Select(b => b.Name));

        string Refuse(BranchName from, BranchName to) => Assert.Throws<DbVcException>(() => Rename(from, to)).Code;
    }
}

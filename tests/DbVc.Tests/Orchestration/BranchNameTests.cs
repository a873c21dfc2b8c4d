using DbVc.Agents;
using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.Tests;

/// <summary>Names of several parts, as people from Git type them: what is refused, and that no branch gets into another one's way.</summary>
public sealed class BranchNameTests : IDisposable
{
    private readonly ShopRepository _shop = new();

    public void Dispose() => _shop.Dispose();

    [Theory]
    [InlineData("feature/x")]
    [InlineData("a/b/c/d")]
    [InlineData("main/x")]
    [InlineData("heads")]
    [InlineData("old.lock")]
    [InlineData("x/-y")]
    [InlineData("fix/2026-01.1_b")]
    public void A_name_may_have_parts(string name)
    {
        Assert.Equal(name, BranchName.Parse(name).Text);
        Assert.Equal(BranchName.Parse(name), BranchName.OfFolder(BranchName.Parse(name).Folder));
        Assert.DoesNotContain('/', BranchName.Parse(name).Folder);
    }

    [Theory]
    [InlineData("/x")]
    [InlineData("x/")]
    [InlineData("/")]
    [InlineData("a//b")]
    [InlineData("a/../b")]
    [InlineData("../b")]
    [InlineData("a/..")]
    [InlineData("a/.hidden")]
    [InlineData("a./b")]
    [InlineData("a/b.")]
    [InlineData("a/b.lock")]
    [InlineData("a.LOCK/b")]
    [InlineData("-a/b")]
    [InlineData("a/b c")]
    [InlineData("a\\b")]
    [InlineData("a+b")]
    [InlineData("a%2Fb")]
    [InlineData("a/b\u0000")]
    [InlineData("heads/x")]
    [InlineData("refs/heads/x")]
    [InlineData("Tags/x")]
    [InlineData("stash/0")]
    public void A_name_that_is_no_ref_for_Git_or_could_leave_its_folder_is_refused(string name)
    {
        Assert.Equal("branch.name", Assert.Throws<DbVcException>(() => BranchName.Parse(name)).Code);
        Assert.Throws<DbVcException>(() => BranchName.OfFolder(name.Replace("a+b", "a/b", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_task_of_such_a_branch_has_an_id_that_names_one_file()
    {
        var id = TaskId.For(BranchName.Parse("feature/x"), new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero));
        Assert.Equal("20260131-120000-feature+x", TaskId.Parse(id.Text).Text);
    }

    /// <summary>One that is named like the folder, or the beginning, of another.</summary>
    [Fact]
    public void Branches_beside_each_other_keep_their_databases_files_and_history()
    {
        string[] names = ["feature", "feature/x", "feature/x/y", "feature-x"];
        foreach (var name in names)
        {
            _shop.Branch(name, $"UPDATE customers SET name = '{name}' WHERE id = 1");
            File.WriteAllText(Path.Combine(Folder(name), "metadata.json"), name);
            _shop.Workspace.Branches.Commit(BranchName.Parse(name), "Metadata", null, default);
        }

        Assert.Equal(4, names.Select(n => _shop.Workspace.Branches.Show(BranchName.Parse(n)).Database).Distinct().Count());
        Assert.All(names, Check);
        Assert.Equal(4, Directory.GetDirectories(Path.Combine(_shop.Folder, "branches")).Length);

        _shop.Workspace.Branches.Delete(BranchName.Parse("feature"));
        Assert.All(names[1..], Check);
        _shop.Workspace.Branches.Restore(BranchName.Parse("feature"));
        _shop.Workspace.Branches.Rename(BranchName.Parse("feature/x"), BranchName.Parse("x"), default);
        _shop.Workspace.Operations.Undo(null, default);
        _shop.Reopen();
        foreach (var name in names) Assert.Null(_shop.Workspace.Branches.Commit(BranchName.Parse(name), "Nothing", null, default).Commit);
        Assert.All(names, Check);
        Assert.Empty(_shop.Workspace.Upkeep.Examine(fix: false).Orphans);
        _shop.Branch("merge/me", "UPDATE customers SET name = 'merged' WHERE id = 2");
        Assert.Equal(MergeState.Merged, _shop.Merge("merge/me").State);
        Assert.Equal("merged", _shop.Ask("SELECT name FROM customers WHERE id = 2"));
        Assert.True(_shop.Workspace.Upkeep.Verify(default).Ok);
        Check("feature/x/y");
    }

    [Fact]
    public void Files_of_a_pipeline_are_not_taken_for_files_of_one_whose_name_begins_alike()
    {
        foreach (var name in new[] { "feature", "feature/x" })
        {
            _shop.Workspace.Branches.Create(BranchName.Parse(name), null, default);
            File.WriteAllText(Path.Combine(Folder(name), "metadata.json"), name);
            _shop.Workspace.Branches.Commit(BranchName.Parse(name), "Metadata", null, default);
        }

        Assert.Equal(MergeState.Merged, _shop.Workspace.Merges.Merge(
            new MergeRequest(BranchName.Parse("feature/x"), BranchName.Parse("feature"), DryRun: false, []), default).State);
        File.Delete(Path.Combine(Folder("feature"), "metadata.json"));
        _shop.Workspace.Branches.Commit(BranchName.Parse("feature"), "Without", null, default);
        using var diff = _shop.Workspace.History.Diff(new DiffRequest("main", "feature", null, 10), default);
        Assert.Equal(["pipelines/feature+x/metadata.json"], diff.Files.Select(f => f.Path));
    }

    [Fact]
    public void A_name_of_parts_is_a_revision_and_can_be_a_tag_and_travels_in_an_export_file()
    {
        _shop.Branch("feature/x", "UPDATE customers SET name = 'x' WHERE id = 1");
        _shop.Workspace.Tags.Create(TagName.Parse("release/1"), "feature/x~1");
        Assert.Equal(_shop.Init.Commit, _shop.Workspace.History.Find("tags/release/1").Commit.Id);
        Assert.Equal(_shop.Workspace.Branches.Show(BranchName.Parse("feature/x")).Head, _shop.Workspace.History.Find("heads/feature/x").Commit.Id);
        var file = Path.Combine(_shop.Folder, "out.dbvc");
        _shop.Workspace.Upkeep.Export(new ExportRequest(file, BranchName.Parse("feature/x")), default);
        _shop.Workspace.Branches.Delete(BranchName.Parse("feature/x"));
        _shop.Workspace.Upkeep.Import(new ImportRequest(file, "other/x"), default);
        _shop.Workspace.Branches.Commit(BranchName.Parse("other/x"), "Nothing", null, default);
        Assert.Equal("x", _shop.AskBranch("other/x", "SELECT name FROM customers WHERE id = 1"));
    }

    private string Folder(string branch) => Path.Combine(_shop.Folder, "branches", branch.Replace('/', '+'));

    private void Check(string name)
    {
        Assert.Equal(name, _shop.AskBranch(name, "SELECT name FROM customers WHERE id = 1"));
        Assert.Equal(name, File.ReadAllText(Path.Combine(Folder(name), "metadata.json")));
    }
}

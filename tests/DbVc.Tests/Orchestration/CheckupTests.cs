using DbVc.Model;
using Xunit;

namespace DbVc.Tests;

/// <summary>What doctor says of the databases of a repository, and what it repairs.</summary>
public sealed class CheckupTests : IDisposable
{
    private readonly ShopRepository _shop = new();

    public void Dispose() => _shop.Dispose();

    [Fact]
    public void All_is_well_after_init_and_the_copy_of_main_is_described()
    {
        var report = _shop.Workspace.Upkeep.Examine(fix: false);
        Assert.All(report.Items, item => Assert.True(item.IsOk, item.Detail));
        Assert.Equal((_shop.Init.Commit, 0), (report.Shadow.Commit, report.Shadow.Behind));
        Assert.Equal(new FileInfo(report.Shadow.Place!).Length, report.Shadow.Bytes);
        _shop.Write("INSERT INTO orders VALUES (3, 1, 1)");
        _shop.Workspace.Branches.Commit(BranchName.Main, "m", null, default);
        Assert.Equal((_shop.Init.Commit, 1), (_shop.Workspace.Upkeep.ReadShadow().Commit, _shop.Workspace.Upkeep.ReadShadow().Behind));
    }

    [Fact]
    public void A_database_without_branch_is_found_and_dropped_only_when_asked()
    {
        var branch = _shop.Workspace.Branches.Create(BranchName.Parse("side"), null, default);
        var orphan = Path.Combine(_shop.Folder, "branches", "gone", "0123456789ab.db");
        Directory.CreateDirectory(Path.GetDirectoryName(orphan)!);
        File.Copy(branch.Database!, orphan);
        var mine = Path.Combine(_shop.Folder, "branches", "gone", "my own.db");
        File.Copy(branch.Database!, mine);
        var found = _shop.Workspace.Upkeep.Examine(fix: false);
        Assert.Equal([orphan], found.Orphans);
        Assert.Contains("--fix", Assert.Single(found.Items, i => !i.IsOk).Remedy);
        var repaired = _shop.Workspace.Upkeep.Examine(fix: true);
        Assert.Equal([orphan], repaired.Dropped);
        Assert.Empty(repaired.Orphans);
        Assert.False(File.Exists(orphan));
        Assert.True(File.Exists(mine) && File.Exists(branch.Database));
        Assert.All(repaired.Items, item => Assert.True(item.IsOk, item.Detail));
    }

    [Theory]
    [InlineData("UPDATE _dbvc_state SET repository_id = 'other'", "another db-vc repository")]
    [InlineData("DROP TABLE _dbvc_state", "does not know this repository")]
    public void A_live_database_that_is_not_ours_is_a_finding_with_what_to_do(string sql, string says)
    {
        _shop.Write(sql);
        var item = Assert.Single(_shop.Workspace.Upkeep.Examine(fix: false).Items, i => !i.IsOk);
        Assert.Equal("live database", item.Name);
        Assert.Contains(says, item.Detail);
        Assert.NotNull(item.Remedy);
    }

    [Fact]
    public void A_spoiled_copy_of_main_is_made_anew_by_one_command()
    {
        var place = _shop.Workspace.Upkeep.ReadShadow().Place!;
        ShopRepository.Execute(place, "UPDATE customers SET name = 'spoiled'");
        _shop.Branch("side", "UPDATE customers SET balance = 7 WHERE id = 1");
        Assert.Equal("spoiled", _shop.AskBranch("side", "SELECT name FROM customers WHERE id = 1"));
        var rebuilt = _shop.Workspace.Upkeep.RebuildShadow();
        Assert.Equal((_shop.Workspace.Branches.Show(BranchName.Main).Head, 0), (rebuilt.Commit, rebuilt.Behind));
        _shop.Workspace.Branches.Create(BranchName.Parse("next"), null, default);
        Assert.Equal("Ann", _shop.AskBranch("next", "SELECT name FROM customers WHERE id = 1"));
    }
}

using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.Tests;

/// <summary>A repository or a branch as one file, and back.</summary>
public sealed class ExportTests : IDisposable
{
    private readonly ShopRepository _shop = new();
    private readonly string _other = Directory.CreateTempSubdirectory("dbvc-other-").FullName;

    public void Dispose()
    {
        _shop.Dispose();
        Directory.Delete(_other, recursive: true);
    }

    [Fact]
    public void A_whole_repository_comes_back_with_its_history_branches_and_live_database()
    {
        Grow();
        var report = Restore(Export());
        using var restored = Open(_other);
        Assert.Equal(_shop.Workspace.Status(CancellationToken.None).Head, report.Head);
        Assert.Equal(Log(_shop.Workspace), Log(restored));
        Assert.True(restored.Status(CancellationToken.None).Clean);
        Assert.True(restored.Upkeep.Verify(CancellationToken.None).Ok);
        var query = new QueryRequest("SELECT group_concat(id || name || length(name)) FROM customers", null, null, 10);
        using (var before = _shop.Workspace.History.Query(query))
        using (var after = restored.History.Query(query))
        {
            Assert.Equal(before.Rows.Single(), after.Rows.Single());
        }

        Assert.Equal(MergeState.Merged, restored.Merges.Merge(
            new MergeRequest(BranchName.Parse("side"), BranchName.Main, false, []), CancellationToken.None).State);
        Assert.True(restored.Upkeep.Verify(CancellationToken.None).Ok);
    }

    [Fact]
    public void A_file_holds_no_path_of_this_machine()
    {
        Grow();
        Assert.DoesNotContain(_shop.Folder, File.ReadAllText(Export()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_branch_arrives_in_another_repository_and_main_only_as_a_branch()
    {
        Grow();
        Restore(Export());
        _shop.Branch("later", "UPDATE customers SET name = 'Later' WHERE id = 2");
        using var restored = Open(_other);
        var head = restored.Status(CancellationToken.None).Head;
        var report = restored.Upkeep.Import(new ImportRequest(Export("later"), "theirs"), CancellationToken.None);
        Assert.Equal(["heads/theirs"], report.Refs);
        Assert.Equal(_shop.Workspace.Branches.Show(BranchName.Parse("later")).Head, restored.Branches.Show(BranchName.Parse("theirs")).Head);

        _shop.Write("UPDATE customers SET name = 'Main' WHERE id = 1");
        _shop.Workspace.Branches.Commit(BranchName.Main, "Main moves", null, CancellationToken.None);
        report = restored.Upkeep.Import(new ImportRequest(Export("main"), null), CancellationToken.None);
        Assert.Equal(["heads/main-imported"], report.Refs);
        Assert.Equal(head, restored.Status(CancellationToken.None).Head);
        Assert.Empty(restored.Upkeep.Import(new ImportRequest(Export("main"), null), CancellationToken.None).Refs);
        Assert.True(restored.Upkeep.Verify(CancellationToken.None).Ok);
        Assert.Equal(MergeState.Merged, restored.Merges.Merge(
            new MergeRequest(BranchName.Parse("main-imported"), BranchName.Main, false, []), CancellationToken.None).State);
    }

    [Fact]
    public void A_branch_of_the_same_name_with_other_content_is_never_overwritten()
    {
        Grow();
        var file = Export("side");
        _shop.WriteBranch("side", "DELETE FROM orders");
        _shop.Workspace.Branches.Commit(BranchName.Parse("side"), "More", null, CancellationToken.None);
        var failure = Assert.Throws<DbVcException>(() => _shop.Workspace.Upkeep.Import(new ImportRequest(file, null), CancellationToken.None));
        Assert.Equal("branch.exists", failure.Code);
    }

    [Fact]
    public void A_file_cut_anywhere_is_refused_and_nothing_arrives()
    {
        Grow();
        var file = Export();
        var whole = File.ReadAllBytes(file);
        for (var length = 0; length < whole.Length; length += Math.Max(1, whole.Length / 50))
        {
            File.WriteAllBytes(file, whole[..length]);
            var failure = Assert.Throws<DbVcException>(() => Restore(file));
            Assert.Equal(length < 12 ? "export.not-an-export" : "export.cut", failure.Code);
            Assert.Contains("byte ", failure.Where, StringComparison.Ordinal);
            Assert.Empty(Directory.GetFileSystemEntries(_other));
        }
    }

    [Fact]
    public void A_file_edited_anywhere_is_refused_and_nothing_arrives()
    {
        Grow();
        var file = Export();
        var whole = File.ReadAllBytes(file);
        for (var at = 0; at < whole.Length; at += Math.Max(1, whole.Length / 50))
        {
            var edited = (byte[])whole.Clone();
            edited[at] ^= 4;
            File.WriteAllBytes(file, edited);
            var failure = Assert.Throws<DbVcException>(() => Restore(file));
            Assert.StartsWith("export.", failure.Code, StringComparison.Ordinal);
            Assert.Contains("byte ", failure.Where, StringComparison.Ordinal);
            Assert.Empty(Directory.GetFileSystemEntries(_other));
        }

        File.WriteAllBytes(file, [.. whole, 0]);
        Assert.Equal("export.edited", Assert.Throws<DbVcException>(() => Restore(file)).Code);
    }

    [Fact]
    public void A_bad_file_leaves_an_existing_repository_as_it_was()
    {
        Grow();
        var file = Export("side");
        var whole = File.ReadAllBytes(file);
        Restore(Export("main"));
        File.WriteAllBytes(file, whole[..(whole.Length / 2)]);
        using var restored = Open(_other);
        var packs = Directory.GetFiles(Path.Combine(_other, ".db-version-control", "packs"));
        Assert.Equal("export.cut", Assert.Throws<DbVcException>(() => restored.Upkeep.Import(new ImportRequest(file, null), CancellationToken.None)).Code);
        Assert.Equal(packs, Directory.GetFiles(Path.Combine(_other, ".db-version-control", "packs")));
        Assert.Single(restored.Branches.List());
    }

    [Fact]
    public void Nothing_that_exists_is_written_over()
    {
        var file = Export();
        Assert.Equal("file.exists", Assert.Throws<DbVcException>(() =>
            _shop.Workspace.Upkeep.Export(new ExportRequest(file, null), CancellationToken.None)).Code);
        Restore(file);
        Assert.Equal("repository.exists", Assert.Throws<DbVcException>(() => Restore(file)).Code);
        Directory.Delete(Path.Combine(_other, ".db-version-control"), recursive: true);
        Assert.Equal("database.exists", Assert.Throws<DbVcException>(() => Restore(file)).Code);
    }

    private void Grow()
    {
        _shop.Branch("side", "UPDATE customers SET balance = 1 WHERE id = 1; INSERT INTO customers (id, name) VALUES (3, '" + new string('z', 5000) + "')");
        _shop.Write("INSERT INTO orders VALUES (8, 2, 4); INSERT INTO audit VALUES ('x'), ('x')");
        _shop.Workspace.Branches.Commit(BranchName.Main, "Orders", null, CancellationToken.None);
    }

    private string Export(string? branch = null)
    {
        var file = Path.Combine(_shop.Folder, Path.GetRandomFileName());
        _shop.Workspace.Upkeep.Export(new ExportRequest(file, branch is null ? null : BranchName.Parse(branch)), CancellationToken.None);
        return file;
    }

    private ImportReport Restore(string file) =>
        Workspace.Restore(new RestoreRequest(_other, file, "copy.db", null), ShopRepository.Options, CancellationToken.None);

    private static Workspace Open(string folder) => Workspace.Open(folder, ShopRepository.Options, CancellationToken.None);

    private static List<string> Log(Workspace workspace) =>
        [.. workspace.History.Log(new LogRequest("HEAD", 100, null, AllBranches: true)).Select(e => e.Commit.Id + string.Join(',', e.Names))];
}

using System.Diagnostics;
using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>The disk on which a server keeps the live database is full at the wrong moment.</summary>
public sealed class ServerDiskTests : IDisposable
{
    private readonly string _disk = Directory.CreateTempSubdirectory("dbvc-disk-").FullName;
    private bool _isMounted;

    public void Dispose()
    {
        if (_isMounted) Run("umount", "--lazy", _disk);
        Directory.Delete(_disk, recursive: true);
    }

    [Fact]
    public void A_disk_of_PostgreSQL_that_is_full_is_said_at_init_and_merge_and_all_goes_on_when_there_is_space_again()
    {
        _isMounted = Run("mount", "-t", "tmpfs", "-o", "size=40m", "dbvc", _disk) == 0;
        Assert.SkipUnless(_isMounted, "Only root may mount a small disk.");
        using var shop = new LiveShop(LiveEngine.Postgres15, init: false);
        var space = Path.Combine(_disk, "space");
        Directory.CreateDirectory(space);
        Assert.Equal(0, Run("chown", "-R", "--reference=" + Path.Combine(shop.Live.Server!.FolderPath, "data"), _disk));
        var database = new Uri(shop.Live.Address).AbsolutePath.TrimStart('/');
        shop.Live.Server.Run($"CREATE TABLESPACE small LOCATION '{space}'");
        shop.Live.Server.Run($"ALTER DATABASE {database} SET TABLESPACE small");

        var before = shop.Live.Dump();
        Fill();
        Assert.Equal("database.full", Assert.Throws<DbVcException>(shop.Init).Code);
        Free();
        Assert.Equal(before, shop.Live.Dump());
        // The repository stands, and only the database's own mark is missing: the next command writes it.
        LiveShop.AllowBranches(shop.Folder);
        using (var begun = shop.Open()) shop.CheckWhole(begun);

        var after = shop.Branch("work", 4);
        Fill();
        Assert.Equal("database.full", Assert.Throws<DbVcException>(() => Merge(shop)).Code);
        Assert.Equal(before, shop.Live.Dump());
        using (var workspace = shop.Open()) shop.CheckWhole(workspace);
        Free();
        Assert.Equal(MergeState.Merged, Merge(shop));
        Assert.Equal(after, shop.Live.Dump());
        using var whole = shop.Open();
        shop.CheckWhole(whole);
    }

    private static MergeState Merge(LiveShop shop)
    {
        using var workspace = shop.Open();
        return workspace.Merges.Merge(new MergeRequest(BranchName.Parse("work"), BranchName.Main, false, []), CancellationToken.None).State;
    }

    private void Fill() => Assert.NotEqual(0, Run("cp", "/dev/zero", Path.Combine(_disk, "filler")));

    private void Free() => File.Delete(Path.Combine(_disk, "filler"));

    private static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }
}

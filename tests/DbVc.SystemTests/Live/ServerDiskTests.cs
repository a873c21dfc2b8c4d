using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>The disk on which a server keeps the live database, or that of the repository, is full at the wrong moment.</summary>
public sealed class ServerDiskTests
{
    [Fact]
    public void A_disk_of_PostgreSQL_that_is_full_is_said_at_init_and_merge_and_all_goes_on_when_there_is_space_again()
    {
        using var disk = new SmallDisk("40m");
        using var shop = new LiveShop(LiveEngine.Postgres15, init: false);
        var space = Path.Combine(disk.Path, "space");
        Directory.CreateDirectory(space);
        Assert.Equal(0, SmallDisk.Run("chown", "-R", "--reference=" + Path.Combine(shop.Live.Server!.FolderPath, "data"), disk.Path));
        var database = DatabaseOf(shop);
        shop.Live.Server.Run($"CREATE TABLESPACE small LOCATION '{space}'");
        shop.Live.Server.Run($"ALTER DATABASE {database} SET TABLESPACE small");
        disk.FillAtEachStep(shop, () => shop.Branch("work", 4));
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Engines))]
    public void A_full_disk_of_the_repository_is_said_at_commit_and_merge_and_the_live_database_is_left_alone(LiveEngine engine)
    {
        using var shop = new LiveShop(engine, init: false);
        using var disk = new SmallDisk("24m", shop.Folder);
        shop.Init();
        var after = shop.Branch("work", 4);
        shop.Live.Execute("UPDATE items SET note = CONCAT('late ', order_id) WHERE order_id % 4 = 2 AND order_id % 50 <> 4;\n");
        var (before, head) = (shop.Live.Dump(), shop.Head());
        disk.Fill();
        Assert.Equal("store.full", Assert.Throws<DbVcException>(() => SmallDisk.Commit(shop)).Code);
        Assert.Equal("store.full", Assert.Throws<DbVcException>(() => SmallDisk.Merge(shop)).Code);
        disk.Free();
        Assert.Equal(head, shop.Head());
        Assert.Equal(before, shop.Live.Dump());
        SmallDisk.Commit(shop);
        using (var workspace = shop.Open()) shop.CheckWhole(workspace);
        Assert.Equal(MergeState.Merged, SmallDisk.Merge(shop));
        Assert.NotEqual(after, shop.Live.Dump());
        using var whole = shop.Open();
        shop.CheckWhole(whole);
    }

    public static TheoryData<LiveEngine> Engines => ProofMode.Servers([LiveEngine.Postgres15, LiveEngine.MariaDb]);

    private static string DatabaseOf(LiveShop shop) => new Uri(shop.Live.Address).AbsolutePath.TrimStart('/');
}

using DbVc.Model;
using DbVc.Orchestration;
using DbVc.TestServers;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>The disk of a MariaDB server is full at the wrong moment: under the tables, under everything that it has, or under its binary log.</summary>
public sealed class MariaDbDiskTests : IDisposable
{
    private readonly List<IDisposable> _open = [];

    public void Dispose()
    {
        foreach (var item in Enumerable.Reverse(_open)) item.Dispose();
    }

    [Theory]
    [InlineData("the live database", false, "60m")]
    [InlineData("the live database", true, "60m")]
    [InlineData("all", false, "160m")]
    [InlineData("all", true, "160m")]
    public void A_full_disk_is_said_at_init_merge_and_commit_and_all_goes_on_when_there_is_space_again(string what, bool changesDefinitions, string size)
    {
        var (shop, disk) = Start(size);
        MoveTo(disk, shop, what == "all" ? "data" : "data/" + DatabaseOf(shop), "-a");
        disk.FillAtEachStep(shop, () => changesDefinitions ? shop.Branch("work", 4) : shop.Branch("work", ManyRows));
    }

    [Fact]
    public void A_server_that_a_full_disk_ends_is_said_to_be_lost_and_the_next_command_after_its_restart_finds_old_or_new_whole()
    {
        var (shop, disk) = Start("160m");
        shop.Init();
        var before = shop.Live.Dump();
        // As large as before, so that nothing but the redo log needs space.
        var after = shop.Branch("work", "UPDATE customers SET name = REVERSE(name);\n");
        // The log was copied without the blocks that hold nothing, as backups do: InnoDB ends itself where it cannot write to it.
        MoveTo(disk, shop, "data", "-a", "--sparse=always");
        disk.Fill();
        var failure = Assert.Throws<DbVcException>(() => SmallDisk.Merge(shop));
        Assert.Contains(failure.Code, (string[])["database.lost", "database.unreachable"]);
        disk.Free();
        shop.Live.Server!.Kill();
        shop.Live.Server.Restart();
        using (var workspace = shop.Open()) shop.CheckWhole(workspace);
        Assert.Equal(before, shop.Live.Dump());
        Assert.Equal(MergeState.Merged, SmallDisk.Merge(shop));
        Assert.Equal(after, shop.Live.Dump());
    }

    /// <summary>The server itself waits, and looks once a minute whether there is space again; so does who writes.</summary>
    [Fact]
    public void A_full_disk_under_the_binary_log_keeps_writers_waiting_and_one_that_was_killed_meanwhile_leaves_old_or_new()
    {
        var disk = Open(new SmallDisk("10m"));
        Assert.Equal(0, SmallDisk.Run("chown", "mysql:", disk.Path));
        var settings = new Dictionary<string, string> { ["log-bin"] = Path.Combine(disk.Path, "log") };
        var shop = Open(new LiveShop(LiveEngine.MariaDb, options: new ServerOptions(Durable: true) { Settings = settings }));
        var before = shop.Live.Dump();
        var after = shop.Branch("work", "UPDATE customers SET name = CONCAT('more ', id);\n");
        disk.Fill();
        using (var host = new OperationHost())
        {
            host.Begin("merge", shop.Folder, "work");
            Assert.True(host.KillAfter(TimeSpan.FromSeconds(5)), "It did not wait.");
        }

        // Reading needs no binary log; but who writes waits for the one that the server has not let go of.
        Assert.Equal(before, shop.Live.Dump());
        Assert.Equal(FailureKind.Locked, Assert.Throws<DbVcException>(() => SmallDisk.Merge(shop, TimeSpan.FromSeconds(1))).Kind);
        disk.Free();
        Assert.True(SmallDisk.Merge(shop, TimeSpan.FromSeconds(90)) is MergeState.Merged or MergeState.UpToDate);
        Assert.Equal(after, shop.Live.Dump());
        using var workspace = shop.Open();
        shop.CheckWhole(workspace);
    }

    private static string ManyRows { get; } = "INSERT INTO customers VALUES "
        + string.Join(", ", Enumerable.Range(20_000, 20_000).Select(i => $"({i}, 'a name so long that it takes pages to hold {i}', 'x')")) + ";\n";

    private (LiveShop Shop, SmallDisk Disk) Start(string size)
    {
        var disk = Open(new SmallDisk(size));
        Assert.Equal(0, SmallDisk.Run("chown", "mysql:", disk.Path));
        return (Open(new LiveShop(LiveEngine.MariaDb, init: false)), disk);
    }

    private T Open<T>(T item) where T : IDisposable
    {
        _open.Add(item);
        return item;
    }

    /// <summary>Puts a folder of the server on the disk while the server is down.</summary>
    private static void MoveTo(SmallDisk disk, LiveShop shop, string folder, params string[] how)
    {
        var server = shop.Live.Server!;
        server.Kill();
        var (from, to) = (Path.Combine(server.FolderPath, folder), Path.Combine(disk.Path, "moved"));
        Assert.Equal(0, SmallDisk.Run("cp", [.. how, from, to]));
        Directory.Delete(from, recursive: true);
        Directory.CreateSymbolicLink(from, to);
        server.Restart();
    }

    private static string DatabaseOf(LiveShop shop) => new Uri(shop.Live.Address).AbsolutePath.TrimStart('/');
}

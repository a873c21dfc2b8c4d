using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>A repository with its history comes back out of a file into another database of a server.</summary>
public sealed class ServerImportTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dbvc-import-").FullName;
    private LiveShop? _started;

    public static TheoryData<LiveEngine> Engines => ProofMode.Servers([LiveEngine.Postgres15, LiveEngine.MariaDb]);

    private LiveShop Shop => _started!;

    public void Dispose()
    {
        _started?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Engines))]
    public void An_export_is_restored_into_an_empty_database_and_into_one_that_is_not_there_yet_and_never_into_a_filled_one(LiveEngine engine)
    {
        _started = new LiveShop(engine, options: new TestServers.ServerOptions());
        var after = Shop.Branch("work", 4);
        using (var origin = Shop.Open())
        {
            origin.Merges.Merge(new MergeRequest(BranchName.Parse("work"), BranchName.Main, false, []), CancellationToken.None);
            origin.Upkeep.Export(new ExportRequest(At("shop.dbvc"), null), CancellationToken.None);
        }

        var before = Shop.Live.Dump();
        Assert.Equal("database.exists", Assert.Throws<DbVcException>(() => Restore("filled", Shop.Live.Address)).Code);
        Assert.False(Directory.Exists(At("filled/.db-version-control")));
        Assert.Equal(before, Shop.Live.Dump());
        var empty = Shop.Live.Server!.CreateDatabase();
        var missing = Shop.Live.Server.Url("test_missing");
        foreach (var (name, address) in new[] { ("empty", empty), ("missing", missing) })
        {
            var report = Restore(name, address);
            Assert.Equal(Shop.Head(), report.Head);
            Assert.Equal(after, Shop.Live.Dump(address));
            Assert.DoesNotContain(Shop.Live.Server.Password, report.Database, StringComparison.Ordinal);
            Assert.DoesNotContain("password_file", report.Database, StringComparison.Ordinal);
            using (var restored = Workspace.Open(At(name), OperationHost.Options, CancellationToken.None))
            {
                Assert.True(restored.Status(CancellationToken.None).Clean);
                Assert.True(restored.Upkeep.Verify(CancellationToken.None).Ok);
                Assert.Equal(["main", "work"], restored.Branches.List().Select(b => b.Name).Order());
            }

            LiveShop.AllowBranches(At(name));
            using var workspace = Workspace.Open(At(name), OperationHost.Options, CancellationToken.None);
            workspace.Replays.Rollback(new RollbackRequest("HEAD~1", false), CancellationToken.None);
            Assert.NotEqual(after, Shop.Live.Dump(address));
        }

        Assert.Equal(before, Shop.Live.Dump());
    }

    private string At(string name) => Path.Combine(_folder, name);

    private ImportReport Restore(string folder, string address) =>
        Workspace.Restore(new RestoreRequest(At(folder), At("shop.dbvc"), address, null), OperationHost.Options, CancellationToken.None);
}

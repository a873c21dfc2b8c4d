using DbVc.Model;
using DbVc.Orchestration;
using DbVc.TestServers;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>A real replica that follows a real primary: it is read, and whatever would write to it is refused before anything is done.</summary>
public sealed class ReplicaTests : IDisposable
{
    private LiveShop? _started;
    private DatabaseServer? _replica;

    public static TheoryData<LiveEngine> Engines => ProofMode.Servers([LiveEngine.Postgres15, LiveEngine.Postgres18, LiveEngine.MariaDb]);

    private LiveShop Shop => _started!;

    private DatabaseServer Replica => _replica!;

    public void Dispose()
    {
        _replica?.Dispose();
        _started?.Dispose();
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Engines))]
    public void A_replica_takes_no_repository(LiveEngine engine)
    {
        Start(engine);
        var before = Shop.Live.Dump();
        Refused(() => Shop.Init(At(Replica.Port)));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Shop.Folder));
        Replica.CatchUp();
        Assert.Equal(before, Shop.Live.Dump(At(Replica.Port)));
        // Nothing came over from the attempt either: the primary takes a repository as if nothing had been.
        Shop.Init();
        using var workspace = Shop.Open();
        Shop.CheckWhole(workspace);
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Engines))]
    public void A_repository_whose_address_comes_to_a_replica_reads_there_writes_nothing_and_goes_on_when_it_is_promoted(LiveEngine engine)
    {
        Start(engine);
        using var proxy = new CuttingProxy(Shop.Live.Server!.Port);
        Shop.Init(At(proxy.Port));
        var merged = Shop.Branch("work", 1);
        Shop.Live.Execute("UPDATE items SET note = 'not committed' WHERE order_id = 7;\n");
        Replica.CatchUp();
        var (head, before) = (Shop.Head(), Shop.Live.Dump());
        proxy.Redirect(Replica.Port);
        using (var workspace = Shop.Open())
        {
            Assert.Equal(("items", 1L), Assert.Single(workspace.Status(CancellationToken.None).Changes.Select(c => (c.Name, c.Modified))));
        }

        Refused(Commit);
        Refused(() => Merge());
        Refused(() => With(w => w.Replays.Rollback(new RollbackRequest("HEAD", false), CancellationToken.None)));
        Refused(() => With(w => w.Branches.Create(BranchName.Parse("other"), null, CancellationToken.None)));
        Refused(() => With(w => w.Branches.Delete(BranchName.Parse("work"))));
        Assert.Equal(0, Shop.CountIntents());
        Assert.Equal(head, Shop.Head());
        Assert.Equal(["main", "work"], Branches());
        Assert.Equal(before, Shop.Live.Dump(At(Replica.Port)));

        Shop.Live.Server.Kill();
        Replica.Promote();
        Commit();
        Assert.Equal(MergeState.Merged, Merge());
        Assert.NotEqual(merged, Shop.Live.Dump(At(proxy.Port)));
        With(w => w.Replays.Rollback(new RollbackRequest("HEAD~1", false), CancellationToken.None));
        Assert.Equal(before, Shop.Live.Dump(At(proxy.Port)));
        With(w => Assert.True(w.Status(CancellationToken.None).Clean));
        With(w => Assert.True(w.Upkeep.Verify(CancellationToken.None) is { Ok: true }));
    }

    private void Start(LiveEngine engine)
    {
        _started = new LiveShop(engine, init: false, new ServerOptions(Durable: true, Followed: true), rows: 200);
        _replica = Shop.Live.Server!.StartReplica();
    }

    private string At(int port) => new UriBuilder(Shop.Live.Address) { Port = port }.Uri.ToString();

    private string[] Branches()
    {
        using var workspace = Shop.Open();
        return [.. workspace.Branches.List().Select(b => b.Name).Order(StringComparer.Ordinal)];
    }

    private void Commit() => With(w => Assert.NotNull(w.Branches.Commit(BranchName.Main, "Late", null, CancellationToken.None).Commit));

    private MergeState Merge()
    {
        using var workspace = Shop.Open();
        return workspace.Merges.Merge(new MergeRequest(BranchName.Parse("work"), BranchName.Main, false, []), CancellationToken.None).State;
    }

    private void With(Action<Workspace> body)
    {
        using var workspace = Shop.Open();
        body(workspace);
    }

    private static void Refused(Action body)
    {
        var failure = Assert.Throws<DbVcException>(body);
        Assert.True(failure is { Code: "database.read-only", Kind: FailureKind.Failed, Hint: not null }, failure.ToString());
    }
}

using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>Two machines that want to version one live database notice each other by what it says of itself: one is refused, nothing is spoiled.</summary>
public sealed class TwoRepositoriesTests : IDisposable
{
    private readonly string _other = Directory.CreateTempSubdirectory("dbvc-other-").FullName;
    private LiveShop? _started;

    public static TheoryData<LiveEngine> Engines => ProofMode.Engines([LiveEngine.Sqlite, LiveEngine.Postgres15, LiveEngine.MariaDb]);

    private LiveShop Shop => _started!;

    public void Dispose()
    {
        _started?.Dispose();
        Directory.Delete(_other, recursive: true);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void A_second_repository_is_refused_and_the_first_goes_on(LiveEngine engine)
    {
        _started = new LiveShop(engine);
        var before = Shop.Live.Dump();
        Assert.Equal(FailureKind.Refused, Assert.Throws<DbVcException>(() => Init(_other)).Kind);
        Assert.False(Directory.Exists(Path.Combine(_other, ".db-version-control")));
        Assert.Equal(before, Shop.Live.Dump());
        var after = Shop.Branch("work", 1);
        Merge(Shop.Folder, "work");
        Assert.Equal(after, Shop.Live.Dump());
        using var workspace = Shop.Open();
        Shop.CheckWhole(workspace);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void A_repository_whose_database_was_taken_over_is_refused_and_the_new_one_goes_on(LiveEngine engine)
    {
        _started = new LiveShop(engine);
        Shop.Branch("mine", 1);
        Shop.Live.Execute("DROP TABLE _dbvc_state;\n");
        Init(_other);
        var before = Shop.Live.Dump();
        Assert.Equal("live.other-repository", Assert.Throws<DbVcException>(() => Merge(Shop.Folder, "mine")).Code);
        using (var workspace = Shop.Open())
        {
            Assert.Equal("live.other-repository", Assert.Throws<DbVcException>(() => workspace.Status(CancellationToken.None)).Code);
            Assert.Equal("live.other-repository",
                Assert.Throws<DbVcException>(() => workspace.Branches.Commit(BranchName.Main, "Mine", null, CancellationToken.None)).Code);
        }

        Assert.Equal(before, Shop.Live.Dump());
        using var other = Workspace.Open(_other, OperationHost.Options, CancellationToken.None);
        Assert.True(other.Status(CancellationToken.None).Clean);
        Assert.True(other.Upkeep.Verify(CancellationToken.None).Ok);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void Of_two_that_begin_at_the_same_moment_one_is_refused(LiveEngine engine)
    {
        _started = new LiveShop(engine, init: false);
        var before = Shop.Live.Dump();
        string[] folders = [Shop.Folder, _other];
        using var first = new OperationHost();
        using var second = new OperationHost();
        Parallel.ForEach([(first, folders[0]), (second, folders[1])], pair => pair.Item1.Begin("init", pair.Item2, Shop.Live.Address));
        int[] codes = [first.Finish(), second.Finish()];
        Assert.True(codes.Count(c => c == 0) == 1, $"exit codes {codes[0]} and {codes[1]}");
        Assert.Contains(codes.Single(c => c != 0), new[] { (int)FailureKind.Refused, (int)FailureKind.Locked });
        Assert.Equal(before, Shop.Live.Dump());
        using var workspace = Workspace.Open(folders[Array.IndexOf(codes, 0)], OperationHost.Options, CancellationToken.None);
        Assert.True(workspace.Status(CancellationToken.None).Clean);
        Assert.True(workspace.Upkeep.Verify(CancellationToken.None).Ok);
    }

    private void Init(string folder) => Workspace.Init(new InitRequest(folder, Shop.Live.Address, null), OperationHost.Options, CancellationToken.None);

    private static void Merge(string folder, string branch)
    {
        using var workspace = Workspace.Open(folder, OperationHost.Options, CancellationToken.None);
        workspace.Merges.Merge(new MergeRequest(BranchName.Parse(branch), BranchName.Main, false, []), CancellationToken.None);
    }
}

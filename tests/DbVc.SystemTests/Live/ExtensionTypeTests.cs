using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>Columns whose types an extension brought: private databases have it too, so branches, merges and questions about the past work.</summary>
public sealed class ExtensionTypeTests : IDisposable
{
    private LiveShop? _started;

    public static TheoryData<LiveEngine> Engines =>
        [.. ProofMode.Servers([LiveEngine.Postgres15, LiveEngine.Postgres18]).Select(row => row.Data).Where(e => e != LiveEngine.MariaDb)];

    public void Dispose() => _started?.Dispose();

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Engines))]
    public void Columns_of_hstore_and_citext_go_through_branch_merge_past_and_rollback(LiveEngine engine)
    {
        var shop = _started = new LiveShop(engine, init: false, new TestServers.ServerOptions(), rows: 20);
        shop.Live.Execute("""
            CREATE EXTENSION hstore;
            CREATE EXTENSION citext;
            CREATE TABLE tagged (name citext PRIMARY KEY, tags hstore NOT NULL DEFAULT '', more hstore[]);
            CREATE INDEX by_tags ON tagged USING gin (tags);
            INSERT INTO tagged VALUES ('Anna', 'a=>1, "b c"=>NULL, "quote \" =>"=>"x"', ARRAY['k=>v'::hstore, NULL]), ('Ümit', '', NULL);

            """);
        shop.Init();
        var before = shop.Live.Dump();
        var after = shop.Branch("work", """
            UPDATE tagged SET tags = tags || 'new=>"ü"' WHERE name = 'ANNA';
            INSERT INTO tagged VALUES ('bert', 'z=>26', '{}');
            DELETE FROM tagged WHERE name = 'ümit';

            """);
        using var workspace = shop.Open();
        var merge = new MergeRequest(BranchName.Parse("work"), BranchName.Main, false, []);
        Assert.Equal(MergeState.Merged, workspace.Merges.Merge(merge, CancellationToken.None).State);
        Assert.Equal(after, shop.Live.Dump());
        using (var past = workspace.History.Query(new QueryRequest("SELECT count(*) FROM tagged WHERE tags ? 'b c' AND name = 'anna'", "HEAD~1", null, 1)))
        {
            Assert.Equal(1, past.Rows.Single()[0].AsInteger);
        }

        workspace.Replays.Rollback(new RollbackRequest("HEAD~1", false), CancellationToken.None);
        Assert.Equal(before, shop.Live.Dump());
        shop.CheckWhole(workspace);
    }
}

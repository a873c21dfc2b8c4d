using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>Several commands at once, a live database that somebody else holds, and one that may not be written.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class ContentionTests : IDisposable
{
    private const int Processes = 6;
    private readonly KillableShop _shop = new();

    public void Dispose() => _shop.Dispose();

    private static WorkspaceOptions Impatient { get; } = OperationHost.Options with { LockTimeout = TimeSpan.FromMilliseconds(200) };

    [Fact]
    public void Commits_merges_and_readers_at_once_all_take_their_turn()
    {
        for (var i = 0; i < Processes; i++)
        {
            _shop.Branch("b" + i, $"UPDATE customers SET city = 'first {i}' WHERE id % 10 = {i}");
            KillableShop.Execute(Instance("b" + i), $"UPDATE customers SET city = 'second {i}' WHERE id % 10 = {i}");
        }

        Assert.All(RunAll(Enumerable.Range(0, Processes).Select(i => ("commit", "b" + i)).Append(("status", ""))), code => Assert.Equal(0, code));
        using (var workspace = _shop.Open())
        {
            foreach (var branch in workspace.Branches.List().Where(b => b.Name != "main"))
            {
                Assert.Equal("Commit " + branch.Name, workspace.History.Log(new LogRequest(branch.Name, 1, null, false))[0].Commit.Commit.Message);
            }
        }

        var merges = RunAll(Enumerable.Range(0, Processes).Select(i => ("merge", "b" + i)).Append(("status", "")).Append(("status", "")));
        Assert.All(merges, code => Assert.True(code is 0 or 5, $"exit code {code}"));
        using var after = _shop.Open();
        for (var i = 0; i < Processes; i++) after.Merges.Merge(new MergeRequest(BranchName.Parse("b" + i), BranchName.Main, false, []), CancellationToken.None);
        _shop.CheckWhole(after);
        for (var i = 0; i < Processes; i++)
        {
            Assert.Equal(100L, (long)KillableShop.Query(_shop.Database, $"SELECT count(*) FROM customers WHERE city = 'second {i}'")[0][0]);
        }
    }

    [Fact]
    public void A_live_database_held_by_a_writer_refuses_a_merge_and_changes_nothing()
    {
        var before = _shop.Dump();
        var merged = _shop.Branch("work", 1);
        using var workspace = Workspace.Open(_shop.Folder, Impatient, CancellationToken.None);
        using (var writer = KillableShop.Connect(_shop.Database))
        {
            Run(writer, "BEGIN IMMEDIATE");
            Assert.Equal(FailureKind.Locked, Assert.Throws<DbVcException>(() => Merge(workspace)).Kind);
            Assert.Equal(0, _shop.CountIntents());
            Assert.Single(workspace.History.Log(new LogRequest("HEAD", 5, null, false)));
            Assert.True(workspace.Status(CancellationToken.None).Clean);
            Run(writer, "ROLLBACK");
            Run(writer, "BEGIN EXCLUSIVE");
            Assert.Equal(FailureKind.Locked, Assert.Throws<DbVcException>(() => workspace.Status(CancellationToken.None)).Kind);
            Assert.Single(workspace.History.Log(new LogRequest("HEAD", 5, null, false)));
        }

        Assert.Equal(before, _shop.Dump());
        Assert.Equal(MergeState.Merged, Merge(workspace));
        Assert.Equal(merged, _shop.Dump());
        _shop.CheckWhole(workspace);
    }

    [Fact]
    public void A_reader_that_keeps_the_commit_from_happening_leaves_no_trace()
    {
        var before = _shop.Dump();
        _shop.Branch("work", 1);
        using var workspace = Workspace.Open(_shop.Folder, Impatient, CancellationToken.None);
        using (var reader = KillableShop.Connect(_shop.Database))
        {
            Run(reader, "BEGIN");
            Run(reader, "SELECT count(*) FROM customers");
            Assert.Equal(FailureKind.Locked, Assert.Throws<DbVcException>(() => Merge(workspace)).Kind);
            Assert.Equal(0, _shop.CountIntents());
        }

        Assert.Equal(before, _shop.Dump());
        Assert.Equal(MergeState.Merged, Merge(workspace));
        _shop.CheckWhole(workspace);
    }

    [Fact]
    public void A_live_database_that_may_not_be_written_refuses_a_merge_and_changes_nothing()
    {
        var before = _shop.Dump();
        _shop.Branch("work", 1);
        var mode = File.GetUnixFileMode(_shop.Database);
        using var workspace = Workspace.Open(_shop.Folder, Impatient, CancellationToken.None);
        File.SetUnixFileMode(_shop.Database, UnixFileMode.UserRead);
        Assert.Contains("writ", Assert.Throws<DbVcException>(() => Merge(workspace)).Message, StringComparison.Ordinal);
        Assert.True(workspace.Status(CancellationToken.None).Clean);
        Assert.Equal(0, _shop.CountIntents());
        File.SetUnixFileMode(_shop.Database, mode);
        Assert.Equal(before, _shop.Dump());
        Assert.Equal(MergeState.Merged, Merge(workspace));
    }

    [Fact]
    public void A_shadow_left_by_a_killed_process_is_not_believed()
    {
        _shop.Write("UPDATE customers SET city = 'outside'");
        var shadow = Path.Combine(_shop.Folder, ".db-version-control", "shadow", "main.db");
        File.Copy(_shop.Database, shadow, overwrite: true);
        using var workspace = _shop.Open();
        var first = workspace.History.Log(new LogRequest("HEAD", 1, null, false))[0].Commit.Id;
        var branch = workspace.Branches.Create(BranchName.Parse("old"), first.ToString(), CancellationToken.None);
        Assert.Equal(0L, (long)KillableShop.Query(branch.Database!, "SELECT count(*) FROM customers WHERE city = 'outside'")[0][0]);
    }

    private List<int> RunAll(IEnumerable<(string Operation, string Argument)> operations)
    {
        var hosts = operations.Select(o => (Order: o, Host: new OperationHost())).ToList();
        Parallel.ForEach(hosts, new ParallelOptions { MaxDegreeOfParallelism = hosts.Count }, h =>
            h.Host.Begin(h.Order.Operation, _shop.Folder, h.Order.Argument));
        var codes = hosts.Select(h => h.Host.Finish()).ToList();
        foreach (var (_, host) in hosts) host.Dispose();
        return codes;
    }

    private string Instance(string branch)
    {
        using var workspace = _shop.Open();
        return workspace.Branches.Show(BranchName.Parse(branch)).Database!;
    }

    private static MergeState Merge(Workspace workspace) =>
        workspace.Merges.Merge(new MergeRequest(BranchName.Parse("work"), BranchName.Main, false, []), CancellationToken.None).State;

    private static void Run(Microsoft.Data.Sqlite.SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        reader.Read();
    }
}

using System.Text;
using DbVc.Model;
using DbVc.Orchestration;
using DbVc.Store;
using Microsoft.Data.Sqlite;
using Xunit;

namespace DbVc.Tests;

/// <summary>What gc keeps of a whole repository.</summary>
public sealed class GcTests : IDisposable
{
    private readonly ShopRepository _shop = new();

    public void Dispose() => _shop.Dispose();

    [Fact]
    public void A_deleted_branch_can_be_had_back_within_the_retention_and_not_after_it()
    {
        _shop.Branch("gone", "UPDATE customers SET name = 'Gone' WHERE id = 1");
        var head = _shop.Workspace.Branches.Show(BranchName.Parse("gone")).Head.ToString();
        _shop.Workspace.Branches.Delete(BranchName.Parse("gone"));

        Collect(retention: null);
        Assert.Equal("Change gone", _shop.Workspace.History.Find(head).Commit.Commit.Message);
        Assert.Single(_shop.Workspace.History.Show(head, 10).Tables);
        Assert.True(Collect(TimeSpan.Zero, dryRun: true).Commits > 0);
        Assert.Equal(1, Collect(TimeSpan.Zero).Commits);
        Assert.Equal("revision.unknown", Assert.Throws<DbVcException>(() => _shop.Workspace.History.Find(head)).Code);
        Assert.Equal((0L, 0L), Collect(TimeSpan.Zero) is var again ? (again.Commits, again.Chunks) : default);
        CheckWhole();
    }

    [Fact]
    public void The_retention_comes_from_the_configuration()
    {
        _shop.Branch("gone", "UPDATE customers SET name = 'Gone' WHERE id = 1");
        _shop.Workspace.Branches.Delete(BranchName.Parse("gone"));
        var config = Path.Combine(_shop.Folder, ".db-version-control", "config.yaml");
        File.WriteAllText(config, File.ReadAllText(config).Replace("retention_days: 30", "retention_days: 0", StringComparison.Ordinal));
        _shop.Reopen();
        Assert.Equal(1, Collect(retention: null).Commits);
    }

    [Fact]
    public void A_merge_in_progress_can_be_finished_after_gc()
    {
        _shop.Branch("rival", "UPDATE customers SET name = 'Branch' WHERE id = 1");
        _shop.Write("UPDATE customers SET name = 'Live' WHERE id = 1");
        Assert.Equal(MergeState.Conflicts, _shop.Merge("rival").State);
        Collect(TimeSpan.Zero);
        _shop.Reopen();
        _shop.Workspace.Merges.Resolve(new ResolveRequest(null, null, new Resolution(ResolutionKind.Source)));
        Assert.Equal(MergeState.Merged, _shop.Workspace.Merges.Continue(null, CancellationToken.None).State);
        Collect(TimeSpan.Zero);
        Assert.Equal("Branch", _shop.Ask("SELECT name FROM customers WHERE id = 1"));
        CheckWhole();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_any_document_names_stays(bool snapshot)
    {
        _shop.Branch("stashed", $"UPDATE customers SET name = '{new string('x', 3000)}' WHERE id = 1");
        var head = _shop.Workspace.Branches.Show(BranchName.Parse("stashed")).Head;
        var hash = snapshot ? _shop.Workspace.History.Find(head.ToString()).Commit.Commit.Snapshot : head.Hash;
        _shop.Workspace.Branches.Delete(BranchName.Parse("stashed"));
        using (var store = RepositoryStore.Open(Path.Combine(_shop.Folder, ".db-version-control")))
        {
            using (var transaction = store.Begin())
            {
                transaction.PutDocument("anything", "1", Encoding.UTF8.GetBytes($"{{\"of\":\"{hash}\"}}"));
                transaction.Commit();
            }

            Collect(TimeSpan.Zero);
            Assert.Equal(!snapshot, store.ReadCommit(head.Hash) is not null);
            Assert.True(store.Chunks.Contains(Hash.Of(Encoding.UTF8.GetBytes(new string('x', 3000)))));
            using (var transaction = store.Begin())
            {
                transaction.DeleteDocument("anything", "1");
                transaction.Commit();
            }

            Collect(TimeSpan.Zero);
            Assert.False(store.Chunks.Contains(Hash.Of(Encoding.UTF8.GetBytes(new string('x', 3000)))));
        }

        CheckWhole();
    }

    [Fact]
    public void A_damaged_store_loses_nothing_to_gc()
    {
        _shop.Branch("gone", "UPDATE customers SET name = 'Gone' WHERE id = 1");
        _shop.Workspace.Branches.Delete(BranchName.Parse("gone"));
        using (var connection = new SqliteConnection($"Data Source={Path.Combine(_shop.Folder, ".db-version-control", "commit-history.db")};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "DELETE FROM chunks WHERE length > 100";
            command.ExecuteNonQuery();
        }

        _shop.Reopen();
        Assert.Equal("store.chunk-missing", Assert.Throws<DbVcException>(() => Collect(TimeSpan.Zero)).Code);
    }

    private GcReport Collect(TimeSpan? retention, bool dryRun = false) =>
        _shop.Workspace.Upkeep.Collect(new GcRequest(dryRun, retention), CancellationToken.None);

    private void CheckWhole()
    {
        _shop.Reopen();
        var report = _shop.Workspace.Upkeep.Verify(CancellationToken.None);
        Assert.True(report.Ok, string.Join("; ", report.Problems));
    }
}

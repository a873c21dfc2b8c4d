using System.Text;
using DbVc.Model;
using DbVc.Orchestration;
using DbVc.Store;
using Xunit;

namespace DbVc.Tests;

/// <summary>A purged row is in no commit, no database and no byte of the store any more.</summary>
public sealed class PurgeTests : IDisposable
{
    private static readonly string[] Secrets = ["Clara-Secret-Name", "clara.secret@example.com", "Clara-Second-Name", new string('q', 3000) + "clara"];
    private readonly ShopRepository _shop = new();

    public void Dispose() => _shop.Dispose();

    [Fact]
    public void The_values_leave_every_file_and_the_rest_stays_as_it_was()
    {
        Grow();
        var before = Log();
        Assert.NotEmpty(FindSecrets());
        var report = _shop.Workspace.Upkeep.Purge(new PurgeRequest("customers", ["7"]), CancellationToken.None);
        Assert.Empty(report.Remaining);
        Assert.True(report is { Commits: >= 3, Versions: >= 3 });
        Assert.Empty(FindSecrets());

        _shop.Reopen();
        var verify = _shop.Workspace.Upkeep.Verify(CancellationToken.None);
        Assert.True(verify.Ok, string.Join("; ", verify.Problems));
        Assert.Empty(verify.Live!);
        Assert.Equal("2", _shop.Ask("SELECT count(*) FROM customers"));
        Assert.Equal(["Purge a row of customers", .. before], Log());
        Assert.Equal("50", _shop.Ask("SELECT balance FROM customers WHERE id = 1"));
        Assert.Equal($"purge customers --key {report.Digest}", _shop.Workspace.History.Operations(1)[0].Command);
        using (var store = RepositoryStore.Open(Control))
        {
            Assert.Equal(report.Digest, Assert.Single(store.ListDocuments("tombstones")).Key);
            Assert.Empty(store.ListDocuments("purges"));
        }

        Assert.Equal(MergeState.Merged, _shop.Merge("side").State);
        Assert.Equal("0", _shop.Ask("SELECT count(*) FROM customers WHERE id = 7"));
    }

    [Fact]
    public void A_merge_in_progress_a_rollback_and_an_undone_branch_name_the_new_commits()
    {
        Grow();
        _shop.Branch("rival", "UPDATE customers SET name = 'Branch' WHERE id = 1");
        _shop.Write("UPDATE customers SET name = 'Live' WHERE id = 1");
        Assert.Equal(MergeState.Conflicts, _shop.Merge("rival").State);
        _shop.Workspace.Upkeep.Purge(new PurgeRequest("customers", ["7"]), CancellationToken.None);
        _shop.Reopen();
        _shop.Workspace.Merges.Resolve(new ResolveRequest(null, null, new Resolution(ResolutionKind.Source)));
        Assert.Equal(MergeState.Merged, _shop.Workspace.Merges.Continue(null, CancellationToken.None).State);
        _shop.Workspace.Replays.Rollback(new RollbackRequest("HEAD~1", false), CancellationToken.None);
        Assert.Equal("Live", _shop.Ask("SELECT name FROM customers WHERE id = 1"));
        Assert.Empty(FindSecrets());
        Assert.True(_shop.Workspace.Upkeep.Verify(CancellationToken.None).Ok);
    }

    [Fact]
    public void A_conflict_about_the_row_goes_with_it()
    {
        Grow();
        _shop.Branch("rival", "UPDATE customers SET name = 'Clara-Secret-Name' WHERE id = 7");
        _shop.Write("UPDATE customers SET name = 'Clara-Third' WHERE id = 7");
        Assert.Equal(MergeState.Conflicts, _shop.Merge("rival").State);
        _shop.Workspace.Upkeep.Purge(new PurgeRequest("customers", ["7"]), CancellationToken.None);
        Assert.Empty(FindSecrets());
        Assert.NotEqual(MergeState.Conflicts, _shop.Workspace.Merges.Continue(null, CancellationToken.None).State);
    }

    [Fact]
    public void A_row_that_others_refer_to_is_refused_and_nothing_changes()
    {
        var head = _shop.Workspace.Status(CancellationToken.None).Head;
        var failure = Assert.Throws<DbVcException>(() =>
            _shop.Workspace.Upkeep.Purge(new PurgeRequest("customers", ["1"]), CancellationToken.None));
        Assert.Equal((FailureKind.Refused, "constraint.violated"), (failure.Kind, failure.Code));
        Assert.Equal(head, _shop.Workspace.Status(CancellationToken.None).Head);
        Assert.Equal("50", _shop.Ask("SELECT balance FROM customers WHERE id = 1"));
    }

    [Fact]
    public void A_row_that_was_deleted_long_ago_leaves_history_too()
    {
        Grow();
        _shop.Write("DELETE FROM customers WHERE id = 7");
        _shop.WriteBranch("side", "DELETE FROM customers WHERE id = 7");
        _shop.Workspace.Branches.Commit(BranchName.Main, "Delete", null, CancellationToken.None);
        _shop.Workspace.Branches.Commit(BranchName.Parse("side"), "Delete", null, CancellationToken.None);
        _shop.Workspace.Upkeep.Purge(new PurgeRequest("customers", ["7"]), CancellationToken.None);
        Assert.Empty(FindSecrets());
        Assert.True(_shop.Workspace.Upkeep.Verify(CancellationToken.None).Ok);
        Assert.Equal("row.missing", Assert.Throws<DbVcException>(() =>
            _shop.Workspace.Upkeep.Purge(new PurgeRequest("customers", ["7"]), CancellationToken.None)).Code);
    }

    [Fact]
    public void A_row_leaves_the_table_under_every_name_that_it_had_and_other_tables_keep_theirs()
    {
        Grow();
        _shop.Write("ALTER TABLE customers RENAME TO clients; CREATE TABLE pets (id INTEGER PRIMARY KEY, name TEXT); "
            + "INSERT INTO pets VALUES (7, 'Rex-the-dog')");
        Commit("Clients");
        _shop.Write("UPDATE clients SET balance = 4 WHERE id = 7");
        Commit("More");
        _shop.Workspace.Upkeep.Purge(new PurgeRequest("clients", ["7"]), CancellationToken.None);
        Assert.Empty(FindSecrets());
        Assert.True(_shop.Workspace.Upkeep.Verify(CancellationToken.None).Ok);
        Assert.Equal("Rex-the-dog", _shop.Ask("SELECT name FROM pets WHERE id = 7"));
        Assert.Equal("2", _shop.Ask("SELECT count(*) FROM clients"));
        Assert.Equal("2", _shop.AskBranch("side", "SELECT count(*) FROM customers"));
    }

    [Fact]
    public void A_row_that_a_merge_gave_another_key_leaves_the_branch_that_knows_the_old_one()
    {
        _shop.Branch("two", "INSERT INTO customers (id, name, email) VALUES (3, 'Clara-Secret-Name', 'clara.secret@example.com')");
        _shop.Write("INSERT INTO customers (id, name, email) VALUES (3, 'Cleo-of-main', 'cleo@example.com')");
        Assert.Equal(4, Assert.Single(_shop.Merge("two").Rekeyed).After);
        _shop.WriteBranch("two", "UPDATE customers SET balance = 8 WHERE id = 3");
        _shop.Workspace.Branches.Commit(BranchName.Parse("two"), "On", null, CancellationToken.None);
        _shop.Workspace.Upkeep.Purge(new PurgeRequest("customers", ["4"]), CancellationToken.None);
        Assert.Empty(FindSecrets());
        Assert.Equal("Cleo-of-main", _shop.Ask("SELECT name FROM customers WHERE id = 3"));
        Assert.Equal("2", _shop.AskBranch("two", "SELECT count(*) FROM customers"));
        Assert.True(_shop.Workspace.Upkeep.Verify(CancellationToken.None).Ok);

        // And the other way round: what has the key of a purged row on the old line is another row.
        _shop.Branch("three", "INSERT INTO customers (id, name) VALUES (5, 'Dora')");
        _shop.Write("INSERT INTO customers (id, name) VALUES (5, 'Clara-Second-Name')");
        Assert.Equal(6, Assert.Single(_shop.Merge("three").Rekeyed).After);
        _shop.Workspace.Upkeep.Purge(new PurgeRequest("customers", ["5"]), CancellationToken.None);
        Assert.Equal("Dora", _shop.AskBranch("three", "SELECT name FROM customers WHERE id = 5"));
        Assert.Equal("Dora", _shop.Ask("SELECT name FROM customers WHERE id = 6"));
        Assert.Empty(FindSecrets());
    }

    [Fact]
    public void Rows_keep_the_row_numbers_that_an_application_may_know()
    {
        Grow();
        _shop.Write("INSERT INTO audit VALUES ('a'), ('b'), ('c'); DELETE FROM audit WHERE line = 'a'");
        var before = _shop.Ask("SELECT group_concat(rowid || line) FROM audit");
        var schema = _shop.Ask("SELECT group_concat(sql) FROM (SELECT sql FROM sqlite_schema ORDER BY name)");
        _shop.Workspace.Upkeep.Purge(new PurgeRequest("customers", ["7"]), CancellationToken.None);
        Assert.Equal(before, _shop.Ask("SELECT group_concat(rowid || line) FROM audit"));
        Assert.Equal(schema, _shop.Ask("SELECT group_concat(sql) FROM (SELECT sql FROM sqlite_schema ORDER BY name)"));
        Assert.Empty(FindSecrets());
    }

    [Fact]
    public void Files_that_no_purge_rewrites_are_named_without_the_value()
    {
        Grow();
        var log = Path.Combine(Control, "agent-logs", "task.jsonl");
        File.WriteAllText(log, "{\"said\":\"clara.secret@example.com\"}");
        var report = _shop.Workspace.Upkeep.Purge(new PurgeRequest("customers", ["7"]), CancellationToken.None);
        Assert.Equal([Path.GetRelativePath(_shop.Folder, log) + " (email)"], report.Remaining);
    }

    [Fact]
    public void A_log_that_writes_a_name_with_escapes_is_found_too()
    {
        _shop.Write("INSERT INTO customers (id, name) VALUES (7, 'Zoë Müller')");
        var log = Path.Combine(Control, "agent-logs", "task.jsonl");
        File.WriteAllText(log, """{"said":"Zo\u00eb M\u00fcller"}""");
        var report = _shop.Workspace.Upkeep.Purge(new PurgeRequest("customers", ["7"]), CancellationToken.None);
        Assert.Equal([Path.GetRelativePath(_shop.Folder, log) + " (name)"], report.Remaining);
    }

    [Fact]
    public void While_another_writer_lives_nothing_begins()
    {
        Grow();
        using var store = RepositoryStore.Open(Control);
        using var writer = store.Chunks.BeginWrite();
        using var impatient = Workspace.Open(_shop.Folder, ShopRepository.Options with { LockTimeout = TimeSpan.FromMilliseconds(50) }, CancellationToken.None);
        Assert.Equal(FailureKind.Locked, Assert.Throws<DbVcException>(() =>
            impatient.Upkeep.Purge(new PurgeRequest("customers", ["7"]), CancellationToken.None)).Kind);
        Assert.Equal("3", _shop.Ask("SELECT count(*) FROM customers"));
    }

    private string Control => Path.Combine(_shop.Folder, ".db-version-control");

    /// <summary>A row with several versions on main and on a branch, one of them committed nowhere.</summary>
    private void Grow()
    {
        _shop.Write("INSERT INTO customers (id, name, email) VALUES (7, 'Clara-Secret-Name', 'clara.secret@example.com')");
        Commit("Clara");
        _shop.Write("UPDATE customers SET name = 'Clara-Second-Name' WHERE id = 7");
        Commit("Rename");
        _shop.Branch("side", $"UPDATE customers SET name = '{Secrets[3]}' WHERE id = 7; UPDATE customers SET balance = 9 WHERE id = 2");
        _shop.Write("UPDATE customers SET balance = 3 WHERE id = 7");
        Commit("Balance");
    }

    private void Commit(string message) => _shop.Workspace.Branches.Commit(BranchName.Main, message, null, CancellationToken.None);

    private List<string> Log() =>
        [.. _shop.Workspace.History.Log(new LogRequest("HEAD", 100, null, AllBranches: false)).Select(e => e.Commit.Commit.Message)];

    private List<string> FindSecrets() =>
    [
        .. from path in Directory.EnumerateFiles(_shop.Folder, "*", SearchOption.AllDirectories)
           where !path.EndsWith(".lease", StringComparison.Ordinal) && !path.EndsWith(".lock", StringComparison.Ordinal)
           let bytes = File.ReadAllBytes(path)
           from secret in Secrets
           where bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret)) >= 0
           select $"{path}: {secret[..10]}",
    ];
}

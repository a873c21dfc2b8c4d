using DbVc.Live;
using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.Tests;

/// <summary>A restored, moved, copied or foreign database stops what would touch it, until a person decides.</summary>
public sealed class AttachTests : IDisposable
{
    private readonly ShopRepository _shop = new();

    public void Dispose() => _shop.Dispose();

    /// <summary>A backup of the first commit, put back when main was one commit further.</summary>
    private string Restore(string written)
    {
        var backup = _shop.Database + ".backup";
        File.Copy(_shop.Database, backup);
        _shop.Write("UPDATE customers SET balance = 60 WHERE id = 1; INSERT INTO orders VALUES (3, 1, 30)");
        _shop.Workspace.Branches.Commit(BranchName.Main, "Later", null, default);
        _shop.Workspace.Dispose();
        File.Move(backup, _shop.Database, overwrite: true);
        if (written.Length > 0) _shop.Write(written);
        _shop.Reopen();
        return backup;
    }

    [Fact]
    public void A_restored_backup_stops_every_command_that_touches_the_live_database()
    {
        Restore("");
        _shop.Workspace.Branches.Create(BranchName.Parse("side"), "HEAD", default);
        var main = BranchName.Main;
        foreach (var command in new Action[]
        {
            () => _shop.Workspace.Status(default),
            () => _shop.Workspace.Branches.Commit(main, "m", null, default),
            () => _shop.Workspace.Branches.Create(BranchName.Parse("other"), null, default),
            () => _shop.Workspace.Merges.Merge(new MergeRequest(BranchName.Parse("side"), main, false, []), default),
            () => _shop.Workspace.Replays.Rollback(new RollbackRequest("HEAD~1", false), default),
            () => _shop.Workspace.Stashes.Push("m", default),
            () => Workspace.Attach(new AttachmentRequest(_shop.Folder, null, AttachMode.Place), ShopRepository.Options, default),
        })
        {
            var failure = Assert.Throws<DbVcException>(command);
            Assert.Equal(("live.other-commit", FailureKind.Refused), (failure.Code, failure.Kind));
            Assert.Contains("--adopt", failure.Hint);
            Assert.Contains("--reapply", failure.Hint);
        }

        var verified = _shop.Workspace.Upkeep.Verify(default);
        Assert.Equal((false, _shop.Init.Commit.ToString(), false), (verified.Ok, verified.LiveCommit, verified.IsLiveAtHead));
        Assert.Equal("50", _shop.Ask("SELECT balance FROM customers WHERE id = 1"));
    }

    [Fact]
    public void Adopting_makes_main_what_the_database_is_and_loses_nothing_of_the_history()
    {
        Restore("UPDATE customers SET name = 'Ben' WHERE id = 2");
        var report = Attach(AttachMode.Adopt);
        Assert.Equal("adopted", report.Action);
        Assert.Equal(("50", "Ben", "2"), (_shop.Ask("SELECT balance FROM customers WHERE id = 1"), _shop.Ask("SELECT name FROM customers WHERE id = 2"),
            _shop.Ask("SELECT count(*) FROM orders")));
        Assert.True(_shop.Workspace.Status(default).Clean);
        var head = _shop.Workspace.History.Log(new LogRequest("HEAD", 1, null, false))[0];
        Assert.Equal((AuthorKind.External, report.Commit), (head.Commit.Commit.Author.Kind, head.Commit.Id));
        Assert.True(_shop.Workspace.Upkeep.Verify(default).Ok);
        _shop.Branch("next", "UPDATE customers SET balance = 1 WHERE id = 1");
        Assert.Equal(MergeState.Merged, _shop.Workspace.Merges.Merge(new MergeRequest(BranchName.Parse("next"), BranchName.Main, false, []), default).State);
    }

    [Fact]
    public void Reapplying_brings_the_database_forward_and_merges_what_was_written_meanwhile()
    {
        Restore("UPDATE customers SET name = 'Ben' WHERE id = 2; INSERT INTO orders VALUES (7, 2, 70)");
        var report = Attach(AttachMode.Reapply);
        Assert.Equal(("reapplied", null, MergeState.Merged), (report.Action, report.Branch, report.Merge?.State));
        Assert.Equal(("60", "Ben", "1,2,3,7"), (_shop.Ask("SELECT balance FROM customers WHERE id = 1"),
            _shop.Ask("SELECT name FROM customers WHERE id = 2"), _shop.Ask("SELECT group_concat(id) FROM (SELECT id FROM orders ORDER BY id)")));
        Assert.True(_shop.Workspace.Status(default).Clean);
        Assert.Equal(["main"], _shop.Workspace.Branches.List().Select(b => b.Name));
        Assert.True(_shop.Workspace.Upkeep.Verify(default).Ok);
    }

    [Fact]
    public void Reapplying_an_untouched_backup_makes_no_commit()
    {
        Restore("");
        var head = _shop.Workspace.Branches.Show(BranchName.Main).Head;
        var report = Attach(AttachMode.Reapply);
        Assert.Equal(("reapplied", head, null), (report.Action, report.Head, report.Merge));
        Assert.Equal("60", _shop.Ask("SELECT balance FROM customers WHERE id = 1"));
        Assert.True(_shop.Workspace.Status(default).Clean);
    }

    [Fact]
    public void What_was_written_against_main_is_a_conflict_and_kept_until_it_is_decided()
    {
        Restore("UPDATE customers SET balance = 70 WHERE id = 1");
        var report = Attach(AttachMode.Reapply);
        Assert.Equal((MergeState.Conflicts, 1), (report.Merge?.State, report.Merge?.ConflictCount));
        Assert.StartsWith("found-", report.Branch, StringComparison.Ordinal);
        Assert.Equal("60", _shop.Ask("SELECT balance FROM customers WHERE id = 1"));
        Assert.True(_shop.Workspace.Status(default).Clean);
        _shop.Workspace.Merges.Resolve(new ResolveRequest(null, null, new Resolution(ResolutionKind.Source)));
        Assert.Equal(MergeState.Merged, _shop.Workspace.Merges.Continue(null, default).State);
        Assert.Equal("70", _shop.Ask("SELECT balance FROM customers WHERE id = 1"));
    }

    [Fact]
    public void A_table_that_came_and_a_column_that_went_since_the_backup_are_back_after_reapplying()
    {
        File.Copy(_shop.Database, _shop.Database + ".backup");
        _shop.Write("CREATE TABLE later (id INTEGER PRIMARY KEY); INSERT INTO later VALUES (5); ALTER TABLE orders DROP COLUMN total");
        _shop.Workspace.Branches.Commit(BranchName.Main, "Later", null, default);
        _shop.Workspace.Dispose();
        File.Move(_shop.Database + ".backup", _shop.Database, overwrite: true);
        _shop.Write("UPDATE customers SET name = 'Ben' WHERE id = 2");
        _shop.Reopen();
        Assert.Equal(MergeState.Merged, Attach(AttachMode.Reapply).Merge?.State);
        Assert.Equal(("5", "id,customer_id", "Ben"), (_shop.Ask("SELECT id FROM later"),
            _shop.Ask("SELECT group_concat(name) FROM pragma_table_info('orders')"), _shop.Ask("SELECT name FROM customers WHERE id = 2")));
    }

    [Theory]
    [InlineData(AttachMode.Adopt, "50")]
    [InlineData(AttachMode.Reapply, "60")]
    public void A_backup_from_before_init_knows_no_commit_and_can_be_taken_up_too(AttachMode mode, string balance)
    {
        Restore("DROP TABLE _dbvc_state; UPDATE customers SET name = 'Ben' WHERE id = 2");
        Assert.Equal("live.unattached", Assert.Throws<DbVcException>(() => _shop.Workspace.Status(default)).Code);
        Attach(mode);
        Assert.Equal((balance, "Ben"), (_shop.Ask("SELECT balance FROM customers WHERE id = 1"), _shop.Ask("SELECT name FROM customers WHERE id = 2")));
        Assert.True(_shop.Workspace.Status(default).Clean);
    }

    [Fact]
    public void A_database_at_a_commit_that_nobody_knows_can_only_be_adopted()
    {
        _shop.Write("UPDATE _dbvc_state SET \"commit\" = '" + new string('7', 40) + "'; UPDATE customers SET name = 'Ben' WHERE id = 2");
        Assert.Equal("attach.no-base", Assert.Throws<DbVcException>(() => Attach(AttachMode.Reapply)).Code);
        Assert.Equal("Ben", _shop.Ask("SELECT name FROM customers WHERE id = 2"));
        Attach(AttachMode.Adopt);
        Assert.True(_shop.Workspace.Status(default).Clean);
    }

    [Fact]
    public void A_moved_database_is_found_again_and_the_copy_left_behind_is_recognised()
    {
        _shop.Workspace.Dispose();
        var moved = Path.Combine(_shop.Folder, "elsewhere", "shop.db");
        Directory.CreateDirectory(Path.GetDirectoryName(moved)!);
        File.Copy(_shop.Database, moved);
        File.Move(_shop.Database, _shop.Database + ".old");
        _shop.Reopen();
        var missing = Assert.Throws<DbVcException>(() => _shop.Workspace.Status(default));
        Assert.Equal("database.missing", missing.Code);
        Assert.Contains("init --attach --database", missing.Hint);
        var report = Attach(AttachMode.Place, moved);
        Assert.Equal(("moved", moved), (report.Action, report.Database));
        Assert.True(_shop.Workspace.Status(default).Clean);
        ShopRepository.Execute(moved, "UPDATE customers SET name = 'Ben' WHERE id = 2");
        _shop.Workspace.Branches.Commit(BranchName.Main, "There", null, default);

        // The old file has the old name: it is not taken for the live database by accident.
        _shop.Workspace.Dispose();
        File.Move(_shop.Database + ".old", moved, overwrite: true);
        _shop.Reopen();
        Assert.Equal("live.copy", Assert.Throws<DbVcException>(() => _shop.Workspace.Status(default)).Code);
        Attach(AttachMode.Reapply);
        Assert.Equal("Ben", Ask(moved, "SELECT name FROM customers WHERE id = 2"));
    }

    [Fact]
    public void A_database_of_another_repository_is_refused_by_init_and_by_attach_and_neither_is_harmed()
    {
        var folder = Directory.CreateTempSubdirectory("dbvc-second-").FullName;
        try
        {
            var init = Assert.Throws<DbVcException>(() => Workspace.Init(new InitRequest(folder, _shop.Database, null), ShopRepository.Options, default));
            Assert.Equal(("live.other-repository", FailureKind.Refused), (init.Code, init.Kind));
            using var other = new ShopRepository();
            foreach (var mode in Enum.GetValues<AttachMode>())
            {
                var failure = Assert.Throws<DbVcException>(() =>
                    Workspace.Attach(new AttachmentRequest(other.Folder, _shop.Database, mode), ShopRepository.Options, default));
                Assert.Equal("live.other-repository", failure.Code);
            }

            Assert.True(other.Workspace.Status(default).Clean);
            Assert.True(_shop.Workspace.Status(default).Clean);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void When_a_second_repository_takes_a_database_over_the_first_notices_and_keeps_its_hands_off()
    {
        var folder = Directory.CreateTempSubdirectory("dbvc-second-").FullName;
        try
        {
            _shop.Write("DROP TABLE _dbvc_state");
            Workspace.Init(new InitRequest(folder, _shop.Database, null), ShopRepository.Options, default);
            _shop.Write("UPDATE customers SET name = 'Ben' WHERE id = 2");
            foreach (var command in new Action[]
            {
                () => _shop.Workspace.Status(default), () => _shop.Workspace.Branches.Commit(BranchName.Main, "m", null, default),
                () => Attach(AttachMode.Adopt), () => Attach(AttachMode.Reapply),
            })
            {
                Assert.Equal("live.other-repository", Assert.Throws<DbVcException>(command).Code);
            }

            using var second = Workspace.Open(folder, ShopRepository.Options, default);
            Assert.NotNull(second.Branches.Commit(BranchName.Main, "Mine", null, default).Commit);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_branchs_database_is_not_taken_for_the_live_one()
    {
        var branch = _shop.Workspace.Branches.Create(BranchName.Parse("side"), null, default);
        _shop.WriteBranch("side", "UPDATE customers SET name = 'Ben' WHERE id = 2");
        _shop.Workspace.Branches.Commit(BranchName.Parse("side"), "m", null, default);
        Assert.Equal("live.private", Assert.Throws<DbVcException>(() => Attach(AttachMode.Adopt, branch.Database)).Code);
    }

    /// <summary>Ends the process at each step of attaching; the next command, alone, brings the old or the new state.</summary>
    [Theory]
    [InlineData(AttachMode.Adopt)]
    [InlineData(AttachMode.Reapply)]
    public void Attaching_that_is_cut_off_anywhere_can_be_done_again(AttachMode mode)
    {
        foreach (var step in new[] { PublishStep.Planned, PublishStep.IntentWritten, PublishStep.Applied, PublishStep.LiveCommitted })
        {
            using var shop = new AttachTests();
            shop.Restore("UPDATE customers SET name = 'Ben' WHERE id = 2");
            var options = ShopRepository.Options with
            {
                StepReached = reached =>
                {
                    if (reached == step) throw new InvalidOperationException("cut off");
                },
            };
            Assert.Throws<InvalidOperationException>(() => Workspace.Attach(new AttachmentRequest(shop._shop.Folder, null, mode), options, default));
            shop.Attach(mode);
            Assert.Equal("Ben", shop._shop.Ask("SELECT name FROM customers WHERE id = 2"));
            Assert.Equal(mode == AttachMode.Adopt ? "50" : "60", shop._shop.Ask("SELECT balance FROM customers WHERE id = 1"));
            Assert.True(shop._shop.Workspace.Status(default).Clean, step.ToString());
            Assert.True(shop._shop.Workspace.Upkeep.Verify(default).Ok, step.ToString());
        }
    }

    private AttachReport Attach(AttachMode mode, string? database = null)
    {
        var report = Workspace.Attach(new AttachmentRequest(_shop.Folder, database, mode), ShopRepository.Options, default);
        _shop.Reopen();
        return report;
    }

    private static string Ask(string path, string sql)
    {
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToString(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture) ?? "";
    }
}

using System.Text;
using DbVc.Model;
using DbVc.Store;
using Xunit;

namespace DbVc.Tests;

public sealed class RepositoryStoreTests : IDisposable
{
    private static readonly Hash One = Hash.Of("one"u8);
    private static readonly Hash Two = Hash.Of("two"u8);

    private readonly ScratchStore _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Only_the_owner_may_look_into_a_repository()
    {
        if (OperatingSystem.IsWindows()) return;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_scratch.Folder));
    }

    [Fact]
    public void A_second_repository_in_the_same_folder_is_refused() =>
        ScratchStore.ExpectFailure("store.exists", () => RepositoryStore.Create(_scratch.Folder));

    [Fact]
    public void A_missing_repository_is_not_created_by_opening()
    {
        var folder = Path.Combine(_scratch.Folder, "nothing");
        ScratchStore.ExpectFailure("store.missing", () => RepositoryStore.Open(folder));
        Assert.False(Directory.Exists(folder));
    }

    [Theory]
    [InlineData(StoreDatabase.FormatVersion + 1, "newer")]
    [InlineData(StoreDatabase.FormatVersion - 1, "made it")]
    public void Another_format_is_refused_with_what_to_do(int version, string hint)
    {
        Tamper($"UPDATE format SET version = {version}");
        var failure = ScratchStore.ExpectFailure("store.format", () => RepositoryStore.Open(_scratch.Folder));
        Assert.Contains(hint, failure.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_database_is_reported_as_damaged()
    {
        _scratch.Store.Dispose();
        File.WriteAllText(Path.Combine(_scratch.Folder, StoreDatabase.FileName), new string('x', 10_000));
        ScratchStore.ExpectFailure("store.damaged", () => RepositoryStore.Open(_scratch.Folder));
    }

    [Fact]
    public void Creating_can_be_finished_after_it_was_interrupted()
    {
        var folder = Path.Combine(_scratch.Folder, "interrupted");
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, StoreDatabase.FileName), []);
        ScratchStore.ExpectFailure("store.incomplete", () => RepositoryStore.Open(folder));
        RepositoryStore.Create(folder).Dispose();
        RepositoryStore.Open(folder).Dispose();
    }

    /// <summary>Where the ref is, where the caller thinks it is, where it should go, whether it does.</summary>
    public static TheoryData<string?, string?, string?, bool> RefMoves => new()
    {
        { null, null, "one", true },
        { null, "one", "two", false },
        { null, null, null, true },
        { null, "one", null, false },
        { "one", null, "two", false },
        { "one", "one", "two", true },
        { "one", "two", "one", false },
        { "one", "one", "one", true },
        { "one", "one", null, true },
        { "one", "two", null, false },
        { "one", null, null, false },
    };

    [Theory]
    [MemberData(nameof(RefMoves))]
    public void A_ref_moves_only_from_where_it_is_expected(string? actual, string? expected, string? next, bool moves)
    {
        static Hash? Name(string? text) => text is null ? null : Hash.Of(Encoding.UTF8.GetBytes(text));
        if (actual is not null) Change(t => Assert.True(t.MoveRef("heads/x", null, Name(actual))));
        Change(t => Assert.Equal(moves, t.MoveRef("heads/x", Name(expected), Name(next))));
        Assert.Equal(moves ? Name(next) : Name(actual), _scratch.Store.ReadRef("heads/x"));
    }

    [Fact]
    public void Refs_are_listed_by_prefix_in_order()
    {
        foreach (var name in (string[])["heads/b", "heads/a", "tags/a", "headsX", "heads/a%", "Heads/a"]) Change(t => t.MoveRef(name, null, One));
        Assert.Equal(["heads/a", "heads/a%", "heads/b"], _scratch.Store.ListRefs("heads/").Select(r => r.Key));
        Assert.Equal(6, _scratch.Store.ListRefs("").Count);
    }

    [Fact]
    public void A_transaction_without_commit_leaves_nothing()
    {
        using (var transaction = _scratch.Store.Begin())
        {
            transaction.MoveRef("heads/main", null, One);
            transaction.PutCommit(One, "body"u8);
            transaction.AppendOperation(Draft("lost"));
            transaction.PutDocument("c", "i", "body"u8);
            Assert.Null(_scratch.Store.ReadRef("heads/main"));
        }

        Assert.Null(_scratch.Store.ReadRef("heads/main"));
        Assert.Null(_scratch.Store.ReadCommit(One));
        Assert.Null(_scratch.Store.ReadDocument("c", "i"));
        Assert.Equal(Hash.None, _scratch.Store.OperationHead);
    }

    [Fact]
    public void What_was_committed_is_there_after_reopening()
    {
        Change(t =>
        {
            t.PutCommit(One, "body"u8);
            t.MoveRef("heads/main", null, One);
        });
        _scratch.Reopen();
        Assert.Equal("body"u8.ToArray(), _scratch.Store.ReadCommit(One));
        Assert.Equal(One, _scratch.Store.ReadRef("heads/main"));
    }

    [Fact]
    public async Task A_second_writer_waits_for_the_first()
    {
        using var second = RepositoryStore.Open(_scratch.Folder);
        var first = _scratch.Store.Begin();
        first.MoveRef("heads/main", null, One);
        var waiting = Task.Run(() =>
        {
            using var transaction = second.Begin();
            var moved = transaction.MoveRef("heads/main", One, Two);
            transaction.Commit();
            return moved;
        });
        first.Commit();
        Assert.True(await waiting);
        Assert.Equal(Two, _scratch.Store.ReadRef("heads/main"));
    }

    [Fact]
    public void Commits_are_found_by_any_prefix_of_their_name()
    {
        foreach (var id in (Hash[])[One, Two]) Change(t => t.PutCommit(id, "x"u8));
        for (var length = 3; length <= 40; length++) Assert.Equal([One], _scratch.Store.FindCommits(One.ToString()[..length], 10));
        Assert.Equal([One], _scratch.Store.FindCommits(One.ToString().ToUpperInvariant(), 10));
        Assert.Equal(2, _scratch.Store.FindCommits("", 10).Count);
        Assert.Single(_scratch.Store.FindCommits("", 1));
        foreach (var bad in (string[])["xyz", One + "0", "'; --", "-"]) Assert.Empty(_scratch.Store.FindCommits(bad, 10));
    }

    [Fact]
    public void Operations_form_a_chain_that_comes_back_newest_first()
    {
        var heads = new List<Hash>();
        for (var i = 0; i < 5; i++) Change(t => heads.Add(t.AppendOperation(Draft("commit \"ä\" \ud800 " + i))));
        _scratch.Reopen();

        var all = _scratch.Store.ListOperations(10);
        Assert.Equal([5, 4, 3, 2, 1], all.Select(o => o.Number));
        Assert.Equal(heads.AsEnumerable().Reverse(), all.Select(o => o.Hash));
        Assert.Equal(Hash.None, all[^1].Previous);
        Assert.Equal(heads[4], _scratch.Store.OperationHead);
        Assert.Equal("commit \"ä\" \ufffd 4", all[0].Operation.Command);
        Assert.Equal(Draft("").Time, all[0].Operation.Time);
        Assert.Equal(Draft("").Moves, all[0].Operation.Moves);
        Assert.Equal([3, 2], _scratch.Store.ListOperations(2, before: 4).Select(o => o.Number));
    }

    [Theory]
    [InlineData("UPDATE operations SET body = replace(body, 'two', 'six') WHERE number = 2")]
    [InlineData("DELETE FROM operations WHERE number = 2")]
    [InlineData("UPDATE operations SET hash = zeroblob(20) WHERE number = 2")]
    [InlineData("UPDATE operations SET number = 4 WHERE number = 3")]
    [InlineData("UPDATE operations SET body = x'00' WHERE number = 1")]
    public void A_changed_operation_log_is_noticed(string change)
    {
        foreach (var command in (string[])["one", "two", "three"]) Change(t => t.AppendOperation(Draft(command)));
        Tamper(change);
        ScratchStore.ExpectFailure("store.operation-damaged", () => _scratch.Store.ListOperations(10));
    }

    [Fact]
    public void Documents_are_paged_in_order_and_deleted_one_by_one_or_together()
    {
        var ids = new[] { "", "a", "a\0b", "b", "ä", "z" };
        Change(t =>
        {
            foreach (var id in ids.Reverse()) t.PutDocument("one", id, Encoding.UTF8.GetBytes("body of " + id));
            t.PutDocument("two", "x", []);
            t.PutDocument("one", "b", "changed"u8);
        });
        var paged = new List<string>();
        for (string? after = null; ;)
        {
            var page = _scratch.Store.ListDocuments("one", after, 2);
            if (page.Count == 0) break;
            paged.AddRange(page.Select(d => d.Key));
            after = page[^1].Key;
        }

        Assert.Equal(ids.OrderBy(i => i, StringComparer.Ordinal), paged);
        Assert.Equal("changed"u8.ToArray(), _scratch.Store.ReadDocument("one", "b"));
        Assert.Equal(Array.Empty<byte>(), _scratch.Store.ReadDocument("two", "x"));
        Assert.Null(_scratch.Store.ReadDocument("two", "y"));

        Change(t => t.DeleteDocument("one", "a"));
        Assert.Equal(5, _scratch.Store.ListDocuments("one").Count);
        Change(t => t.DeleteCollection("one"));
        Assert.Empty(_scratch.Store.ListDocuments("one"));
        Assert.Single(_scratch.Store.ListDocuments("two"));
    }

    [Fact]
    public void A_full_database_says_that_the_disk_is_full_and_can_be_used_again()
    {
        using var connection = StoreConnection.Open(Path.Combine(_scratch.Folder, StoreDatabase.FileName), create: false);
        connection.Execute("PRAGMA max_page_count = 40");
        connection.Execute("BEGIN IMMEDIATE");
        ScratchStore.ExpectFailure("store.full", () =>
        {
            using var insert = connection.Use("INSERT INTO commits (id, body) VALUES (?1, ?2)");
            for (var i = 0; i < 100; i++) insert.Bind(1, Hash.Of(BitConverter.GetBytes(i))).Bind(2, new byte[10_000]).Run();
        });
        connection.Rollback();
        Change(t => t.PutCommit(One, "body"u8));
        Assert.Equal([One], _scratch.Store.FindCommits("", 10));
    }

    [Theory]
    [InlineData(28, "store.full")]
    [InlineData(122, "store.full")]
    [InlineData(5, "store.no-access")]
    public void A_full_disk_is_told_from_other_failures_of_files(int error, string code) =>
        Assert.Equal(code, StoreFailure.FromIo(new IOException("x", error), "packs/x.pack").Code);

    private static OperationDraft Draft(string command) => new(command, "ada", new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero).AddTicks(7),
        [new RefMove("heads/main", null, One), new RefMove("heads/x", One, null)]);

    private void Change(Action<IStoreTransaction> change)
    {
        using var transaction = _scratch.Store.Begin();
        change(transaction);
        transaction.Commit();
    }

    private void Tamper(string sql)
    {
        using var connection = StoreConnection.Open(Path.Combine(_scratch.Folder, StoreDatabase.FileName), create: false);
        connection.Execute(sql);
    }
}

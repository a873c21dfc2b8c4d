using DbVc.Live;
using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.Tests;

/// <summary>Ways in which a row could get lost, or become another one, without anybody being told; each is closed.</summary>
public sealed class NothingLostTests : IDisposable
{
    private const string Schema = """
        CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT, stock INTEGER, note TEXT);
        CREATE TABLE lines (line TEXT);
        INSERT INTO items VALUES (1, 'bolt', 5, NULL), (2, 'nut', 7, NULL), (3, 'gear', 9, NULL);
        INSERT INTO lines VALUES ('a'), ('b');
        """;

    private readonly ShopRepository _shop = new(Schema);

    public void Dispose() => _shop.Dispose();

    /// <summary>What a branch takes away whole, and what an application writes there after it was captured.</summary>
    [Theory]
    [InlineData("DROP TABLE lines", "INSERT INTO lines VALUES ('late')", "SELECT count(*) FROM lines WHERE line = 'late'")]
    [InlineData("DROP TABLE lines", "UPDATE lines SET line = 'late' WHERE line = 'a'", "SELECT count(*) FROM lines WHERE line = 'late'")]
    [InlineData("DROP TABLE items", "INSERT INTO items VALUES (4, 'late', 1, NULL)", "SELECT count(*) FROM items WHERE id = 4")]
    [InlineData("ALTER TABLE items DROP COLUMN note", "UPDATE items SET note = 'late' WHERE id = 2", "SELECT count(*) FROM items WHERE note = 'late'")]
    public void What_an_application_writes_into_a_table_or_column_that_a_merge_drops_is_a_conflict(string change, string late, string kept)
    {
        _shop.Branch("drop", change);
        WriteOnce(PublishStep.IntentWritten, late);
        Assert.Equal(MergeState.Conflicts, _shop.Merge("drop").State);
        Assert.Equal("1", _shop.Ask(kept));
        _shop.Workspace.Merges.Abort(null);
        Assert.Equal("1", _shop.Ask(kept));
    }

    /// <summary>A column that holds nothing but what any new column holds is not known to be the one that vanished.</summary>
    [Theory]
    [InlineData("ALTER TABLE items DROP COLUMN note; ALTER TABLE items ADD COLUMN remark TEXT")]
    [InlineData("ALTER TABLE items RENAME TO old; CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT, stock INTEGER, remark TEXT); "
        + "INSERT INTO items SELECT id, name, stock, NULL FROM old; DROP TABLE old")]
    public void A_cell_never_lands_in_another_column_because_both_were_empty(string change)
    {
        _shop.Branch("edit", "UPDATE items SET note = 'secret' WHERE id = 2");
        _shop.Branch("replace", change);
        Assert.Equal(MergeState.Merged, _shop.Merge("replace").State);
        Assert.Equal(MergeState.Conflicts, _shop.Merge("edit").State);
        Assert.Equal("0", _shop.Ask("SELECT count(*) FROM items WHERE remark = 'secret'"));
    }

    [Fact]
    public void A_new_row_keeps_its_cell_where_the_other_side_may_have_renamed_the_column()
    {
        _shop.Branch("rename", "ALTER TABLE items RENAME COLUMN note TO remark");
        _shop.Write("INSERT INTO items VALUES (4, 'cog', 1, 'kept')");
        Assert.Equal(MergeState.Conflicts, _shop.Merge("rename").State);
        Assert.Equal("kept", _shop.Ask("SELECT note FROM items WHERE id = 4"));
    }

    [Fact]
    public void After_a_criss_cross_of_new_columns_a_cleared_cell_stays_cleared()
    {
        _shop.Branch("p", "ALTER TABLE items ADD COLUMN a TEXT; UPDATE items SET a = 'x'");
        _shop.Branch("q", "ALTER TABLE items ADD COLUMN b TEXT; UPDATE items SET b = 'y'");
        Copy("p", "p1");
        Copy("q", "q1");
        MergeInto("q1", "p");
        MergeInto("p1", "q");
        Change("p", "UPDATE items SET a = NULL WHERE id = 1");
        Change("q", "UPDATE items SET name = 'BOLT' WHERE id = 1; UPDATE items SET b = NULL WHERE id = 2");
        Assert.Equal(MergeState.Merged, MergeInto("p", "q").State);
        const string All = "SELECT group_concat(name || '/' || ifnull(a, '') || '/' || ifnull(b, ''), ' ') FROM items";
        Assert.Equal("BOLT//y nut/x/ gear/x/y", _shop.AskBranch("q", All));
    }

    [Theory]
    [InlineData("REAL", "2.0")]
    [InlineData("TEXT COLLATE RTRIM", "'2  '")]
    public void A_reference_that_is_written_otherwise_than_its_parent_does_not_lose_it(string type, string value)
    {
        using var shop = new ShopRepository($"""
            CREATE TABLE parents (id INTEGER PRIMARY KEY, code {type.Replace("REAL", "INTEGER", StringComparison.Ordinal)} UNIQUE);
            CREATE TABLE children (id INTEGER PRIMARY KEY, parent {type} REFERENCES parents(code));
            INSERT INTO parents VALUES (1, '1'), (2, '2');
            """);
        shop.Branch("delete", "DELETE FROM parents WHERE id = 2");
        shop.Write($"INSERT INTO children VALUES (1, {value})");
        Assert.Equal(MergeState.Refused, shop.Merge("delete").State);
        Assert.Equal("2", shop.Ask("SELECT count(*) FROM parents"));
    }

    [Fact]
    public void An_index_stays_whole_when_two_columns_swap_their_names()
    {
        using var shop = new ShopRepository("""
            CREATE TABLE pairs (id INTEGER PRIMARY KEY, one TEXT, two TEXT); CREATE UNIQUE INDEX first ON pairs (one);
            INSERT INTO pairs VALUES (1, 'a', 'x'), (2, 'b', 'y');
            """);
        shop.Branch("swap", "ALTER TABLE pairs RENAME COLUMN one TO third");
        Step("ALTER TABLE pairs RENAME COLUMN two TO one");
        Step("ALTER TABLE pairs RENAME COLUMN third TO two; DROP INDEX first; CREATE UNIQUE INDEX first ON pairs (one)");
        Assert.Equal(MergeState.Merged, shop.Merge("swap").State);
        Assert.Equal("ok", shop.Ask("PRAGMA integrity_check"));
        Assert.Equal("2 b y", shop.Ask("SELECT id || ' ' || two || ' ' || one FROM pairs WHERE one = 'y'"));

        void Step(string sql)
        {
            shop.WriteBranch("swap", sql);
            shop.Workspace.Branches.Commit(BranchName.Parse("swap"), "Step", null, CancellationToken.None);
        }
    }

    [Fact]
    public void A_row_that_is_kept_brings_back_all_that_it_stands_on()
    {
        using var shop = new ShopRepository("""
            CREATE TABLE towns (id INTEGER PRIMARY KEY, name TEXT);
            CREATE TABLE shops (id INTEGER PRIMARY KEY, town INTEGER REFERENCES towns(id) ON DELETE CASCADE);
            CREATE TABLE sales (id INTEGER PRIMARY KEY, shop INTEGER REFERENCES shops(id) ON DELETE CASCADE);
            INSERT INTO towns VALUES (1, 'Bern'), (2, 'Rome'); INSERT INTO shops VALUES (1, 1), (2, 2);
            """);
        shop.Branch("delete", "DELETE FROM shops WHERE id = 2; DELETE FROM towns WHERE id = 2");
        shop.Write("INSERT INTO sales VALUES (1, 2)");
        Assert.Equal(1, shop.Merge("delete").ConflictCount);
        shop.Workspace.Merges.Resolve(new ResolveRequest(null, null, new Resolution(ResolutionKind.Target)));
        Assert.Equal(MergeState.Merged, shop.Workspace.Merges.Continue(null, CancellationToken.None).State);
        const string All = "SELECT sales.id || shops.id || towns.name FROM sales JOIN shops ON shops.id = shop JOIN towns ON towns.id = town";
        Assert.Equal("12Rome", shop.Ask(All));
    }

    [Fact]
    public void An_agents_rows_do_not_get_around_the_gates_by_a_cherry_pick_to_another_branch()
    {
        _shop.Workspace.Branches.Create(BranchName.Parse("agent"), null, CancellationToken.None);
        _shop.Workspace.Branches.Create(BranchName.Parse("side"), null, CancellationToken.None);
        _shop.WriteBranch("agent", "INSERT INTO items VALUES (9, 'invented', 1, NULL)");
        var bot = new Author("bot", "bot@example.com", AuthorKind.Agent);
        _shop.Workspace.Branches.Commit(BranchName.Parse("agent"), "Invent", bot, CancellationToken.None);
        Assert.Equal(MergeState.Refused, _shop.Merge("agent").State);
        _shop.Workspace.Replays.CherryPick(new CherryPickRequest("agent", BranchName.Parse("side")), CancellationToken.None);
        Assert.Equal(MergeState.Refused, _shop.Merge("side").State);
        Assert.Equal("0", _shop.Ask("SELECT count(*) FROM items WHERE id = 9"));
    }

    private void Copy(string from, string name) => _shop.Workspace.Branches.Create(BranchName.Parse(name), from, CancellationToken.None);

    private MergeReport MergeInto(string source, string target) =>
        _shop.Workspace.Merges.Merge(
            new MergeRequest(BranchName.Parse(source), BranchName.Parse(target), false, []) { AllowDestructive = true }, CancellationToken.None);

    private void Change(string branch, string sql)
    {
        _shop.WriteBranch(branch, sql);
        _shop.Workspace.Branches.Commit(BranchName.Parse(branch), "Change " + branch, null, CancellationToken.None);
    }

    private void WriteOnce(PublishStep step, string sql) => _shop.StepReached = reached =>
    {
        if (reached != step) return;
        _shop.StepReached = null;
        _shop.Write(sql);
    };
}

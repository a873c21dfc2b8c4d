using DbVc.Databases;
using DbVc.Model;
using DbVc.VersionControl;
using Xunit;

namespace DbVc.Tests;

/// <summary>Capture finds out what was renamed; apply renames without copying rows.</summary>
public sealed class RenameTests : IDisposable
{
    private const string Start = """
        CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, town TEXT, note TEXT);
        INSERT INTO people VALUES (1, 'Ann', 'Bern', NULL), (2, 'Bob', 'Rome', 'x'), (3, 'Cid', NULL, NULL);
        """;

    private readonly SqliteFixture _fixture = new();
    private readonly MemoryChunks _chunks = new();

    /// <summary>What happens to the table, and what each old column is called then ('-': it is gone).</summary>
    public static TheoryData<string, string> ColumnChanges => new()
    {
        { "ALTER TABLE people RENAME COLUMN town TO city", "id name city note" },
        { "ALTER TABLE people RENAME COLUMN id TO nr", "nr name town note" },
        { "ALTER TABLE people RENAME COLUMN town TO city; UPDATE people SET city = 'Oslo' WHERE id = 1", "id name city note" },
        { "ALTER TABLE people RENAME COLUMN town TO city; ALTER TABLE people RENAME COLUMN name TO called", "id called city note" },
        { "ALTER TABLE people RENAME COLUMN town TO city; ALTER TABLE people ADD COLUMN age INT", "id name city note" },
        { "ALTER TABLE people RENAME COLUMN town TO city; INSERT INTO people VALUES (4, 'Dan', 'Kyiv', NULL)", "id name city note" },
        { "ALTER TABLE people RENAME COLUMN town TO city; DELETE FROM people", "id name city note" },

        // Not renamed: other cells, another type, another place, or two that could be meant.
        { "ALTER TABLE people DROP COLUMN note; ALTER TABLE people ADD COLUMN remark TEXT", "id name town -" },
        { "UPDATE people SET note = NULL; ALTER TABLE people RENAME COLUMN note TO remark", "id name town -" },
        { "UPDATE people SET town = name; ALTER TABLE people RENAME COLUMN name TO a; ALTER TABLE people RENAME COLUMN town TO name; "
            + "ALTER TABLE people RENAME COLUMN a TO town", "id name town note" },
        { "ALTER TABLE people DROP COLUMN note; ALTER TABLE people ADD COLUMN age INT", "id name town -" },
        { "ALTER TABLE people ADD COLUMN city TEXT; UPDATE people SET city = town; ALTER TABLE people DROP COLUMN town", "id name - note" },
        { "ALTER TABLE people DROP COLUMN town; ALTER TABLE people DROP COLUMN note; ALTER TABLE people ADD COLUMN city TEXT", "id name - -" },
    };

    [Theory]
    [MemberData(nameof(ColumnChanges))]
    public void A_renamed_column_keeps_its_id(string change, string names)
    {
        var (before, after) = CaptureBoth(Start, change);
        var (old, now) = (before.Tables().Single().Schema, after.Tables().Single().Schema);
        Assert.Equal(names, string.Join(' ', old.Columns.Select(c => now.Columns.FirstOrDefault(n => n.Id == c.Id)?.Name ?? "-")));
        Assert.Equal(old.Id, now.Id);
    }

    [Theory]
    [InlineData("ALTER TABLE people RENAME TO persons", true)]
    [InlineData("ALTER TABLE people RENAME TO x; ALTER TABLE x RENAME TO People", true)]
    [InlineData("ALTER TABLE people RENAME TO persons; UPDATE persons SET name = 'Eve' WHERE id = 1", true)]
    [InlineData("ALTER TABLE people RENAME TO persons; DELETE FROM persons", false)]
    [InlineData("ALTER TABLE people RENAME TO persons; UPDATE persons SET name = id, town = id", false)]
    [InlineData("CREATE TABLE persons AS SELECT * FROM people; DROP TABLE people", false)]
    [InlineData("ALTER TABLE people RENAME TO persons; CREATE TABLE humans (id INTEGER PRIMARY KEY, name TEXT, town TEXT, note TEXT)", true)]
    public void A_renamed_table_keeps_its_id_and_its_tree(string change, bool isSame)
    {
        var (before, after) = CaptureBoth(Start, change);
        var old = before.Tables().Single();
        var found = after.Tables().Where(t => t.Schema.Id == old.Schema.Id).ToList();
        Assert.Equal(isSame ? 1 : 0, found.Count);
        if (!change.Contains(';', StringComparison.Ordinal) && isSame) Assert.Equal(old.Rows, found[0].Rows);
        var difference = new SnapshotDiff(_chunks, before.Snapshot, after.Snapshot).Tables().Single(t => t.Before is not null);
        Assert.Equal(isSame ? found[0].Schema.Name : null, difference.After?.Schema.Name);
    }

    [Fact]
    public void Of_two_tables_that_hold_the_same_none_is_renamed()
    {
        const string Twins = """
            CREATE TABLE y1 (id INTEGER PRIMARY KEY, x TEXT); INSERT INTO y1 VALUES (1, 'same');
            CREATE TABLE y2 (id INTEGER PRIMARY KEY, x TEXT); INSERT INTO y2 VALUES (1, 'same');
            """;
        var (before, after) = CaptureBoth(Twins, "ALTER TABLE y1 RENAME TO z2; ALTER TABLE y2 RENAME TO z1");
        Assert.Empty(before.Tables().Select(t => t.Schema.Id).Intersect(after.Tables().Select(t => t.Schema.Id)));
        var (one, two) = CaptureBoth(Twins, "ALTER TABLE y1 RENAME TO z; CREATE TABLE w (id INTEGER PRIMARY KEY, x TEXT); INSERT INTO w VALUES (1, 'same')");
        Assert.Equal("y2-", two.Tables().Select(t => t.Schema.Id).Intersect(one.Tables().Select(t => t.Schema.Id)).Single()[..3]);
    }

    [Fact]
    public void An_empty_table_is_renamed_by_definition_unless_two_could_be_meant()
    {
        const string Empty = "CREATE TABLE a (id INTEGER PRIMARY KEY, x TEXT);";
        var (before, one) = CaptureBoth(Empty, "ALTER TABLE a RENAME TO b");
        Assert.Equal(before.Tables().Single().Schema.Id, one.Tables().Single().Schema.Id);

        var (start, two) = CaptureBoth(Empty, "ALTER TABLE a RENAME TO b; CREATE TABLE c (id INTEGER PRIMARY KEY, x TEXT)");
        Assert.DoesNotContain(start.Tables().Single().Schema.Id, two.Tables().Select(t => t.Schema.Id));
    }

    [Theory]
    [InlineData("ALTER TABLE orders RENAME COLUMN total TO amount")]
    [InlineData("ALTER TABLE customers RENAME TO clients")]
    [InlineData("ALTER TABLE customers RENAME TO \"the clients\"; "
        + "ALTER TABLE \"the clients\" RENAME COLUMN name TO \"full name\"; INSERT INTO orders VALUES (3, 1, 7)")]
    [InlineData("ALTER TABLE customers RENAME TO x; ALTER TABLE orders RENAME TO customers; ALTER TABLE x RENAME TO orders")]
    [InlineData("ALTER TABLE customers RENAME COLUMN id TO nr; UPDATE customers SET balance = 7 WHERE nr = 2; DELETE FROM orders WHERE id = 1")]
    public void Apply_renames_and_everything_that_names_it_follows(string change)
    {
        using var source = _fixture.NewDatabase(ShopRepository.Schema, out var changed);
        using var copy = _fixture.NewDatabase(ShopRepository.Schema, out var applied);
        var before = Capture(source, Snapshot.Empty);
        _fixture.Execute(changed, change);
        var after = Capture(source, before);
        var delta = new SnapshotDiff(_chunks, before, after).ToDelta();
        using (var session = copy.BeginApply(TimeSpan.FromSeconds(5)))
        {
            Assert.True(session.Apply(delta).IsClean);
            Assert.Empty(session.CheckConstraints(delta));
            session.Commit();
        }

        Assert.Equal(DatabaseContent.Read(source).Dump(), DatabaseContent.Read(copy).Dump());
        Assert.Equal(after, Capture(copy, before));
        using var connection = _fixture.Connect(applied);
        using var check = connection.CreateCommand();
        check.CommandText = "PRAGMA integrity_check";
        Assert.Equal("ok", check.ExecuteScalar());
    }

    [Fact]
    public void A_rename_in_the_live_database_touches_no_row()
    {
        using var database = _fixture.NewDatabase(Start, out var location);
        var before = DatabaseContent.Read(database);
        var table = before.Schema.Tables.Single();
        var renamed = table with
        {
            Name = "persons",
            Sql = "CREATE TABLE persons (id INTEGER PRIMARY KEY, name TEXT, city TEXT, note TEXT)",
            Columns = [.. table.Columns.Select(c => c.Name == "town" ? c with { Name = "city" } : c)],
        };
        using var connection = _fixture.Connect(location);
        var root = Ask("SELECT rootpage FROM sqlite_schema WHERE name = 'people'");
        using (var session = database.BeginApply(TimeSpan.FromSeconds(5)))
        {
            Assert.True(session.Apply(new DatabaseDelta([new TableDelta(table, renamed, [])], [], [])).IsClean);
            session.Commit();
        }

        Assert.Equal(root, Ask("SELECT rootpage FROM sqlite_schema WHERE name = 'persons'"));
        Assert.Equal("Bern", Ask("SELECT city FROM persons WHERE id = 1"));
        Assert.Equal(renamed.Sql, Ask("SELECT sql FROM sqlite_schema WHERE name = 'persons'"));

        string Ask(string sql)
        {
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            return command.ExecuteScalar()!.ToString()!;
        }
    }

    public void Dispose() => _fixture.Dispose();

    private (SnapshotReader Before, SnapshotReader After) CaptureBoth(string start, string change)
    {
        using var database = _fixture.NewDatabase(start, out var location);
        var before = Capture(database, Snapshot.Empty);
        _fixture.Execute(location, change);
        return (new SnapshotReader(_chunks, before), new SnapshotReader(_chunks, Capture(database, before)));
    }

    private Snapshot Capture(IDatabase database, Snapshot previous)
    {
        using var read = database.BeginRead();
        return DbVc.Live.Capture.Run(read, previous, _chunks, CancellationToken.None);
    }
}

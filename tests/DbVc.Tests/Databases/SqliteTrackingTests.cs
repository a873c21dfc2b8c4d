using DbVc.Databases;
using Microsoft.Data.Sqlite;
using Xunit;

namespace DbVc.Tests;

/// <summary>Every way to change a row of a tracked table is in the log, is found out, or makes the answer unknown.</summary>
public sealed class SqliteTrackingTests() : TrackingConformance(new SqliteFixture("wal"))
{
    private const string Schema = """
        CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT UNIQUE, boss INTEGER REFERENCES people (id) ON DELETE CASCADE ON UPDATE CASCADE);
        CREATE TABLE codes (code TEXT COLLATE NOCASE PRIMARY KEY, n) WITHOUT ROWID;
        CREATE TABLE loose (a, b);
        CREATE TABLE quiet (id INTEGER PRIMARY KEY, x);
        INSERT INTO people VALUES (1, 'Ann', NULL), (2, 'Bob', 1), (3, 'Cid', 2), (4, 'Dan', NULL);
        INSERT INTO codes VALUES ('a', 1), ('b', 2);
        INSERT INTO loose VALUES (1, 1), (1, 1);
        """;

    /// <summary>A change, the table it is about, and the keys that must be named; '?' for a count that does not fit, '!' for unknown.</summary>
    public static TheoryData<string, string, string> Changes => new()
    {
        { "INSERT INTO people VALUES (9, 'Eve', NULL)", "people", "9" },
        { "UPDATE people SET name = name || 'X' WHERE id IN (1, 3)", "people", "1 3" },
        { "UPDATE people SET id = 7 WHERE id = 4", "people", "4- 7" },
        { "DELETE FROM people WHERE id = 4", "people", "4-" },
        { "DELETE FROM people", "people", "1- 2- 3- 4-" },
        { "PRAGMA foreign_keys = ON; DELETE FROM people WHERE id = 1", "people", "1- 2- 3-" },
        { "PRAGMA foreign_keys = ON; UPDATE people SET id = 50 WHERE id = 1", "people", "1- 2 50" },
        { "INSERT INTO people VALUES (1, 'Ann', NULL) ON CONFLICT (id) DO UPDATE SET name = 'Anna'", "people", "1" },
        { "INSERT OR REPLACE INTO people VALUES (1, 'Ann2', NULL)", "people", "1" },

        // REPLACE takes a row away that no trigger sees: the count does.
        { "INSERT OR REPLACE INTO people VALUES (9, 'Dan', NULL)", "people", "9 ?" },
        { "PRAGMA recursive_triggers = ON; INSERT OR REPLACE INTO people VALUES (9, 'Dan', NULL)", "people", "4- 9" },
        { "UPDATE OR REPLACE people SET name = 'Dan' WHERE id = 1", "people", "1 ?" },
        { "INSERT OR REPLACE INTO codes VALUES ('A', 5)", "codes", "A" },
        { "UPDATE codes SET code = 'B' WHERE code = 'b'", "codes", "B b" },
        { "CREATE TRIGGER user_trigger AFTER INSERT ON quiet BEGIN UPDATE people SET name = 'T' WHERE id = 2; END; INSERT INTO quiet VALUES (1, 1)",
            "people", "2" },
        { "BEGIN; INSERT INTO people VALUES (9, 'E', NULL); ROLLBACK", "people", "" },
        { "BEGIN; SAVEPOINT s; DELETE FROM people; ROLLBACK TO s; UPDATE people SET name = 'Z' WHERE id = 3; COMMIT", "people", "3" },
        { "VACUUM", "people", "" },
        { "ANALYZE", "people", "" },
        { "INSERT INTO loose VALUES (2, 2)", "loose", "!" },
        { "INSERT INTO loose VALUES (2, 2)", "people", "" },
        { "CREATE TABLE x AS SELECT * FROM people; DROP TABLE people; ALTER TABLE x RENAME TO people", "people", "!" },
        { "ALTER TABLE people RENAME TO persons", "persons", "!" },
        { "DROP TRIGGER _dbvc_track_2_insert", "people", "" },
        { "DROP TRIGGER _dbvc_track_3_insert", "people", "!" },
        { "DELETE FROM _dbvc_changes", "people", "!" },
        { "DROP TABLE _dbvc_changes; CREATE TABLE _dbvc_changes (id INTEGER PRIMARY KEY, stamp, number, k1)", "people", "!" },
        { "UPDATE _dbvc_tracking SET epoch = 'other'", "people", "!" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void A_change_is_found_by_the_log(string change, string table, string expected)
    {
        using var database = Fixture.NewDatabase(Schema, out var location);
        database.StartTracking(Wait);
        Fixture.Execute(location, "UPDATE people SET boss = boss; UPDATE codes SET n = n");
        var mark = MarkOf(database);
        Change(location, change);
        Assert.Equal(expected, Describe(database, mark, table));
    }

    [Fact]
    public void A_backup_that_was_put_back_and_went_another_way_is_recognised()
    {
        using var database = Fixture.NewDatabase(Schema, out var location);
        database.StartTracking(Wait);
        var copy = Fixture.NewLocation();
        Fixture.Execute(location, "UPDATE people SET name = 'A' WHERE id = 1");
        Fixture.Provider.Clone(location, copy);
        Fixture.Execute(location, "UPDATE people SET name = 'B' WHERE id = 2");
        var mark = MarkOf(database);
        Fixture.Execute(copy, "UPDATE people SET name = 'C' WHERE id = 3; UPDATE people SET name = 'D' WHERE id = 4");
        using var restored = Fixture.Provider.Open(copy);
        Assert.Equal("!", Describe(restored, mark, "people"));
    }

    [Theory]
    [InlineData("UPDATE bulk SET n = 1 WHERE id IN (7, 900)", true)]
    [InlineData("UPDATE bulk SET n = 1 WHERE id > 2000", false)]
    public void By_pages_only_a_table_of_which_most_stayed_is_told_row_by_row(string change, bool isTold)
    {
        const string Bulk = """
            CREATE TABLE bulk (id INTEGER PRIMARY KEY, n, filler);
            WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 4000) INSERT INTO bulk SELECT n, 0, zeroblob(900) FROM number
            """;
        using var database = Fixture.NewDatabase(Bulk, out var location);
        var mark = MarkOf(database);
        Fixture.Execute(location, change);
        Assert.Equal(isTold, Describe(database, mark, "bulk") != "!");
    }

    private static string MarkOf(IDatabase database)
    {
        using var read = database.BeginRead();
        return read.Mark!;
    }

    /// <summary>As an application does, which knows nothing of triggers.</summary>
    private static void Change(string location, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={location};Pooling=False;Foreign Keys=False");
        connection.Open();
        SqliteFixture.Execute(connection, sql);
    }

    private static string Describe(IDatabase database, string mark, string name)
    {
        using var read = database.BeginRead();
        using var changes = read.ChangesSince(mark);
        var table = read.ReadSchema().FindTable(name)!;
        switch (changes?.Find(table) ?? TableChanges.Unknown)
        {
            case TableChanges.Rows rows:
                var touched = rows.Touched.Select(t => string.Join(',', t.Key) + (t.Row is null ? "-" : "")).Order(StringComparer.Ordinal).ToList();
                var content = DatabaseContent.Read(database).Rows[name];
                Assert.All(rows.Touched.Where(t => t.Row is not null), t => Assert.Contains(content, row => row.SequenceEqual(t.Row!)));
                // A row that went unseen makes the count less than the named ones say.
                var named = 4 + rows.Touched.Count(t => t.Row is not null && t.Key[0].AsInteger > 4) - rows.Touched.Count(t => t.Row is null);
                return string.Join(' ', touched) + (name == "people" && rows.Missing?.Total < named ? " ?" : "");
            case var found:
                return found == TableChanges.Same ? "" : "!";
        }
    }
}

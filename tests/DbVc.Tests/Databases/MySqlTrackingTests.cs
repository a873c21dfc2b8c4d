using DbVc.Databases;
using Xunit;

namespace DbVc.Tests;

/// <summary>Every way to change a row of a tracked table is in the log, or makes the answer unknown.</summary>
public sealed class MySqlTrackingTests() : TrackingConformance(new MySqlFixture())
{
    private const string Schema = """
        CREATE TABLE people (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(20) UNIQUE, boss INT);
        CREATE TABLE notes (id INT PRIMARY KEY, person INT, text VARCHAR(20), FOREIGN KEY (person) REFERENCES people (id) ON DELETE CASCADE);
        CREATE TABLE items (id INT PRIMARY KEY, note INT, FOREIGN KEY (note) REFERENCES notes (id) ON DELETE CASCADE);
        CREATE TABLE codes (code VARCHAR(20) CHARACTER SET latin1, big BIGINT UNSIGNED, b VARBINARY(9), d DATETIME(3), n INT, PRIMARY KEY (code, big, b, d));
        CREATE TABLE loose (a INT, b INT);
        CREATE TABLE parted (id INT PRIMARY KEY) PARTITION BY HASH (id) PARTITIONS 2;
        CREATE TABLE odd (id FLOAT PRIMARY KEY);
        CREATE TABLE quiet (id INT PRIMARY KEY, x INT);
        INSERT INTO people VALUES (1, 'Ann', NULL), (2, 'Bob', 1), (3, 'Cid', 2), (4, 'Dan', NULL);
        INSERT INTO notes VALUES (1, 1, 'x'), (2, 2, 'y'); INSERT INTO items VALUES (1, 1), (2, 2);
        INSERT INTO codes VALUES ('aé', 18446744073709551615, x'00ff', '2024-01-01 00:00:00.125', 1), ('b', 2, x'', '0000-00-00', 2);
        INSERT INTO loose VALUES (1, 1), (1, 1); INSERT INTO parted VALUES (1), (2);
        """;

    /// <summary>A change, the table it is about, and the keys that must be named, with a minus where the row is gone; '!' for unknown.</summary>
    public static TheoryData<string, string, string> Changes => new()
    {
        { "DO 1", "people", "" },
        { "INSERT INTO people VALUES (9, 'Eve', NULL)", "people", "9" },
        { "UPDATE people SET name = concat(name, 'X') WHERE id IN (1, 3)", "people", "1 3" },
        { "UPDATE people SET id = 7 WHERE id = 4", "people", "4- 7" },
        { "DELETE FROM people WHERE id = 4", "people", "4-" },
        { "DELETE FROM people", "people", "!" },
        { "SET foreign_key_checks = 0; TRUNCATE people", "people", "!" },
        { "SET foreign_key_checks = 0; TRUNCATE people; INSERT INTO people VALUES (1, 'Ann', NULL)", "people", "!" },
        { "INSERT INTO people VALUES (1, 'Ann', NULL) ON DUPLICATE KEY UPDATE name = 'Anna'", "people", "1" },
        { "REPLACE INTO people VALUES (1, 'Ann2', NULL)", "people", "1" },
        { "REPLACE INTO people VALUES (9, 'Dan', NULL)", "people", "4- 9" },
        { "UPDATE codes SET code = 'B' WHERE code = 'b'", "codes", "B,2,x'',0000-00-00 00:00:00.000 b,2,x'',0000-00-00 00:00:00.000-" },
        { "UPDATE codes SET n = 5 WHERE n = 1", "codes", "aé,18446744073709551615,x'00ff',2024-01-01 00:00:00.125" },
        { "CREATE TRIGGER user_trigger AFTER INSERT ON quiet FOR EACH ROW UPDATE people SET name = 'T' WHERE id = 2; INSERT INTO quiet VALUES (1, 1)",
            "people", "2" },
        { "BEGIN; INSERT INTO people VALUES (9, 'E', NULL); ROLLBACK", "people", "" },
        { "BEGIN; SAVEPOINT s; DELETE FROM people; ROLLBACK TO SAVEPOINT s; UPDATE people SET name = 'Z' WHERE id = 3; COMMIT", "people", "3" },
        { "ALTER TABLE people FORCE", "people", "" },
        { "ANALYZE TABLE people", "people", "" },
        { "INSERT INTO loose VALUES (2, 2)", "loose", "!" },
        { "INSERT INTO loose VALUES (2, 2)", "people", "" },
        { "INSERT INTO parted VALUES (7)", "parted", "!" },
        { "ALTER TABLE parted TRUNCATE PARTITION p0", "parted", "!" },
        { "DO 1", "odd", "!" },
        { "INSERT INTO people VALUES (9, 'Eve', NULL)", "notes", "" },
        { "UPDATE notes SET text = 'z' WHERE id = 2", "notes", "2" },
        { "DELETE FROM people WHERE id = 1", "notes", "!" },
        { "DELETE FROM people WHERE id = 1", "items", "!" },
        { "CREATE TABLE x LIKE people; INSERT INTO x SELECT * FROM people; RENAME TABLE people TO gone, x TO people", "people", "!" },
        { "CREATE OR REPLACE TABLE quiet (id INT PRIMARY KEY, x INT)", "quiet", "!" },
        { "DROP TRIGGER _dbvc_track_1_insert", "codes", "!" },
        { "DROP TRIGGER _dbvc_track_1_insert", "people", "" },
        { "ALTER TABLE codes CHANGE b c VARBINARY(9); INSERT INTO codes VALUES ('c', 3, x'', '2024-01-01', 3); UPDATE codes SET n = 4 WHERE n = 3; "
            + "DELETE FROM codes WHERE n = 1; ALTER TABLE codes CHANGE c b VARBINARY(9)", "codes", "!" },
        { "DELETE FROM _dbvc_changes", "people", "!" },
        { "UPDATE _dbvc_changes SET stamp = stamp + 1 LIMIT 1", "people", "!" },
        { "UPDATE _dbvc_tracking SET epoch = 'other'", "people", "!" },
        { "UPDATE _dbvc_tracking SET nonce = 'other'", "people", "!" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void A_change_is_found_by_the_log(string change, string table, string expected)
    {
        using var database = Fixture.NewDatabase(Schema, out var location);
        database.StartTracking(Wait);
        Fixture.Execute(location, "UPDATE people SET boss = boss WHERE id = 1; UPDATE codes SET n = n");
        var mark = MarkOf(database);
        Fixture.Execute(location, change);
        Assert.Equal(expected, Describe(database, mark, table));
    }

    [Fact]
    public void What_cannot_be_tracked_is_said()
    {
        using var database = Fixture.NewDatabase(Schema, out _);
        database.StartTracking(Wait);
        Assert.Equal(["odd", "parted"], database.ReadTracking().Tables.Where(t => !t.IsTracked).Select(t => t.Name));
        Assert.Equal(["items", "loose", "notes", "odd", "parted"], database.ReadTracking().Tables.Where(t => t.Gap is not null).Select(t => t.Name));
    }

    private static string MarkOf(IDatabase database)
    {
        using var read = database.BeginRead();
        return read.Mark!;
    }

    private static string Describe(IDatabase database, string mark, string name)
    {
        using var read = database.BeginRead();
        using var changes = read.ChangesSince(mark);
        var table = read.ReadSchema().FindTable(name)!;
        switch (changes?.Find(table) ?? TableChanges.Unknown)
        {
            case TableChanges.Rows rows:
                var touched = rows.Touched.ToList();
                var content = DatabaseContent.Read(database).Rows[name];
                Assert.All(touched.Where(t => t.Row is not null), t => Assert.Contains(content, row => row.SequenceEqual(t.Row!)));
                return string.Join(' ', touched.Select(t => string.Join(',', t.Key) + (t.Row is null ? "-" : "")).Order(StringComparer.Ordinal));
            case var found:
                return found == TableChanges.Same ? "" : "!";
        }
    }
}

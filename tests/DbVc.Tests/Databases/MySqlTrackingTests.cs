using DbVc.Databases;
using DbVc.Model;
using Xunit;

namespace DbVc.Tests;

/// <summary>Every way to change a row of a tracked table is in the log, or makes the answer unknown.</summary>
public sealed class MySqlTrackingTests : IDisposable
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(5);

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

    private readonly MySqlFixture _fixture = new();

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
        { "DELETE FROM _dbvc_changes", "people", "!" },
        { "UPDATE _dbvc_changes SET stamp = stamp + 1 LIMIT 1", "people", "!" },
        { "UPDATE _dbvc_tracking SET epoch = 'other'", "people", "!" },
        { "UPDATE _dbvc_tracking SET nonce = 'other'", "people", "!" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void A_change_is_found_by_the_log(string change, string table, string expected)
    {
        using var database = _fixture.NewDatabase(Schema, out var location);
        database.StartTracking(Wait);
        _fixture.Execute(location, "UPDATE people SET boss = boss WHERE id = 1; UPDATE codes SET n = n");
        var mark = MarkOf(database);
        _fixture.Execute(location, change);
        Assert.Equal(expected, Describe(database, mark, table));
    }

    [Fact]
    public void What_a_snapshot_saw_is_forgotten_and_what_came_later_stays()
    {
        using var database = _fixture.NewDatabase(Schema, out var location);
        database.StartTracking(Wait);
        _fixture.Execute(location, "UPDATE people SET name = 'A' WHERE id = 1");
        string mark;
        // This one has its numbers before the snapshot is taken, and commits after it.
        using (var late = MySqlHandle.Open(MySqlTestServer.AddressOf(location)))
        {
            late.Execute("BEGIN");
            late.Execute("UPDATE people SET name = 'B' WHERE id = 2");
            _fixture.Execute(location, "UPDATE people SET name = 'C' WHERE id = 3");
            using var read = database.BeginRead();
            mark = read.Mark!;
            late.Execute("COMMIT");
        }

        Assert.Equal("2", Describe(database, mark, "people"));
        using (var session = database.BeginApply(Wait))
        {
            session.Forget(mark);
            session.Commit();
        }

        Assert.Equal(1, database.ReadTracking().Pending);
        Assert.Equal("2", Describe(database, mark, "people"));
        _fixture.Execute(location, "UPDATE people SET name = 'D' WHERE id = 4");
        Assert.Equal("2 4", Describe(database, mark, "people"));
        Assert.Equal("", Describe(database, MarkOf(database), "people"));
    }

    [Fact]
    public void A_mark_says_nothing_about_a_table_that_was_not_tracked_then()
    {
        using var database = _fixture.NewDatabase(Schema, out var location);
        database.StartTracking(Wait, ["quiet"]);
        var mark = MarkOf(database);
        _fixture.Execute(location, "DELETE FROM people WHERE id = 4");
        database.StartTracking(Wait);
        Assert.Equal("!", Describe(database, mark, "people"));
    }

    [Fact]
    public void The_log_and_its_triggers_are_in_no_schema_and_go_without_a_trace()
    {
        using var database = _fixture.NewDatabase(Schema, out var location);
        var before = DatabaseContent.Read(database).Dump();
        database.StartTracking(Wait);
        Assert.Equal(before, DatabaseContent.Read(database).Dump());
        Assert.Equal(["odd", "parted"], database.ReadTracking().Tables.Where(t => !t.IsTracked).Select(t => t.Name));
        Assert.Equal(["items", "loose", "notes", "odd", "parted"], database.ReadTracking().Tables.Where(t => t.Gap is not null).Select(t => t.Name));
        database.StopTracking(Wait, ["people"]);
        Assert.Contains("people", database.ReadTracking().Tables.Where(t => !t.IsTracked).Select(t => t.Name));
        database.StopTracking(Wait);
        Assert.Equal(before, DatabaseContent.Read(database).Dump());
        Assert.False(database.ReadTracking().IsOn);
        using var handle = MySqlHandle.Open(MySqlTestServer.AddressOf(location));
        Assert.Empty(MySqlObjects.ReadTriggers(handle, withOwn: true));
        Assert.Equal("table.missing", Assert.Throws<DbVcException>(() => database.StartTracking(Wait, ["nobody"])).Code);
    }

    [Fact]
    public void What_an_apply_session_writes_is_in_the_log_and_a_table_that_it_changed_is_tracked_on()
    {
        using var database = _fixture.NewDatabase(Schema, out var location);
        database.StartTracking(Wait);
        var mark = MarkOf(database);
        var old = DatabaseContent.Read(database);
        var people = old.Schema.FindTable("people")!;
        using (var session = database.BeginApply(Wait))
        {
            Assert.True(session.Apply(new DatabaseDelta([new TableDelta(people, people,
            [
                new RowChange([Value.Integer(4), Value.Text("Dan"), Value.Null], null),
                new RowChange(null, [Value.Integer(8), Value.Text("Hal"), Value.Null]),
            ])], [], [])).IsClean);
            session.Commit();
        }

        Assert.Equal("4- 8", Describe(database, mark, "people"));
        using var after = _fixture.NewDatabase(Schema + "ALTER TABLE quiet CHANGE id number BIGINT", out _);
        var delta = TestDelta.Between(DatabaseContent.Read(database), DatabaseContent.Read(after), ("quiet.id", "quiet.number"));
        using (var session = database.BeginApply(Wait))
        {
            Assert.True(session.Apply(delta with { Tables = [.. delta.Tables.Where(t => t.After!.Name == "quiet")] }).IsClean);
            session.Commit();
        }

        var next = MarkOf(database);
        _fixture.Execute(location, "INSERT INTO quiet VALUES (5, 5), (6, 6)");
        Assert.Contains("quiet", database.ReadTracking().Tables.Where(t => t.IsTracked).Select(t => t.Name));
        // Of a table that was empty nobody can say that it was not emptied meanwhile.
        Assert.Equal("!", Describe(database, next, "quiet"));
        next = MarkOf(database);
        _fixture.Execute(location, "UPDATE quiet SET x = 7 WHERE number = 6");
        Assert.Equal("6", Describe(database, next, "quiet"));
    }

    [Fact]
    public async Task Nothing_is_missed_under_concurrent_writers()
    {
        using var database = _fixture.NewDatabase(Schema + "INSERT INTO quiet SELECT seq, 0 FROM seq_1_to_2000;", out var location);
        database.StartTracking(Wait);
        var known = DatabaseContent.Read(database).Rows["quiet"].ToDictionary(r => r[0].AsInteger, r => r[1].AsInteger);
        var mark = MarkOf(database);
        using var stop = new CancellationTokenSource();
        // Threads of their own, and rounds only when each has written: on a busy machine the pool may start a task after all rounds are over.
        using var writing = new CountdownEvent(4);
        var writers = Enumerable.Range(0, 4)
            .Select(n => Task.Factory.StartNew(() => Write(location, n, writing, stop.Token), TaskCreationOptions.LongRunning)).ToArray();
        while (!writing.Wait(TimeSpan.FromMilliseconds(50)) && !writers.Any(w => w.IsFaulted)) { }
        var found = 0;
        for (var round = 0; round < 12; round++)
        {
            string next;
            using (var read = database.BeginRead())
            {
                using var changes = read.ChangesSince(mark);
                var table = read.ReadSchema().FindTable("quiet")!;
                if (changes?.Find(table) is TableChanges.Rows rows)
                {
                    foreach (var touched in rows.Touched) known[touched.Key[0].AsInteger] = touched.Row![1].AsInteger;
                    found++;
                }

                next = read.Mark!;
                Assert.Equal(DatabaseContent.Read(read).Rows["quiet"].Select(r => (r[0].AsInteger, r[1].AsInteger)),
                    known.OrderBy(k => k.Key).Select(k => (k.Key, k.Value)));
            }

            using (var session = database.BeginApply(Wait))
            {
                session.Forget(next);
                session.Commit();
            }

            mark = next;
        }

        await stop.CancelAsync();
        await Task.WhenAll(writers);
        Assert.True(found > 0);
    }

    public void Dispose() => _fixture.Dispose();

    private static void Write(string location, int seed, CountdownEvent writing, CancellationToken stop)
    {
        var random = new Random(seed);
        var isFirst = true;
        using var handle = MySqlHandle.Open(MySqlTestServer.AddressOf(location));
        while (!stop.IsCancellationRequested)
        {
            // Rows of its own, so that writers do not wait for each other; some transactions are long, some are taken back.
            handle.Execute("BEGIN");
            for (var i = random.Next(1, 6); i > 0; i--) handle.Execute($"UPDATE quiet SET x = x + 1 WHERE id = {1 + seed + (4 * random.Next(500))}");
            handle.Execute(!isFirst && random.Next(4) == 0 ? "ROLLBACK" : "COMMIT");
            if (isFirst) writing.Signal();
            isFirst = false;
        }
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

using DbVc.Databases;
using DbVc.Model;
using Xunit;

namespace DbVc.Tests;

/// <summary>What apply has to do on an engine where every change of a definition commits by itself.</summary>
public sealed class MySqlApplyTests : IDisposable
{
    private static readonly TimeSpan Lock = TimeSpan.FromSeconds(2);

    private readonly MySqlFixture _fixture = new();

    /// <summary>Name, what both databases begin with, what one does more, renames.</summary>
    public static TheoryData<string, string, string, string> Changes => new()
    {
        { "type of a column", "CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t VALUES (1, 7), (2, NULL);", "ALTER TABLE t MODIFY v VARCHAR(20)", "" },
        { "type of the key", "CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t VALUES (1, 7);", "ALTER TABLE t MODIFY id BIGINT UNSIGNED", "" },
        { "another key", "CREATE TABLE t (id INT PRIMARY KEY, v INT NOT NULL); INSERT INTO t VALUES (1, 7), (2, 8);",
            "ALTER TABLE t DROP PRIMARY KEY, ADD PRIMARY KEY (v, id)", "" },
        { "key comes", "CREATE TABLE t (id INT NOT NULL, v INT); INSERT INTO t VALUES (1, 7), (2, 8);", "ALTER TABLE t ADD PRIMARY KEY (id)", "" },
        { "not null where null was", "CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t VALUES (1, NULL), (2, 3);",
            "UPDATE t SET v = 0 WHERE v IS NULL; ALTER TABLE t MODIFY v INT NOT NULL", "" },
        { "unique after doubles went", "CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t VALUES (1, 1), (2, 1);",
            "UPDATE t SET v = 2 WHERE id = 2; ALTER TABLE t ADD UNIQUE KEY u (v)", "" },
        { "unique on a column that is new", "CREATE TABLE t (id INT PRIMARY KEY); INSERT INTO t VALUES (1), (2);",
            "ALTER TABLE t ADD COLUMN v INT NOT NULL; UPDATE t SET v = id; ALTER TABLE t ADD UNIQUE KEY u (v)", "" },
        { "check after its breaker went", "CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t VALUES (1, -1), (2, 1);",
            "DELETE FROM t WHERE v < 0; ALTER TABLE t ADD CONSTRAINT positive CHECK (v > 0)", "" },
        { "columns in another order", "CREATE TABLE t (id INT PRIMARY KEY, a INT, b INT, c INT); INSERT INTO t VALUES (1, 2, 3, 4);",
            "ALTER TABLE t MODIFY c INT FIRST, MODIFY a INT AFTER b, ADD COLUMN d INT AFTER id", "" },
        { "two columns change names", "CREATE TABLE t (id INT PRIMARY KEY, a INT, b INT, KEY by_a (a)); INSERT INTO t VALUES (1, 2, 3);",
            "ALTER TABLE t CHANGE a b INT, CHANGE b a INT", "t.a>t.b,t.b>t.a" },
        { "two tables change names", "CREATE TABLE t (id INT PRIMARY KEY, v INT); CREATE TABLE s (id INT PRIMARY KEY, w INT); INSERT INTO t VALUES (1, 1);",
            "RENAME TABLE t TO x, s TO t, x TO s", "t>s,s>t" },
        { "character set of the table", "CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(20)) CHARSET latin1; INSERT INTO t VALUES (1, 'é');",
            "ALTER TABLE t CONVERT TO CHARACTER SET utf8mb4", "" },
        { "comment and partitions", "CREATE TABLE t (id INT PRIMARY KEY) COMMENT 'x, `y'; INSERT INTO t VALUES (1);",
            "ALTER TABLE t COMMENT '' PARTITION BY HASH (id) PARTITIONS 3", "" },
        { "partitions go", "CREATE TABLE t (id INT PRIMARY KEY) PARTITION BY HASH (id) PARTITIONS 3; INSERT INTO t VALUES (1);",
            "ALTER TABLE t REMOVE PARTITIONING", "" },
        { "generated columns", "CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t VALUES (1, 2);",
            "ALTER TABLE t ADD COLUMN g INT AS (v + 1) STORED, ADD COLUMN h INT AS (v * 2) VIRTUAL; UPDATE t SET v = 5", "" },
        { "foreign key changes", "CREATE TABLE p (id INT PRIMARY KEY);"
            + "CREATE TABLE t (id INT PRIMARY KEY, p INT, CONSTRAINT k FOREIGN KEY (p) REFERENCES p (id));"
            + "INSERT INTO p VALUES (1); INSERT INTO t VALUES (1, 1);",
            "ALTER TABLE t DROP FOREIGN KEY k; ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (p) REFERENCES p (id) ON DELETE SET NULL", "" },
        { "parent and child go together", "CREATE TABLE p (id INT PRIMARY KEY);"
            + "CREATE TABLE t (id INT PRIMARY KEY, p INT, FOREIGN KEY (p) REFERENCES p (id)); CREATE TABLE o (id INT PRIMARY KEY);",
            "DROP TABLE t; DROP TABLE p; INSERT INTO o VALUES (1)", "" },
        { "child changes and parent gets a new name", "CREATE TABLE p (id INT PRIMARY KEY);"
            + "CREATE TABLE t (id INT PRIMARY KEY, p INT, CONSTRAINT k FOREIGN KEY (p) REFERENCES p (id));"
            + "INSERT INTO p VALUES (1); INSERT INTO t VALUES (1, 1);",
            "RENAME TABLE p TO q; ALTER TABLE t ADD COLUMN v INT", "p>q" },
        { "indexes of every kind", "CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(100), b TEXT, c INT); INSERT INTO t VALUES (1, 'a', 'b', 1);",
            "CREATE INDEX i1 ON t (a(10), c DESC); CREATE FULLTEXT INDEX i2 ON t (b); CREATE INDEX i3 ON t (c) USING BTREE COMMENT 'x'", "" },
        { "views on views", "CREATE TABLE t (id INT PRIMARY KEY, v INT);",
            "CREATE VIEW z AS SELECT id FROM t; CREATE VIEW a AS SELECT id FROM z", "" },
        { "routines and events", "CREATE TABLE t (id INT PRIMARY KEY);",
            "CREATE FUNCTION f(a INT) RETURNS INT DETERMINISTIC RETURN a + 1; CREATE PROCEDURE f(a INT) SELECT a;"
            + "CREATE EVENT e ON SCHEDULE EVERY 1 DAY STARTS '2020-01-01 00:00:00' DISABLE DO DELETE FROM t", "" },
        { "a trigger's mode is kept", "CREATE TABLE t (id INT PRIMARY KEY, v INT);",
            "SET sql_mode = 'ANSI_QUOTES'; CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.\"v\" = 1", "" },
        { "auto increment comes", "CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t VALUES (5, 1);",
            "ALTER TABLE t MODIFY id INT AUTO_INCREMENT", "" },
        { "column set aside with its key", "CREATE TABLE t (id INT PRIMARY KEY, v INT NOT NULL, w INT, UNIQUE KEY u (v, w)); INSERT INTO t VALUES (1, 1, 1);",
            "ALTER TABLE t DROP KEY u, DROP COLUMN v; INSERT INTO t VALUES (2, 9)", "" },
    };

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [MemberData(nameof(Changes))]
    public void Definitions_and_rows_change_together_and_back(string name, string start, string change, string renames)
    {
        Assert.NotEmpty(name);
        using var before = _fixture.NewDatabase(start, out var location);
        using var after = _fixture.NewDatabase(start + change, out _);
        var pairs = renames.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(r => r.Split('>')).ToList();
        var (old, now) = (DatabaseContent.Read(before), DatabaseContent.Read(after));
        Apply(before, TestDelta.Between(old, now, [.. pairs.Select(p => (p[0], p[1]))]));
        Assert.Equal(now.Dump(), DatabaseContent.Read(before).Dump());
        RequireNoTraces(location);
        Apply(before, TestDelta.Between(DatabaseContent.Read(before), old, [.. pairs.Select(p => (p[1], p[0]))]));
        Assert.Equal(old.Dump(), DatabaseContent.Read(before).Dump());
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public void What_is_not_committed_is_taken_back(string name, string start, string change, string renames)
    {
        Assert.NotEmpty(name);
        using var before = _fixture.NewDatabase(start, out var location);
        using var after = _fixture.NewDatabase(start + change, out _);
        var old = DatabaseContent.Read(before);
        var pairs = renames.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(r => r.Split('>')).Select(p => (p[0], p[1])).ToArray();
        using (var session = before.BeginApply(Lock))
        {
            Assert.True(session.Apply(TestDelta.Between(old, DatabaseContent.Read(after), pairs)).IsClean);
        }

        Assert.Equal(old.Dump(), DatabaseContent.Read(before).Dump());
        RequireNoTraces(location);
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public void Whoever_comes_after_a_crash_before_the_commit_finds_the_old_database(string name, string start, string change, string renames)
    {
        Assert.NotEmpty(name);
        using var before = _fixture.NewDatabase(start, out var location);
        using var after = _fixture.NewDatabase(start + change, out _);
        var old = DatabaseContent.Read(before);
        var pairs = renames.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(r => r.Split('>')).Select(p => (p[0], p[1])).ToArray();
        using (var session = before.BeginApply(Lock))
        {
            Assert.True(session.Apply(TestDelta.Between(old, DatabaseContent.Read(after), pairs)).IsClean);
            KillWriter(location);
        }

        Assert.Equal(old.Dump(), DatabaseContent.Read(before).Dump());
        RequireNoTraces(location);
    }

    [Fact]
    public async Task Whoever_comes_after_a_crash_behind_the_commit_finds_the_new_database()
    {
        const string Start = "CREATE TABLE t (id INT PRIMARY KEY, v INT, w INT); CREATE TABLE gone (id INT PRIMARY KEY); INSERT INTO t VALUES (1, 1, NULL);";
        using var before = _fixture.NewDatabase(Start, out var location);
        using var after = _fixture.NewDatabase(Start
            + "DROP TABLE gone; ALTER TABLE t DROP COLUMN v; UPDATE t SET w = 2; ALTER TABLE t MODIFY w INT NOT NULL", out _);
        var now = DatabaseContent.Read(after);
        using (var session = before.BeginApply(TimeSpan.FromSeconds(30)))
        {
            Assert.True(session.Apply(TestDelta.Between(DatabaseContent.Read(before), now)).IsClean);
            // A reader that stays keeps the last definitions from being changed; that is where the writer dies.
            using var reader = MySqlHandle.Open(MySqlTestServer.AddressOf(location));
            reader.Execute("START TRANSACTION");
            reader.ReadInteger("SELECT count(*) FROM t");
            var commit = Task.Run(session.Commit);
            while (!commit.IsCompleted && CountWaiting(location) == 0) await Task.Delay(10);
            KillWriter(location);
            Assert.Equal("database.lost", (await Assert.ThrowsAsync<DbVcException>(() => commit)).Code);
        }

        Assert.Equal(now.Dump(), DatabaseContent.Read(before).Dump());
        RequireNoTraces(location);
    }

    [Fact]
    public void A_definition_that_the_server_does_not_accept_is_refused_and_nothing_is_left()
    {
        using var database = _fixture.NewDatabase("CREATE TABLE t (id INT PRIMARY KEY); INSERT INTO t VALUES (1);", out var location);
        var old = DatabaseContent.Read(database);
        var delta = new DatabaseDelta([], [], [new SchemaObject(SchemaObjectKind.View, "v", null, "CREATE VIEW `v` AS SELECT nothing FROM t")]);
        using (var session = database.BeginApply(Lock))
        {
            Assert.Equal("schema.rejected", Assert.Throws<DbVcException>(() => session.Apply(delta)).Code);
        }

        Assert.Equal(old.Dump(), DatabaseContent.Read(database).Dump());
        RequireNoTraces(location);
    }

    [Fact]
    public void Rows_that_break_a_rule_that_comes_are_named_and_nothing_is_left()
    {
        const string Start = "CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t VALUES (1, 1), (2, 1);";
        using var database = _fixture.NewDatabase(Start, out var location);
        var old = DatabaseContent.Read(database);
        using var after = _fixture.NewDatabase("CREATE TABLE t (id INT PRIMARY KEY, v INT, UNIQUE KEY u (v));", out _);
        var now = new DatabaseContent { Schema = DatabaseContent.Read(after).Schema, Rows = old.Rows };
        using (var session = database.BeginApply(Lock))
        {
            var violation = Assert.Single(session.Apply(TestDelta.Between(old, now)).Violations);
            Assert.Equal("t", violation.Table);
            Assert.Contains("UNIQUE KEY `u`", violation.Message);
        }

        Assert.Equal(old.Dump(), DatabaseContent.Read(database).Dump());
        RequireNoTraces(location);
    }

    [Fact]
    public void Triggers_that_would_fire_are_refused_unless_that_is_allowed()
    {
        var location = _fixture.NewLocation();
        var careful = new MySqlProvider(_fixture.Options);
        careful.Create(location);
        _fixture.Execute(location, "CREATE TABLE t (id INT PRIMARY KEY); CREATE TABLE audit (note VARCHAR(40));" + _fixture.AuditTrigger("t"));
        using var database = careful.Open(location);
        var table = DatabaseContent.Read(database).Schema.FindTable("t")!;
        var delta = new DatabaseDelta([new TableDelta(table, table, [new RowChange(null, [Value.Integer(1)])])], [], []);
        using var session = database.BeginApply(Lock);
        var failure = Assert.Throws<DbVcException>(() => session.Apply(delta));
        Assert.Equal(("apply.triggers", FailureKind.Refused), (failure.Code, failure.Kind));
        Assert.Contains("audit_INSERT", failure.Message);
    }

    [Fact]
    public void A_change_of_a_table_is_no_leave_to_take_its_triggers_away()
    {
        var location = _fixture.NewLocation();
        var careful = new MySqlProvider(_fixture.Options);
        careful.Create(location);
        var start = "CREATE TABLE t (id INT PRIMARY KEY); CREATE TABLE audit (note VARCHAR(40));" + _fixture.AuditTrigger("t");
        _fixture.Execute(location, start);
        using var database = careful.Open(location);
        using var wider = _fixture.NewDatabase(start + "ALTER TABLE t ADD v INT", out _);
        var (old, now) = (DatabaseContent.Read(database), DatabaseContent.Read(wider));
        // A table that changes brings its triggers along in the delta, changed or not.
        var delta = TestDelta.Between(old, now) with { ObjectsBefore = old.Schema.Objects, ObjectsAfter = now.Schema.Objects };
        var made = MadeAt(location);
        Apply(database, delta);
        Assert.Equal(now.Dump(), DatabaseContent.Read(database).Dump());
        Assert.Equal(made, MadeAt(location));

        using var back = _fixture.NewDatabase(start, out _);
        var rows = TestDelta.Between(now, DatabaseContent.Read(back)) with { ObjectsBefore = now.Schema.Objects, ObjectsAfter = old.Schema.Objects };
        rows = rows with { Tables = [.. rows.Tables.Select(t => t with { Rows = [new RowChange(null, [Value.Integer(1)])] })] };
        using var session = database.BeginApply(Lock);
        Assert.Equal("apply.triggers", Assert.Throws<DbVcException>(() => session.Apply(rows)).Code);
    }

    [Fact]
    public void Somebody_who_wrote_into_what_goes_is_noticed()
    {
        const string Start = "CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t VALUES (1, 1);";
        using var database = _fixture.NewDatabase(Start, out var location);
        using var after = _fixture.NewDatabase(Start + "ALTER TABLE t DROP COLUMN v", out _);
        var delta = TestDelta.Between(DatabaseContent.Read(database), DatabaseContent.Read(after));
        using (var session = database.BeginApply(Lock))
        {
            var asked = 0;
            var result = session.Apply(delta, (table, rows) =>
            {
                asked++;
                Assert.Equal(["id", "v"], table.StoredColumns.Select(c => c.Name));
                Assert.True(rows.Read());
                return rows.IntegerAt(1) == 2;
            });
            Assert.Equal((1, "rows"), (asked, Assert.Single(result.Moved).Key));
        }

        Assert.Equal(1, DatabaseContent.Read(database).Rows["t"].Single()[1].AsInteger);
        RequireNoTraces(location);
    }

    private static void Apply(IDatabase database, DatabaseDelta delta)
    {
        using var session = database.BeginApply(Lock);
        var result = session.Apply(delta);
        Assert.Empty(result.Moved);
        Assert.Empty(result.Violations);
        Assert.Empty(session.CheckConstraints(delta));
        session.Commit();
    }

    private static string? MadeAt(string location)
    {
        using var handle = MySqlHandle.Open(MySqlTestServer.AddressOf(location));
        return handle.ReadText("SELECT group_concat(created ORDER BY trigger_name) FROM information_schema.triggers WHERE trigger_schema = database()");
    }

    private static MySqlHandle OpenAdministrator() => MySqlHandle.Open(MySqlTestServer.AddressOf(MySqlTestServer.Shared.AdministratorUrl("mysql")));

    /// <summary>Cuts the connection of the one who has the write lock, as its death would.</summary>
    private static void KillWriter(string location)
    {
        using var administrator = OpenAdministrator();
        var name = MySqlWriteLock.NameOf(MySqlTestServer.AddressOf(location).Database!);
        var id = administrator.ReadInteger($"SELECT IS_USED_LOCK('{name}')");
        administrator.Execute($"KILL CONNECTION {id}");
        while (administrator.ReadInteger($"SELECT count(*) FROM information_schema.processlist WHERE id = {id}") > 0) Thread.Yield();
    }

    private static long CountWaiting(string location)
    {
        using var administrator = OpenAdministrator();
        return administrator.ReadInteger("SELECT count(*) FROM information_schema.processlist WHERE state LIKE 'Waiting for table metadata lock%' AND db = "
            + MySqlName.Text(MySqlTestServer.AddressOf(location).Database!));
    }

    private static void RequireNoTraces(string location)
    {
        using var handle = MySqlHandle.Open(MySqlTestServer.AddressOf(location));
        Assert.Empty(MySqlObjects.List(handle,
            "SELECT table_name FROM information_schema.tables WHERE table_schema = database() AND table_name LIKE '\\_dbvc%' AND table_name <> '_dbvc_state'"));
    }
}

using DbVc.Databases;
using DbVc.Model;
using Xunit;

namespace DbVc.Tests;

/// <summary>What only SQLite does.</summary>
public sealed class SqliteTests : IDisposable
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(100);
    private readonly SqliteFixture _fixture = new();

    private static readonly string[] NastyValues =
    [
        "NULL", "0", "-1", "9223372036854775807", "-9223372036854775808", "0.0", "-0.0", "0.1", "1e308", "5e-324", "9e999", "-9e999", "1.0",
        "9007199254740993.0",
        "''", "x''", "'12'", "'12.50'", "' 12 '", "'1e3'", "'abc'", "x'00ff00'", "CAST(x'610062' AS TEXT)", "CAST(x'fffe80' AS TEXT)", "CAST(x'' AS TEXT)",
        "'ß 表 😀'", "zeroblob(70000)",
    ];

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void Every_storage_class_in_every_kind_of_column_is_read_exactly_and_applied_exactly()
    {
        const string Table = "CREATE TABLE t (id INTEGER PRIMARY KEY, n, i INTEGER, r REAL, x TEXT, b BLOB, u NUMERIC);";
        var inserts = string.Concat(NastyValues.Select(v => $"INSERT INTO t (n, i, r, x, b, u) VALUES ({v}, {v}, {v}, {v}, {v}, {v});"));
        using var before = _fixture.NewDatabase(Table, out _);
        using var after = _fixture.NewDatabase(Table + inserts, out var location);
        var rows = DatabaseContent.Read(after).Rows["t"];
        using (var connection = _fixture.Connect(location))
        using (var command = connection.CreateCommand())
        {
            command.CommandText = $"SELECT {string.Join(", ", "nirxbu".Select(c => $"typeof({c}), hex({c})"))} FROM t ORDER BY id";
            using var reader = command.ExecuteReader();
            foreach (var row in rows)
            {
                Assert.True(reader.Read());
                for (var i = 1; i < row.Length; i++)
                {
                    Assert.Equal(reader.GetString((i - 1) * 2), row[i].Kind.ToString().ToLowerInvariant());
                    if (row[i].Kind is ValueKind.Text or ValueKind.Blob) Assert.Equal(reader.GetString(i * 2 - 1), Convert.ToHexString(row[i].AsBytes.Span));
                }
            }
        }

        Assert.Equal(NastyValues.Length, rows.Count);
        Assert.Contains(rows, r => double.IsNegativeInfinity(r[1].Kind == ValueKind.Real ? r[1].AsReal : 0));
        Assert.Contains(rows, r => r[1] == Value.Text(new byte[] { 0xff, 0xfe, 0x80 }));
        Apply(before, after);
    }

    [Fact]
    public void Random_changes_are_applied_exactly()
    {
        for (var seed = 1; seed <= 30; seed++)
        {
            var random = new Random(seed);
            using var fixture = new SqliteFixture(seed % 2 == 0 ? "wal" : "delete");
            var schema = seed % 3 == 0
                ? "CREATE TABLE t (a, b TEXT, c NUMERIC, PRIMARY KEY (b, a)) WITHOUT ROWID;"
                : seed % 3 == 1 ? "CREATE TABLE t (a INTEGER, b TEXT COLLATE NOCASE, c NUMERIC, PRIMARY KEY (a, b));"
                : "CREATE TABLE t (a, b TEXT, c NUMERIC);";
            using var before = fixture.NewDatabase(schema + RandomInserts(random, 40), out _);
            using var after = fixture.NewDatabase(schema + RandomInserts(random, 40), out _);
            try
            {
                Apply(before, after);
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"seed {seed}", failure);
            }
        }
    }

    [Fact]
    public void Tables_of_every_make_are_described_and_applied()
    {
        const string Sql =
            """
            CREATE TABLE auto (id INTEGER PRIMARY KEY AUTOINCREMENT, v);
            CREATE TABLE alias (id INTEGER PRIMARY KEY, v);
            CREATE TABLE notalias (id INTEGER PRIMARY KEY DESC, v);
            CREATE TABLE text_key (id TEXT COLLATE NOCASE PRIMARY KEY, v);
            CREATE TABLE other_collation (id TEXT COLLATE NOCASE, v, PRIMARY KEY (id COLLATE BINARY));
            CREATE TABLE no_rowid (a TEXT, b INT, PRIMARY KEY (b, a)) WITHOUT ROWID;
            CREATE TABLE strict_one (id INT PRIMARY KEY, t TEXT, r REAL, x ANY) STRICT;
            CREATE TABLE computed (id INTEGER PRIMARY KEY, a INT, twice INT GENERATED ALWAYS AS (a * 2) STORED, thrice INT AS (a * 3));
            CREATE TABLE hidden_names (rowid TEXT, _rowid_ TEXT, v);
            CREATE TABLE quoted (id INTEGER PRIMARY KEY, state TEXT DEFAULT "open" CHECK (state <> "bad"));
            CREATE UNIQUE INDEX partial ON alias (v) WHERE v > 0;
            CREATE UNIQUE INDEX expression ON alias (abs(v));
            """;
        const string Rows =
            """
            INSERT INTO auto VALUES (1, 'a'), (50, 'b'); DELETE FROM auto WHERE id = 50;
            INSERT INTO alias VALUES (-5, 1); INSERT INTO notalias VALUES (NULL, 1), (NULL, 1), (3, 2); INSERT INTO text_key VALUES ('a', 1), (NULL, 2);
            INSERT INTO other_collation VALUES ('a', 1), ('A', 2); INSERT INTO no_rowid VALUES ('x', 1); INSERT INTO strict_one VALUES (1, 't', 1, x'00');
            INSERT INTO computed (id, a) VALUES (1, 5); INSERT INTO hidden_names VALUES ('r', 's', 1), ('r', 's', 1);
            INSERT INTO quoted (id) VALUES (1);
            """;
        using var before = _fixture.NewDatabase(Sql + Rows, out _);
        using var after = _fixture.NewDatabase(Sql + Rows +
            """
            UPDATE text_key SET id = 'A' WHERE id = 'a'; DELETE FROM text_key WHERE id IS NULL; DELETE FROM other_collation WHERE v = 2;
            DELETE FROM notalias WHERE v = 1; INSERT INTO notalias VALUES (NULL, 7); UPDATE no_rowid SET a = 'y'; UPDATE computed SET a = 6;
            UPDATE hidden_names SET v = 2; UPDATE strict_one SET x = '0'; UPDATE alias SET v = 2; UPDATE quoted SET state = 'closed';
            """, out _);
        var schema = DatabaseContent.Read(before).Schema;
        Assert.Equal(["alias", "auto", "computed", "quoted"], schema.Tables.Where(t => t.AllocatesKeys).Select(t => t.Name));
        Assert.Equal("NOCASE", schema.FindTable("text_key")!.FindColumn("id")!.Collation);
        Assert.Equal(["b", "a"], schema.FindTable("no_rowid")!.PrimaryKey);
        Assert.Empty(schema.FindTable("alias")!.Uniques);
        Assert.Equal(["id", "a"], schema.FindTable("computed")!.StoredColumns.Select(c => c.Name));
        Assert.Equal([false, false, true, true], schema.FindTable("computed")!.Columns.Select(c => c.Generated));
        Apply(before, after);
    }

    [Fact]
    public void A_rebuilt_table_keeps_its_sequence_and_its_references()
    {
        const string Start =
            """
            CREATE TABLE parent (id INTEGER PRIMARY KEY AUTOINCREMENT, v CHECK (v <> "x"));
            CREATE TABLE child (id INTEGER PRIMARY KEY, p REFERENCES parent (id));
            CREATE VIEW both AS SELECT * FROM parent JOIN child ON p = parent.id;
            INSERT INTO parent VALUES (1, 'a'), (90, 'b'); DELETE FROM parent WHERE id = 90; INSERT INTO child VALUES (1, 1);
            """;
        using var before = _fixture.NewDatabase(Start, out var location);
        using var after = _fixture.NewDatabase(Start + "ALTER TABLE parent ADD COLUMN w DEFAULT 5;", out _);
        Apply(before, after);
        _fixture.Execute(location, "INSERT INTO parent (v) VALUES ('c')");
        Assert.Equal(91, DatabaseContent.Read(before).Rows["parent"][^1][0].AsInteger);
        using var integrity = _fixture.Connect(location);
        using var command = integrity.CreateCommand();
        command.CommandText = "PRAGMA integrity_check";
        Assert.Equal("ok", command.ExecuteScalar());
    }

    [Fact]
    public void A_value_that_the_column_would_convert_is_refused()
    {
        using var database = _fixture.NewDatabase("CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER);", out _);
        var table = DatabaseContent.Read(database).Schema.FindTable("t")!;
        using var session = database.BeginApply(Short);
        var delta = new DatabaseDelta([new TableDelta(table, table, [new RowChange(null, [Value.Integer(1), Value.Text("12")])])], [], []);
        Assert.Equal("apply.altered", Assert.Throws<DbVcException>(() => session.Apply(delta)).Code);
    }

    [Fact]
    public void A_column_of_which_the_type_changes_keeps_what_the_branch_stored()
    {
        using var before = _fixture.NewDatabase("CREATE TABLE t (id INTEGER PRIMARY KEY, n TEXT); INSERT INTO t VALUES (1, '12'), (2, 'x');", out _);
        using var after = _fixture.NewDatabase("CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER); INSERT INTO t VALUES (1, 12), (2, 'x');", out _);
        Apply(before, after);
    }

    [Fact]
    public void Rows_that_break_a_new_constraint_are_named()
    {
        using var before = _fixture.NewDatabase("CREATE TABLE t (id INTEGER PRIMARY KEY, n); INSERT INTO t VALUES (1, 1), (2, NULL), (3, 1);", out _);
        using var after = _fixture.NewDatabase("CREATE TABLE t (id INTEGER PRIMARY KEY, n NOT NULL UNIQUE);", out _);
        var content = DatabaseContent.Read(before);
        var target = new DatabaseContent { Schema = DatabaseContent.Read(after).Schema, Rows = content.Rows };
        using var session = before.BeginApply(Short);
        var result = session.Apply(TestDelta.Between(content, target));
        Assert.Equal([("NOT NULL t.n", "2"), ("UNIQUE t.n", "3")], result.Violations.Select(v => (v.Constraint, v.Key)));
    }

    [Fact]
    public void A_conflict_clause_of_the_table_never_replaces_a_row()
    {
        using var database = _fixture.NewDatabase(
            "CREATE TABLE t (id INTEGER PRIMARY KEY ON CONFLICT REPLACE, u UNIQUE ON CONFLICT IGNORE); INSERT INTO t VALUES (1, 1);", out _);
        using var load = database.BeginLoad(DatabaseContent.Read(database).Schema.FindTable("t")!, Short);
        load.SetInteger(0, 1);
        load.Insert();
        load.SetInteger(0, 2);
        load.SetInteger(1, 1);
        load.Insert();
        Assert.Equal([(0, "UNIQUE constraint failed: t.id."), (1, "UNIQUE constraint failed: t.u.")], load.Flush().Select(r => (r.Row, r.Sentence)));
    }

    [Fact]
    public void A_load_without_a_value_for_a_column_writes_null_and_hands_out_keys()
    {
        using var database = _fixture.NewDatabase("CREATE TABLE t (id INTEGER PRIMARY KEY, s TEXT);", out _);
        using (var load = database.BeginLoad(DatabaseContent.Read(database).Schema.FindTable("t")!, Short))
        {
            load.SetText(1, new byte[10_000]);
            load.Insert();
            load.Insert();
            Assert.Empty(load.Flush());
            load.Commit();
        }

        var rows = DatabaseContent.Read(database).Rows["t"];
        Assert.Equal([1, 2], rows.Select(r => r[0].AsInteger));
        Assert.Equal(10_000, rows[0][1].AsBytes.Length);
        Assert.True(rows[1][1].IsNull);
    }

    [Fact]
    public void Orphans_that_nobody_touched_are_not_reported()
    {
        using var database = _fixture.NewDatabase(
            """
            CREATE TABLE parent (id TEXT PRIMARY KEY) WITHOUT ROWID;
            CREATE TABLE child (id TEXT PRIMARY KEY, p TEXT REFERENCES parent, v) WITHOUT ROWID;
            INSERT INTO parent VALUES ('a'), ('b'); INSERT INTO child VALUES ('old', 'gone', 1), ('fine', 'a', 1);
            """, out _);
        var content = DatabaseContent.Read(database);
        var (parent, child) = (content.Schema.FindTable("parent")!, content.Schema.FindTable("child")!);
        foreach (var (change, expected) in new (TableDelta, string[])[]
        {
            (new TableDelta(parent, parent, [new RowChange([Value.Text("b")], null)]), []),
            (new TableDelta(parent, parent, [new RowChange([Value.Text("a")], null)]), ["fine"]),
            (new TableDelta(child, child, [new RowChange(null, [Value.Text("new"), Value.Text("nowhere"), Value.Null])]), ["new"]),
        })
        {
            var delta = new DatabaseDelta([change], [], []);
            using var session = database.BeginApply(Short);
            Assert.True(session.Apply(delta).IsClean);
            Assert.Equal(expected, session.CheckConstraints(delta).Select(v => v.Key));
        }
    }

    [Fact]
    public void Virtual_tables_are_left_out_named_and_can_be_queried()
    {
        using var database = _fixture.NewDatabase(
            "CREATE TABLE t (id INTEGER PRIMARY KEY); CREATE VIRTUAL TABLE texts USING fts5(body); INSERT INTO texts VALUES ('hello world');", out _);
        using (var snapshot = database.BeginRead())
        {
            Assert.Equal([new UnversionedItem("table texts", "it is a virtual table")], snapshot.Unversioned);
            Assert.Equal(["t"], snapshot.ReadSchema().Tables.Select(t => t.Name));
        }

        using var result = database.Query("SELECT body FROM texts WHERE texts MATCH 'hello'", QueryLimits.Default);
        Assert.Equal("hello world", Assert.Single(result.Rows)[0].AsText);
        using var json = database.Query("SELECT value FROM json_each('[1,2]')", QueryLimits.Default);
        Assert.Equal(2, json.Rows.Count());
    }

    [Fact]
    public void A_database_in_utf16_is_read_loaded_and_applied()
    {
        const string Sql = "PRAGMA encoding = 'UTF-16le'; CREATE TABLE t (id TEXT PRIMARY KEY, v); INSERT INTO t VALUES ('ß', '表 😀');";
        var locations = new[] { _fixture.NewLocation(), _fixture.NewLocation() };
        _fixture.Execute(locations[0], Sql);
        _fixture.Execute(locations[1], Sql + "INSERT INTO t VALUES ('é', x'00'); UPDATE t SET v = 'ö' WHERE id = 'ß'");
        using var before = _fixture.Provider.Open(locations[0]);
        using var after = _fixture.Provider.Open(locations[1]);
        Assert.Equal("表 😀", DatabaseContent.Read(before).Rows["t"][0][1].AsText);
        Apply(before, after);
    }

    private static void Apply(IDatabase before, IDatabase after)
    {
        var wanted = DatabaseContent.Read(after);
        var delta = TestDelta.Between(DatabaseContent.Read(before), wanted);
        Assert.False(delta.IsEmpty);
        using (var session = before.BeginApply(Short))
        {
            var result = session.Apply(delta);
            Assert.Empty(result.Moved);
            Assert.Empty(result.Violations);
            session.Commit();
        }

        Assert.Equal(wanted.Dump(), DatabaseContent.Read(before).Dump());
    }

    private static string RandomInserts(Random random, int count) => string.Concat(Enumerable.Range(0, count).Select(_ =>
        $"INSERT OR IGNORE INTO t VALUES ({random.Next(6)}, {NastyOrPlain(random)}, {NastyValues[random.Next(NastyValues.Length)]});"));

    private static string NastyOrPlain(Random random) => random.Next(2) == 0 ? $"'{"aAbB"[random.Next(4)]}'" : NastyValues[random.Next(1, NastyValues.Length)];
}

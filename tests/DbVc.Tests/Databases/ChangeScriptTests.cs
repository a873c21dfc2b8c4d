using DbVc.Databases;
using DbVc.Model;
using Microsoft.Data.Sqlite;
using Xunit;

namespace DbVc.Tests;

/// <summary>Scripts are run on real databases, in both directions: afterwards the one must hold exactly what the other does.</summary>
public sealed class ChangeScriptTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dbvc-script-").FullName;
    private int _files;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static TheoryData<string, string, string[]> Changes { get; } = new()
    {
        // Every storage class in every kind of column, the corners of each.
        {
            "CREATE TABLE v (k PRIMARY KEY, a, b TEXT, c INTEGER, d REAL, e BLOB, f NUMERIC); INSERT INTO v (k) VALUES (1), ('gone'), (x'00')",
            """
            CREATE TABLE v (k PRIMARY KEY, a, b TEXT, c INTEGER, d REAL, e BLOB, f NUMERIC);
            INSERT INTO v VALUES (1, NULL, '', 9223372036854775807, 1e308, x'', -9223372036854775808),
              (1.5, -0.0, 'it''s', 0.1, 5e-324, x'00ff', 1.7976931348623157e308), ('1', 9e999, char(0) || 'x', -9e999, 0.1 + 0.2, 'text', 123456789012345678),
              (x'31', 2.2250738585072014e-308, CAST(x'ff41' AS TEXT), 1e15, 123456.789, '', 3.0), (-7, 1e22, 'a
            b;-- c', 1e23, 1/3.0, x'0a', '1e5x'), ('k''"', 4503599627370497.5, '🦊 "q"', 2147483648, 9007199254740993, 7, -1.5e-7);
            """,
            []
        },
        // Names that are SQL, and values that look like it.
        {
            """
            CREATE TABLE "select" ("from" INTEGER PRIMARY KEY, "a""b" TEXT, "c d" TEXT, [;--] TEXT);
            INSERT INTO "select" VALUES (1, 'x', 'y', 'z'), (2, '', NULL, '')
            """,
            """
            CREATE TABLE "select" ("from" INTEGER PRIMARY KEY, "a""b" TEXT, "c d" TEXT, [;--] TEXT);
            INSERT INTO "select" VALUES (1, '''); DROP TABLE "select"; --', 'y', 'z'), (3, 'Ünï', '', 'q');
            """,
            []
        },
        // Unique values swap; a unique index over an expression and a partial one.
        {
            """
            CREATE TABLE u (id INTEGER PRIMARY KEY, a TEXT UNIQUE, b TEXT, c INT);
            CREATE UNIQUE INDEX ub ON u (lower(b));
            CREATE UNIQUE INDEX uc ON u (c) WHERE c > 0;
            INSERT INTO u VALUES (1, 'x', 'p', 1), (2, 'y', 'q', 2), (3, 'z', 'r', -1);
            """,
            """
            CREATE TABLE u (id INTEGER PRIMARY KEY, a TEXT UNIQUE, b TEXT, c INT);
            CREATE UNIQUE INDEX ub ON u (lower(b));
            CREATE UNIQUE INDEX uc ON u (c) WHERE c > 0;
            INSERT INTO u VALUES (1, 'y', 'q', 2), (2, 'x', 'p', 1), (3, 'w', 'r', -1);
            """,
            []
        },
        // Rows without key, many alike, and a column that is called rowid.
        {
            "CREATE TABLE m (rowid TEXT COLLATE NOCASE, n); INSERT INTO m VALUES ('a', 1), ('a', 1), ('A', 1), ('a', 1.0), (NULL, NULL), (NULL, NULL)",
            """
            CREATE TABLE m (rowid TEXT COLLATE NOCASE, n);
            INSERT INTO m VALUES ('a', 1), ('A', 1), ('A', 1), ('a', '1'), (NULL, NULL), (NULL, x''), ('a', 1.0)
            """,
            []
        },
        // Conflict clauses of the table's own must not act, and foreign keys must not cascade.
        {
            """
            CREATE TABLE p (id INTEGER PRIMARY KEY ON CONFLICT REPLACE, n TEXT UNIQUE ON CONFLICT IGNORE);
            CREATE TABLE c (id INTEGER PRIMARY KEY, p INT REFERENCES p ON DELETE CASCADE ON UPDATE CASCADE);
            INSERT INTO p VALUES (1, 'a'), (2, 'b'); INSERT INTO c VALUES (1, 1), (2, 2);
            """,
            """
            CREATE TABLE p (id INTEGER PRIMARY KEY ON CONFLICT REPLACE, n TEXT UNIQUE ON CONFLICT IGNORE);
            CREATE TABLE c (id INTEGER PRIMARY KEY, p INT REFERENCES p ON DELETE CASCADE ON UPDATE CASCADE);
            INSERT INTO p VALUES (1, 'b'), (3, 'a'); INSERT INTO c VALUES (1, 1), (2, 3);
            """,
            []
        },
        // Triggers of touched tables do not fire a second time; one of them changes too.
        {
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, n INT); CREATE TABLE log (line TEXT);
            CREATE TRIGGER i AFTER INSERT ON t BEGIN INSERT INTO log VALUES ('in ' || new.id); END;
            CREATE TRIGGER u BEFORE UPDATE ON t BEGIN INSERT INTO log VALUES ('up'); END;
            CREATE TRIGGER d AFTER DELETE ON t BEGIN SELECT RAISE(ABORT, 'never'); END;
            INSERT INTO t VALUES (1, 1), (2, 2);
            """,
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, n INT); CREATE TABLE log (line TEXT);
            CREATE TRIGGER i AFTER INSERT ON t BEGIN INSERT INTO log VALUES ('in ' || new.id); END;
            CREATE TRIGGER u BEFORE UPDATE ON t BEGIN INSERT INTO log VALUES ('up again'); END;
            CREATE TRIGGER d AFTER DELETE ON t BEGIN SELECT RAISE(ABORT, 'never'); END;
            INSERT INTO t VALUES (1, 5), (3, 3);
            """,
            []
        },
        // Columns come, go and are renamed, with rows changed at the same time; the table has an index, a trigger and a view on it.
        {
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT, b INT); CREATE INDEX ta ON t (a); CREATE VIEW w AS SELECT a FROM t;
            CREATE TRIGGER g AFTER INSERT ON t BEGIN UPDATE t SET b = 0 WHERE id = new.id; END; INSERT INTO t VALUES (1, 'x', 1), (2, 'y', 2);
            """,
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL DEFAULT 'd', c REAL CHECK (c > 0)); CREATE INDEX tn ON t (name DESC);
            CREATE VIEW w AS SELECT name FROM t; INSERT INTO t VALUES (1, 'x', 0.5), (7, 'z', 2);
            """,
            ["t.a", "t.name"]
        },
        // Tables are renamed in a circle, dropped and made.
        {
            """
            CREATE TABLE a (id INTEGER PRIMARY KEY, x);
            CREATE TABLE b (id INTEGER PRIMARY KEY, y);
            CREATE TABLE gone (z);
            INSERT INTO a VALUES (1, 'a');
            INSERT INTO b VALUES (1, 'b');
            INSERT INTO gone VALUES (1)
            """,
            """
            CREATE TABLE b (id INTEGER PRIMARY KEY, x);
            CREATE TABLE a (id INTEGER PRIMARY KEY, y);
            CREATE TABLE made (k TEXT PRIMARY KEY) WITHOUT ROWID;
            INSERT INTO b VALUES (1, 'a'), (2, 'n');
            INSERT INTO a VALUES (1, 'c');
            INSERT INTO made VALUES ('m')
            """,
            ["a", "b", "b", "a"]
        },
        // Generated columns, strict tables, composite keys, a key that changes.
        {
            """
            CREATE TABLE s (a TEXT, b INTEGER, g TEXT AS (a || b), h TEXT AS (upper(a)) STORED, PRIMARY KEY (b, a)) STRICT, WITHOUT ROWID;
            INSERT INTO s (a, b) VALUES ('x', 1), ('y', 2)
            """,
            """
            CREATE TABLE s (a TEXT, b INTEGER, g TEXT AS (a || b), h TEXT AS (upper(a)) STORED, PRIMARY KEY (b, a)) STRICT, WITHOUT ROWID;
            INSERT INTO s (a, b) VALUES ('x', 9), ('y''', 2)
            """,
            []
        },
        // A view with a trigger of its own is replaced; comments at the end of statements.
        {
            "CREATE TABLE t (a); CREATE VIEW w AS SELECT a FROM t; CREATE TRIGGER g INSTEAD OF INSERT ON w BEGIN INSERT INTO t VALUES (new.a); END",
            """
            CREATE TABLE t (a);
            CREATE VIEW w AS SELECT a, 1 AS one FROM t -- with one
            ;
            CREATE TRIGGER g INSTEAD OF INSERT ON w BEGIN INSERT INTO t VALUES (new.a);
            END;
            INSERT INTO t VALUES (1)
            """,
            []
        },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void A_script_turns_one_database_into_the_other_and_back(string one, string other, string[] renames)
    {
        var pairs = renames.Chunk(2).Select(r => (r[0], r[1])).ToArray();
        Turns(one, other, pairs);
        Turns(other, one, [.. pairs.Select(p => (p.Item2, p.Item1))]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Random_numbers_survive_bit_for_bit(int seed)
    {
        var random = new Random(seed);
        var numbers = Enumerable.Range(0, 500).Select(i => i % 3 == 0 ? random.NextDouble() : i % 3 == 1 ? Math.Round(random.NextDouble() * 1e6, 2)
            : BitConverter.Int64BitsToDouble(random.NextInt64())).Where(double.IsFinite).ToList();
        var path = Create("CREATE TABLE n (i INTEGER PRIMARY KEY, v REAL, w)");
        var schema = DatabaseContent.Read(Provider.Open(path)).Schema;
        var table = schema.Tables[0] with { Columns = [.. schema.Tables[0].Columns.Select((c, i) => c with { Id = i + 1 })] };
        var rows = numbers.Select((n, i) => new RowChange(null, [Value.Integer(i), Value.Real(n), Value.Real(n)])).ToList();
        Execute(path, Script(new DatabaseDelta([new TableDelta(table, table, rows)], [], []), schema, schema));
        Assert.Equal(rows.Select(r => $"seed {seed} {DatabaseContent.Show(r.After!)}"),
            DatabaseContent.Read(Provider.Open(path)).Rows["n"].Select(r => $"seed {seed} {DatabaseContent.Show(r)}"));
    }

    [Fact]
    public void Nothing_to_change_is_no_statement()
    {
        var schema = DatabaseContent.Read(Provider.Open(Create("CREATE TABLE t (a)"))).Schema;
        Assert.Empty(new ChangeScript(Provider.Scripts, DatabaseDelta.Empty, schema, schema).Statements());
    }

    private SqliteProvider Provider => new(_folder);

    private void Turns(string from, string to, params (string Before, string After)[] renames)
    {
        var (path, goal) = (Create(from), Create(to));
        var (before, after) = (DatabaseContent.Read(Provider.Open(path)), DatabaseContent.Read(Provider.Open(goal)));
        var script = Script(TestDelta.Between(before, after, renames), before.Schema, after.Schema);
        Execute(path, script);
        var (expected, actual) = (after.Dump(), DatabaseContent.Read(Provider.Open(path)).Dump());
        Assert.True(expected == actual, $"Expected:\n{expected}\n\nActual:\n{actual}\n\nScript:\n{script}");
        Assert.Equal("ok", Ask(path, "PRAGMA integrity_check"));
    }

    private string Script(DatabaseDelta delta, DatabaseSchema before, DatabaseSchema after) =>
        string.Concat(new ChangeScript(Provider.Scripts, delta, before, after).Statements().Select(ChangeScript.Terminate));

    private string Create(string sql)
    {
        var path = Path.Combine(_folder, $"{++_files}.db");
        Execute(path, sql);
        return path;
    }

    private static void Execute(string path, string sql)
    {
        using var connection = Open(path);
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static string Ask(string path, string sql)
    {
        using var connection = Open(path);
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (string)command.ExecuteScalar()!;
    }

    private static SqliteConnection Open(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }
}

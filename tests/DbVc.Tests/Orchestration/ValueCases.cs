using System.Globalization;

namespace DbVc.Tests;

/// <summary>A database with odd values, and what a branch and the live database then do to it; the two never touch the same cell.</summary>
internal sealed record ValueCase(string Name, string Schema, string Branch, string Live)
{
    private static readonly string[] Values =
    [
        "NULL", "0", "-1", "9223372036854775807", "-9223372036854775808", "0.0", "-0.0", "0.1", "1e308", "5e-324", "9e999", "-9e999", "9e999 - 9e999", "1.0",
        "9007199254740993.0", "''", "x''", "'12'", "'12.50'", "' 12 '", "'1e3'", "'abc'", "x'00ff00'", "CAST(x'610062' AS TEXT)", "CAST(x'00' AS TEXT)",
        "CAST(x'fffe80' AS TEXT)", "CAST(x'' AS TEXT)", "'ß 表 😀'", "'e' || char(769)", "zeroblob(1024)", "zeroblob(1025)", "zeroblob(70000)",
        "replace(hex(zeroblob(600)), '00', 'ä')",
    ];

    private static readonly string[] Names =
    [
        "select", "from where", "a\"b", "o'clock", "[x]", "`y`", "Überstraße 表 😀", "semi;colon--", "/* x */", "a.b", "a%b_c", "1st", "table",
        "rowid", " ", "a\tb", "x'y\"z",
    ];

    private static readonly ValueCase[] OfValues =
    [
        new("every storage class in every declared type",
            "CREATE TABLE t (id INTEGER PRIMARY KEY, n, i INTEGER, r REAL, x TEXT, b BLOB, u NUMERIC, w VARCHAR(3), d DATETIME);"
            + string.Concat(Values.Select(v => $"INSERT INTO t (n, i, r, x, b, u, w, d) VALUES ({v}, {v}, {v}, {v}, {v}, {v}, {v}, {v});")),
            string.Concat(Values.Select((v, i) => $"UPDATE t SET n = {v}, r = {v}, b = {v}, w = {v} WHERE id = {i + 2};")),
            string.Concat(Values.Select((v, i) => $"UPDATE t SET i = {v}, x = {v}, u = {v}, d = {v} WHERE id = {i + 3};"))),
        new("odd values as keys of no type", Keyed("k PRIMARY KEY"), ChangeKeyed("DESC"), ChangeKeyed("ASC", 1)),
        new("odd values as keys of text", Keyed("k TEXT PRIMARY KEY"), ChangeKeyed("DESC"), ChangeKeyed("ASC", 1)),
        new("odd values as keys of numbers", Keyed("k NUMERIC PRIMARY KEY"), ChangeKeyed("DESC"), ChangeKeyed("ASC", 1)),
        new("odd values as keys of reals", Keyed("k REAL PRIMARY KEY"), ChangeKeyed("DESC"), ChangeKeyed("ASC", 1)),
        new("odd values as keys without row numbers", Keyed("k PRIMARY KEY NOT NULL", " WITHOUT ROWID"), ChangeKeyed("DESC"), ChangeKeyed("ASC", 1)),
        new("null against empty",
            "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b BLOB); INSERT INTO t VALUES (1, NULL, NULL), (2, '', x''), (3, '', x'');",
            "UPDATE t SET a = '' WHERE id = 1; UPDATE t SET a = NULL WHERE id = 2;", "UPDATE t SET b = x'' WHERE id = 1; UPDATE t SET b = '' WHERE id = 3;"),
        new("zeros and not-a-number",
            "CREATE TABLE t (id INTEGER PRIMARY KEY, a, b REAL); INSERT INTO t VALUES (1, 0.0, 0.0), (2, -0.0, -0.0), (3, 9e999 - 9e999, 1), (4, 0, 0);",
            "UPDATE t SET a = -0.0 WHERE id = 1; UPDATE t SET a = 0 WHERE id = 2; UPDATE t SET a = 9e999 WHERE id = 3;",
            "UPDATE t SET b = -9e999 WHERE id = 1; UPDATE t SET b = 9e999 - 9e999 WHERE id = 4;"),
        new("keys that ignore case",
            "CREATE TABLE t (k TEXT COLLATE NOCASE PRIMARY KEY, v); INSERT INTO t VALUES ('Ann', 1), ('bob', 2), ('ÄRA', 3), ('ära', 4), ('x', 5);",
            "UPDATE t SET v = 10 WHERE k = 'ann'; INSERT INTO t VALUES ('Zoe', 7); UPDATE t SET k = 'BOB' WHERE k = 'bob';",
            "DELETE FROM t WHERE k = 'X'; INSERT INTO t VALUES ('anna', 8);"),
        new("keys that ignore blanks at the end",
            "CREATE TABLE t (k TEXT COLLATE RTRIM PRIMARY KEY, v) WITHOUT ROWID; INSERT INTO t VALUES ('a ', 1), ('b', 2), (' c', 3), ('d', 4);",
            "UPDATE t SET v = 10 WHERE k = 'a'; UPDATE t SET k = 'b  ' WHERE k = 'b';", "DELETE FROM t WHERE k = 'd '; INSERT INTO t VALUES ('e ', 5);"),
        new("a key whose index compares otherwise than its column",
            "CREATE TABLE t (k TEXT, v, PRIMARY KEY (k COLLATE NOCASE)); INSERT INTO t VALUES ('Ann', 1), ('bob', 2);",
            "UPDATE t SET v = 3 WHERE k = 'Ann';", "UPDATE t SET v = 4 WHERE k = 'bob'; INSERT INTO t VALUES ('c', 5);"),
        new("tables without key",
            "CREATE TABLE t (a, b TEXT); INSERT INTO t VALUES (1, 'x'), (1, 'x'), (1, 'x'), (1.0, 'x'), (NULL, NULL), (NULL, NULL), ('', x'');",
            "DELETE FROM t WHERE rowid = 1; INSERT INTO t VALUES (NULL, NULL), (2, 'y');",
            "INSERT INTO t VALUES (1, 'x'), (2, 'z'); DELETE FROM t WHERE typeof(a) = 'real';"),
        new("keys that hold null",
            "CREATE TABLE t (k TEXT PRIMARY KEY, v); INSERT INTO t VALUES (NULL, 1), (NULL, 1), (NULL, 2), ('k', 3);",
            "INSERT INTO t VALUES (NULL, 5); DELETE FROM t WHERE v = 2;", "INSERT INTO t VALUES (NULL, 1); UPDATE t SET v = 4 WHERE k = 'k';"),
        new("without row numbers, with moved keys",
            "CREATE TABLE t (a TEXT, b INT, v, PRIMARY KEY (b DESC, a)) WITHOUT ROWID; INSERT INTO t VALUES ('x', 1, 1), ('y', 2, 2), ('z', 3, 3);",
            "UPDATE t SET b = 10 WHERE a = 'x'; UPDATE t SET v = 22 WHERE a = 'y';", "UPDATE t SET v = 33 WHERE a = 'z'; INSERT INTO t VALUES ('w', 1, 9);"),
    ];

    private static readonly ValueCase[] OfTables =
    [
        new("strict tables",
            "CREATE TABLE t (id INTEGER PRIMARY KEY, i INT, r REAL, x TEXT, b BLOB, a ANY) STRICT; "
            + "INSERT INTO t VALUES (1, 1, 1, '1', x'31', 1), (2, NULL, -0.0, '', x'', '1'), (3, -1, 9e999, 'a', x'00', 1.0);",
            "UPDATE t SET a = '01', r = 2 WHERE id = 1; INSERT INTO t VALUES (4, 1, 1, 1, x'', x'');",
            "UPDATE t SET x = 5, b = x'ff' WHERE id = 1; DELETE FROM t WHERE id = 2;"),
        new("generated columns",
            "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, v AS (a * 2), s TEXT AS (a || '!') STORED, b TEXT, u AS (b || v)); CREATE INDEX by_v ON t (v); "
            + "INSERT INTO t (id, a, b) VALUES (1, 1, 'x'), (2, NULL, 'y'), (3, 3, NULL);",
            "UPDATE t SET a = 10 WHERE id = 1; INSERT INTO t (id, a) VALUES (4, 4);", "UPDATE t SET b = 'z' WHERE id = 1; DELETE FROM t WHERE id = 2;"),
        new("a key of eight columns",
            "CREATE TABLE t (a INT, b TEXT, c REAL, d BLOB, e, f NUMERIC, g TEXT COLLATE NOCASE, h DATE, v, PRIMARY KEY (h, g, f, e, d, c, b, a)); "
            + string.Concat(Values.Select((v, i) => $"INSERT OR IGNORE INTO t VALUES ({i}, {v}, {v}, {v}, {v}, {v}, {v}, {v}, {v});")),
            "UPDATE t SET v = 'branch' WHERE a % 3 = 0; DELETE FROM t WHERE a = 4;",
            "UPDATE t SET v = 'live' WHERE a % 3 = 1 AND a <> 4; DELETE FROM t WHERE a = 5;"),
        new("a thousand columns",
            $"CREATE TABLE t (id INTEGER PRIMARY KEY, {string.Join(", ", Numbers(999).Select(i => $"c{i} {(i[^1] > '6' ? "TEXT" : "INT")}"))}); "
            + $"INSERT INTO t VALUES (1, {string.Join(", ", Numbers(999))}); INSERT INTO t (id, c998) VALUES (2, 'x');",
            "UPDATE t SET c0 = 'b', c500 = NULL WHERE id = 1; ALTER TABLE t ADD COLUMN more TEXT;",
            "UPDATE t SET c998 = 'l', c501 = x'00' WHERE id = 1; INSERT INTO t (id) VALUES (3);"),
        new("odd names",
            string.Concat(Names.Select((n, i) => $"CREATE TABLE {Quote(n)} ({Quote(n)} {(i % 2 == 0 ? "INTEGER" : "TEXT")} PRIMARY KEY, "
                + $"{Quote(n + "2")} TEXT); "
                + $"INSERT INTO {Quote(n)} VALUES (1, 'a'), (2, 'b'), (3, 'c'); CREATE INDEX {Quote(n + "3")} ON {Quote(n)} ({Quote(n + "2")}); "
                + $"CREATE VIEW {Quote(n + "4")} AS SELECT {Quote(n)} AS k FROM {Quote(n)};")),
            string.Concat(Names.Select(n => $"UPDATE {Quote(n)} SET {Quote(n + "2")} = 'branch' WHERE {Quote(n)} = 1; "
                + $"INSERT INTO {Quote(n)} VALUES (4, 'd');")),
            string.Concat(Names.Select(n => $"UPDATE {Quote(n)} SET {Quote(n + "2")} = 'live' WHERE {Quote(n)} = 2; "
                + $"DELETE FROM {Quote(n)} WHERE {Quote(n)} = 3;"))),
        new("ten megabytes in one cell",
            "CREATE TABLE t (id INTEGER PRIMARY KEY, a BLOB, b TEXT); INSERT INTO t VALUES (1, zeroblob(10000000), 'x'), (2, x'0102', 'y');",
            "UPDATE t SET b = 'z' WHERE id = 1; INSERT INTO t VALUES (3, CAST(hex(zeroblob(1000000)) AS BLOB), hex(zeroblob(500000)));",
            "UPDATE t SET a = zeroblob(9999999) WHERE id = 1;"),
    ];

    public static IReadOnlyList<ValueCase> All => [.. OfValues, .. OfTables];

    public override string ToString() => Name;

    public static string Quote(string name) => "\"" + name.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";

    private static IEnumerable<string> Numbers(int count) => Enumerable.Range(0, count).Select(i => i.ToString(CultureInfo.InvariantCulture));

    private static string Keyed(string key, string options = "") => $"CREATE TABLE t ({key}, id INT, v, w){options};"
        + string.Concat(Values.Select((v, i) => $"INSERT OR IGNORE INTO t VALUES ({v}, {i}, {v}, 0);"));

    private static string ChangeKeyed(string order, int column = 0) =>
        $"UPDATE t SET {(column == 0 ? "v" : "w")} = 'changed ' || id WHERE k IS NOT NULL AND id % 2 = {column};"
        + $"DELETE FROM t WHERE id = (SELECT id FROM t WHERE k IS NOT NULL AND id % 2 = {column} ORDER BY id {order} LIMIT 1);";
}

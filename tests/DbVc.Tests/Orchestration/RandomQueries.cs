namespace DbVc.Tests;

/// <summary>Makes a database of odd tables and values, and queries on it whose answer does not depend on the order in which rows are visited.</summary>
internal sealed class RandomQueries(Random random)
{
    private static readonly string[] Values =
    [
        "NULL", "0", "1", "-1", "2", "5", "5.0", "05", "'5'", "'05'", "'5.0'", "' 5'", "'5 '", "2.5", "-0.0", "0.0", "1e3", "'1e3'", "1000",
        "9223372036854775807", "-9223372036854775808", "9223372036854775807.0", "9007199254740993", "9007199254740992.0", "9e999", "-9e999", "'Inf'",
        "''", "x''", "'a'", "'A'", "'a '", "'abc'", "'ABC'", "'aBd'", "'b'", "'-abc'", "'1a'", "x'61'", "x'ff00'", "'ä'", "'Ä'", "'😀'",
        "CAST(x'610062' AS TEXT)", "CAST(x'fffe80' AS TEXT)", "CAST(x'4100' AS TEXT)", "CAST(x'410061' AS TEXT)",
    ];

    private static readonly string[] Integers = ["0", "-1", "5", "1000", "9007199254740993", "-9223372036854775808"];

    private static readonly Table[] Tables =
    [
        new("t0", "CREATE TABLE t0 (id INTEGER PRIMARY KEY, a TEXT, b REAL, c NUMERIC, d, e BLOB)", "id a b c d e", "id", "id"),
        new("t1", "CREATE TABLE t1 (k TEXT COLLATE NOCASE PRIMARY KEY, a TEXT COLLATE RTRIM, b INTEGER UNIQUE)", "k a b", "rowid", "k"),
        new("t2", "CREATE TABLE t2 (a INTEGER, b TEXT, c DECIMAL(10,2), PRIMARY KEY (a, b))", "a b c", "rowid", "a, b"),
        new("t3", "CREATE TABLE t3 (k, n INT, v, PRIMARY KEY (k, n)) WITHOUT ROWID", "k n v", "k, n", "k"),
        new("t4", "CREATE TABLE t4 (x, y INTEGER)", "x y", "rowid", "y"),
        new("t5", "CREATE TABLE t5 (id INTEGER PRIMARY KEY, p TEXT, q AS (p || '!'), r INTEGER AS (length(p)) STORED, s TEXT AS (id * 2))",
            "id p q r s", "id", "id"),
        new("t6", "CREATE TABLE t6 (k ANY PRIMARY KEY, i INTEGER, v ANY) STRICT", "k i v", "rowid", "k"),
        new("t7", "CREATE TABLE t7 (r REAL PRIMARY KEY, v TEXT)", "r v", "rowid", "r"),
        new("\"select\"", "CREATE TABLE \"select\" (\"from\" TEXT PRIMARY KEY, \"a \"\"b\" VARCHAR(4))", "\"from\" \"a \"\"b\"", "rowid", "\"from\""),
        new("t9", "CREATE TABLE t9 (a INTEGER NOT NULL, b TEXT NOT NULL, c BLOB NOT NULL, v, PRIMARY KEY (b, a, c))", "a b c v", "rowid", "b, a"),
    ];

    /// <summary>The statements that make the database.</summary>
    public string Database(int rows)
    {
        var sql = string.Join(";\n", Tables.Select(t => t.Sql)) + ";\nCREATE VIEW w AS SELECT t0.id, t1.a, t2.c FROM t0 JOIN t1 ON t0.a = t1.k, t2;\n"
            + "CREATE VIEW \"W 2\" AS SELECT q AS x FROM t5 UNION ALL SELECT id FROM w;\nCREATE INDEX by_a ON t0 (a);\n";
        foreach (var table in Tables)
        {
            var columns = table.Columns.Where(c => c is not ("q" or "r" or "s") || table.Name != "t5").ToArray();
            for (var i = 0; i < rows; i++)
            {
                // Elsewhere every value may be stored; these two take integers only.
                var values = columns.Select(c => c is not ("id" or "i") ? Value() : random.Next(4) > 0 ? "NULL" : Pick(Integers));
                sql += $"INSERT OR IGNORE INTO {table.Name} ({string.Join(", ", columns)}) VALUES ({string.Join(", ", values)});\n";
            }
        }

        return sql;
    }

    /// <summary>A query; <c>Ordered</c> if its rows come in a fixed order.</summary>
    public (string Sql, bool Ordered) Next() => random.Next(8) switch
    {
        0 => (Join(), false),
        1 => (Grouped(), false),
        2 => (Nested(), false),
        3 => (Window(), false),
        4 => (Union(), false),
        _ => Simple(),
    };

    private (string Sql, bool Ordered) Simple()
    {
        var table = Pick(Tables);
        var sql = $"SELECT *{(table.Unique == "rowid" ? ", rowid" : "")} FROM {table.Name} AS x";
        if (random.Next(3) == 0) return ($"{sql} WHERE {Condition("x", table)}", false);
        var end = $"{Pick("", " DESC")}{Pick("", " LIMIT 3", " LIMIT 2 OFFSET 1")}";
        // SQLite leaves a column out of the order that is compared for equality, also where unequal texts are equal as numbers.
        return random.Next(3) switch
        {
            0 => ($"{sql} WHERE {Condition("x", table)} ORDER BY {table.Unique}{end}", true),
            1 => ($"{sql} WHERE {Condition("x", table)} ORDER BY +x.{Pick(table.Columns)}{Pick("", " DESC", " COLLATE NOCASE")}, {table.Unique}{end}", true),
            _ => ($"{sql} WHERE x.{Pick(table.Columns)} {Pick(">", "<=")} {Value()} ORDER BY {table.Key}{Pick("", " DESC")}, {table.Unique}{end}", true),
        };
    }

    private string Join()
    {
        var (left, right) = (Pick(Tables), Pick(Tables));
        var on = random.Next(4) == 0
            ? Condition("x", left)
            : string.Join(" AND ", Enumerable.Range(0, random.Next(1, 3)).Select(_ => $"x.{Pick(left.Columns)} {Comparison()} y.{Pick(right.Columns)}"));
        return $"SELECT x.*, y.* FROM {left.Name} AS x {Pick("", "LEFT ", "INNER ", "RIGHT ", "FULL ")}JOIN {right.Name} AS y ON {on}"
            + $" WHERE {Condition("x", left)}";
    }

    private string Grouped()
    {
        var table = Pick(Tables);
        return $"SELECT count(*), count(x.{Pick(table.Columns)}), count(DISTINCT x.{Pick(table.Columns)}) FROM {table.Name} AS x WHERE {Condition("x", table)}"
            + (random.Next(2) == 0 ? "" : $" GROUP BY x.{Pick(table.Columns)}{Pick("", " HAVING count(*) > 1")}");
    }

    private string Nested()
    {
        var (outer, inner) = (Pick(Tables), Pick(Tables));
        var test = random.Next(3) switch
        {
            0 => $"x.{Pick(outer.Columns)} IN (SELECT {Pick(inner.Columns)} FROM {inner.Name} AS y WHERE {Condition("y", inner)})",
            1 => $"EXISTS (SELECT 1 FROM {inner.Name} AS y WHERE y.{Pick(inner.Columns)} = x.{Pick(outer.Columns)} AND {Condition("y", inner)})",
            _ => $"x.{Pick(outer.Columns)} > (SELECT count(*) FROM {inner.Name} AS y WHERE y.{Pick(inner.Columns)} = x.{Pick(outer.Columns)})",
        };
        return $"WITH c AS (SELECT * FROM {outer.Name} AS x WHERE {test}) SELECT * FROM c"
            + $" WHERE {Pick("", "NOT ")}(c.{Pick(outer.Columns)} {Comparison()} {Value()})";
    }

    private string Window()
    {
        var table = Pick(Tables);
        return $"SELECT x.*, row_number() OVER (ORDER BY {table.Unique}), count(*) OVER (PARTITION BY x.{Pick(table.Columns)})"
            + $" FROM {table.Name} AS x WHERE {Condition("x", table)}";
    }

    private string Union() => random.Next(3) switch
    {
        0 => $"SELECT * FROM W AS v WHERE v.{Pick("id", "a", "c")} {Comparison()} {Value()}",
        1 => $"SELECT x FROM main.\"W 2\" WHERE x {Comparison()} {Value()}",
        _ => $"SELECT count(*) FROM (SELECT {Pick(Tables[0].Columns)} FROM t0 {Pick("UNION", "UNION ALL", "EXCEPT", "INTERSECT")}"
            + $" SELECT {Pick(Tables[2].Columns)} FROM t2)",
    };

    private string Condition(string alias, Table table, int depth = 0)
    {
        string Column() => random.Next(10) == 0 && table.Unique == "rowid" ? alias + ".rowid" : alias + "." + Pick(table.Columns);
        return random.Next(depth < 2 ? 14 : 9) switch
        {
            0 => $"{Column()} BETWEEN {Value()} AND {Value()}",
            1 => $"{Column()} IN ({Value()}, {Value()}, {Value()})",
            2 => $"{Column()} IS {Pick("", "NOT ")}{Value()}",
            3 => $"{Column()} LIKE {Pick("'a%'", "'%5'", "'_'", "'ABC'", "''")}",
            4 => $"{Column()} GLOB {Pick("'a*'", "'*5'", "'?'", "'[aA]*'")}",
            5 => $"{Column()} {Comparison()} {Value()} COLLATE {Pick("BINARY", "NOCASE", "RTRIM")}",
            6 => $"{Column()} {Comparison()} {Column()}",
            7 => $"{Column()} {Comparison()} CAST({Value()} AS {Pick("INTEGER", "TEXT", "REAL", "BLOB", "NUMERIC")})",
            8 or 9 => $"{Column()} {Comparison()} {Value()}",
            10 => $"({Condition(alias, table, depth + 1)} OR {Condition(alias, table, depth + 1)})",
            11 => $"NOT ({Condition(alias, table, depth + 1)})",
            12 => $"({Column()}, {Column()}) {Comparison()} ({Value()}, {Value()})",
            _ => $"{Condition(alias, table, depth + 1)} AND {Condition(alias, table, depth + 1)}",
        };
    }

    private string Comparison() => Pick("=", "=", "=", "<", "<=", ">", ">=", "<>", "==");

    private string Value() => Pick(Values);

    private T Pick<T>(params T[] from) => from[random.Next(from.Length)];

    private sealed record Table(string Name, string Sql, string ColumnText, string Unique, string Key)
    {
        public string[] Columns { get; } = ColumnText.StartsWith('"') ? ["\"from\"", "\"a \"\"b\""] : ColumnText.Split(' ');
    }
}

using System.Globalization;
using DbVc.Model;
using DbVc.VersionControl;
using SQLitePCL;

namespace DbVc.Benchmarks;

/// <summary>The table of the engine's benchmark, and the plain SQLite transactions that its operations are compared with.</summary>
internal sealed class EngineTable
{
    public const string Sql = "CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL, amount REAL, created TEXT)";

    private static readonly string[] s_firstNames = ["Alexandra", "Bogdan", "Christine", "Dmitri", "Elena", "François", "Gabriella", "Håkon"];
    private static readonly string[] s_lastNames = ["Schneider", "Kowalski", "Fernández", "Papadopoulos", "Lindqvist", "O'Brien", "Yamamoto"];

    public static TableSchema Schema { get; } = ColumnIds.Assign(new TableSchema
    {
        Name = "people",
        Columns =
        [
            new Column { Id = 0, Name = "id", DeclaredType = "INTEGER" },
            new Column { Id = 0, Name = "name", DeclaredType = "TEXT", Nullable = false },
            new Column { Id = 0, Name = "email", DeclaredType = "TEXT", Nullable = false },
            new Column { Id = 0, Name = "amount", DeclaredType = "REAL" },
            new Column { Id = 0, Name = "created", DeclaredType = "TEXT" },
        ],
        PrimaryKey = ["id"],
        Sql = Sql,
    }, null);

    /// <summary>A row, the same on every machine; <paramref name="version"/> changes its amount and its name.</summary>
    public static Value[] Row(long id, int version)
    {
        var chance = (ulong)id * 0x9E3779B97F4A7C15;
        var name = $"{s_firstNames[chance % 8]} {s_lastNames[(chance >> 8) % 7]}";
        var email = $"person{id}.{(chance >> 24) % 100_000}@example{(chance >> 44) % 50}.com";
        var created = new DateTime(2020, 1, 1).AddSeconds((chance >> 16) % 180_000_000).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        return
        [
            Value.Integer(id), Value.Text(version == 0 ? name : $"{name} {version}"), Value.Text(email),
            Value.Real(((chance >> 20) % 100_000 / 100.0) + version), Value.Text(created),
        ];
    }

    /// <summary>Different ids in ascending order, by chance.</summary>
    public static long[] Choose(int rows, int count, int seed)
    {
        var random = new Random(seed);
        var chosen = new HashSet<long>(count);
        while (chosen.Count < count) chosen.Add(random.Next(1, rows + 1));
        return [.. chosen.Order()];
    }

    /// <summary>The changes that give these rows a new version.</summary>
    public static IEnumerable<RowChange> Changes(IEnumerable<long> ids, int version) => ids.Select(id => new RowChange(Row(id, 0), Row(id, version)));

    /// <summary>Makes a SQLite database with the table, in one transaction; how long inserting took.</summary>
    public static double Create(string path, int rows)
    {
        using var database = Open(path);
        Execute(database, Sql);
        var values = Enumerable.Range(1, rows).Select(id => Row(id, 0)).ToList();
        return Bench.Time(() => Write(database, "INSERT INTO people VALUES (?1, ?2, ?3, ?4, ?5)", values));
    }

    /// <summary>How long SQLite takes to give rows a new version, in one transaction.</summary>
    public static double Update(string path, IEnumerable<long> ids, int version)
    {
        using var database = Open(path);
        var values = ids.Select(id => Row(id, version)).ToList();
        return Bench.Time(() => Write(database, "UPDATE people SET name = ?2, email = ?3, amount = ?4, created = ?5 WHERE id = ?1", values));
    }

    /// <summary>Makes every row so many bytes wider.</summary>
    public static void Widen(string path, int bytes) =>
        Run(path, $"ALTER TABLE people ADD COLUMN note TEXT; UPDATE people SET note = printf('%.*c', {bytes}, 'n')");

    /// <summary>Makes tables of rows that are small.</summary>
    public static void CreateMany(string path, int tables, int rows)
    {
        var numbers = $"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})";
        Run(path, string.Concat(Enumerable.Range(1, tables).Select(t =>
            $"CREATE TABLE t{t} (id INTEGER PRIMARY KEY, a TEXT, b REAL); {numbers} INSERT INTO t{t} SELECT i, 'row ' || i, i / 7.0 FROM n;")));
    }

    /// <summary>How long one transaction takes that adds rows.</summary>
    public static double Insert(string path, int rows)
    {
        using var database = Open(path);
        var values = Enumerable.Range(10_000_000, rows).Select(id => Row(id, 0)).ToList();
        return Bench.Time(() => Write(database, "INSERT INTO people VALUES (?1, ?2, ?3, ?4, ?5)", values));
    }

    /// <summary>How long it takes to update single rows, each in a transaction of its own.</summary>
    public static double UpdateOneByOne(string path, int rows)
    {
        using var database = Open(path);
        Execute(database, "PRAGMA synchronous=NORMAL");
        return Bench.Time(() =>
        {
            for (var id = 1; id <= rows; id++) Execute(database, $"UPDATE people SET amount = amount + 1 WHERE id = {id * 7}");
        });
    }

    /// <summary>How long one statement takes that updates a tenth of 100,000 rows.</summary>
    public static double UpdateTenth(string path)
    {
        using var database = Open(path);
        return Bench.Time(() => Execute(database, "UPDATE people SET amount = amount + 1 WHERE id % 10 = 0"));
    }

    private static void Run(string path, string sql)
    {
        using var database = Open(path);
        Execute(database, "BEGIN");
        Execute(database, sql);
        Execute(database, "COMMIT");
    }

    private static sqlite3 Open(string path)
    {
        Batteries_V2.Init();
        if (raw.sqlite3_open(path, out var database) != raw.SQLITE_OK) throw new InvalidOperationException("SQLite does not open " + path);
        Execute(database, "PRAGMA journal_mode=WAL");
        Execute(database, "PRAGMA synchronous=FULL");
        return database;
    }

    private static void Execute(sqlite3 database, string sql)
    {
        if (raw.sqlite3_exec(database, sql) != raw.SQLITE_OK) throw new InvalidOperationException(raw.sqlite3_errmsg(database).utf8_to_string());
    }

    private static void Write(sqlite3 database, string sql, List<Value[]> rows)
    {
        Execute(database, "BEGIN IMMEDIATE");
        if (raw.sqlite3_prepare_v2(database, sql, out var statement) != raw.SQLITE_OK) throw new InvalidOperationException(sql);
        using (statement)
        {
            foreach (var row in rows)
            {
                raw.sqlite3_bind_int64(statement, 1, row[0].AsInteger);
                raw.sqlite3_bind_text(statement, 2, row[1].AsBytes.Span);
                raw.sqlite3_bind_text(statement, 3, row[2].AsBytes.Span);
                raw.sqlite3_bind_double(statement, 4, row[3].AsReal);
                raw.sqlite3_bind_text(statement, 5, row[4].AsBytes.Span);
                if (raw.sqlite3_step(statement) != raw.SQLITE_DONE) throw new InvalidOperationException(raw.sqlite3_errmsg(database).utf8_to_string());
                raw.sqlite3_reset(statement);
            }
        }

        Execute(database, "COMMIT");
    }
}

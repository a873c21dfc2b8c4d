using DbVc.Databases;
using Microsoft.Data.Sqlite;

namespace DbVc.Tests;

/// <summary>SQLite files in a folder of their own, in the journal mode given.</summary>
public sealed class SqliteFixture : DatabaseFixture
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dbvc-sqlite-").FullName;
    private readonly string _journalMode;
    private int _count;

    public SqliteFixture(string journalMode = "delete")
    {
        _journalMode = journalMode;
        Scratch = Directory.CreateDirectory(Path.Combine(_folder, "scratch")).FullName;
        Provider = new SqliteProvider(Scratch) { ReadTimeout = TimeSpan.FromSeconds(2) };
    }

    public string Scratch { get; }

    public override IDatabaseProvider Provider { get; }

    public override string BlobType => "BLOB";

    public override IReadOnlyList<string> ForbiddenQueries =>
    [
        "ATTACH ':memory:' AS x", "DETACH main", "PRAGMA user_version", "PRAGMA writable_schema = ON", "PRAGMA journal_mode = WAL",
        "SELECT * FROM pragma_table_info('people')", $"VACUUM INTO '{_folder}/stolen.db'", "VACUUM", "SELECT load_extension('x')",
        "SELECT writefile('x', 'y')", "SELECT readfile('/etc/passwd')", "SELECT fts3_tokenizer('simple')", "ANALYZE", "REINDEX", "SAVEPOINT s",
        "CREATE TEMP TABLE x (id)", "CREATE VIRTUAL TABLE x USING fts5(a)", "EXPLAIN DELETE FROM people", "REPLACE INTO people VALUES (1, 'x', 'x')",
        "WITH x AS (SELECT 1) DELETE FROM people", "INSERT INTO people VALUES (9, 'x', 'x') RETURNING id", "UPDATE sqlite_schema SET sql = 'x'",
    ];

    public override string EndlessQuery => "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";

    public override string NewLocation() => Path.Combine(_folder, $"database {++_count}.db");

    public override string Quote(string name) => "\"" + name.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";

    public override int DecimalDigits => 15;

    public override string AuditTrigger(string table) => string.Concat(new[] { "INSERT", "UPDATE", "DELETE" }.Select(e =>
        $"CREATE TRIGGER audit_{e} AFTER {e} ON {table} BEGIN INSERT INTO audit VALUES ('{e}'); END;"));

    public override void Execute(string location, string sql)
    {
        using var connection = Connect(location);
        Execute(connection, sql);
    }

    public override HeldWrite HoldWrite(string location, string sql)
    {
        var connection = Connect(location);
        Execute(connection, "BEGIN IMMEDIATE; " + sql);
        return new HeldWrite(next => Execute(connection, next), connection);
    }

    public override IReadOnlyList<string> ListOwn(string location)
    {
        using var connection = Connect(location);
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT name FROM sqlite_schema WHERE name LIKE '%dbvc%' ORDER BY name";
        using var rows = command.ExecuteReader();
        var names = new List<string>();
        while (rows.Read()) names.Add(rows.GetString(0));
        return names;
    }

    public SqliteConnection Connect(string location)
    {
        var connection = new SqliteConnection($"Data Source={location};Pooling=False;Foreign Keys=False");
        connection.Open();
        // As the sqlite3 shell does: texts in double quotes are accepted.
        SQLitePCL.raw.sqlite3_db_config(connection.Handle, 1013, 1, out _);
        SQLitePCL.raw.sqlite3_db_config(connection.Handle, 1014, 1, out _);
        Execute(connection, $"PRAGMA journal_mode = {_journalMode}; PRAGMA synchronous = OFF");
        return connection;
    }

    public static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public override void Dispose() => Directory.Delete(_folder, recursive: true);
}

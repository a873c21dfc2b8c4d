using System.Diagnostics;
using System.Text.RegularExpressions;
using DbVc.Databases;
using DbVc.TestServers;

namespace DbVc.Tests;

/// <summary>Databases on the shared MariaDB server, each fresh; written to by MariaDB's own shell.</summary>
public sealed partial class MySqlFixture : DatabaseFixture
{
    private static int s_count;

    private readonly DatabaseServer _server = DatabaseServer.Shared(ServerKind.MariaDb);
    private readonly List<string> _locations = [];
    private readonly string _scratch = Directory.CreateTempSubdirectory("dbvc-mysql-").FullName;

    public MySqlFixture() => Provider = new MySqlProvider(Options) { MayPauseTriggers = true };

    public ProviderOptions Options => new(_scratch, TimeSpan.FromSeconds(2), ServerAddress.Parse(_server.Url("x")).WithDatabase(null));

    public override IDatabaseProvider Provider { get; }

    public override string BlobType => "LONGBLOB";

    public override IReadOnlyList<string> ForbiddenQueries =>
    [
        "REPLACE INTO people VALUES (1, 'x', 'x')", "TRUNCATE people", "SELECT * FROM people INTO OUTFILE '/tmp/dbvc-stolen'",
        "SELECT LOAD_FILE('/etc/passwd')",
        "SELECT /*! LOAD_FILE('/etc/passwd') */", "SELECT /*!50000 1 */ FROM people INTO @x", "SELECT GET_LOCK('x', 1)", "SELECT id FROM people FOR UPDATE",
        "SELECT id FROM people LOCK IN SHARE MODE", "SELECT * FROM mysql.user", "SELECT * FROM `mysql`.`user`", "SELECT * FROM performance_schema.threads",
        "CALL x()", "SET GLOBAL max_connections = 1", "SET @x = 1", "KILL 1", "SHUTDOWN", "FLUSH TABLES", "LOCK TABLES people WRITE", "HANDLER people OPEN",
        "LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE people", "PREPARE s FROM 'DROP TABLE people'", "EXECUTE IMMEDIATE 'DROP TABLE people'",
        "INSERT INTO people VALUES (9, 'x', 'x') RETURNING id", "DELETE FROM people RETURNING id", "GRANT ALL ON *.* TO x",
        "SAVEPOINT s", "ANALYZE TABLE people",
        "CREATE TEMPORARY TABLE x (id INT)", "START TRANSACTION READ WRITE", "XA START 'x'", "DO SLEEP(0)", "USE mysql", "OPTIMIZE TABLE people",
    ];

    public override string EndlessQuery => "SELECT count(*) FROM seq_1_to_1000000 AS a JOIN seq_1_to_1000000 AS b ON a.seq <> b.seq";

    public override string NewLocation()
    {
        var location = _server.Url($"test_conf_{Environment.ProcessId}_{Interlocked.Increment(ref s_count)}");
        _locations.Add(location);
        return location;
    }

    public override string Quote(string name) => "`" + name.Replace("`", "``", StringComparison.Ordinal) + "`";

    public override string OddName(string name) => name.Replace("😀", "☺", StringComparison.Ordinal);

    public override string IndexName(string table, string index) => $"{table}.{index}";

    public override string AuditTrigger(string table) => string.Concat(new[] { "INSERT", "UPDATE", "DELETE" }.Select(e =>
        $"CREATE TRIGGER audit_{e} AFTER {e} ON {table} FOR EACH ROW INSERT INTO audit VALUES ('{e}');"));

    /// <summary>An index belongs to a table here, also when it goes.</summary>
    public override void Execute(string location, string sql) => Run(location, DropIndex().Replace(sql, "DROP INDEX $1 ON people"));

    public override HeldWrite HoldWrite(string location, string sql)
    {
        var handle = MySqlHandle.Open(MySqlTestServer.AddressOf(location));
        Execute("BEGIN;" + sql);
        return new HeldWrite(Execute, handle);

        void Execute(string next)
        {
            foreach (var statement in next.Split(';', StringSplitOptions.RemoveEmptyEntries)) handle.Execute(statement);
        }
    }

    public override IReadOnlyList<string> ListOwn(string location)
    {
        using var handle = MySqlHandle.Open(MySqlTestServer.AddressOf(location));
        return [.. MySqlObjects.List(handle,
            """
            SELECT table_name FROM information_schema.tables WHERE table_schema = database() AND table_name LIKE '%dbvc%'
            UNION ALL SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = database() AND trigger_name LIKE '%dbvc%'
            """).Select(r => r[0])];
    }

    public override void RenameTrackedColumn(string location, string table, string from, string to)
    {
        using var database = Provider.Open(location);
        database.StopTracking(TimeSpan.FromSeconds(10), [table]);
        base.RenameTrackedColumn(location, table, from, to);
    }

    public override void Dispose()
    {
        foreach (var location in _locations) _server.DropDatabase(location);
        Directory.Delete(_scratch, recursive: true);
    }

    private void Run(string location, string sql)
    {
        var address = MySqlTestServer.AddressOf(location);
        var start = new ProcessStartInfo("mariadb",
        [
            "--no-defaults", "--host=127.0.0.1", $"--port={address.Port}", $"--user={address.User}",
            "--default-character-set=utf8mb4", "--init-command=SET innodb_lock_wait_timeout=2", address.Database!,
        ])
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
        };
        start.Environment["MYSQL_PWD"] = address.Password;
        using var process = Process.Start(start)!;
        process.StandardInput.Write(sql);
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"MariaDB refused: {error}\n{sql}");
    }

    [GeneratedRegex(@"DROP INDEX (\w+)(?! ON)\b")]
    private static partial Regex DropIndex();
}

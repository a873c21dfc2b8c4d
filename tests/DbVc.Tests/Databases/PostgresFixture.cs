using System.Globalization;
using DbVc.Databases;
using DbVc.TestServers;
using Npgsql;

namespace DbVc.Tests;

/// <summary>Databases on the shared server of one version, under a role that owns them and is no administrator.</summary>
public sealed class PostgresFixture : DatabaseFixture
{
    private const string GrantedUser = "dbvc_granted";

    private static readonly Lock Gate = new();
    private static int s_count;

    private readonly DatabaseServer _server;
    private readonly string _root;
    private readonly List<string> _locations = [];

    /// <param name="version">The server's.</param>
    /// <param name="mayReplicate">The role may set session_replication_role.</param>
    public PostgresFixture(int version, bool mayReplicate = false)
    {
        _server = DatabaseServer.Shared(PostgresTestServer.Kind(version));
        _root = mayReplicate ? Grant(_server) : _server.Url("");
        Provider = new PostgresProvider(ServerAddress.Parse(_root.TrimEnd('/'))) { ReadTimeout = TimeSpan.FromSeconds(2) };
    }

    public override IDatabaseProvider Provider { get; }

    public override string BlobType => "bytea";

    public override IReadOnlyList<string> ForbiddenQueries =>
    [
        "COPY people TO STDOUT", "COPY people TO PROGRAM 'cat'", "SELECT pg_read_file('/etc/passwd')", "SELECT lo_import('/etc/passwd')",
        "SELECT pg_terminate_backend(1)", "SELECT set_config('transaction_read_only', 'off', false)", "SELECT pg_advisory_lock(1)", "VACUUM", "ANALYZE",
        "SET transaction_read_only = off", "RESET ALL", "SHOW ALL", "SAVEPOINT s", "ROLLBACK", "LOCK TABLE people", "NOTIFY x", "DO $$ BEGIN END $$",
        "CREATE TEMP TABLE x (id integer)", "EXPLAIN ANALYZE DELETE FROM people", "WITH x AS (DELETE FROM people RETURNING *) SELECT * FROM x",
        "INSERT INTO people VALUES (9, 'x', 'x') RETURNING id", "SELECT * INTO x FROM people", "SELECT * FROM people FOR UPDATE", "SELECT nextval('s')",
        "TRUNCATE people", "SELECT 1; COMMIT; DELETE FROM people", "DECLARE c CURSOR FOR SELECT 1", "PREPARE p AS SELECT 1", "GRANT ALL ON people TO PUBLIC",
    ];

    public override string EndlessQuery => "WITH RECURSIVE n(i) AS (SELECT 1::bigint UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";

    public override string NewLocation()
    {
        var location = string.Create(CultureInfo.InvariantCulture, $"{_root}test_fixture_{Interlocked.Increment(ref s_count)}");
        _locations.Add(location);
        return location;
    }

    public override string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    public override string TableName(string name) => PostgresName.Join("public", name);

    public override string AuditTrigger(string table) =>
        $"""
        CREATE FUNCTION write_audit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO audit VALUES (TG_OP); RETURN NULL; END $$;
        CREATE TRIGGER audit_all AFTER INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION write_audit();
        """;

    public override void Execute(string location, string sql) => PostgresTestServer.Execute(PostgresAddress.Parse(location), sql);

    /// <summary>As the server's own superuser.</summary>
    public void ExecuteAsAdministrator(string location, string sql) => _server.Run(sql, PostgresAddress.Parse(location).Settings.Database);

    public override HeldWrite HoldWrite(string location, string sql)
    {
        var connection = Connect(location);
        PostgresTestServer.Execute(connection, "BEGIN; " + sql);
        return new HeldWrite(next => PostgresTestServer.Execute(connection, next), connection);
    }

    public override IReadOnlyList<string> ListOwn(string location)
    {
        using var connection = Connect(location);
        using var command = new NpgsqlCommand(
            """
            SELECT relname::text FROM pg_class WHERE relname LIKE '%dbvc%' UNION ALL SELECT proname::text FROM pg_proc WHERE proname LIKE '%dbvc%'
            UNION ALL SELECT tgname::text FROM pg_trigger WHERE tgname LIKE '%dbvc%'
            """, connection);
        using var rows = command.ExecuteReader();
        var names = new List<string>();
        while (rows.Read()) names.Add(rows.GetString(0));
        return names;
    }

    public override void Settle(string location) => PostgresTestServer.Settle(PostgresAddress.Parse(location));

    /// <summary>A session of somebody else.</summary>
    public static NpgsqlConnection Connect(string location)
    {
        var settings = new NpgsqlConnectionStringBuilder(PostgresAddress.Parse(location).Settings.ConnectionString) { Pooling = false };
        var connection = new NpgsqlConnection(settings.ConnectionString);
        connection.Open();
        return connection;
    }

    public override void Dispose()
    {
        foreach (var location in _locations) _server.DropDatabase(location);
    }

    private static string Grant(DatabaseServer server)
    {
        lock (Gate)
        {
            if (server.Run($"SELECT 1 FROM pg_roles WHERE rolname = '{GrantedUser}'").Length == 0)
            {
                server.Run($"CREATE ROLE {GrantedUser} LOGIN CREATEDB PASSWORD '{server.Password}'; "
                    + $"GRANT SET ON PARAMETER session_replication_role TO {GrantedUser}");
            }
        }

        return server.Url("").Replace(DatabaseServer.User + ":", GrantedUser + ":", StringComparison.Ordinal);
    }
}

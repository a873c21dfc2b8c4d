using DbVc.TestServers;
using Npgsql;

namespace DbVc.SystemTests;

/// <summary>A database on a PostgreSQL server of its own.</summary>
internal sealed class PostgresUnderTest : LiveUnderTest
{
    private const string Ours = "_dbvc\\_%";
    private readonly DatabaseServer _server;

    public PostgresUnderTest(ServerKind kind, ServerOptions options)
    {
        _server = DatabaseServer.Start(kind, options);
        Address = _server.CreateDatabase();
    }

    public override string Address { get; }

    public override DatabaseServer Server => _server;

    public override LiveClient Connect(string location) => new Client(new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = new Uri(location).Port,
        Username = DatabaseServer.User,
        Password = _server.Password,
        Database = DatabaseOf(location),
        Pooling = false,
        Timeout = 60,
        CommandTimeout = 120,
    }.ConnectionString);

    public override string CheckFiles()
    {
        using var client = Connect();
        // A constraint that does not hold any more is found where it is validated anew, here by looking.
        var broken = client.Query("SELECT conname FROM pg_constraint WHERE NOT convalidated");
        var invalid = client.Query("SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid");
        return broken.Count + invalid.Count == 0 ? "" : "a constraint or an index is not valid";
    }

    public override void Dispose() => _server.Dispose();

    // Of a branch's own database the engine need not check anew what held in the commit.
    protected override IEnumerable<string> ReadDefinitions(LiveClient client) => client.Query($"""
        SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable, column_default) FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name NOT LIKE '\{Ours}' ORDER BY table_name, ordinal_position
        """).Concat(client.Query($"SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename NOT LIKE '\\{Ours}' ORDER BY indexdef"))
        .Concat(client.Query($"""
        SELECT conname || replace(pg_get_constraintdef(c.oid), ' NOT VALID', '') FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
        WHERE t.relnamespace = 'public'::regnamespace AND t.relname NOT LIKE '\{Ours}' ORDER BY t.relname, conname
        """)).Select(row => row[0]!);

    protected override IEnumerable<string> ReadTables(LiveClient client) => client.Query($"""
        SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE '\{Ours}' ORDER BY tablename
        """).Select(row => row[0]!);

    private sealed class Client : LiveClient
    {
        private readonly NpgsqlConnection _connection;

        public Client(string connection)
        {
            _connection = new NpgsqlConnection(connection);
            Guard(() =>
            {
                _connection.Open();
                return 0;
            });
        }

        public override void Execute(string sql) => Guard(() =>
        {
            using var command = new NpgsqlCommand(sql, _connection);
            return command.ExecuteNonQuery();
        });

        public override IReadOnlyList<string?[]> Query(string sql) => Guard(() =>
        {
            using var command = new NpgsqlCommand(sql, _connection) { AllResultTypesAreUnknown = true };
            using var reader = command.ExecuteReader();
            var rows = new List<string?[]>();
            while (reader.Read())
            {
                rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? null : reader.GetString(i))]);
            }

            return (IReadOnlyList<string?[]>)rows;
        });

        public override void Dispose() => _connection.Dispose();

        private static T Guard<T>(Func<T> body)
        {
            try
            {
                return body();
            }
            catch (NpgsqlException failure)
            {
                throw new LiveFailure(failure.SqlState switch
                {
                    PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure => LiveFailureKind.Deadlock,
                    PostgresErrorCodes.LockNotAvailable => LiveFailureKind.Busy,
                    null or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow => LiveFailureKind.Lost,
                    _ => LiveFailureKind.Other,
                }, failure);
            }
            catch (InvalidOperationException failure)
            {
                // The driver's word for a connection that broke before.
                throw new LiveFailure(LiveFailureKind.Lost, failure);
            }
        }
    }
}

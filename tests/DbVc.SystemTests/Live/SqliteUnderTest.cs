using Microsoft.Data.Sqlite;

namespace DbVc.SystemTests;

/// <summary>A SQLite file in a folder of its own, in the given journal mode.</summary>
internal sealed class SqliteUnderTest : LiveUnderTest
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dbvc-live-").FullName;

    public SqliteUnderTest(string journal)
    {
        using var client = Connect();
        client.Query($"PRAGMA journal_mode = {journal}");
        client.Execute("CREATE TABLE first (id INTEGER PRIMARY KEY)");
        client.Execute("DROP TABLE first");
    }

    public override string Address => Path.Combine(_folder, "live.db");

    public override string Begin => "BEGIN IMMEDIATE";

    public override LiveClient Connect(string location) => new Client(location);

    public override string CheckFiles()
    {
        using var client = Connect();
        return client.Scalar("PRAGMA integrity_check") is "ok" && client.Query("PRAGMA foreign_key_check").Count == 0 ? "" : "damaged";
    }

    public override void Dispose() => Directory.Delete(_folder, recursive: true);

    protected override IEnumerable<string> ReadDefinitions(LiveClient client) => client.Query("""
        SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND tbl_name NOT LIKE '\_dbvc\_%' ESCAPE '\' AND name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY name
        """).Select(row => row[0]!);

    protected override IEnumerable<string> ReadTables(LiveClient client) => client.Query("""
        SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\_dbvc\_%' ESCAPE '\' AND name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY name
        """).Select(row => $"\"{row[0]}\"");

    private sealed class Client : LiveClient
    {
        private const int BusyMilliseconds = 30_000;
        private const int Busy = 5;
        private readonly SqliteConnection _connection;

        public Client(string path)
        {
            // Within this second the driver itself would try again; SQLite's own waiting comes first and is far longer.
            var builder = new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 1 };
            _connection = new SqliteConnection(builder.ToString());
            _connection.Open();
            Execute($"PRAGMA busy_timeout = {BusyMilliseconds}");
        }

        public override void Execute(string sql) => Query(sql);

        public override IReadOnlyList<string?[]> Query(string sql)
        {
            try
            {
                using var command = _connection.CreateCommand();
                command.CommandText = sql;
                using var reader = command.ExecuteReader();
                var rows = new List<string?[]>();
                while (reader.Read())
                {
                    rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? null : Text(reader.GetValue(i)))]);
                }

                return rows;
            }
            catch (SqliteException failure)
            {
                throw new LiveFailure(failure.SqliteErrorCode == Busy ? LiveFailureKind.Busy : LiveFailureKind.Other, failure);
            }
        }

        public override void Dispose() => _connection.Dispose();
    }
}

using System.Text.RegularExpressions;
using DbVc.Databases;
using DbVc.Model;
using DbVc.TestServers;

namespace DbVc.SystemTests;

/// <summary>A database on a MariaDB server of its own. The client is the product's binding, which has tests of its own: there is no other driver.</summary>
internal sealed partial class MariaDbUnderTest : LiveUnderTest
{
    private const string UsersTables = "table_schema = DATABASE() AND table_type = 'BASE TABLE' AND table_name NOT LIKE '\\_dbvc\\_%'";
    private readonly DatabaseServer _server;

    public MariaDbUnderTest(ServerOptions options)
    {
        _server = DatabaseServer.Start(ServerKind.MariaDb, options);
        Address = _server.CreateDatabase();
    }

    public override string Address { get; }

    public override DatabaseServer Server => _server;

    public override string Begin => "START TRANSACTION";

    public override LiveClient Connect(string location) => new Client(new MySqlAddress
    {
        Port = new Uri(location).Port,
        User = DatabaseServer.User,
        Password = _server.Password,
        Database = DatabaseOf(location),
    });

    public override string CheckFiles()
    {
        using var client = Connect();
        var bad = ReadTables(client).SelectMany(table => client.Query($"CHECK TABLE {table}")).Where(row => row[3] != "OK");
        return string.Join("; ", bad.Select(row => string.Join(' ', row)));
    }

    public override void Dispose() => _server.Dispose();

    protected override IEnumerable<string> ReadDefinitions(LiveClient client) =>
        ReadTables(client).Select(table => Counter().Replace(client.Query($"SHOW CREATE TABLE {table}")[0][1]!, ""));

    protected override IEnumerable<string> ReadTables(LiveClient client) =>
        [.. client.Query($"SELECT table_name FROM information_schema.tables WHERE {UsersTables} ORDER BY table_name").Select(row => $"`{row[0]}`")];

    [GeneratedRegex(" AUTO_INCREMENT=[0-9]+")]
    private static partial Regex Counter();

    private sealed class Client(MySqlAddress address) : LiveClient
    {
        private const int ServerIsGoing = 1053;
        private const int ConnectionKilled = 1927;
        private readonly MySqlHandle _handle = Guard(() => MySqlHandle.Open(address));

        public override void Execute(string sql) => Guard(() =>
        {
            _handle.Execute(sql);
            return 0;
        });

        public override IReadOnlyList<string?[]> Query(string sql) => Guard(() =>
        {
            using var result = _handle.Query(sql);
            var rows = new List<string?[]>();
            while (result.Read()) rows.Add([.. Enumerable.Range(0, result.FieldCount).Select(result.NullableTextAt)]);
            return (IReadOnlyList<string?[]>)rows;
        });

        public override void Dispose() => _handle.Dispose();

        private static T Guard<T>(Func<T> body)
        {
            try
            {
                return body();
            }
            catch (DbVcException failure)
            {
                throw new LiveFailure(MySqlError.NumberOf(failure) switch
                {
                    MySqlError.Deadlock => LiveFailureKind.Deadlock,
                    MySqlError.LockTimeout => LiveFailureKind.Busy,
                    ServerIsGoing or ConnectionKilled or (>= 2000 and < 3000) => LiveFailureKind.Lost,
                    _ => LiveFailureKind.Other,
                }, failure);
            }
        }
    }
}

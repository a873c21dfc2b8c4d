using System.Diagnostics;
using DbVc.Databases;
using DbVc.TestServers;
using Npgsql;

namespace DbVc.Tests;

/// <summary>Databases of their own on the shared server of one version.</summary>
internal static class PostgresTestServer
{
    public static ServerKind Kind(int version) => version switch
    {
        15 => ServerKind.Postgres15,
        18 => ServerKind.Postgres18,
        _ => throw new ArgumentOutOfRangeException(nameof(version)),
    };

    public static PostgresAddress NewDatabase(int version) => PostgresAddress.Parse(DatabaseServer.Shared(Kind(version)).CreateDatabase());

    /// <summary>Runs statements as psql would.</summary>
    public static void Execute(PostgresAddress address, string sql)
    {
        using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(address.Settings.ConnectionString) { Pooling = false }.ConnectionString);
        connection.Open();
        Execute(connection, sql);
    }

    /// <summary>Waits until every transaction that is there now is over: other tests use the server, too, and a mark goes no further than they.</summary>
    public static void Settle(PostgresAddress address)
    {
        using var connection = PostgresConnection.Open(address, PostgresUse.Own, TimeSpan.FromSeconds(5));
        var next = connection.ReadText("SELECT pg_snapshot_xmax(pg_current_snapshot())::text");
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < TimeSpan.FromMinutes(1); Thread.Sleep(20))
        {
            if (connection.ReadText($"SELECT (pg_snapshot_xmin(pg_current_snapshot())::text::bigint >= {next})::text") == "true") return;
        }

        throw new TimeoutException("A transaction of another test never ends.");
    }

    public static void Execute(NpgsqlConnection connection, string sql)
    {
        using var command = new NpgsqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }
}

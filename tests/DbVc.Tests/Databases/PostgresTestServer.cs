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

    public static void Execute(NpgsqlConnection connection, string sql)
    {
        using var command = new NpgsqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }
}

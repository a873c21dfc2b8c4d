using DbVc.Databases;
using DbVc.TestServers;
using Npgsql;

namespace DbVc.Benchmarks;

/// <summary>Connections of a user's own program: to PostgreSQL by Npgsql, to MariaDB by the product's binding, as there is no other driver.</summary>
internal static class ServerDriver
{
    /// <param name="location">The URL of a database, or what db-vc shows of one, which bears no password.</param>
    /// <param name="password">Needed for the latter.</param>
    public static NpgsqlConnection OpenPostgres(string location, string? password = null)
    {
        var address = ServerAddress.Parse(location);
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder
        {
            Host = address.Host,
            Port = address.Port!.Value,
            Username = address.User,
            Password = password ?? address.ReadPassword()!,
            Database = address.Database!,
            CommandTimeout = 0,
            Pooling = false,
        }.ConnectionString);
        connection.Open();
        return connection;
    }

    /// <inheritdoc cref="OpenPostgres"/>
    public static MySqlHandle OpenMariaDb(string location, string? password = null)
    {
        var address = ServerAddress.Parse(location);
        return MySqlHandle.Open(new MySqlAddress
        {
            Port = address.Port!.Value,
            User = DatabaseServer.User,
            Password = password ?? address.ReadPassword()!,
            Database = address.Database!,
        });
    }

    public static void Execute(this NpgsqlConnection connection, string sql)
    {
        using var command = new NpgsqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }

    /// <summary>Reads a table, each cell with its own type.</summary>
    public static void ReadAll(NpgsqlConnection connection, string table)
    {
        using var command = new NpgsqlCommand($"SELECT * FROM {table}", connection);
        using var reader = command.ExecuteReader();
        var cells = new object[reader.FieldCount];
        while (reader.Read()) reader.GetValues(cells);
    }
}

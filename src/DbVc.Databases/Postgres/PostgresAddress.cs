using Npgsql;

namespace DbVc.Databases;

/// <summary>Where one database is, and how to connect to it. The password is in the settings of the driver and nowhere else.</summary>
/// <param name="Display">Without password; for people.</param>
/// <param name="Settings">The driver's.</param>
internal sealed record PostgresAddress(string Display, NpgsqlConnectionStringBuilder Settings)
{
    public static PostgresAddress Parse(string location)
    {
        var url = new Uri(location);
        var user = Uri.UnescapeDataString(url.UserInfo.Split(':')[0]);
        var database = Uri.UnescapeDataString(url.AbsolutePath.TrimStart('/'));
        var settings = new NpgsqlConnectionStringBuilder
        {
            Host = url.Host,
            Port = url.IsDefaultPort ? 5432 : url.Port,
            Username = user,
            Database = database,
        };
        return new PostgresAddress($"postgres://{user}@{url.Host}:{settings.Port}/{database}", settings);
    }

    /// <summary>Another database of the same server, under the same login.</summary>
    public PostgresAddress With(string database)
    {
        var settings = new NpgsqlConnectionStringBuilder(Settings.ConnectionString) { Database = database };
        return new PostgresAddress(Display[..(Display.LastIndexOf('/') + 1)] + database, settings);
    }
}

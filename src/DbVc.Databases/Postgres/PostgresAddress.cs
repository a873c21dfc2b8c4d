using System.Globalization;
using DbVc.Model;
using Npgsql;

namespace DbVc.Databases;

/// <summary>Where one database is, and how to connect to it. The password is in the driver's settings and nowhere else.</summary>
internal sealed class PostgresAddress
{
    private const int DefaultPort = 5432;
    private const string DefaultSocket = "/var/run/postgresql";

    private readonly ServerAddress _address;

    public PostgresAddress(ServerAddress address)
    {
        if (address.Database is null)
        {
            throw new DbVcException(FailureKind.Usage, "database.address", "The address names a server, but no database on it.", address.ToString(),
                "Write the database's name at the end: postgres://USER@HOST:PORT/DATABASE");
        }

        _address = address;
        Settings = new NpgsqlConnectionStringBuilder
        {
            Host = address.Host ?? address.Option("socket") ?? DefaultSocket,
            Port = address.Port ?? DefaultPort,
            Username = address.User ?? Environment.GetEnvironmentVariable("PGUSER") ?? Environment.UserName,
            Database = address.Database,
            SslMode = ReadSslMode(address.Option("sslmode")),
            Timeout = int.TryParse(address.Option("connect_timeout"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? seconds : 15,
        };
        if (address.ReadPassword() is { } password) Settings.Password = password;
        if (address.Option("sslrootcert") is { } certificate) Settings.RootCertificate = certificate;
    }

    /// <summary>Without password, and where it comes from; for people.</summary>
    public string Display => DatabaseEngines.Show(_address.ToString());

    public string Database => _address.Database!;

    /// <summary>The driver's.</summary>
    public NpgsqlConnectionStringBuilder Settings { get; }

    public static PostgresAddress Parse(string location) => new(ServerAddress.Parse(location));

    /// <summary>Another database of the same server, under the same login.</summary>
    public PostgresAddress With(string database) => new(_address.WithDatabase(database));

    private static SslMode ReadSslMode(string? mode) => mode switch
    {
        null or "prefer" => SslMode.Prefer,
        "disable" => SslMode.Disable,
        "require" => SslMode.Require,
        "verify-full" => SslMode.VerifyFull,
        _ => throw new DbVcException(FailureKind.Usage, "database.address", $"There is no sslmode '{mode}'.",
            hint: "Write disable, prefer, require or verify-full."),
    };
}

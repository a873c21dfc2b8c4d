using System.Globalization;
using DbVc.Model;

namespace DbVc.Databases;

/// <summary>How far a connection is encrypted.</summary>
internal enum MySqlTls
{
    Disabled,

    /// <summary>Encrypted where the server can; whose server it is stays unknown.</summary>
    Preferred,

    /// <summary>Encrypted, or refused; whose server it is stays unknown.</summary>
    Required,

    /// <summary>Encrypted, and the server's certificate must be issued for its host name by an authority that is trusted.</summary>
    Verified,
}

/// <summary>Where a server is and who asks. The user's my.cnf has no say. Its text never holds the password.</summary>
internal sealed record MySqlAddress
{
    private const string DefaultSocket = "/run/mysqld/mysqld.sock";

    public string Host { get; init; } = "127.0.0.1";

    public int Port { get; init; } = 3306;

    /// <summary>The path of a Unix socket, taken instead of host and port.</summary>
    public string? Socket { get; init; }

    public required string User { get; init; }

    public string Password { get; init; } = "";

    /// <summary>The schema to use; null for none.</summary>
    public string? Database { get; init; }

    public MySqlTls Tls { get; init; } = MySqlTls.Preferred;

    /// <summary>Null for the session's.</summary>
    public TimeSpan? ConnectTimeout { get; init; }

    /// <summary>A file of certificate authorities in PEM form, for <see cref="MySqlTls.Verified"/>; null for those that the system trusts.</summary>
    public string? AuthorityFile { get; init; }

    /// <summary>The address as it is shown; null where it was put together by hand.</summary>
    public string? Location { get; init; }

    /// <summary>Without password, for people and messages.</summary>
    public string Display => Location ?? $"mysql://{User}@{(Socket is null ? $"{Host}:{Port}" : $"localhost({Socket})")}/{Database}";

    /// <summary>Reads the password from where the address says.</summary>
    public static MySqlAddress Of(ServerAddress address) => new()
    {
        Host = address.Host ?? "localhost",
        Port = address.Port ?? 3306,
        Socket = address.Host is null ? address.Option("socket") ?? DefaultSocket : null,
        User = address.User ?? Environment.UserName,
        Password = address.ReadPassword() ?? "",
        Database = address.Database,
        Tls = address.Option("sslmode") switch
        {
            "disable" => MySqlTls.Disabled,
            "require" => MySqlTls.Required,
            "verify-full" => MySqlTls.Verified,
            _ => MySqlTls.Preferred,
        },
        AuthorityFile = address.Option("sslrootcert"),
        ConnectTimeout = address.Option("connect_timeout") is { } seconds ? TimeSpan.FromSeconds(int.Parse(seconds, CultureInfo.InvariantCulture)) : null,
        Location = DatabaseEngines.Show(address.ToString()),
    };

    public override string ToString() => Display;

    /// <summary>The library takes a host with '=' for a list of options, and one with a comma for several hosts.</summary>
    public void Validate()
    {
        if (Socket is null && (Host.Length == 0 || Host.IndexOfAny(['=', ';', ',', ' ', '/']) >= 0)) throw Invalid("host");
        if (Port is < 1 or > 65535) throw Invalid("port");
        foreach (var (name, text) in new[] { ("host", Host), ("socket", Socket), ("user", User), ("password", Password), ("database", Database) })
        {
            if (text is not null && text.Contains('\0', StringComparison.Ordinal)) throw Invalid(name);
        }
    }

    private static DbVcException Invalid(string part) => new(FailureKind.Usage, "database.address",
        $"The {part} of the database's address is not one.", hint: "Write mysql://USER@HOST:PORT/DATABASE.");
}

/// <summary>How one session behaves.</summary>
internal sealed record MySqlSession
{
    public static MySqlSession Default { get; } = new();

    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long to wait for the server's next word; zero for ever, as long statements are silent.</summary>
    public TimeSpan ReadTimeout { get; init; }

    public TimeSpan WriteTimeout { get; init; }

    /// <summary>How long a statement waits for the lock of a row or a table; whole seconds, rounded up.</summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Lets <see cref="MySqlHandle.Load"/> send our own stream.</summary>
    public bool CanLoad { get; init; }
}

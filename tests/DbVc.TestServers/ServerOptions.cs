namespace DbVc.TestServers;

/// <summary>The servers that tests run against.</summary>
public enum ServerKind
{
    /// <summary>PostgreSQL 15, from Debian.</summary>
    Postgres15,

    /// <summary>PostgreSQL 18, from npm (<c>tests/servers</c>).</summary>
    Postgres18,

    /// <summary>MariaDB 10.11, from Debian.</summary>
    MariaDb,
}

/// <summary>How a server is started.</summary>
/// <param name="Durable">A commit is on the disk when it returns (fsync), as in production. Without it commits are faster and still outlive
/// a server that is killed, but not a machine that loses power.</param>
/// <param name="Tls">The server has a certificate and lets nobody in over TCP without TLS.</param>
/// <param name="Followed">The server writes a log that a replica can follow.</param>
public sealed record ServerOptions(bool Durable = false, bool Tls = false, bool Followed = false)
{
    /// <summary>The engine's own settings by name, for example <c>max_connections</c>; they win over those chosen here.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();
}

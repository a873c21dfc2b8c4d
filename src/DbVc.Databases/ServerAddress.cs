namespace DbVc.Databases;

/// <summary>
/// Where a server, or a database on it, is found: <c>postgres://USER@HOST:PORT/DATABASE?option=value</c> or <c>mysql://…</c>. It is written without
/// password, whatever it was read from, and two addresses that are written alike are equal.
/// </summary>
public sealed record ServerAddress
{
    /// <summary>Options that an address may have.</summary>
    public static IReadOnlyList<string> KnownOptions { get; } =
        ["connect_timeout", "password_env", "password_file", "socket", "sslmode", "sslrootcert"];

    internal ServerAddress(string engine) => Engine = engine;

    /// <summary><c>postgres</c> or <c>mysql</c>.</summary>
    public string Engine { get; }

    /// <summary>Null for the engine's own rule.</summary>
    public string? User { get; init; }

    /// <summary>Name or address of the machine, IPv6 without brackets; null for the local socket.</summary>
    public string? Host { get; init; }

    /// <summary>Null for the engine's own.</summary>
    public int? Port { get; init; }

    /// <summary>Null where a server is meant.</summary>
    public string? Database { get; init; }

    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();

    /// <summary>The password that was typed into the address. Never written, compared or shown.</summary>
    public string? TypedPassword { get; init; }

    /// <summary>Throws usage failure <c>database.address</c>, which repeats nothing of the text: a slip may have put the password anywhere.</summary>
    /// <param name="text">What was typed, or read from a file.</param>
    /// <param name="environment">Gives the values of <c>${NAME}</c>; null asks the process's environment.</param>
    public static ServerAddress Parse(string text, Func<string, string?>? environment = null) =>
        new ServerAddressReader(text, environment ?? Environment.GetEnvironmentVariable).Read();

    public ServerAddress WithDatabase(string? database) => this with { Database = database };

    /// <summary>With the option set, or without it where <paramref name="value"/> is null.</summary>
    public ServerAddress WithOption(string name, string? value)
    {
        var options = Options.Where(o => o.Key != name).ToDictionary(o => o.Key, o => o.Value);
        if (value is not null) options[name] = value;
        return this with { Options = options };
    }

    public string? Option(string name) => Options.GetValueOrDefault(name);

    /// <summary>The password: as typed, else from where the address says, else from where the engine's own programs take it
    /// (<c>PGPASSWORD</c>, <c>PGPASSFILE</c>; <c>MYSQL_PWD</c>); null where there is none. Throws usage failure <c>database.password</c>.</summary>
    public string? ReadPassword(Func<string, string?>? environment = null) =>
        new ServerPassword(this, environment ?? Environment.GetEnvironmentVariable).Read();

    /// <summary>The address without password; read again it gives an equal one.</summary>
    public override string ToString()
    {
        var text = new System.Text.StringBuilder(Engine).Append("://");
        if (User is not null) text.Append(Escape(User)).Append('@');
        text.Append(Host is { } host && host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : Host);
        if (Port is { } port) text.Append(System.Globalization.CultureInfo.InvariantCulture, $":{port}");
        if (Database is not null) text.Append('/').Append(Escape(Database));
        var separator = '?';
        foreach (var (name, value) in Options.OrderBy(o => o.Key, StringComparer.Ordinal))
        {
            text.Append(separator).Append(name).Append('=').Append(Escape(value).Replace("%2F", "/", StringComparison.Ordinal));
            separator = '&';
        }

        return text.ToString();
    }

    public bool Equals(ServerAddress? other) => other is not null && ToString() == other.ToString();

    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    private static string Escape(string text) => Uri.EscapeDataString(text);
}

using DbVc.Model;

namespace DbVc.Databases;

/// <summary>What every engine needs to know of the repository that uses it.</summary>
/// <param name="ScratchFolder">A private folder on a disk with room for a copy of the database.</param>
/// <param name="ReadTimeout">How long reading waits for a writer that is just committing.</param>
/// <param name="WorkServer">Where private databases may be made, without database; null where nobody said. SQLite takes the disk.</param>
public sealed record ProviderOptions(string ScratchFolder, TimeSpan ReadTimeout, ServerAddress? WorkServer = null)
{
    /// <summary>The folder below which private databases lie that are files; null where nobody lists them.</summary>
    public string? PrivateFolder { get; init; }

    /// <summary>Triggers may be taken away from live tables for the moment in which a merge writes to them, where the engine cannot write past them.</summary>
    public bool MayPauseTriggers { get; init; }

    /// <summary>As many connections as there are cores, and not so many that a server would notice.</summary>
    public static int DefaultReaders { get; } = Math.Min(Environment.ProcessorCount, 4);

    /// <summary>How many connections may read tables of the live database at the same time, where the engine can show them one view.</summary>
    public int Readers { get; init; } = DefaultReaders;
}

/// <summary>The one place that knows which engines there are. A location is the path of a SQLite file, or the address of a database on a server.</summary>
public static class DatabaseEngines
{
    public const string Sqlite = "sqlite";
    public const string Postgres = "postgres";
    public const string MySql = "mysql";

    /// <summary>The engine of a location. Throws usage failure <c>database.engine</c> for one that there is not.</summary>
    public static string EngineOf(string location)
    {
        var end = location.IndexOf("://", StringComparison.Ordinal);
        if (end < 0) return Sqlite;
        return location[..end].ToLowerInvariant() switch
        {
            "postgres" or "postgresql" => Postgres,
            "mysql" or "mariadb" => MySql,
            var other => throw Unsupported(other.All(char.IsAsciiLetterOrDigit) ? $"of kind '{other}' " : ""),
        };
    }

    /// <summary>The provider of a live database's engine.</summary>
    public static IDatabaseProvider For(string location, ProviderOptions options) => EngineOf(location) switch
    {
        Sqlite => new SqliteProvider(options.ScratchFolder) { ReadTimeout = options.ReadTimeout, PrivateFolder = options.PrivateFolder },
        Postgres => new PostgresProvider(options.WorkServer) { ReadTimeout = options.ReadTimeout, Live = location, Readers = options.Readers },
        MySql => new MySqlProvider(options) { Live = location, MayPauseTriggers = options.MayPauseTriggers },
        var engine => throw Unsupported($"of kind '{engine}' "),
    };

    /// <summary>The location as it is stored: a full path, or an address without password whose files are full paths. Throws <c>database.address</c>.</summary>
    /// <param name="location">A location.</param>
    /// <param name="folder">What relative paths begin at.</param>
    public static string Normalize(string location, string folder)
    {
        if (EngineOf(location) == Sqlite) return Path.GetFullPath(location, folder);
        var address = ServerAddress.Parse(location);
        foreach (var name in new[] { "password_file", "sslrootcert", "socket" })
        {
            if (address.Option(name) is { } path) address = address.WithOption(name, Path.GetFullPath(path, folder));
        }

        return address.ToString();
    }

    /// <summary>The location as it is shown: without what only db-vc understands, so that other programs can take it.</summary>
    public static string Show(string location) => EngineOf(location) == Sqlite
        ? location
        : ServerAddress.Parse(location).WithOption("password_env", null).WithOption("password_file", null).ToString();

    /// <summary>What people call the database: its name on the server, or the file's without ending.</summary>
    public static string NameOf(string location) =>
        FileOf(location) is { } file ? Path.GetFileNameWithoutExtension(file) : ServerAddress.Parse(location).Database ?? EngineOf(location);

    /// <summary>The file that is the database; null where it is on a server.</summary>
    public static string? FileOf(string location) => EngineOf(location) == Sqlite ? location : null;

    private static DbVcException Unsupported(string which) => new(FailureKind.Usage, "database.engine", $"Databases {which}are not supported yet.",
        hint: "Name a SQLite file, postgres://USER@HOST:PORT/DATABASE or mysql://USER@HOST:PORT/DATABASE.");
}

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using DbVc.TestServers;

namespace DbVc.SystemTests;

/// <summary>The engines on which reliability is shown.</summary>
public enum LiveEngine
{
    /// <summary>SQLite with a rollback journal.</summary>
    Sqlite,

    /// <summary>SQLite with a write-ahead log.</summary>
    SqliteWal,

    Postgres15,

    Postgres18,

    MariaDb,
}

/// <summary>
/// One live database of one engine, with plain clients that know nothing of db-vc. A server belongs to the test alone, so it may be killed.
/// </summary>
internal abstract class LiveUnderTest : IDisposable
{
    /// <summary>What <c>init --database</c> is told; holds the password.</summary>
    public abstract string Address { get; }

    /// <summary>Null where the database is a file.</summary>
    public virtual DatabaseServer? Server => null;

    /// <summary>Begins a transaction that means to write.</summary>
    public virtual string Begin => "BEGIN";

    public static LiveUnderTest Start(LiveEngine engine, ServerOptions? options = null) => engine switch
    {
        LiveEngine.Sqlite => new SqliteUnderTest("DELETE"),
        LiveEngine.SqliteWal => new SqliteUnderTest("WAL"),
        LiveEngine.Postgres15 => new PostgresUnderTest(ServerKind.Postgres15, options ?? new ServerOptions(Durable: true)),
        LiveEngine.Postgres18 => new PostgresUnderTest(ServerKind.Postgres18, options ?? new ServerOptions(Durable: true)),
        _ => new MariaDbUnderTest(options ?? new ServerOptions(Durable: true)),
    };

    public LiveClient Connect() => Connect(Address);

    /// <summary>A connection to the live database or to one of db-vc's own, by its location as db-vc shows it.</summary>
    public abstract LiveClient Connect(string location);

    public void Execute(string sql) => Execute(Address, sql);

    /// <summary>Runs statements, each up to a semicolon at the end of a line.</summary>
    public void Execute(string location, string sql)
    {
        using var client = Connect(location);
        const StringSplitOptions Tidily = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;
        foreach (var statement in (sql + "\n").Split(";\n", Tidily)) client.Execute(statement);
    }

    public string Scalar(string sql)
    {
        using var client = Connect();
        return client.Scalar(sql);
    }

    public string Dump() => Dump(Address);

    /// <summary>Everything an application can see, as one hash: each definition and each row.</summary>
    public string Dump(string location)
    {
        using var client = Connect(location);
        var text = new StringBuilder();
        foreach (var definition in ReadDefinitions(client)) text.Append(definition).Append('\n');
        foreach (var table in ReadTables(client))
        {
            text.Append(table).Append('\n');
            foreach (var row in client.Query($"SELECT * FROM {table} ORDER BY 1, 2")) text.AppendJoin('\t', row.Select(v => v ?? "NULL")).Append('\n');
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    /// <summary>What the engine itself finds wrong with the files of the live database; empty when nothing is.</summary>
    public abstract string CheckFiles();

    public abstract void Dispose();

    protected abstract IEnumerable<string> ReadDefinitions(LiveClient client);

    /// <summary>Names of the user's tables, quoted for a statement.</summary>
    protected abstract IEnumerable<string> ReadTables(LiveClient client);

    /// <summary>The database's name in a location that is a URL.</summary>
    protected static string DatabaseOf(string location) => Uri.UnescapeDataString(new Uri(location).AbsolutePath.TrimStart('/'));

    public static string Text(object? value) => value switch
    {
        null or DBNull => "NULL",
        byte[] bytes => Convert.ToHexStringLower(bytes),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}

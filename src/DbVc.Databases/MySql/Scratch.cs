using DbVc.Model;

namespace DbVc.Databases;

/// <summary>An empty database on the work server that goes away with its user, to ask the server itself what something means. One whose user died is
/// removed by the next.</summary>
internal sealed class MySqlScratch : IDisposable
{
    private const string Prefix = "dbvc_scratch_";

    private readonly MySqlHandle _keeper;

    private MySqlScratch(MySqlHandle keeper, MySqlAddress address) => (_keeper, Address) = (keeper, address);

    public MySqlAddress Address { get; }

    public static MySqlScratch Create(MySqlAddress server)
    {
        var keeper = MySqlHandle.Open(server with { Database = null });
        try
        {
            RemoveAbandoned(keeper);
            var name = Prefix + Path.GetRandomFileName().Replace(".", "", StringComparison.Ordinal);
            MySqlWriteLock.Take(keeper, LockOf(name), TimeSpan.Zero);
            keeper.Execute($"CREATE DATABASE {MySqlName.Quote(name)} CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci");
            return new MySqlScratch(keeper, server with { Database = name, Location = null });
        }
        catch
        {
            keeper.Dispose();
            throw;
        }
    }

    /// <summary>A connection to it in which foreign keys do not act.</summary>
    public MySqlHandle Open(bool canLoad = false)
    {
        var handle = MySqlHandle.Open(Address, new MySqlSession { CanLoad = canLoad });
        handle.Execute("SET SESSION foreign_key_checks=0");
        return handle;
    }

    public void Dispose()
    {
        try
        {
            MySqlClone.Drop(_keeper, Address.Database!);
        }
        catch (DbVcException)
        {
            // The server is gone; the next one to come removes it.
        }

        _keeper.Dispose();
    }

    /// <summary>Another one than that of the database's writers.</summary>
    private static string LockOf(string database) => "scratch " + database;

    private static void RemoveAbandoned(MySqlHandle keeper)
    {
        foreach (var row in MySqlObjects.List(keeper, "SELECT schema_name FROM information_schema.schemata"))
        {
            if (!row[0].StartsWith(Prefix, StringComparison.Ordinal)) continue;
            if (keeper.ReadInteger($"SELECT GET_LOCK('{MySqlWriteLock.NameOf(LockOf(row[0]))}', 0)") != 1) continue;
            MySqlClone.Drop(keeper, row[0]);
            keeper.Execute($"DO RELEASE_LOCK('{MySqlWriteLock.NameOf(LockOf(row[0]))}')");
        }
    }
}

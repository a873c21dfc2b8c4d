using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using DbVc.Model;

namespace DbVc.Databases;

/// <summary>
/// Copies rows into another database of the same server, without their passing through this process. All tables of the source are kept from being written to
/// meanwhile, so that several connections see the same.
/// </summary>
internal sealed class MySqlServerCopy : IDisposable
{
    private const int Connections = 2;

    /// <summary>Whoever writes to the source does not wait longer behind this than it takes to give up.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly MySqlHandle _keeper;
    private readonly string _source;
    private readonly HashSet<string> _held;

    private MySqlServerCopy(MySqlHandle keeper, string source, IEnumerable<string> held) =>
        (_keeper, _source, _held) = (keeper, source, new HashSet<string>(held, StringComparer.Ordinal));

    /// <summary>Null where the databases are on two servers, where somebody is writing to the source, and where the user may not keep them from it.</summary>
    public static MySqlServerCopy? TryBegin(MySqlAddress source, MySqlAddress destination)
    {
        if ((source.Host, source.Port, source.Socket, source.User) != (destination.Host, destination.Port, destination.Socket, destination.User)) return null;
        var keeper = MySqlHandle.Open(source, new MySqlSession { LockTimeout = Patience });
        try
        {
            var tables = MySqlObjects.List(keeper,
                "SELECT table_name FROM information_schema.tables WHERE table_schema = database() AND table_type = 'BASE TABLE'").ConvertAll(r => r[0]);
            if (tables.Count == 0)
            {
                keeper.Dispose();
                return null;
            }

            keeper.Execute($"LOCK TABLES {string.Join(", ", tables.Select(t => MySqlName.Quote(t) + " READ"))}");
            return new MySqlServerCopy(keeper, source.Database!, tables);
        }
        catch (DbVcException)
        {
            keeper.Dispose();
            return null;
        }
    }

    /// <summary>True if none of the tables can change.</summary>
    public bool Holds(IEnumerable<TableSchema> tables) => tables.All(t => _held.Contains(t.Name));

    /// <summary>Copies all rows into tables that are there and empty.</summary>
    public void Run(IEnumerable<TableSchema> tables, MySqlAddress destination)
    {
        var left = new ConcurrentQueue<TableSchema>(tables);
        try
        {
            Parallel.For(0, Math.Min(Connections, left.Count), _ => CopyFrom(left, destination));
        }
        catch (AggregateException failure) when (failure.InnerException is DbVcException cause)
        {
            ExceptionDispatchInfo.Capture(cause).Throw();
        }
    }

    public void Dispose() => _keeper.Dispose();

    private void CopyFrom(ConcurrentQueue<TableSchema> left, MySqlAddress destination)
    {
        using var handle = MySqlHandle.Open(destination);
        // Rows were all right where they come from; and reading without locks is what makes this fast.
        handle.Execute("SET SESSION foreign_key_checks=0, SESSION unique_checks=0 /*M! , SESSION check_constraint_checks=0 */");
        handle.Execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED");
        while (left.TryDequeue(out var table))
        {
            var (name, columns) = (MySqlName.Quote(table.Name), string.Join(", ", table.StoredColumns.Select(c => MySqlName.Quote(c.Name))));
            handle.Execute($"INSERT INTO {name} ({columns}) SELECT {columns} FROM {MySqlName.Quote(_source)}.{name}");
        }
    }
}

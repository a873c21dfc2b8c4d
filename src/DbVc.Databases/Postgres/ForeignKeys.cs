namespace DbVc.Databases;

/// <summary>Foreign keys that are taken off their tables for the time of a change, and put back as they were.</summary>
internal sealed class PostgresForeignKeys
{
    private const string ListSql =
        """
        SELECT n.nspname, c.relname, k.conname, pg_get_constraintdef(k.oid) FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace WHERE k.contype = 'f' AND k.conparentid = 0
        """;

    private readonly PostgresConnection _connection;
    private readonly List<Item> _taken = [];

    private PostgresForeignKeys(PostgresConnection connection) => _connection = connection;

    /// <summary>Takes off those that refer to the tables.</summary>
    public static PostgresForeignKeys TakeOff(PostgresConnection connection, IReadOnlyCollection<string> referenced)
    {
        var keys = new PostgresForeignKeys(connection);
        if (referenced.Count > 0) keys.TakeOff(" AND k.confrelid = ANY ($1::text[]::regclass[])", referenced);
        return keys;
    }

    /// <summary>Takes off those of one table.</summary>
    public static PostgresForeignKeys TakeOffOf(PostgresConnection connection, string table)
    {
        var keys = new PostgresForeignKeys(connection);
        keys.TakeOff(" AND k.conrelid = ANY ($1::text[]::regclass[])", [table]);
        return keys;
    }

    /// <summary>Takes off those of the tables and those that refer to them.</summary>
    public static PostgresForeignKeys TakeOffAround(PostgresConnection connection, IReadOnlyCollection<string> tables)
    {
        var keys = new PostgresForeignKeys(connection);
        if (tables.Count > 0) keys.TakeOff(" AND (k.confrelid = ANY ($1::text[]::regclass[]) OR k.conrelid = ANY ($1::text[]::regclass[]))", tables);
        return keys;
    }

    /// <summary>Tables that refer to those given.</summary>
    public static List<string> FindChildren(PostgresConnection connection, IReadOnlyCollection<string> referenced) => referenced.Count == 0
        ? []
        : [.. Read(connection, " AND k.confrelid = ANY ($1::text[]::regclass[])", referenced).Select(k => k.Table).Distinct()];

    /// <summary>Of those that were taken off, the statements that put back what is not there.</summary>
    public IReadOnlyList<(string Table, string Sql)> Missing()
    {
        if (_taken.Count == 0) return [];
        var there = Read(_connection, "", []).Select(k => (k.Table, k.Name)).ToHashSet();
        return [.. _taken.Where(k => !there.Contains((k.Table, k.Name)))
            .Select(k => (k.Table, $"ALTER TABLE {PostgresName.Table(k.Table)} ADD CONSTRAINT {PostgresName.Quote(k.Name)} {k.Definition}"))];
    }

    private void TakeOff(string which, IReadOnlyCollection<string> tables)
    {
        foreach (var key in Read(_connection, which, tables))
        {
            _connection.Execute($"ALTER TABLE {PostgresName.Table(key.Table)} DROP CONSTRAINT {PostgresName.Quote(key.Name)}");
            _taken.Add(key);
        }
    }

    private static List<Item> Read(PostgresConnection connection, string which, IReadOnlyCollection<string> tables) => connection.Read(ListSql + which,
        row => new Item(PostgresName.Join(row.GetString(0), row.GetString(1)), row.GetString(2), row.GetString(3)),
        which.Length == 0 ? [] : [PostgresText.Array(tables.Select(PostgresName.Table))]);

    private sealed record Item(string Table, string Name, string Definition);
}

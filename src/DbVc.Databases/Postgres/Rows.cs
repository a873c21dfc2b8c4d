using DbVc.Model;

namespace DbVc.Databases;

/// <summary>The query that reads a table.</summary>
internal static class PostgresRows
{
    /// <summary>From here on a table lies on the disk nearly in the order of its key: the index gives it for little more than reading it as it lies.</summary>
    private const double Ordered = 0.8;

    /// <summary>Bytes that the server sorts in memory.</summary>
    private const long Small = 4 << 20;

    /// <summary>
    /// The stored columns of all rows, in the order of the key where that is cheap: of small tables, and where the statistics say that the index gives it
    /// nearly as the rows lie. Elsewhere it would cost the server a big sort, or as many jumps as rows; then the tree sorts.
    /// </summary>
    public static string Select(PostgresConnection connection, TableSchema table)
    {
        var keys = table.PrimaryKey.Select(k => table.FindColumn(k)!).ToList();
        var isOrdered = keys.Count > 0 && keys.TrueForAll(HasKeyOrder) && IsOrderCheap(connection, table, keys[0]);
        return Select(table) + (isOrdered ? $" ORDER BY {PostgresName.QuoteAll(keys.Select(k => k.Name))}" : "");
    }

    /// <summary>The stored columns of all rows, as they lie.</summary>
    public static string Select(TableSchema table) => $"SELECT {string.Join(", ", table.StoredColumns.Select(PostgresTypes.SelectOf))} FROM {From(table)}";

    /// <summary>The table in a query. One that others inherit from would give their rows too; rows of partitions are rows of their table.</summary>
    public static string From(TableSchema table) => (PostgresTableComposer.IsPartitioned(table) ? "" : "ONLY ") + PostgresName.Table(table.Name);

    /// <summary>How the stored columns come.</summary>
    public static PostgresReading[] ReadingsOf(TableSchema table) => [.. table.StoredColumns.Select(c => PostgresTypes.ReadingOf(c.DeclaredType))];

    /// <summary>The correlation is how much the order of the rows on the disk is that of the column: 1 wholly, -1 backward, 0 not at all.</summary>
    private static bool IsOrderCheap(PostgresConnection connection, TableSchema table, Column column)
    {
        var (schema, name) = PostgresName.Split(table.Name);
        return connection.Read(
            """
            SELECT pg_relation_size(c.oid), (SELECT s.correlation FROM pg_stats s
              WHERE s.schemaname = n.nspname AND s.tablename = c.relname AND s.attname = $3 AND NOT s.inherited)
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind = 'r'
            """, row => row.GetInt64(0) <= Small || (!row.IsDBNull(1) && Math.Abs(row.GetFloat(1)) > Ordered), schema, name, column.Name).FirstOrDefault();
    }

    private static bool HasKeyOrder(Column column) =>
        PostgresTypes.HasKeyOrder(column.DeclaredType) || (column.Collation is "\"C\"" or "\"POSIX\"" && PostgresTypes.IsText(column.DeclaredType));
}

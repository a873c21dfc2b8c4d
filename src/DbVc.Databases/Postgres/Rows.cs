using DbVc.Model;

namespace DbVc.Databases;

/// <summary>The query that reads a table.</summary>
internal static class PostgresRows
{
    /// <summary>From here on a table lies on the disk nearly in the order of its key: the index gives it for little more than reading it as it lies.</summary>
    private const double Ordered = 0.8;

    /// <summary>
    /// The stored columns of all rows, in the order of the key where the statistics say that the index gives it cheaply. Any other order would cost the
    /// server a sort, or as many jumps as rows; the tree sorts faster than that.
    /// </summary>
    public static string Select(PostgresConnection connection, TableSchema table)
    {
        var keys = table.PrimaryKey.Select(k => table.FindColumn(k)!).ToList();
        var isOrdered = keys.Count > 0 && keys.TrueForAll(HasKeyOrder) && Math.Abs(ReadCorrelation(connection, table, keys[0])) is > Ordered and < 1;
        return Select(table) + (isOrdered ? $" ORDER BY {PostgresName.QuoteAll(keys.Select(k => k.Name))}" : "");
    }

    /// <summary>The stored columns of all rows, as they lie.</summary>
    public static string Select(TableSchema table) => $"SELECT {string.Join(", ", table.StoredColumns.Select(PostgresTypes.SelectOf))} FROM {From(table)}";

    /// <summary>The table in a query. One that others inherit from would give their rows too; rows of partitions are rows of their table.</summary>
    public static string From(TableSchema table) => (PostgresTableComposer.IsPartitioned(table) ? "" : "ONLY ") + PostgresName.Table(table.Name);

    /// <summary>How the stored columns come.</summary>
    public static PostgresReading[] ReadingsOf(TableSchema table) => [.. table.StoredColumns.Select(c => PostgresTypes.ReadingOf(c.DeclaredType))];

    /// <summary>How much the order of the rows on the disk is that of a column: 1 wholly, -1 backward, 0 not at all or not known.</summary>
    private static double ReadCorrelation(PostgresConnection connection, TableSchema table, Column column)
    {
        var (schema, name) = PostgresName.Split(table.Name);
        return connection.Read("SELECT correlation FROM pg_stats WHERE schemaname = $1 AND tablename = $2 AND attname = $3 AND NOT inherited",
            row => row.IsDBNull(0) ? 0 : row.GetFloat(0), schema, name, column.Name).FirstOrDefault();
    }

    private static bool HasKeyOrder(Column column) =>
        PostgresTypes.HasKeyOrder(column.DeclaredType) || (column.Collation is "\"C\"" or "\"POSIX\"" && PostgresTypes.IsText(column.DeclaredType));
}

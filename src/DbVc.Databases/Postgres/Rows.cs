using DbVc.Model;

namespace DbVc.Databases;

/// <summary>The query that reads a table.</summary>
internal static class PostgresRows
{
    /// <summary>
    /// The stored columns of all rows. Ordered by the key where the server's order is that of encoded keys, so that an index can give it; any other
    /// order would cost the server a sort that the tree does faster.
    /// </summary>
    public static string Select(TableSchema table)
    {
        var columns = string.Join(", ", table.StoredColumns.Select(PostgresTypes.SelectOf));
        // A table that others inherit from would give their rows too; partitions are rows of their own table.
        var only = PostgresTableComposer.IsPartitioned(table) ? "" : "ONLY ";
        var keys = table.PrimaryKey.Select(k => table.FindColumn(k)!).ToList();
        var order = keys.Count > 0 && keys.TrueForAll(HasKeyOrder) ? $" ORDER BY {PostgresName.QuoteAll(keys.Select(k => k.Name))}" : "";
        return $"SELECT {columns} FROM {only}{PostgresName.Table(table.Name)}{order}";
    }

    private static bool HasKeyOrder(Column column) =>
        PostgresTypes.HasKeyOrder(column.DeclaredType) || (column.Collation is "C" or "POSIX" && PostgresTypes.IsText(column.DeclaredType));
}

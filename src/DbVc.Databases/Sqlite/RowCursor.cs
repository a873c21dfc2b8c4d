using DbVc.Model;

namespace DbVc.Databases;

/// <summary>Moves over the stored columns of one table; thin over SQLite's own cursor.</summary>
internal sealed class SqliteRowCursor : IRowCursor
{
    private readonly SqliteStatement _statement;

    internal SqliteRowCursor(SqliteStatement statement) => _statement = statement;

    public static SqliteRowCursor Open(SqliteHandle handle, TableSchema table)
    {
        var sql = $"SELECT {SqliteName.QuoteAll(table.StoredColumns.Select(c => c.Name))} FROM main.{SqliteName.Quote(table.Name)}";
        // The key's own order, collation included, is the order of its index; any other would cost a sort of the whole table.
        var order = table.HasKey ? $" ORDER BY {SqliteName.QuoteAll(table.PrimaryKey)}" : "";
        try
        {
            return new SqliteRowCursor(handle.Prepare(sql + order));
        }
        catch (DbVcException failure) when (failure.Message.Contains("no such collation", StringComparison.Ordinal))
        {
            // A collation that only the user's application defines: the rows can be read, but not in its order.
            return new SqliteRowCursor(handle.Prepare(sql));
        }
    }

    public bool Read() => _statement.Step();

    public ValueKind KindAt(int column) => _statement.KindAt(column);

    public long IntegerAt(int column) => _statement.IntegerAt(column);

    public double RealAt(int column) => _statement.RealAt(column);

    public ReadOnlySpan<byte> BytesAt(int column) => _statement.BytesAt(column);

    public void Dispose() => _statement.Dispose();
}

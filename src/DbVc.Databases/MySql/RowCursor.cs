using DbVc.Model;

namespace DbVc.Databases;

/// <summary>Moves over the stored columns of one table; thin over the rows of a prepared statement.</summary>
internal sealed class MySqlRowCursor : IRowCursor
{
    private readonly MySqlStatement _statement;
    private readonly MySqlRows _rows;
    private readonly Action? _closed;
    private bool _isAtEnd;

    private MySqlRowCursor(MySqlStatement statement, MySqlRows rows, Action? closed) => (_statement, _rows, _closed) = (statement, rows, closed);

    /// <summary>Starts reading. The connection does nothing else until the cursor is disposed.</summary>
    /// <param name="handle">In its transaction.</param>
    /// <param name="table">What to read, in the order of its key, which is how it lies on the disk.</param>
    /// <param name="suffix">What else the statement says, such as <c>FOR UPDATE</c>.</param>
    /// <param name="closed">Called when the cursor is disposed.</param>
    public static MySqlRowCursor Open(MySqlHandle handle, TableSchema table, string suffix = "", Action? closed = null)
    {
        var order = table.HasKey ? $" ORDER BY {MySqlName.QuoteAll(table.PrimaryKey)}" : "";
        var statement = handle.Prepare(
            $"SELECT {MySqlName.QuoteAll(table.StoredColumns.Select(c => c.Name))} FROM {MySqlName.Quote(table.Name)}{order}{suffix}");
        try
        {
            return new MySqlRowCursor(statement, statement.Query(), closed);
        }
        catch
        {
            statement.Dispose();
            throw;
        }
    }

    public bool Read() => !_isAtEnd && !(_isAtEnd = !_rows.Read());

    public ValueKind KindAt(int column) => _rows.KindAt(column);

    public long IntegerAt(int column) => _rows.IntegerAt(column);

    public double RealAt(int column) => _rows.RealAt(column);

    public ReadOnlySpan<byte> BytesAt(int column) => _rows.BytesAt(column);

    // What was not read is passed over.
    public void Dispose()
    {
        _rows.Dispose();
        _statement.Dispose();
        _closed?.Invoke();
    }
}

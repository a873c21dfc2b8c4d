using DbVc.Model;

namespace DbVc.Databases;

/// <summary>The numbers that a table hands out itself while rows are loaded: a row without one gets the next, and one that brings its own moves them
/// on.</summary>
internal sealed class PostgresLoadKeys
{
    private const int Portion = 1000;

    private readonly PostgresConnection _connection;
    private readonly TableSchema _table;
    private readonly List<Item> _items = [];

    public PostgresLoadKeys(PostgresConnection connection, TableSchema table, List<Column> columns)
    {
        (_connection, _table) = (connection, table);
        for (var i = 0; i < columns.Count; i++)
        {
            if (PostgresSequenceAdvance.Allocates(columns[i])) _items.Add(new Item(i, columns[i]));
        }
    }

    public void Note(int column, long value)
    {
        foreach (var item in _items)
        {
            if (item.Ordinal == column && value > item.Highest) item.Highest = value;
        }
    }

    /// <summary>True if numbering the row in the making takes a statement.</summary>
    public bool NeedsMore(PostgresLoadBuffer buffer)
    {
        foreach (var item in _items)
        {
            if (item.Free.Count == 0 && Lacks(buffer, item)) return true;
        }

        return false;
    }

    /// <summary>Numbers the row in the making where it has no number.</summary>
    public void Fill(PostgresLoadBuffer buffer)
    {
        foreach (var item in _items)
        {
            if (!Lacks(buffer, item)) continue;
            if (item.Free.Count == 0) TakeMore(item);
            if (item.Free.Count > 0) buffer.SetInteger(item.Ordinal, item.Free.Dequeue());
        }
    }

    public void Advance()
    {
        foreach (var item in _items.Where(i => i.Highest > long.MinValue)) PostgresSequenceAdvance.Run(_connection, _table, item.Column, item.Highest);
    }

    private static bool Lacks(PostgresLoadBuffer buffer, Item item) => !buffer.IsSet(item.Ordinal) && !item.Column.Nullable;

    private void TakeMore(Item item)
    {
        var numbers = _connection.Read($"SELECT nextval(pg_get_serial_sequence($1, $2)::regclass) FROM generate_series(1, {Portion}) "
            + "WHERE pg_get_serial_sequence($1, $2) IS NOT NULL", row => row.GetInt64(0), PostgresName.Table(_table.Name), item.Column.Name);
        foreach (var number in numbers) item.Free.Enqueue(number);
    }

    private sealed class Item(int ordinal, Column column)
    {
        public int Ordinal { get; } = ordinal;

        public Column Column { get; } = column;

        public long Highest { get; set; } = long.MinValue;

        public Queue<long> Free { get; } = new();
    }
}

using DbVc.Model;

namespace DbVc.Databases;

/// <summary>Computes generated columns as SQLite does: it puts the row into an empty table of the same make and reads what that holds.</summary>
internal sealed class GeneratedColumns : IDisposable
{
    private readonly SqliteHandle _handle;
    private readonly SqliteStatement _insert;
    private readonly SqliteStatement _select;
    private readonly SqliteStatement _delete;
    private readonly TableSchema _table;
    private readonly Value[] _values;
    private IHistoricCursor? _owner;
    private long _number;

    private GeneratedColumns(SqliteHandle handle, TableSchema table)
    {
        (_handle, _table) = (handle, table);
        handle.Execute("PRAGMA foreign_keys = OFF");
        handle.Execute("PRAGMA ignore_check_constraints = ON");
        SqliteWriting.AcceptOldDdl(handle);
        using (var guard = new SqliteQueryGuard(handle, TimeSpan.MaxValue))
        {
            guard.AllowDefinitions = true;
            handle.Execute(table.Sql);
        }

        var name = SqliteName.Quote(table.Name);
        _insert = handle.Prepare(SqliteWriting.InsertSql(table));
        _select = handle.Prepare($"SELECT {SqliteName.QuoteAll(table.Columns.Select(c => c.Name))} FROM main.{name}");
        _delete = handle.Prepare($"DELETE FROM main.{name}");
        _values = new Value[table.Columns.Count];
    }

    public static GeneratedColumns Open(TableSchema table)
    {
        var handle = SqliteHandle.OpenMemory();
        try
        {
            return new GeneratedColumns(handle, table);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    public Value Compute(int column, IHistoricCursor row)
    {
        if (!ReferenceEquals(_owner, row) || _number != row.Number) Run(row);
        return _values[column];
    }

    public void Dispose()
    {
        _insert.Dispose();
        _select.Dispose();
        _delete.Dispose();
        _handle.Dispose();
    }

    private void Run(IHistoricCursor row)
    {
        _owner = null;
        var stored = _table.StoredColumns.Count();
        for (var i = 0; i < stored; i++) _insert.Bind(i, HistoricCursor.ValueOf(row, i));
        _insert.Execute();
        if (_select.Step()) _select.RowAt(0).CopyTo(_values, 0);
        _select.Reset();
        _delete.Execute();
        (_owner, _number) = (row, row.Number);
    }
}

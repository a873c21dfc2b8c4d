using DbVc.Model;

namespace DbVc.Databases;

/// <summary>Loads rows through one prepared insert in one transaction. The rollback journal stays on: a killed load leaves the old rows.</summary>
internal sealed class SqliteBulkLoad : IBulkLoad
{
    private readonly SqliteHandle _handle;
    private readonly SqliteStatement _insert;
    private readonly bool _isStrict;
    private List<RefusedRow> _refused = [];
    private int _taken;

    private SqliteBulkLoad(SqliteHandle handle, SqliteStatement insert, bool isStrict) => (_handle, _insert, _isStrict) = (handle, insert, isStrict);

    public static SqliteBulkLoad Open(string path, TableSchema table, TimeSpan lockTimeout, LoadOptions options)
    {
        var handle = SqliteHandle.Open(path, SqliteAccess.Write, lockTimeout);
        try
        {
            handle.Configure(SqliteWriting.OptionForeignKeys, options.ForeignKeys);
            handle.Configure(SqliteWriting.OptionTriggers, options.Triggers);
            SqliteWriting.Begin(handle);
            // No trigger fires, so what changes is unknown from here on.
            if (!options.Triggers && ChangeLog.Read(handle)?.Numbers.ContainsKey(table.Name) == true) ChangeLog.Start(handle, [table]);
            if (options.Empties) handle.Execute("DELETE FROM main." + SqliteName.Quote(table.Name));
            return new SqliteBulkLoad(handle, handle.Prepare(SqliteWriting.InsertSql(table) + OnConflict(table, options.Existing)), options.IsStrict);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    public bool IsRemote => false;

    /// <summary>Texts are told apart by their bytes, whatever the column's collation takes for equal.</summary>
    private static string OnConflict(TableSchema table, ExistingRow existing)
    {
        if (existing == ExistingRow.Refuse) return "";
        var key = $" ON CONFLICT ({SqliteName.QuoteAll(table.PrimaryKey)}) DO ";
        var others = table.StoredColumns.Where(c => !table.PrimaryKey.Contains(c.Name, StringComparer.OrdinalIgnoreCase)).Select(c => SqliteName.Quote(c.Name))
            .ToList();
        if (existing == ExistingRow.Keep || others.Count == 0) return key + "NOTHING";
        return key + "UPDATE SET " + string.Join(", ", others.Select(c => $"{c} = excluded.{c}"))
            + " WHERE " + string.Join(" OR ", others.Select(c => $"{SqliteName.Quote(table.Name)}.{c} COLLATE BINARY IS NOT excluded.{c}"));
    }

    public void SetNull(int column) => _insert.BindNull(column);

    public void SetInteger(int column, long value) => _insert.BindInteger(column, value);

    public void SetReal(int column, double value) => _insert.BindReal(column, value);

    public void SetText(int column, ReadOnlySpan<byte> utf8) => _insert.BindText(column, utf8);

    public void SetBlob(int column, ReadOnlySpan<byte> bytes) => _insert.BindBlob(column, bytes);

    /// <summary>Writes the row at once: one statement more or less is nothing here.</summary>
    public void Insert()
    {
        var code = _insert.TryStep();
        if (code != SqliteError.Done) Refuse(code);
        _insert.Reset();
        _taken++;
    }

    public IReadOnlyList<RefusedRow> Flush()
    {
        _taken = 0;
        if (_refused.Count == 0) return [];
        var refused = _refused;
        _refused = [];
        return refused;
    }

    public void Commit() => _handle.Execute("COMMIT");

    public void Dispose()
    {
        _insert.Dispose();
        _handle.Dispose();
    }

    private void Refuse(int code)
    {
        var failure = _handle.Fail();
        // A trigger's RAISE(ROLLBACK) ends the whole load; going on would write row by row without a transaction.
        if (!_isStrict && SqliteError.Primary(code) == SqliteError.Constraint && _handle.InTransaction) _refused.Add(new RefusedRow(_taken, failure.Message));
        else
        {
            _insert.Reset();
            throw failure;
        }
    }
}

using DbVc.Model;

namespace DbVc.Databases;

/// <summary>Copies the rows of a table into its rebuilt form; columns are the same if their ids are, new ones get their default.</summary>
internal sealed class SqliteTableCopy
{
    private readonly SqliteHandle _handle;
    private readonly TableSchema _before;
    private readonly TableSchema _after;
    private readonly List<(string Before, string After)> _columns;

    public SqliteTableCopy(SqliteHandle handle, TableSchema before, TableSchema after)
    {
        (_handle, _before, _after) = (handle, before, after);
        _columns = after.StoredColumns
            .Select(a => (Before: before.StoredColumns.FirstOrDefault(b => b.Id == a.Id)?.Name, After: a.Name))
            .Where(c => c.Before is not null).Select(c => (c.Before!, c.After)).ToList();
    }

    public void Run(List<ConstraintViolation> violations)
    {
        if (_columns.Count > 0) CopyRows(violations);
        CarrySequence();
    }

    private string Source => $"SELECT {SqliteName.QuoteAll(_columns.Select(c => c.Before))} FROM main.{SqliteName.Quote(_before.Name)}";

    private string Destination => $"INSERT OR ABORT INTO main.{SqliteName.Quote(_after.Name)} ({SqliteName.QuoteAll(_columns.Select(c => c.After))})";

    private void CopyRows(List<ConstraintViolation> violations)
    {
        try
        {
            _handle.Execute($"{Destination} {Source}");
        }
        catch (DbVcException failure) when (failure.Code == "constraint.violated")
        {
            // The statement took itself back; now row by row, to name the offenders.
            CopyOneByOne(violations);
        }
    }

    private void CopyOneByOne(List<ConstraintViolation> violations)
    {
        using var read = _handle.Prepare(Source);
        using var insert = _handle.Prepare($"{Destination} VALUES ({string.Join(", ", Enumerable.Range(1, _columns.Count).Select(i => "?" + i))})");
        while (read.Step() && violations.Count < SqliteApply.MaxReported)
        {
            for (var i = 0; i < _columns.Count; i++) insert.Bind(i, read.ValueAt(i));
            var isStored = insert.TryStep() == SqliteError.Done;
            var (message, failure) = (_handle.ErrorMessage, _handle.Fail());
            insert.Reset();
            if (isStored) continue;
            if (failure.Code != "constraint.violated") throw failure;
            var key = DescribeKey(read.RowAt(0));
            violations.Add(new ConstraintViolation(message.Replace(" constraint failed:", "", StringComparison.Ordinal), _after.Name, key,
                $"Row {key} of '{_after.Name}': {message}."));
        }
    }

    private string DescribeKey(Value[] row)
    {
        var key = _columns.FindAll(c => _after.PrimaryKey.Any(k => SqliteName.AreEqual(k, c.After)));
        return SqliteTableRows.Describe(key.Count == 0 ? row : key.ConvertAll(c => row[_columns.IndexOf(c)]).ToArray());
    }

    /// <summary>AUTOINCREMENT never gives a number twice, also not after a rebuild.</summary>
    private void CarrySequence()
    {
        if (SqliteObjects.FindSql(_handle, "table", "sqlite_sequence") is null) return;
        using var find = _handle.Prepare("SELECT seq FROM main.sqlite_sequence WHERE name = ?1");
        find.BindText(0, _before.Name);
        if (!find.Step()) return;
        var last = find.IntegerAt(0);
        find.Reset();
        if (!_after.AllocatesKeys || !IsAutoIncrement()) return;
        using var update = _handle.Prepare("UPDATE main.sqlite_sequence SET seq = max(seq, ?2) WHERE name = ?1");
        update.BindText(0, _after.Name);
        update.BindInteger(1, last);
        update.Execute();
        if (SqliteNative.Changes(_handle.Pointer) > 0) return;
        using var insert = _handle.Prepare("INSERT INTO main.sqlite_sequence (name, seq) VALUES (?1, ?2)");
        insert.BindText(0, _after.Name);
        insert.BindInteger(1, last);
        insert.Execute();
    }

    private unsafe bool IsAutoIncrement()
    {
        int isAutoIncrement;
        fixed (byte* schema = "main"u8, table = SqliteHandle.ToUtf8(_after.Name), column = SqliteHandle.ToUtf8(_after.PrimaryKey[0]))
        {
            SqliteNative.ColumnMetadata(_handle.Pointer, schema, table, column, null, null, null, null, &isAutoIncrement);
        }

        return isAutoIncrement != 0;
    }
}

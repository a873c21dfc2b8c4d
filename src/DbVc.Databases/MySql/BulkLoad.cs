using DbVc.Model;

namespace DbVc.Databases;

/// <summary>
/// Loads rows by LOAD DATA from a buffer of our own, in one transaction. The server skips or alters what breaks a rule and only warns, so a block that
/// was not taken whole is taken back and halved, until the rows that are to blame stand alone. A strict load is one statement, which the server carries
/// out while more rows are made. Rows that may be there already go into a table of the session first, and from there by two statements for each portion.
/// </summary>
internal sealed class MySqlBulkLoad : IBulkLoad
{
    private const int MostBytes = 8 << 20;
    private const int StreamedBytes = 256 << 10;

    private readonly MySqlHandle _handle;
    private readonly MySqlTriggerPause? _pause;
    private readonly string _sql;
    private readonly MySqlLoadPlacing? _place;
    private readonly MySqlLoadBuffer _buffer;
    private readonly MySqlLoadStream? _stream;
    private readonly bool[] _isTime;
    private readonly List<RefusedRow> _refused = [];
    private int _flushed;

    private MySqlBulkLoad(MySqlHandle handle, TableSchema table, MySqlTriggerPause? pause, LoadOptions options)
    {
        (_handle, _pause) = (handle, pause);
        if (options.Empties) handle.Execute("DELETE FROM " + MySqlName.Quote(table.Name));
        _place = options.Existing == ExistingRow.Refuse ? null : MySqlLoadPlacing.Begin(handle, table, options.Existing);
        _sql = MySqlLoadSql.Create(handle, table, _place is null ? table.Name : MySqlLoadPlacing.Stage);
        _buffer = new MySqlLoadBuffer(table.StoredColumns.Count());
        _isTime = [.. table.StoredColumns.Select(c => c.DeclaredType.StartsWith("datetime", StringComparison.Ordinal)
            || c.DeclaredType.StartsWith("timestamp", StringComparison.Ordinal))];
        _stream = options.IsStrict ? new MySqlLoadStream(handle, _sql) : null;
    }

    public bool IsRemote => true;

    public static MySqlBulkLoad Open(MySqlAddress address, TableSchema table, TimeSpan lockTimeout, LoadOptions options)
    {
        var handle = MySqlApplySession.Connect(address, lockTimeout, canLoad: true);
        try
        {
            var pause = options.Triggers ? null : MySqlTriggerPause.Begin(handle, [table.Name]);
            handle.Execute($"SET SESSION foreign_key_checks={(options.ForeignKeys ? 1 : 0)}, SESSION max_error_count=65535");
            handle.Execute("START TRANSACTION");
            return new MySqlBulkLoad(handle, table, pause, options);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    public void SetNull(int column) => _buffer.SetNull(column);

    public void SetInteger(int column, long value) => _buffer.SetInteger(column, value);

    public void SetReal(int column, double value) => _buffer.SetReal(column, value);

    /// <summary>The server knows no zone in a time; the session's is UTC, which a pipeline's times mean by their Z.</summary>
    public void SetText(int column, ReadOnlySpan<byte> utf8) => _buffer.SetBytes(column, _isTime[column] && utf8 is [.. var time, (byte)'Z'] ? time : utf8);

    public void SetBlob(int column, ReadOnlySpan<byte> bytes) => _buffer.SetBytes(column, bytes);

    public void Insert()
    {
        _buffer.EndRow();
        if (_buffer.Length >= (_stream is null ? MostBytes : StreamedBytes)) Write();
    }

    public IReadOnlyList<RefusedRow> Flush()
    {
        Write();
        _flushed = 0;
        if (_refused.Count == 0) return [];
        RefusedRow[] refused = [.. _refused];
        _refused.Clear();
        return refused;
    }

    public void Commit()
    {
        if (_buffer.RowCount > 0) throw new InvalidOperationException("There are rows that were not flushed.");
        if (_stream?.Complete() is { } count && FindFault(count) is { } fault)
        {
            throw new DbVcException(FailureKind.Refused, "value.rejected", fault, _handle.Display);
        }

        _handle.Execute("COMMIT");
        _pause?.End();
    }

    public void Dispose()
    {
        _stream?.Dispose();
        // Closing the connection rolls back what was not committed.
        if (_pause is { IsOver: false })
        {
            _handle.Execute("ROLLBACK");
            _pause.End();
        }

        _handle.Dispose();
    }

    private void Write()
    {
        if (_buffer.RowCount == 0) return;
        if (_stream is not null)
        {
            _stream.Write(_buffer);
            return;
        }

        Write(0, _buffer.RowCount);
        _flushed += _buffer.RowCount;
        _buffer.Clear();
    }

    private void Write(int from, int to)
    {
        _handle.Execute("SAVEPOINT dbvc_load");
        if (TryWrite(from, to) is not { } fault) return;
        _handle.Execute("ROLLBACK TO SAVEPOINT dbvc_load");
        if (to - from == 1)
        {
            _refused.Add(new RefusedRow(_flushed + from, fault));
            return;
        }

        var middle = from + ((to - from) / 2);
        Write(from, middle);
        Write(middle, to);
    }

    /// <summary>Null if all rows were taken as they are; else what stood against one of them.</summary>
    private string? TryWrite(int from, int to)
    {
        try
        {
            var fault = FindFault(_handle.Load(_sql, _buffer.Open(from, to)));
            if (fault is null) _place?.Run();
            return fault;
        }
        catch (DbVcException failure) when (failure.Code is "constraint.violated" or "value.rejected")
        {
            return failure.Message;
        }
    }

    /// <summary>Null if the load that has just ended took all rows as they are.</summary>
    private string? FindFault(MySqlLoadCount count)
    {
        if (count.IsClean) return null;
        // A note says that a decimal was rounded, as any insert does.
        return _handle.ReadWarnings().FirstOrDefault(w => w.Level != "Note")?.Message ?? (count.Skipped > 0 ? "The row was skipped." : null);
    }
}

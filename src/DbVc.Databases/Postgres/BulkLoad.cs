using System.Globalization;
using DbVc.Model;
using Npgsql;

namespace DbVc.Databases;

/// <summary>
/// Loads rows by COPY in one transaction. A portion that is refused is taken back and sent again without the offending row, which the server names by
/// its line; where it does not (foreign keys are looked at when a COPY ends), halves are tried. So only offending rows are refused. A strict load is
/// one COPY, which the server reads while more rows are made. Rows that may be there already go into a table of the session first, and from there by one
/// INSERT for each portion.
/// </summary>
internal sealed class PostgresBulkLoad : IBulkLoad
{
    private const int MostBytes = 8 << 20;
    private const int StreamedBytes = 128 << 10;
    private const int FirstPortion = 16;

    private readonly PostgresConnection _connection;
    private readonly PostgresLoadBuffer _buffer;
    private readonly PostgresLoadKeys _keys;
    private readonly PostgresLoadRules _rules;
    private readonly string _copy;
    private readonly string? _place;
    private readonly PostgresLoadStream? _stream;
    private readonly string _line;
    private readonly List<RefusedRow> _refused = [];
    private int _before;
    private int _portion = int.MaxValue;
    private bool _hasSavepoint;
    private bool _isDone;

    private PostgresBulkLoad(PostgresConnection connection, TableSchema table, LoadOptions options)
    {
        _connection = connection;
        var columns = table.StoredColumns.ToList();
        _buffer = new PostgresLoadBuffer(columns.Count);
        if (options.Empties) connection.Execute("DELETE FROM " + PostgresName.Table(table.Name));
        _place = PostgresLoadPlacing.Begin(connection, table, options.Existing);
        var target = _place is null ? PostgresName.Table(table.Name) : PostgresLoadPlacing.Stage;
        _copy = $"COPY {target} ({PostgresName.QuoteAll(columns.Select(c => c.Name))}) FROM STDIN";
        _stream = options.IsStrict ? new PostgresLoadStream(connection, _copy) : null;
        _line = $"COPY {(_place is null ? PostgresName.Split(table.Name).Name : PostgresLoadPlacing.StageName)}, line ";
        _rules = PostgresLoadRules.Begin(connection, table, options);
        _keys = new PostgresLoadKeys(connection, table, columns);
    }

    public bool IsRemote => true;

    public static PostgresBulkLoad Open(PostgresAddress address, TableSchema table, TimeSpan lockTimeout, LoadOptions options)
    {
        // The user's triggers and checks run here, and find names as in the user's own sessions.
        var connection = PostgresConnection.Open(address, PostgresUse.User, lockTimeout);
        try
        {
            PostgresTransaction.Begin(connection);
            // What is checked at the end cannot name the row any more.
            connection.Execute("SET CONSTRAINTS ALL IMMEDIATE");
            return new PostgresBulkLoad(connection, table, options);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public void SetNull(int column) => _buffer.SetNull(column);

    public void SetInteger(int column, long value)
    {
        _buffer.SetInteger(column, value);
        _keys.Note(column, value);
    }

    public void SetReal(int column, double value) => _buffer.SetReal(column, value);

    public void SetText(int column, ReadOnlySpan<byte> utf8) => _buffer.SetText(column, utf8);

    public void SetBlob(int column, ReadOnlySpan<byte> bytes) => _buffer.SetBlob(column, bytes);

    public void Insert()
    {
        // Taking numbers from the sequence is a statement of its own.
        if (_keys.NeedsMore(_buffer)) _stream?.Complete();
        _keys.Fill(_buffer);
        _buffer.EndRow();
        if (_buffer.Length >= (_stream is null ? MostBytes : StreamedBytes)) Send();
    }

    public IReadOnlyList<RefusedRow> Flush()
    {
        Send();
        _before = 0;
        if (_refused.Count == 0) return [];
        var refused = _refused.ToList();
        _refused.Clear();
        return refused;
    }

    public void Commit()
    {
        if (_buffer.Count > 0 || _before > 0) throw new InvalidOperationException("Rows were taken that nobody flushed.");
        _stream?.Complete();
        _rules.Restore();
        _keys.Advance();
        _connection.Execute("COMMIT");
        _isDone = true;
    }

    public void Dispose()
    {
        _stream?.Cancel();
        PostgresTransaction.End(_connection, _isDone);
    }

    private void Send()
    {
        if (_stream is null) SendPortions();
        else if (_buffer.Count > 0) _stream.Write(_buffer.Rows(0, _buffer.Count));
        if (_stream is null) _before += _buffer.Count;
        _buffer.Clear();
    }

    private void SendPortions()
    {
        for (var first = 0; first < _buffer.Count;)
        {
            var end = (int)Math.Min(_buffer.Count, (long)first + _portion);
            Send(first, end);
            first = end;
            if (_portion < int.MaxValue) _portion = _portion > int.MaxValue / 4 ? int.MaxValue : _portion * 4;
        }
    }

    private void Send(int first, int end)
    {
        while (first < end)
        {
            if (TryCopy(first, end) is not { } failure) return;
            _portion = FirstPortion;
            if (end - first == 1)
            {
                _refused.Add(new RefusedRow(_before + first, PostgresError.Sentence(failure)));
                return;
            }

            // The row that is named is sent alone, so that nobody's text in the message can have another one refused.
            if (LineOf(failure) is { } line && line < end - first)
            {
                Send(first, first + line);
                Send(first + line, first + line + 1);
                first += line + 1;
                continue;
            }

            var middle = first + ((end - first) / 2);
            Send(first, middle);
            first = middle;
        }
    }

    /// <summary>The row's number in what was sent, from 0; null where the server does not tell, or not in English.</summary>
    private int? LineOf(PostgresException failure)
    {
        foreach (var context in (failure.Where ?? "").Split('\n'))
        {
            if (!context.StartsWith(_line, StringComparison.Ordinal)) continue;
            var digits = context[_line.Length..];
            digits = digits[..(digits.AsSpan().IndexOfAnyExceptInRange('0', '9') is >= 0 and var length ? length : digits.Length)];
            if (int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var line) && line > 0) return line - 1;
        }

        return null;
    }

    /// <summary>Null if the rows were taken; else why not, and then none was. A savepoint goes when the next one comes, which saves a round trip.</summary>
    private PostgresException? TryCopy(int first, int end)
    {
        _connection.Execute((_hasSavepoint ? "RELEASE SAVEPOINT dbvc_load; " : "") + "SAVEPOINT dbvc_load");
        _hasSavepoint = true;
        try
        {
            _connection.Guard(() =>
            {
                using var copy = _connection.Native.BeginTextImport(_copy);
                ((StreamWriter)copy).BaseStream.Write(_buffer.Rows(first, end).Span);
            });
            if (_place is not null) _connection.Execute(_place);
            return null;
        }
        catch (DbVcException failure) when (failure.InnerException is PostgresException server && PostgresAttempt.IsAboutRow(server))
        {
            _connection.Execute("ROLLBACK TO SAVEPOINT dbvc_load");
            return server;
        }
    }
}

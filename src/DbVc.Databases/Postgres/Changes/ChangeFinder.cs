using System.Globalization;
using DbVc.Model;

namespace DbVc.Databases;

/// <summary>
/// Finds the rows that were written after a mark by the number of the transaction that wrote each: whoever wrote after the mark has a number of at
/// least the mark's lowest, also in a subtransaction, and a row keeps its number when it is frozen. More rows than that may come out, never fewer.
/// Rows that went leave nothing behind; they are counted. Where triggers write a log, that is asked first.
/// </summary>
internal sealed class PostgresChanges : IChangeReader
{
    /// <summary>Transaction numbers are compared round a circle of 2^32; further apart than half of it nobody can tell which is the older.</summary>
    private const ulong Comparable = 1UL << 31;

    /// <summary>If more than one row in so many was touched, reading the whole table is cheaper.</summary>
    private const long MostTouched = 4;

    private readonly PostgresConnection _connection;
    private readonly Func<string, PostgresReading[], PostgresRowCursor> _open;
    private readonly string _isNew;
    private readonly HashSet<(string, string)> _unsure;
    private readonly PostgresLogChanges? _log;

    private PostgresChanges(PostgresConnection connection, Func<string, PostgresReading[], PostgresRowCursor> open, PostgresMark mark, bool isUnchanged)
    {
        (_connection, _open, IsUnchanged) = (connection, open, isUnchanged);
        // The server's own comparison: both ages are counted from the same number.
        _isNew = string.Create(CultureInfo.InvariantCulture, $"age(xmin) <= age('{(uint)mark.Xmin}'::xid)");
        _unsure = isUnchanged ? [] : PostgresUnsure.Read(connection, (uint)mark.Xmin);
        _log = isUnchanged ? null : PostgresLogChanges.Open(connection, open, mark);
    }

    /// <summary>No number was handed out since the mark, and everybody who had one then was done.</summary>
    public bool IsUnchanged { get; }

    /// <summary>Null for a mark that says nothing about this database.</summary>
    /// <param name="connection">In the snapshot's transaction.</param>
    /// <param name="open">Opens a cursor for a query; no other reads until it is disposed.</param>
    /// <param name="text">The mark.</param>
    public static PostgresChanges? Open(PostgresConnection connection, Func<string, PostgresReading[], PostgresRowCursor> open, string text)
    {
        if (PostgresMark.Parse(text) is not { } mark) return null;
        if (PostgresMark.Read(connection) is not { } now) return null;
        if (now.Origin != mark.Origin || now.Xmax < mark.Xmax || now.Xmax - mark.Xmin >= Comparable) return null;
        return new PostgresChanges(connection, open, mark, now.Xmax == mark.Xmin);
    }

    public TableChanges Find(TableSchema table)
    {
        if (IsUnchanged) return TableChanges.Same;
        if (_unsure.Contains(PostgresName.Split(table.Name))) return TableChanges.Unknown;
        if (_log?.Find(table) is { } logged) return logged;
        if (!table.HasKey) return TableChanges.Unknown;
        var from = PostgresRows.From(table);
        var (total, touched) = _connection.Read($"SELECT count(*), count(*) FILTER (WHERE {_isNew}) FROM {from}", r => (r.GetInt64(0), r.GetInt64(1)))[0];
        if (touched > total / MostTouched) return TableChanges.Unknown;
        return new TableChanges.Rows(touched == 0 ? [] : ReadTouched(table)) { Missing = new MissingRows(total, [KeySpan.All], span => ReadKeys(table, span)) };
    }

    public void Dispose()
    {
        // The snapshot's connection is the snapshot's.
    }

    private IEnumerable<TouchedRow> ReadTouched(TableSchema table)
    {
        var stored = table.StoredColumns.Select(c => c.Name).ToList();
        var key = table.PrimaryKey.Select(k => stored.FindIndex(s => string.Equals(s, k, StringComparison.OrdinalIgnoreCase))).ToArray();
        using var rows = _open($"{PostgresRows.Select(table)} WHERE {_isNew}", PostgresRows.ReadingsOf(table));
        while (rows.Read())
        {
            var row = new Value[stored.Count];
            for (var i = 0; i < row.Length; i++) row[i] = rows.ValueAt(i);
            yield return new TouchedRow(Array.ConvertAll(key, i => row[i]), row);
        }
    }

    private PostgresRowCursor ReadKeys(TableSchema table, KeySpan span)
    {
        if (span != KeySpan.All) throw new ArgumentException("There is one open span.", nameof(span));
        var keys = table.PrimaryKey.Select(k => table.FindColumn(k)!).ToList();
        return _open($"SELECT {string.Join(", ", keys.Select(PostgresTypes.SelectOf))} FROM {PostgresRows.From(table)} "
            + $"ORDER BY {PostgresName.QuoteAll(keys.Select(k => k.Name))}", [.. keys.Select(k => PostgresTypes.ReadingOf(k.DeclaredType))]);
    }
}

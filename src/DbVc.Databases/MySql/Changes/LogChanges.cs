using System.Buffers.Text;
using DbVc.Model;

namespace DbVc.Databases;

/// <summary>Finds touched rows by the log that triggers wrote.</summary>
internal sealed class MySqlLogChanges : IChangeReader
{
    /// <summary>More rows are read faster where they lie.</summary>
    private const int MostEntries = 300_000;

    private const int TablesPerStatement = 50;

    private readonly MySqlHandle _handle;
    private readonly MySqlChangeLog _log;
    private readonly MySqlLogMark _since;
    private readonly DatabaseSchema _schema;
    private readonly IReadOnlyDictionary<string, string> _triggers;
    private readonly Dictionary<long, List<byte[]?[]>> _entries = [];
    private readonly HashSet<long> _moved = [];
    private HashSet<string>? _filled;

    private MySqlLogChanges(MySqlHandle handle, MySqlChangeLog log, MySqlLogMark since, DatabaseSchema schema)
    {
        (_handle, _log, _since, _schema) = (handle, log, since, schema);
        _triggers = MySqlChangeLog.ReadTriggers(handle);
    }

    /// <summary>Null where the log does not go on from the mark.</summary>
    public static MySqlLogChanges? Open(MySqlHandle handle, MySqlLogMark since, DatabaseSchema schema)
    {
        if (MySqlChangeLog.Read(handle) is not { } log || log.Epoch != since.Epoch) return null;
        var isForgotten = log.Forgotten == since.Digest;
        if (log.Nonce != since.Nonce && !isForgotten) return null;
        var reader = new MySqlLogChanges(handle, log, since, schema);
        return reader.ReadEntries(isForgotten) ? reader : null;
    }

    public TableChanges Find(TableSchema table)
    {
        if (!_log.Numbers.TryGetValue(table.Name, out var number) || number > _since.LastNumber || !_log.IsWhole(table, _triggers)) return TableChanges.Unknown;
        if (IsReachedByCascade(table, [])) return TableChanges.Unknown;
        var entries = _entries.GetValueOrDefault(number) ?? [];
        if (entries.Count > 0 && (!table.HasKey || entries.Count > MostEntries)) return TableChanges.Unknown;
        // No key is NULL: whoever wrote that found other columns than those of the key.
        if (entries.Exists(e => e[0] is null)) return TableChanges.Unknown;
        // TRUNCATE fires no trigger. But a row that nobody touched since was there before, so nothing was emptied.
        if (entries.Count == 0) return (_filled ??= ReadFilled()).Contains(table.Name) ? TableChanges.Same : TableChanges.Unknown;
        var keys = entries.Select(e => ReadKey(table, e)).Distinct(RowComparer.Instance).ToList();
        return HasUntouched(table, keys) ? new TableChanges.Rows(ReadRows(table, keys)) : TableChanges.Unknown;
    }

    public void Dispose()
    {
        // The connection is the snapshot's.
    }

    /// <summary>False if what the mark saw is not what is there.</summary>
    private bool ReadEntries(bool isForgotten)
    {
        ulong stamps = 0;
        long seen = 0;
        var keys = string.Join(", ", Enumerable.Range(1, MySqlChangeLog.MostKeyColumns).Select(i => $"k{i}"));
        using var statement = _handle.Prepare($"SELECT id, stamp, number, kind, {keys} FROM {MySqlChangeLog.Changes} ORDER BY id");
        using var rows = statement.Query();
        while (rows.Read())
        {
            if (_since.Saw(rows.IntegerAt(0)))
            {
                stamps ^= (ulong)rows.IntegerAt(1);
                seen++;
                continue;
            }

            var number = rows.IntegerAt(2);
            if (rows.BytesAt(3)[0] != (byte)'I') _moved.Add(number);
            if (!_entries.TryGetValue(number, out var list)) _entries[number] = list = [];
            if (list.Count > MostEntries) continue;
            var key = new byte[]?[MySqlChangeLog.MostKeyColumns];
            for (var i = 0; i < key.Length; i++) key[i] = rows.KindAt(4 + i) == ValueKind.Null ? null : rows.BytesAt(4 + i).ToArray();
            list.Add(key);
        }

        return isForgotten ? seen == 0 : seen == _since.Seen.Sum(s => s.To - s.From + 1) && stamps == _since.Stamps;
    }

    /// <summary>What a foreign key does to its children fires no trigger: it may have come from any parent of which a row was changed or went.</summary>
    private bool IsReachedByCascade(TableSchema table, HashSet<string> seen)
    {
        if (!seen.Add(table.Name)) return false;
        foreach (var key in table.ForeignKeys.Where(k => Acts(k.OnDelete) || Acts(k.OnUpdate)))
        {
            if (_schema.FindTable(key.ReferencedTable) is not { } parent) return true;
            if (!_log.Numbers.TryGetValue(parent.Name, out var number) || number > _since.LastNumber || !_log.IsWhole(parent, _triggers)) return true;
            if (_moved.Contains(number) || IsReachedByCascade(parent, seen)) return true;
        }

        return false;
    }

    private static bool Acts(string action) => action is "CASCADE" or "SET NULL" or "SET DEFAULT";

    /// <summary>The untouched tables that have a row, asked for together.</summary>
    private HashSet<string> ReadFilled() => _schema.Tables.Select(t => t.Name)
        .Where(name => !_log.Numbers.TryGetValue(name, out var number) || !_entries.ContainsKey(number)).Chunk(TablesPerStatement)
        .SelectMany(names => MySqlObjects.List(_handle,
            string.Join(" UNION ALL ", names.Select(n => $"(SELECT {MySqlName.Text(n)} FROM {MySqlName.Quote(n)} LIMIT 1)"))))
        .Select(row => row[0]).ToHashSet(StringComparer.Ordinal);

    private bool HasUntouched(TableSchema table, List<Value[]> keys)
    {
        var touched = keys.ToHashSet(RowComparer.Instance);
        var columns = MySqlName.QuoteAll(table.PrimaryKey);
        using var statement = _handle.Prepare($"SELECT {columns} FROM {MySqlName.Quote(table.Name)} ORDER BY {columns} LIMIT {keys.Count + 1}");
        using var rows = statement.Query();
        var found = false;
        while (rows.Read()) found |= !touched.Contains(rows.RowAt(0));
        return found;
    }

    private IEnumerable<TouchedRow> ReadRows(TableSchema table, List<Value[]> keys)
    {
        using var rows = new MySqlTableRows(_handle, MySqlRowShape.Of(table));
        foreach (var block in keys.Chunk(MySqlTableRows.MostRows))
        {
            var found = rows.FindByKeys(block, isLocking: false).ToDictionary(rows.Shape.KeyOf, RowComparer.Instance);
            foreach (var key in block) yield return new TouchedRow(key, found.GetValueOrDefault(key));
        }
    }

    private static Value[] ReadKey(TableSchema table, byte[]?[] entry) => [.. table.PrimaryKey.Select((name, i) => entry[i] is not { } bytes ? Value.Null
        : MySqlChangeLog.KindOf(table.FindColumn(name)!) switch
        {
            ValueKind.Integer => Utf8Parser.TryParse(bytes, out long number, out var used) && used == bytes.Length ? Value.Integer(number) : Value.Text(bytes),
            ValueKind.Blob => Value.Blob(bytes),
            _ => Value.Text(bytes),
        })];
}

/// <summary>No row changed; definitions may have.</summary>
internal sealed class MySqlSameRows : IChangeReader
{
    public TableChanges Find(TableSchema table) => TableChanges.Same;

    public void Dispose()
    {
        // Nothing is held.
    }
}

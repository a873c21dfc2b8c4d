using System.Globalization;
using DbVc.Model;

namespace DbVc.Databases;

/// <summary>Finds touched rows by the log that triggers wrote. What it cannot tell is left to whoever asks.</summary>
internal sealed class PostgresLogChanges
{
    /// <summary>More rows are found faster where they lie.</summary>
    private const long MostEntries = 300_000;

    private readonly Func<string, PostgresReading[], PostgresRowCursor> _open;
    private readonly string _unseen;
    private readonly Dictionary<string, PostgresTracker> _trackers;
    private readonly Dictionary<string, long?> _entries;

    private PostgresLogChanges(PostgresConnection connection, Func<string, PostgresReading[], PostgresRowCursor> open, PostgresMark since)
    {
        _open = open;
        _unseen = $"NOT pg_visible_in_snapshot(c.xid, '{since.Snapshot}')";
        _trackers = PostgresTracker.List(connection, since.Xmin).Where(t => t is { IsArmed: true, IsOld: true })
            .ToDictionary(t => t.Table, StringComparer.Ordinal);
        _entries = connection.Read(
            $"""
            SELECT c.tab::text, CASE WHEN bool_and(c.k1 IS NOT NULL) THEN sum(cardinality(c.k1)) END FROM {PostgresChangeLog.Changes} c WHERE {_unseen}
            GROUP BY c.tab
            """, row => (Table: row.GetString(0), Count: row.IsDBNull(1) ? (long?)null : row.GetInt64(1))).ToDictionary(r => r.Table, r => r.Count);
    }

    /// <summary>Null where there is no log, or it does not go on from the mark.</summary>
    public static PostgresLogChanges? Open(PostgresConnection connection, Func<string, PostgresReading[], PostgresRowCursor> open, PostgresMark since)
    {
        if (since.Log is not { } mark || PostgresChangeLog.Read(connection) is not { } log || log.Epoch != mark.Epoch) return null;
        var isForgotten = log.Forgotten == since.Digest;
        if (log.Nonce != mark.Nonce && !isForgotten) return null;
        // What the mark saw must be there, or have been taken away for it; and nobody may have emptied the log or made it anew.
        var seen = connection.Read($"SELECT count(*) FROM {PostgresChangeLog.Changes} c WHERE pg_visible_in_snapshot(c.xid, '{since.Snapshot}')",
            row => row.GetInt64(0))[0];
        var isSame = connection.ReadText(string.Create(CultureInfo.InvariantCulture,
            $"""
            SELECT 'yes' FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = 'public' AND c.relname = '_dbvc_changes' AND age(c.xmin) > age('{(uint)since.Xmin}'::xid)
            """)) is not null;
        return isSame && seen == (isForgotten ? 0 : mark.Seen) ? new PostgresLogChanges(connection, open, since) : null;
    }

    /// <summary>Null if the log does not know.</summary>
    public TableChanges? Find(TableSchema table)
    {
        if (!_trackers.TryGetValue(table.Name, out var tracker) || !tracker.IsWhole(table)) return null;
        if (!_entries.TryGetValue(tracker.Oid, out var count)) return TableChanges.Same;
        return table.HasKey && count <= MostEntries ? new TableChanges.Rows(ReadRows(table, tracker.Oid)) : null;
    }

    private IEnumerable<TouchedRow> ReadRows(TableSchema table, string oid)
    {
        var key = table.PrimaryKey.Select(k => table.FindColumn(k)!).ToList();
        var stored = table.StoredColumns.ToList();
        PostgresReading[] readings = [.. key.Select(k => PostgresTypes.ReadingOf(k.DeclaredType)), PostgresReading.Int32, .. PostgresRows.ReadingsOf(table)];
        using var rows = _open(Select(table, key, oid), readings);
        while (rows.Read())
        {
            var found = new Value[key.Count];
            for (var i = 0; i < found.Length; i++) found[i] = rows.ValueAt(i);
            if (rows.KindAt(key.Count) == ValueKind.Null)
            {
                yield return new TouchedRow(found, null);
                continue;
            }

            var row = new Value[stored.Count];
            for (var i = 0; i < row.Length; i++) row[i] = rows.ValueAt(key.Count + 1 + i);
            yield return new TouchedRow(found, row);
        }
    }

    /// <summary>Each key once, with its row if there is one. The lateral subquery keeps the server to the index of the key, whatever it expects.</summary>
    private string Select(TableSchema table, List<Column> key, string oid)
    {
        var texts = Enumerable.Range(1, key.Count).Select(i => $"k{i}").ToList();
        var lists = string.Join(", ", texts.Select(k => "c." + k));
        var typed = key.Select((k, i) => $"d.{texts[i]}::{k.DeclaredType} AS {PostgresName.Quote(k.Name)}, d.{texts[i]} AS _dbvc_{texts[i]}");
        // Values that the type holds for equal may be written differently, and are different rows then: 1.0 and 1.00.
        var isKey = key.Select((k, i) => $"t.{PostgresName.Quote(k.Name)} = x.{PostgresName.Quote(k.Name)}"
            + (PostgresTypes.KindOf(k.DeclaredType) == ValueKind.Integer ? ""
                : $" AND ({PostgresTracker.KeyText(k, "t")}) COLLATE \"C\" = x._dbvc_{texts[i]}"));
        var columns = table.StoredColumns.Select((c, i) => $"{PostgresTypes.SelectOf(c)} AS c{i.ToString(CultureInfo.InvariantCulture)}");
        return $"SELECT {string.Join(", ", key.Select(PostgresTypes.SelectOf))}, r.* FROM (SELECT {string.Join(", ", typed)} "
            + $"FROM (SELECT DISTINCT {string.Join(", ", texts.Select(k => "u." + k))} FROM {PostgresChangeLog.Changes} c "
            + $"CROSS JOIN LATERAL unnest({lists}) AS u ({string.Join(", ", texts)}) WHERE c.tab = {oid} AND {_unseen}) d) x "
            + $"LEFT JOIN LATERAL (SELECT 1 AS found, {string.Join(", ", columns)} FROM {PostgresRows.From(table)} t "
            + $"WHERE {string.Join(" AND ", isKey)} LIMIT 1) r ON true";
    }
}

using DbVc.Model;

namespace DbVc.Databases;

/// <summary>Finds touched rows by the pages that changed. Row numbers come from pages, rows from SQLite itself in the same transaction.</summary>
/// <param name="source">The connection that reads now; it may be another one each time.</param>
/// <param name="trees">Of each table.</param>
internal sealed class PageChanges(Func<SqliteHandle> source, IReadOnlyDictionary<string, TreeState> trees) : IChangeReader
{
    public TableChanges Find(TableSchema table)
    {
        if (!trees.TryGetValue(table.Name, out var tree)) return TableChanges.Unknown;
        if (tree.IsSame) return TableChanges.Same;
        if (!table.HasKey || tree.IsMostlyNew) return TableChanges.Unknown;
        if (tree.Spans is not { } spans)
        {
            var isReadable = tree.Keys is not null && !source().IsUtf16 && tree.Keys.All(k => k.Length == table.PrimaryKey.Count);
            return isReadable ? ByRecord(table, tree.Total, tree.Keys!) : TableChanges.Unknown;
        }

        if (table.AllocatesKeys) return ByRowNumber(table, tree.Total, spans);
        return SqliteKeyIndex.FindRowIdName(source(), table) is { } rowId ? ByKey(table, rowId, tree.Total, spans) : TableChanges.Unknown;
    }

    public void Dispose()
    {
        // What was found is in memory; the connection is the snapshot's.
    }

    /// <summary>The row number is the key, so that spans of one are spans of the other.</summary>
    private TableChanges.Rows ByRowNumber(TableSchema table, long total, IReadOnlyList<RowSpan> spans)
    {
        var key = SqliteName.Quote(table.PrimaryKey[0]);
        return new TableChanges.Rows(ReadRows(table, key, spans))
        {
            Missing = new MissingRows(total, [.. spans.Select(s => new KeySpan(ToKey(s.After), ToKey(s.Before)))], ReadKeys),
        };

        IRowCursor ReadKeys(KeySpan span)
        {
            var bounds = new RowSpan(span.After?[0].AsInteger, span.Before?[0].AsInteger, false);
            return new SqliteRowCursor(Prepare($"SELECT {key} FROM main.{SqliteName.Quote(table.Name)}", key, bounds));
        }
    }

    /// <summary>Rows lie by number, keys in an index: which keys went, only comparing them tells.</summary>
    private TableChanges.Rows ByKey(TableSchema table, string rowId, long total, IReadOnlyList<RowSpan> spans) =>
        new(ReadRows(table, rowId, spans)) { Missing = AllKeys(table, total) };

    /// <summary>There are no row numbers: keys come out of the pages, rows from SQLite as well.</summary>
    private TableChanges.Rows ByRecord(TableSchema table, long total, IReadOnlyList<Value[]> keys) =>
        new(ReadRows(table, keys)) { Missing = AllKeys(table, total) };

    private MissingRows AllKeys(TableSchema table, long total)
    {
        var keys = SqliteName.QuoteAll(table.PrimaryKey);
        return new MissingRows(total, [KeySpan.All],
            _ => new SqliteRowCursor(source().Prepare($"SELECT {keys} FROM main.{SqliteName.Quote(table.Name)} ORDER BY {keys}")));
    }

    private IEnumerable<TouchedRow> ReadRows(TableSchema table, IReadOnlyList<Value[]> keys)
    {
        using var rows = new SqliteTableRows(source(), table);
        foreach (var key in keys)
        {
            // The row bears the key as a commit does: a real number without fraction lies in a page as an integer.
            if (rows.FindByKey(key) is { } row) yield return new TouchedRow(rows.KeyOf(row), row);
        }
    }

    private IEnumerable<TouchedRow> ReadRows(TableSchema table, string rowId, IReadOnlyList<RowSpan> spans)
    {
        var columns = table.StoredColumns.Select(c => c.Name).ToList();
        var key = table.PrimaryKey.Select(k => columns.FindIndex(c => SqliteName.AreEqual(c, k))).ToArray();
        var select = $"SELECT {SqliteName.QuoteAll(columns)} FROM main.{SqliteName.Quote(table.Name)}";
        foreach (var span in spans)
        {
            if (!span.HasRows) continue;
            using var rows = Prepare(select, rowId, span);
            while (rows.Step())
            {
                var row = rows.RowAt(0);
                yield return new TouchedRow(Array.ConvertAll(key, i => row[i]), row);
            }
        }
    }

    private SqliteStatement Prepare(string select, string rowId, RowSpan span)
    {
        var bounds = (span.After, span.Before) switch
        {
            (null, null) => "",
            (_, null) => $" WHERE {rowId} > ?1",
            (null, _) => $" WHERE {rowId} < ?2",
            _ => $" WHERE {rowId} > ?1 AND {rowId} < ?2",
        };
        var statement = source().Prepare($"{select}{bounds} ORDER BY {rowId}");
        if (span.After is { } after) statement.BindInteger(0, after);
        if (span.Before is { } before) statement.BindInteger(1, before);
        return statement;
    }

    private static Value[]? ToKey(long? rowId) => rowId is { } number ? [Value.Integer(number)] : null;
}

/// <summary>Nothing at all changed.</summary>
internal sealed class NoChanges : IChangeReader
{
    public bool IsUnchanged => true;

    public TableChanges Find(TableSchema table) => TableChanges.Same;

    public void Dispose()
    {
        // Nothing is held.
    }
}

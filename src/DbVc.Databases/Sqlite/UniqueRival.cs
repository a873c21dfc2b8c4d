using DbVc.Model;

namespace DbVc.Databases;

/// <summary>Finds the row that another one cannot stand beside, by the collations of the index that said so.</summary>
internal static class SqliteUniqueRival
{
    private const string Prefix = "UNIQUE constraint failed: ";

    /// <summary>The rival, with all stored columns; nothing where the message is about something else, or the index is over expressions.</summary>
    public static IReadOnlyList<Value[]> Find(SqliteHandle handle, TableSchema table, Value[] row, string message)
    {
        if (!message.StartsWith(Prefix, StringComparison.Ordinal)) return [];
        var stored = table.StoredColumns.Select(c => c.Name).ToList();
        foreach (var index in ReadIndexes(handle, table.Name).Where(i => message == Prefix + string.Join(", ", i.Select(c => $"{table.Name}.{c.Name}"))))
        {
            var ordinals = index.ConvertAll(c => stored.FindIndex(s => SqliteName.AreEqual(s, c.Name)));
            if (ordinals.Contains(-1)) continue;
            var condition = index.Select((c, i) => $"{SqliteName.Quote(c.Name)} = ?{i + 1} COLLATE {SqliteName.Quote(c.Collation)}");
            using var rival = handle.Prepare(
                $"SELECT {SqliteName.QuoteAll(stored)} FROM main.{SqliteName.Quote(table.Name)} WHERE {string.Join(" AND ", condition)} LIMIT 1");
            for (var i = 0; i < ordinals.Count; i++) rival.Bind(i, row[ordinals[i]]);
            if (rival.Step()) return [rival.RowAt(0)];
        }

        return [];
    }

    private static List<List<IndexColumn>> ReadIndexes(SqliteHandle handle, string table)
    {
        var names = new List<string>();
        using (var list = handle.Prepare("""SELECT name FROM pragma_index_list(?1, 'main') WHERE "unique" = 1"""))
        {
            list.BindText(0, table);
            while (list.Step()) names.Add(list.TextAt(0));
        }

        var indexes = new List<List<IndexColumn>>();
        using var columns = handle.Prepare("""SELECT name, coll FROM pragma_index_xinfo(?1, 'main') WHERE "key" = 1 AND cid >= 0 ORDER BY seqno""");
        foreach (var name in names)
        {
            var index = new List<IndexColumn>();
            columns.BindText(0, name);
            while (columns.Step()) index.Add(new IndexColumn(columns.TextAt(0), columns.TextAt(1)));
            columns.Reset();
            indexes.Add(index);
        }

        return indexes;
    }

    private sealed record IndexColumn(string Name, string Collation);
}

using DbVc.Model;

namespace DbVc.Databases;

/// <summary>Finds the row that another one cannot stand beside, by the key that the server named.</summary>
internal static class MySqlUniqueRival
{
    /// <summary>The rival, with all stored columns; nothing where the failure is about something else, or the key is over expressions.</summary>
    public static IReadOnlyList<Value[]> Find(MySqlHandle handle, TableSchema table, Value[] row, DbVcException failure)
    {
        if (MySqlError.NumberOf(failure) != MySqlError.Duplicate || MySqlSchemaReader.ReadText(handle, table.Name) is not { } text) return [];
        var key = text.Keys.FirstOrDefault(k => failure.Message.Contains($"for key '{(k.Name.Length == 0 ? "PRIMARY" : k.Name)}'", StringComparison.Ordinal));
        if (key?.Columns is not { } columns) return [];
        var stored = table.StoredColumns.Select(c => c.Name).ToList();
        var ordinals = columns.Select(c => stored.FindIndex(s => MySqlName.AreEqual(s, c))).ToList();
        if (ordinals.Contains(-1)) return [];
        using var statement = handle.Prepare($"SELECT {MySqlName.QuoteAll(stored)} FROM {MySqlName.Quote(table.Name)} WHERE "
            + string.Join(" AND ", columns.Select(c => $"{MySqlName.Quote(c)} = ?")) + " LIMIT 1");
        for (var i = 0; i < ordinals.Count; i++) statement.Bind(i, row[ordinals[i]]);
        using var rows = statement.Query();
        return rows.Read() ? [rows.RowAt(0)] : [];
    }
}

using DbVc.Model;

namespace DbVc.Databases;

/// <summary>No trigger fires in an apply session, so the log of changes is written here, if there is one.</summary>
internal sealed class SqliteApplyLog(SqliteHandle handle)
{
    public void Write(DatabaseDelta delta, IReadOnlyDictionary<TableDelta, HeldRows> changes)
    {
        if (ChangeLog.Read(handle) is not { } log) return;
        var anew = new List<TableSchema>();
        foreach (var table in delta.Tables)
        {
            if (table.Before is not { } before || !log.Numbers.ContainsKey(before.Name)) continue;
            // The triggers went with the old table, or bear its name.
            if (table.After is { } next && (next.Sql != before.Sql || next.Name != before.Name)) anew.Add(next);
            else if (table.After is { } after) Write(log, after, changes[table]);
            if (table.After?.Name != before.Name) ChangeLog.Stop(handle, [before.Name]);
        }

        ChangeLog.Start(handle, anew);
    }

    private void Write(ChangeLog log, TableSchema table, HeldRows changes)
    {
        if (changes.Count == 0) return;
        var columns = table.StoredColumns.Select(c => c.Name).ToList();
        var key = table.PrimaryKey.Select(k => columns.FindIndex(c => SqliteName.AreEqual(c, k))).ToArray();
        using var entry = log.PrepareEntry(handle, table)!;
        foreach (var change in changes.Read())
        {
            if (change.Before is { } old) Write(entry, key, old);
            if (change.After is { } next && (change.Before is null || !Array.TrueForAll(key, i => next[i] == change.Before[i]))) Write(entry, key, next);
        }
    }

    private static void Write(SqliteStatement entry, int[] key, Value[] row)
    {
        for (var i = 0; i < key.Length; i++) entry.Bind(i, row[key[i]]);
        entry.Execute();
    }
}

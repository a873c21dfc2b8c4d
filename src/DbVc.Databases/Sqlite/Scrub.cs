namespace DbVc.Databases;

/// <summary>
/// Writes a file anew, so that nothing of deleted rows stays in it. VACUUM gives rows of a table without INTEGER PRIMARY KEY new row numbers if
/// the table has no index at all; an application or a full-text index may know the old ones. So each such table has an index meanwhile, an empty one.
/// </summary>
internal static class SqliteScrub
{
    private const string Prefix = "_dbvc_keep_";

    public static void Run(SqliteHandle handle)
    {
        DropIndexes(handle);
        handle.Execute("BEGIN IMMEDIATE");
        ChangeLog.Erase(handle);
        var number = 0;
        foreach (var table in SqliteSchemaReader.Read(handle).Tables.Where(t => !t.AllocatesKeys))
        {
            var column = SqliteName.Quote(table.StoredColumns.First().Name);
            handle.Execute($"CREATE INDEX main.{Prefix}{number++} ON {SqliteName.Quote(table.Name)} ({column}) WHERE {column} IS NOT {column}");
        }

        handle.Execute("COMMIT");
        handle.Execute("VACUUM");
        DropIndexes(handle);
    }

    /// <summary>Also those of a process that died.</summary>
    private static void DropIndexes(SqliteHandle handle)
    {
        foreach (var index in SqliteObjects.Read(handle).Where(o => o.Name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            handle.Execute($"DROP INDEX main.{SqliteName.Quote(index.Name)}");
        }
    }
}

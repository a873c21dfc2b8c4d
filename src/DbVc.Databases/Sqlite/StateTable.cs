namespace DbVc.Databases;

/// <summary>The one table of db-vc in a live database. Its shape is part of the on-disk format.</summary>
internal static class SqliteStateTable
{
    private const string CreateSql =
        """
        CREATE TABLE IF NOT EXISTS _dbvc_state (
          id INTEGER PRIMARY KEY CHECK (id = 1),
          repository_id TEXT NOT NULL,
          database_id TEXT NOT NULL,
          "commit" TEXT NOT NULL,
          operation_head TEXT NOT NULL
        )
        """;

    public static LiveState? Read(SqliteHandle handle)
    {
        if (handle.ReadInteger("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = '_dbvc_state'") == 0) return null;
        using var row = handle.Prepare("""SELECT repository_id, database_id, "commit", operation_head FROM _dbvc_state WHERE id = 1""");
        return row.Step() ? new LiveState(row.TextAt(0), row.TextAt(1), row.TextAt(2), row.TextAt(3)) : null;
    }

    public static void Write(SqliteHandle handle, LiveState state)
    {
        handle.Execute(CreateSql);
        using var row = handle.Prepare("INSERT OR REPLACE INTO _dbvc_state VALUES (1, ?1, ?2, ?3, ?4)");
        row.BindText(0, state.RepositoryId);
        row.BindText(1, state.DatabaseId);
        row.BindText(2, state.Commit);
        row.BindText(3, state.OperationHead);
        row.Execute();
    }
}

namespace DbVc.Databases;

/// <summary>The one table of db-vc in a live database. Its shape is part of the on-disk format.</summary>
internal static class MySqlStateTable
{
    public const string Name = "_dbvc_state";

    private const string CreateSql =
        """
        CREATE TABLE IF NOT EXISTS _dbvc_state (
          id INT PRIMARY KEY CHECK (id = 1),
          repository_id VARCHAR(100) NOT NULL,
          database_id VARCHAR(100) NOT NULL,
          `commit` VARCHAR(100) NOT NULL,
          operation_head VARCHAR(100) NOT NULL
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
        """;

    private const string ReadSql = "SELECT repository_id, database_id, `commit`, operation_head FROM _dbvc_state WHERE id = 1";

    public static LiveState? Read(MySqlHandle handle) => Exists(handle) ? Read(handle, ReadSql) : null;

    /// <summary>Where it is known to be there.</summary>
    public static LiveState? ReadHeld(MySqlHandle handle) => Read(handle, ReadSql);

    /// <summary>Locks the row until the transaction ends; null if there is none, and then its place is locked.</summary>
    public static LiveState? Lock(MySqlHandle handle) => Read(handle, ReadSql + " FOR UPDATE");

    /// <summary>Creating a table commits, so this comes before the transaction.</summary>
    public static void Create(MySqlHandle handle)
    {
        if (!Exists(handle)) handle.Execute(CreateSql);
    }

    public static void Write(MySqlHandle handle, LiveState state)
    {
        using var row = handle.Prepare("REPLACE INTO _dbvc_state VALUES (1, ?, ?, ?, ?)");
        row.BindText(0, state.RepositoryId);
        row.BindText(1, state.DatabaseId);
        row.BindText(2, state.Commit);
        row.BindText(3, state.OperationHead);
        row.Execute();
    }

    public static bool Exists(MySqlHandle handle) => handle.ReadInteger(
        $"SELECT count(*) FROM information_schema.tables WHERE table_schema = database() AND table_name = '{Name}'") > 0;

    private static LiveState? Read(MySqlHandle handle, string sql)
    {
        using var row = handle.Query(sql);
        return row.Read() ? new LiveState(row.TextAt(0), row.TextAt(1), row.TextAt(2), row.TextAt(3)) : null;
    }
}

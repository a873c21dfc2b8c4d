namespace DbVc.Databases;

/// <summary>The one table of db-vc in a live database. Its shape is part of the on-disk format.</summary>
internal static class PostgresStateTable
{
    private const string CreateSql =
        """
        CREATE TABLE IF NOT EXISTS public._dbvc_state (
          id integer PRIMARY KEY CHECK (id = 1),
          repository_id text NOT NULL,
          database_id text NOT NULL,
          "commit" text NOT NULL,
          operation_head text NOT NULL
        )
        """;

    private const string ReadSql = """SELECT repository_id, database_id, "commit", operation_head FROM public._dbvc_state WHERE id = 1""";

    public static LiveState? Read(PostgresConnection connection) => Exists(connection) ? Read(connection, ReadSql) : null;

    /// <summary>Locks the row until the transaction ends; null if there is none to lock.</summary>
    public static LiveState? Lock(PostgresConnection connection) => Exists(connection) ? Read(connection, ReadSql + " FOR UPDATE") : null;

    /// <param name="connection">In its transaction.</param>
    /// <param name="state">From now on.</param>
    /// <param name="isThere">The caller has locked the row.</param>
    public static void Write(PostgresConnection connection, LiveState state, bool isThere = false)
    {
        if (!isThere && !Exists(connection)) connection.Execute(CreateSql);
        connection.Execute(
            """
            INSERT INTO public._dbvc_state VALUES (1, $1, $2, $3, $4) ON CONFLICT (id) DO UPDATE SET repository_id = excluded.repository_id,
              database_id = excluded.database_id, "commit" = excluded."commit", operation_head = excluded.operation_head
            """, state.RepositoryId, state.DatabaseId, state.Commit, state.OperationHead);
    }

    /// <summary>A snapshot must not see a table that came after it, so the catalogue is read, not asked for the name.</summary>
    private static bool Exists(PostgresConnection connection) => connection.ReadText(
        """
        SELECT c.oid::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'public' AND c.relname = '_dbvc_state'
        """) is not null;

    private static LiveState? Read(PostgresConnection connection, string sql) => connection.Read(sql,
        row => new LiveState(row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3))).FirstOrDefault();
}

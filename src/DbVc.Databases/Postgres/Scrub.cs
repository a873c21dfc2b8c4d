namespace DbVc.Databases;

/// <summary>
/// Writes every table anew, so that no old version of a row is left in its files. What the server's log, its backups and its replicas hold is out of
/// reach from here.
/// </summary>
internal static class PostgresScrub
{
    public static void Run(PostgresAddress address, TimeSpan lockTimeout)
    {
        using var connection = PostgresConnection.Open(address, PostgresUse.Own, lockTimeout);
        PostgresChangeLog.Erase(connection);
        foreach (var table in PostgresLocks.List(connection)) connection.Execute($"VACUUM (FULL) {table.Sql}");
        foreach (var view in connection.Read(
            $"SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'm' AND "
                + $"{PostgresCatalogue.UserSchema}",
            row => PostgresName.Write(row.GetString(0), row.GetString(1))))
        {
            connection.Execute($"VACUUM (FULL) {view}");
        }
    }
}

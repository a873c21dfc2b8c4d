using DbVc.Model;
using Npgsql;

namespace DbVc.Databases;

/// <summary>A table to lock, by what cannot be confused with one that was dropped and made again.</summary>
internal readonly record struct PostgresLockable(string Id, string Sql);

/// <summary>The tables that a reader locks against being redefined.</summary>
internal static class PostgresLocks
{
    /// <summary>What the role may not read is not locked; reading it says so.</summary>
    private const string ListSql =
        """
        SELECT c.oid::text, n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't'
          AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND c.relname NOT LIKE '\_dbvc\_%' AND c.relname NOT LIKE '\_rejected\_%'
          AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
        ORDER BY c.oid
        """;

    public static List<PostgresLockable> List(PostgresConnection connection) =>
        connection.Read(ListSql, row => new PostgresLockable(row.GetString(0), PostgresName.Write(row.GetString(1), row.GetString(2))));

    public static string Sql(IEnumerable<PostgresLockable> tables) => $"LOCK TABLE {string.Join(", ", tables.Select(n => n.Sql))} IN ACCESS SHARE MODE";

    /// <summary>True if the failure says that a table to be locked is there no more.</summary>
    public static bool IsGone(DbVcException failure) =>
        failure.InnerException is PostgresException { SqlState: PostgresError.UndefinedTable or "3F000" or "XX000" };

    public static DbVcException KeepChanging(string display) => new(FailureKind.Locked, "database.locked",
        $"The tables of {display} keep being made and dropped while they are being locked.", display, "Try again when the migration there is over.");
}

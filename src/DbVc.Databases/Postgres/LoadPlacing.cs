using DbVc.Model;

namespace DbVc.Databases;

/// <summary>Brings loaded rows from a table of the session into their own, where rows with their keys may be.</summary>
internal static class PostgresLoadPlacing
{
    public const string StageName = "_dbvc_new";
    public const string Stage = "pg_temp." + StageName;

    /// <summary>Makes the table of the session. The statements that empty it into the table; null where rows go there at once.</summary>
    public static string? Begin(PostgresConnection connection, TableSchema table, ExistingRow existing)
    {
        if (existing == ExistingRow.Refuse) return null;
        var name = PostgresName.Table(table.Name);
        var columns = table.StoredColumns.Select(c => c.Name).ToList();
        connection.Execute($"CREATE TEMP TABLE {StageName} ON COMMIT DROP AS SELECT {PostgresName.QuoteAll(columns)} FROM {name} WITH NO DATA");
        var key = PostgresName.QuoteAll(table.PrimaryKey);
        // Of rows with one key the last counts, or the first where what is there stays; their places tell which came first.
        var order = existing == ExistingRow.Replace ? "DESC" : "ASC";
        return $"INSERT INTO {name} AS t ({PostgresName.QuoteAll(columns)}) OVERRIDING SYSTEM VALUE "
            + $"SELECT {PostgresName.QuoteAll(columns)} FROM (SELECT DISTINCT ON ({key}) * FROM {Stage} ORDER BY {key}, ctid {order}) n "
            + $"ON CONFLICT ({key}) DO {Action(columns.Except(table.PrimaryKey, StringComparer.Ordinal).Select(PostgresName.Quote).ToList(), existing)}; "
            + $"TRUNCATE {Stage}";
    }

    /// <summary>Compared as text: not every type has an equality, and some take different texts for equal.</summary>
    private static string Action(List<string> others, ExistingRow existing) => existing == ExistingRow.Keep || others.Count == 0
        ? "NOTHING"
        : "UPDATE SET " + string.Join(", ", others.Select(c => $"{c} = EXCLUDED.{c}"))
            + " WHERE " + string.Join(" OR ", others.Select(c => $"t.{c}::text IS DISTINCT FROM EXCLUDED.{c}::text"));
}

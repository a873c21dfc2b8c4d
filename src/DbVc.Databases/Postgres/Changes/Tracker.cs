using System.Globalization;
using DbVc.Model;

namespace DbVc.Databases;

/// <summary>
/// The triggers that write the log of changes for one table: one for each statement and not for each row, as that is what makes them cheap. A statement that
/// names a partition fires the partition's triggers and not its table's, so each partition has its own. They fire in sessions that play a replica, too.
/// </summary>
/// <param name="Oid">Of the table.</param>
/// <param name="Table">Its name.</param>
/// <param name="Relations">The table and its partitions, in SQL.</param>
/// <param name="IsArmed">All triggers of all of them are there and as they were made, but for what their functions say.</param>
/// <param name="IsOld">Neither a trigger nor a function was touched since the mark.</param>
/// <param name="Bodies">What the two functions say, if both are there.</param>
/// <param name="IsSubscribed">The table is filled by logical replication, which fires no trigger of a statement.</param>
internal sealed record PostgresTracker(
    string Oid, string Table, IReadOnlyList<string> Relations, bool IsArmed, bool IsOld, string Bodies, bool IsSubscribed)
{
    /// <summary>Statements that touch more rows are logged without keys: the table is looked at as without tracking.</summary>
    public const int MostKeys = 100_000;

    // Bits of tgtype: 4 is insert, 8 delete, 16 update; after and for each statement are none.
    private const string ListSql =
        $"""
        WITH RECURSIVE tree (root, rel) AS (
          SELECT c.oid, c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
          WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't' AND {PostgresCatalogue.UserSchema} AND {PostgresCatalogue.NotOwn}
          UNION ALL
          SELECT t.root, i.inhrelid FROM tree t JOIN pg_inherits i ON i.inhparent = t.rel JOIN pg_class c ON c.oid = i.inhrelid AND c.relispartition),
        func AS (
          SELECT p.oid, p.proname, p.prosrc || ' ' || p.prosecdef || ' ' || coalesce(array_to_string(p.proconfig, ' '), '') AS body, <is old>(p.xmin) AS old
          FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'public' AND p.proname LIKE '\_dbvc\_track\_%'),
        armed AS (
          SELECT t.root, count(*) AS triggers, bool_and(<is old>(g.xmin) AND f.old) AS old
          FROM tree t JOIN pg_trigger g ON g.tgrelid = t.rel AND NOT g.tgisinternal JOIN func f ON f.oid = g.tgfoid
          WHERE g.tgenabled = 'A' AND g.tgqual IS NULL AND g.tgnargs = 0 AND g.tgattr::text = '' AND CASE g.tgname
            WHEN '_dbvc_track_insert' THEN g.tgtype = 4 AND g.tgnewtable = 'touched' AND f.proname = '_dbvc_track_' || t.root || '_rows'
            WHEN '_dbvc_track_delete' THEN g.tgtype = 8 AND g.tgoldtable = 'touched' AND f.proname = '_dbvc_track_' || t.root || '_rows'
            WHEN '_dbvc_track_update' THEN g.tgtype = 16 AND g.tgoldtable = 'touched' AND g.tgnewtable = 'came'
              AND f.proname = '_dbvc_track_' || t.root || '_update' END
          GROUP BY t.root)
        SELECT c.oid::text, n.nspname, c.relname, string_agg(t.rel::regclass::text, chr(10) ORDER BY t.rel),
          coalesce(min(a.triggers) = 3 * count(*), false), coalesce(bool_and(a.old), false), bool_or(s.srrelid IS NOT NULL),
          (SELECT string_agg(f.body, chr(10) ORDER BY f.proname) FROM func f WHERE f.proname LIKE '\_dbvc\_track\_' || c.oid || '\_%')
        FROM tree t JOIN pg_class c ON c.oid = t.root JOIN pg_namespace n ON n.oid = c.relnamespace
          LEFT JOIN armed a ON a.root = t.root LEFT JOIN pg_subscription_rel s ON s.srrelid = t.rel
        GROUP BY c.oid, n.nspname, c.relname
        """;

    /// <summary>A function is there, so the table is meant to be tracked.</summary>
    public bool IsMeant => Bodies.Length > 0;

    /// <summary>One for each table, tracked or not.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="xmin">Of the mark that <see cref="IsOld"/> is about.</param>
    public static List<PostgresTracker> List(PostgresConnection connection, ulong? xmin = null)
    {
        // The server's own comparison of ages, both counted from the same number.
        var isOld = xmin is { } mark ? string.Create(CultureInfo.InvariantCulture, $"age('{(uint)mark}'::xid) < age") : "NULL IS DISTINCT FROM ";
        var sql = ListSql.Replace("<is old>", isOld, StringComparison.Ordinal);
        return connection.Read(sql, row => new PostgresTracker(row.GetString(0), PostgresName.Join(row.GetString(1), row.GetString(2)),
            row.GetString(3).Split('\n'), row.GetBoolean(4), row.GetBoolean(5), PostgresCatalogue.Text(row, 7) ?? "", row.GetBoolean(6)));
    }

    /// <summary>Why a table cannot be tracked; null if it can.</summary>
    public static string? ReasonAgainst(TableSchema table) => table.PrimaryKey.Count > PostgresChangeLog.MostKeyColumns
        ? $"Its key has more than {PostgresChangeLog.MostKeyColumns} columns."
        : null;

    /// <summary>True if the triggers of a table are there as they were made.</summary>
    public bool IsWhole(TableSchema table) => IsArmed && !IsSubscribed && Bodies == ExpectedBodies(table);

    /// <summary>Makes functions and triggers anew. The caller holds the table against writers.</summary>
    public void Arm(PostgresConnection connection, TableSchema table)
    {
        foreach (var (name, body) in ((string, string)[])[("rows", RowsBody(table)), ("update", UpdateBody(table))])
        {
            // It writes the log with its owner's rights, as writers have none there; nobody else may hang it on a table.
            connection.Execute($"CREATE OR REPLACE FUNCTION {FunctionName(name)} RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER {SettingsOf(table)} "
                + $"AS {PostgresName.Literal(body)}; REVOKE ALL ON FUNCTION {FunctionName(name)} FROM PUBLIC");
        }

        foreach (var relation in Relations)
        {
            Arm(connection, relation, "insert", "NEW TABLE AS touched", "rows");
            Arm(connection, relation, "delete", "OLD TABLE AS touched", "rows");
            Arm(connection, relation, "update", "OLD TABLE AS touched NEW TABLE AS came", "update");
        }
    }

    /// <summary>Takes functions and triggers away.</summary>
    public void Disarm(PostgresConnection connection) => Disarm(connection, Oid);

    public static void Disarm(PostgresConnection connection, string oid) => connection.Execute(
        $"DROP FUNCTION IF EXISTS public._dbvc_track_{oid}_rows(), public._dbvc_track_{oid}_update() CASCADE");

    /// <summary>A column's value as text that says it exactly, in the session of whoever writes.</summary>
    public static string KeyText(Column column, string alias)
    {
        var name = $"{alias}.{PostgresName.Quote(column.Name)}";
        if (column.DeclaredType == "inet") return $"pg_catalog.textin(pg_catalog.inet_out({name}))";
        return PostgresTypes.CastOf(column.DeclaredType) == "bpchar" ? $"pg_catalog.textin(pg_catalog.bpcharout({name}))" : name + "::pg_catalog.text";
    }

    private void Arm(PostgresConnection connection, string relation, string e, string tables, string function) => connection.Execute(
        $"""
        DROP TRIGGER IF EXISTS _dbvc_track_{e} ON {relation};
        CREATE TRIGGER _dbvc_track_{e} AFTER {e.ToUpperInvariant()} ON {relation} REFERENCING {tables}
          FOR EACH STATEMENT EXECUTE FUNCTION {FunctionName(function)};
        ALTER TABLE ONLY {relation} ENABLE ALWAYS TRIGGER _dbvc_track_{e}
        """);

    private string FunctionName(string name) => $"public._dbvc_track_{Oid}_{name}()";

    private string ExpectedBodies(TableSchema table) => string.Join('\n', ((string[])[RowsBody(table), UpdateBody(table)]).Select(
        body => $"{body} true {StoredSettingsOf(table)}"));

    private string RowsBody(TableSchema table) => Body(table, $"SELECT {KeysOf(table, "t")} FROM touched t");

    /// <summary>Both keys of each row; which are one and the same is not worth finding out here.</summary>
    private string UpdateBody(TableSchema table) =>
        Body(table, $"SELECT {KeysOf(table, "t")} FROM touched t UNION ALL SELECT {KeysOf(table, "c")} FROM came c");

    /// <summary>
    /// Whatever happens to the table, it must not fail: that would keep the user from writing. So it looks whether the columns of the key still are there.
    /// Every name says its schema, as the session may find another operator first.
    /// </summary>
    private string Body(TableSchema table, string keys)
    {
        const string Is = "OPERATOR(pg_catalog.=)";
        var columns = Enumerable.Range(1, table.PrimaryKey.Count).Select(i => $"k{i}").ToList();
        if (columns.Count == 0)
        {
            return $"BEGIN INSERT INTO {PostgresChangeLog.Changes} (tab) SELECT {Oid} FROM (SELECT FROM touched t LIMIT 1) x; RETURN NULL; END";
        }

        var names = string.Join(", ", table.PrimaryKey.Select(k => PostgresName.Literal(k).TrimStart()));
        var all = $"pg_catalog.count(*) OPERATOR(pg_catalog.<=) {Number(MostKeys)}::pg_catalog.int8";
        return $"BEGIN IF (SELECT pg_catalog.count(*) FROM pg_catalog.pg_attribute a WHERE a.attrelid {Is} TG_RELID AND a.attname {Is} "
            + $"ANY (ARRAY[{names}]::pg_catalog.name[])) {Is} {columns.Count}::pg_catalog.int8 THEN "
            + $"INSERT INTO {PostgresChangeLog.Changes} (tab, {string.Join(", ", columns)}) "
            + $"SELECT {Oid}, {string.Join(", ", columns.Select(k => $"CASE WHEN {all} THEN pg_catalog.array_agg(x.{k}) END"))} "
            + $"FROM ({keys} LIMIT {Number(MostKeys + 1)}) x HAVING pg_catalog.count(*) OPERATOR(pg_catalog.>) 0::pg_catalog.int8; "
            + $"ELSE INSERT INTO {PostgresChangeLog.Changes} (tab) VALUES ({Oid}); END IF; RETURN NULL; END";
    }

    private static string KeysOf(TableSchema table, string alias) => table.PrimaryKey.Count == 0
        ? ""
        : string.Join(", ", table.PrimaryKey.Select((k, i) => $"{KeyText(table.FindColumn(k)!, alias)} AS k{i + 1}"));

    /// <summary>Settings cost each statement something, so they are set only where the key's text depends on them.</summary>
    private static string SettingsOf(TableSchema table) => IsPlain(table)
        ? ""
        : "SET TimeZone = 'UTC' SET DateStyle = 'ISO, YMD' SET IntervalStyle = 'iso_8601' SET extra_float_digits = 1 SET bytea_output = 'hex' "
            + "SET lc_monetary = 'C' SET search_path = ''";

    private static string StoredSettingsOf(TableSchema table) => IsPlain(table)
        ? ""
        : "TimeZone=UTC DateStyle=ISO, YMD IntervalStyle=iso_8601 extra_float_digits=1 bytea_output=hex lc_monetary=C search_path=\"\"";

    private static bool IsPlain(TableSchema table) => table.PrimaryKey.All(k => PostgresTypes.HasPlainText(table.FindColumn(k)!.DeclaredType));

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}

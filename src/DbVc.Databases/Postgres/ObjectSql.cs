using DbVc.Model;

namespace DbVc.Databases;

/// <summary>How objects are dropped, and what goes with them.</summary>
internal static class PostgresObjectSql
{
    /// <summary>Views that read a relation, and those that read them, the last first.</summary>
    private const string ViewsOnSql =
        """
        WITH RECURSIVE above (oid, depth) AS (
          SELECT r.ev_class, 1 FROM pg_depend d JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
          WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = $1::regclass AND r.ev_class <> d.refobjid
          UNION
          SELECT r.ev_class, a.depth + 1 FROM above a JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = a.oid
          JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid WHERE r.ev_class <> d.refobjid AND a.depth < 100)
        SELECT n.nspname, c.relname, c.relkind::text FROM above a JOIN pg_class c ON c.oid = a.oid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('v', 'm') GROUP BY 1, 2, 3 ORDER BY max(a.depth) DESC
        """;

    /// <summary>Whose a relation is, who may do what with it, and what is said about it: nothing of that stands in its definition.</summary>
    private const string RightsSql =
        """
        SELECT format('ALTER TABLE %s OWNER TO %I', $2, pg_get_userbyid(c.relowner)) FROM pg_class c
          WHERE c.oid = $1::regclass AND pg_get_userbyid(c.relowner) <> current_user
        UNION ALL SELECT format('GRANT %s ON %s TO %s%s', a.privilege_type, $2,
            CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END,
            CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
          FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a WHERE c.oid = $1::regclass AND a.grantee <> c.relowner
        UNION ALL SELECT format('COMMENT ON %s %s IS %L', CASE c.relkind WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'VIEW' END, $2,
            obj_description(c.oid, 'pg_class'))
          FROM pg_class c WHERE c.oid = $1::regclass AND obj_description(c.oid, 'pg_class') IS NOT NULL
        """;

    public static string Drop(SchemaObject item) => item.Kind switch
    {
        SchemaObjectKind.Index => $"DROP INDEX IF EXISTS {PostgresName.Table(item.Name)}",
        SchemaObjectKind.View => $"DROP VIEW IF EXISTS {PostgresName.Table(item.Name)}",
        SchemaObjectKind.MaterializedView => $"DROP MATERIALIZED VIEW IF EXISTS {PostgresName.Table(item.Name)}",
        SchemaObjectKind.Trigger => $"DROP {(IsRule(item) ? "RULE" : "TRIGGER")} IF EXISTS "
            + $"{PostgresName.Quote(PostgresName.TriggerOf(item.Table!, item.Name))} "
            + $"ON {PostgresName.Table(item.Table!)}",
        SchemaObjectKind.Schema => $"DROP SCHEMA IF EXISTS {PostgresName.Quote(item.Name)}",
        SchemaObjectKind.Type => $"DROP {(IsDomain(item) ? "DOMAIN" : "TYPE")} IF EXISTS {PostgresName.Table(item.Name)}",
        SchemaObjectKind.Sequence => $"DROP SEQUENCE IF EXISTS {PostgresName.Table(item.Name)}",
        _ => $"DROP ROUTINE IF EXISTS {RoutineOf(item)}",
    };

    public static bool IsDomain(SchemaObject item) => item.Sql.StartsWith("CREATE DOMAIN ", StringComparison.Ordinal);

    /// <summary>Views that stand on a relation, those first that stand on another one.</summary>
    public static List<SchemaObject> FindViewsOn(PostgresConnection connection, string relation) => connection.Read(ViewsOnSql, row => new SchemaObject(
        row.GetString(2) == "m" ? SchemaObjectKind.MaterializedView : SchemaObjectKind.View, PostgresName.Join(row.GetString(0), row.GetString(1)), null, ""),
        PostgresName.Table(relation));

    /// <summary>Statements that give a view, once it is made again, its owner, rights and comment.</summary>
    public static List<string> ReadRights(PostgresConnection connection, SchemaObject view) =>
        connection.Read(RightsSql, row => row.GetString(0), PostgresName.Table(view.Name), PostgresName.Table(view.Name));

    private static bool IsRule(SchemaObject item) => item.Sql.StartsWith("CREATE RULE ", StringComparison.Ordinal);

    private static string RoutineOf(SchemaObject item)
    {
        var quoted = false;
        for (var i = 0; i < item.Name.Length; i++)
        {
            if (item.Name[i] == '"') quoted = !quoted;
            else if (item.Name[i] == '(' && !quoted) return PostgresName.Table(item.Name[..i]) + item.Name[i..];
        }

        return PostgresName.Table(item.Name);
    }
}

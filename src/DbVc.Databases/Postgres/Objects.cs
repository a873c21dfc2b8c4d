using DbVc.Model;

namespace DbVc.Databases;

/// <summary>Indexes, views, triggers and rules as the catalogue holds them. A rule counts as a trigger: it belongs to a table and acts on its rows.</summary>
internal static class PostgresObjects
{
    private const string Indexes =
        $"""
        SELECT n.nspname, x.relname, quote_ident(x.relname), c.relname, pg_get_indexdef(i.indexrelid), c.relkind = 'p'
        FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_class x ON x.oid = i.indexrelid
        WHERE c.relkind IN ('r', 'p', 'm') AND NOT c.relispartition AND i.indisvalid AND {PostgresCatalogue.UserSchema} AND {PostgresCatalogue.NotOwn}
          AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.conrelid = i.indrelid AND k.contype IN ('p', 'u', 'x'))
        """;

    private const string Views =
        $"""
        SELECT n.nspname, c.relname, c.relkind = 'm', array_to_string(c.reloptions, chr(10)), pg_get_viewdef(c.oid)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('v', 'm') AND c.relpersistence <> 't' AND {PostgresCatalogue.UserSchema} AND {PostgresCatalogue.NotOwn} AND {NotOfExtension}
        """;

    private const string Triggers =
        $"""
        SELECT n.nspname, c.relname, t.tgname, pg_get_triggerdef(t.oid), t.tgenabled::text
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE NOT t.tgisinternal AND t.tgparentid = 0 AND NOT c.relispartition AND {PostgresCatalogue.UserSchema} AND {PostgresCatalogue.NotOwn}
          AND t.tgname !~* '^_dbvc_'
        """;

    private const string Rules =
        $"""
        SELECT n.nspname, c.relname, r.rulename, pg_get_ruledef(r.oid), r.ev_enabled::text
        FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE r.rulename <> '_RETURN' AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition
          AND {PostgresCatalogue.UserSchema} AND {PostgresCatalogue.NotOwn} AND {NotOfExtension}
        """;

    private const string NotOfExtension =
        "NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')";

    /// <summary>All objects but free sequences; those of tables that are not in <paramref name="tables"/> are left out.</summary>
    public static IEnumerable<SchemaObject> Read(PostgresConnection connection, PostgresKinds kinds, HashSet<string> tables)
    {
        var views = kinds.Rules ? ReadViews(connection) : [];
        var known = tables.Concat(views.Select(v => v.Name)).ToHashSet(StringComparer.Ordinal);
        var onTables = ReadIndexes(connection);
        if (kinds.Triggers) onTables.AddRange(ReadTriggers(connection, Triggers, "TRIGGER"));
        if (kinds.Rules) onTables.AddRange(ReadTriggers(connection, Rules, "RULE"));
        return PostgresTypeReader.Read(connection, kinds).Concat(kinds.Functions ? PostgresFunctions.Read(connection) : []).Concat(views)
            .Concat(onTables.Where(o => known.Contains(o.Table!)));
    }

    private static List<SchemaObject> ReadIndexes(PostgresConnection connection) => connection.Read(Indexes, row => new SchemaObject(
        SchemaObjectKind.Index, PostgresName.Join(row.GetString(0), row.GetString(1)), PostgresName.Join(row.GetString(0), row.GetString(3)),
        row.GetBoolean(5) ? OnWholeTable(row.GetString(4), row.GetString(2)) : row.GetString(4)));

    /// <summary>The server writes the index of a partitioned table as if it were on none of its partitions.</summary>
    private static string OnWholeTable(string sql, string name)
    {
        const string Only = " ON ONLY ";
        var at = sql.IndexOf(name + Only, StringComparison.Ordinal);
        return at < 0 ? sql : sql.Remove(at + name.Length, Only.Length).Insert(at + name.Length, " ON ");
    }

    private static List<SchemaObject> ReadViews(PostgresConnection connection) => connection.Read(Views, row =>
    {
        var isMaterialized = row.GetBoolean(2);
        var options = PostgresCatalogue.Text(row, 3) is { Length: > 0 } text ? $" WITH ({text.Replace("\n", ", ", StringComparison.Ordinal)})" : "";
        var query = row.GetString(4).Trim().TrimEnd(';');
        return new SchemaObject(isMaterialized ? SchemaObjectKind.MaterializedView : SchemaObjectKind.View,
            PostgresName.Join(row.GetString(0), row.GetString(1)), null,
            $"CREATE {(isMaterialized ? "MATERIALIZED VIEW" : "VIEW")} {PostgresName.Write(row.GetString(0), row.GetString(1))}{options} AS\n {query}");
    });

    private static List<SchemaObject> ReadTriggers(PostgresConnection connection, string sql, string word) => connection.Read(sql, row =>
    {
        var table = PostgresName.Join(row.GetString(0), row.GetString(1));
        var definition = row.GetString(3).Trim().TrimEnd(';');
        return new SchemaObject(SchemaObjectKind.Trigger, PostgresName.OfTrigger(table, row.GetString(2)), table, row.GetString(4) switch
        {
            "D" => definition + Switch("DISABLE"),
            "R" => definition + Switch("ENABLE REPLICA"),
            "A" => definition + Switch("ENABLE ALWAYS"),
            _ => definition,
        });

        string Switch(string how) => $";\nALTER TABLE {PostgresName.Table(table)} {how} {word} {PostgresName.Write(row.GetString(2))}";
    });
}

using DbVc.Model;

namespace DbVc.Databases;

/// <summary>Schemas, enums, domains, composite and range types as the catalogue holds them.</summary>
internal static class PostgresTypeReader
{
    private const string Indent = "    ";

    private const string Schemas =
        $"""
        SELECT n.nspname FROM pg_namespace n WHERE n.nspname <> 'public' AND {PostgresCatalogue.UserSchema} AND n.nspname !~* '^_dbvc_'
          AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_namespace'::regclass AND e.objid = n.oid AND e.deptype = 'e')
        """;

    private const string Enums =
        $"""
        SELECT n.nspname, t.typname, e.enumlabel FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_enum e ON e.enumtypid = t.oid
        WHERE t.typtype = 'e' AND {PostgresCatalogue.UserSchema} AND {NotOfExtension} ORDER BY t.oid, e.enumsortorder
        """;

    private const string Domains =
        $"""
        SELECT n.nspname, t.typname, format_type(t.typbasetype, t.typtypmod), t.typnotnull, pg_get_expr(t.typdefaultbin, 0),
          CASE WHEN o.oid IS NOT NULL THEN l.nspname END, o.collname,
          (SELECT string_agg(format('CONSTRAINT %I %s', k.conname, pg_get_constraintdef(k.oid)), chr(10) ORDER BY k.conname COLLATE "C")
            FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c')
        FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace JOIN pg_type b ON b.oid = t.typbasetype
          LEFT JOIN pg_collation o ON o.oid = t.typcollation AND t.typcollation <> b.typcollation LEFT JOIN pg_namespace l ON l.oid = o.collnamespace
        WHERE t.typtype = 'd' AND {PostgresCatalogue.UserSchema} AND {NotOfExtension}
        """;

    private const string Composites =
        $"""
        SELECT n.nspname, t.typname, a.attname, format_type(a.atttypid, a.atttypmod), CASE WHEN o.oid IS NOT NULL THEN l.nspname END, o.collname
        FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace JOIN pg_class c ON c.oid = t.typrelid AND c.relkind = 'c'
          LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped LEFT JOIN pg_type b ON b.oid = a.atttypid
          LEFT JOIN pg_collation o ON o.oid = a.attcollation AND a.attcollation <> b.typcollation LEFT JOIN pg_namespace l ON l.oid = o.collnamespace
        WHERE t.typtype = 'c' AND {PostgresCatalogue.UserSchema} AND {NotOfExtension} ORDER BY t.oid, a.attnum
        """;

    private const string Ranges =
        $"""
        SELECT n.nspname, t.typname, format_type(r.rngsubtype, NULL), r.rngsubdiff::text, r.rngcanonical::text,
          CASE WHEN o.oid IS NOT NULL THEN l.nspname END, o.collname, CASE WHEN NOT p.opcdefault THEN pn.nspname END, p.opcname
        FROM pg_range r JOIN pg_type t ON t.oid = r.rngtypid JOIN pg_namespace n ON n.oid = t.typnamespace JOIN pg_type b ON b.oid = r.rngsubtype
          JOIN pg_opclass p ON p.oid = r.rngsubopc JOIN pg_namespace pn ON pn.oid = p.opcnamespace
          LEFT JOIN pg_collation o ON o.oid = r.rngcollation AND r.rngcollation <> b.typcollation LEFT JOIN pg_namespace l ON l.oid = o.collnamespace
        WHERE {PostgresCatalogue.UserSchema} AND {NotOfExtension}
        """;

    private const string NotOfExtension =
        "NOT EXISTS (SELECT FROM pg_depend x WHERE x.classid = 'pg_type'::regclass AND x.objid = t.oid AND x.deptype = 'e')";

    public static IEnumerable<SchemaObject> Read(PostgresConnection connection, PostgresKinds kinds)
    {
        var schemas = connection.Read(Schemas, row => row.GetString(0)).Select(name =>
            new SchemaObject(SchemaObjectKind.Schema, name, null, "CREATE SCHEMA " + PostgresName.Write(name)));
        if (!kinds.Types) return schemas;
        return [.. schemas, .. ReadEnums(connection), .. ReadDomains(connection), .. ReadComposites(connection), .. ReadRanges(connection)];
    }

    private static IEnumerable<SchemaObject> ReadEnums(PostgresConnection connection) =>
        connection.Read(Enums, row => (Schema: row.GetString(0), Name: row.GetString(1), Label: PostgresCatalogue.Text(row, 2)))
            .GroupBy(r => (r.Schema, r.Name), r => r.Label)
            .Select(g => Create(g.Key.Schema, g.Key.Name, "TYPE", $"AS ENUM ({Lines(g.Where(l => l is not null).Select(l => PostgresName.Literal(l!)))})"));

    private static IEnumerable<SchemaObject> ReadDomains(PostgresConnection connection) => connection.Read(Domains, row =>
    {
        var parts = new List<string> { "AS " + row.GetString(2) };
        if (Collation(PostgresCatalogue.Text(row, 5), PostgresCatalogue.Text(row, 6)) is { } collation) parts.Add(collation);
        if (PostgresCatalogue.Text(row, 4) is { } value) parts.Add("DEFAULT " + value);
        if (row.GetBoolean(3)) parts.Add("NOT NULL");
        var checks = (PostgresCatalogue.Text(row, 7) ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return Create(row.GetString(0), row.GetString(1), "DOMAIN", string.Join(' ', parts) + string.Concat(checks.Select(c => $"\n{Indent}{c}")));
    });

    private static IEnumerable<SchemaObject> ReadComposites(PostgresConnection connection) =>
        connection.Read(Composites, row => (Schema: row.GetString(0), Name: row.GetString(1), Part: row.IsDBNull(2) ? null
                : string.Join(' ', new[] { PostgresName.Write(row.GetString(2)), row.GetString(3),
                    Collation(PostgresCatalogue.Text(row, 4), PostgresCatalogue.Text(row, 5)) }.OfType<string>())))
            .GroupBy(r => (r.Schema, r.Name), r => r.Part)
            .Select(g => Create(g.Key.Schema, g.Key.Name, "TYPE", $"AS ({Lines(g.OfType<string>())})"));

    private static IEnumerable<SchemaObject> ReadRanges(PostgresConnection connection) => connection.Read(Ranges, row =>
    {
        var parts = new List<string> { "SUBTYPE = " + row.GetString(2) };
        if (PostgresCatalogue.Text(row, 7) is { } schema) parts.Add("SUBTYPE_OPCLASS = " + PostgresName.Write(schema, row.GetString(8)));
        if (PostgresCatalogue.Text(row, 5) is { } place) parts.Add("COLLATION = " + PostgresName.Write(place, row.GetString(6)));
        if (row.GetString(4) is not "-" and var canonical) parts.Add("CANONICAL = " + canonical);
        if (row.GetString(3) is not "-" and var difference) parts.Add("SUBTYPE_DIFF = " + difference);
        return Create(row.GetString(0), row.GetString(1), "TYPE", $"AS RANGE ({Lines(parts)})");
    });

    private static SchemaObject Create(string schema, string name, string word, string definition) => new(
        SchemaObjectKind.Type, PostgresName.Join(schema, name), null, $"CREATE {word} {PostgresName.Write(schema, name)} {definition}");

    private static string Lines(IEnumerable<string> parts) =>
        string.Join(',', parts.Select(p => $"\n{Indent}{p}")) is { Length: > 0 } lines ? lines + "\n" : "";

    private static string? Collation(string? schema, string? name) => schema switch
    {
        null => null,
        "pg_catalog" => "COLLATE " + PostgresName.Write(name!),
        _ => "COLLATE " + PostgresName.Write(schema, name!),
    };
}

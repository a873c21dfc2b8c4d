using DbVc.Model;

namespace DbVc.Databases;

/// <summary>Functions, procedures and aggregates as the catalogue holds them; a name carries its argument types, as several may share it.</summary>
internal static class PostgresFunctions
{
    private const string Functions =
        $"""
        SELECT n.nspname, p.proname, pg_get_function_identity_arguments(p.oid), pg_get_functiondef(p.oid)
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
        WHERE p.prokind IN ('f', 'p', 'w') AND l.lanname NOT IN ('c', 'internal') AND {Own}
        """;

    private const string Aggregates =
        $"""
        SELECT n.nspname, p.proname, pg_get_function_identity_arguments(p.oid), a.aggtransfn::text, format_type(a.aggtranstype, NULL), a.aggtransspace,
          nullif(a.aggfinalfn::text, '-'), a.aggfinalextra, nullif(a.aggcombinefn::text, '-'), nullif(a.aggserialfn::text, '-'),
          nullif(a.aggdeserialfn::text, '-'), a.agginitval, p.proparallel::text
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_aggregate a ON a.aggfnoid = p.oid
        WHERE a.aggkind = 'n' AND a.aggmtransfn = 0 AND a.aggsortop = 0 AND {Own}
        """;

    /// <summary>Not of an extension, not made by the server for a type, not db-vc's.</summary>
    private const string Own =
        $"""
        {PostgresCatalogue.UserSchema} AND p.proname !~* '^_dbvc_'
          AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid AND e.deptype IN ('e', 'i'))
        """;

    public static IEnumerable<SchemaObject> Read(PostgresConnection connection) => connection.Read(Functions, row => new SchemaObject(
            SchemaObjectKind.Function, Name(row.GetString(0), row.GetString(1), row.GetString(2)), null, row.GetString(3).TrimEnd()))
        .Concat(connection.Read(Aggregates, ReadAggregate));

    private static string Name(string schema, string name, string arguments) => $"{PostgresName.Join(schema, name)}({arguments})";

    private static SchemaObject ReadAggregate(Npgsql.NpgsqlDataReader row)
    {
        var (schema, name, arguments) = (row.GetString(0), row.GetString(1), row.GetString(2));
        var parts = new List<string> { "SFUNC = " + row.GetString(3), "STYPE = " + row.GetString(4) };
        if (row.GetInt32(5) is > 0 and var space) parts.Add("SSPACE = " + space.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Add("FINALFUNC", 6);
        if (row.GetBoolean(7)) parts.Add("FINALFUNC_EXTRA");
        Add("COMBINEFUNC", 8);
        Add("SERIALFUNC", 9);
        Add("DESERIALFUNC", 10);
        if (PostgresCatalogue.Text(row, 11) is { } first) parts.Add("INITCOND = " + PostgresName.Literal(first));
        if (row.GetString(12) is "s" or "r") parts.Add("PARALLEL = " + (row.GetString(12) == "s" ? "SAFE" : "RESTRICTED"));
        var sql = $"CREATE AGGREGATE {PostgresName.Write(schema, name)}({(arguments.Length == 0 ? "*" : arguments)}) (\n    {string.Join(",\n    ", parts)}\n)";
        return new SchemaObject(SchemaObjectKind.Function, Name(schema, name, arguments), null, sql);

        void Add(string word, int column)
        {
            if (PostgresCatalogue.Text(row, column) is { } value) parts.Add($"{word} = {value}");
        }
    }
}

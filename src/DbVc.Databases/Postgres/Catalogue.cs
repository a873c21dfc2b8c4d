using Npgsql;

namespace DbVc.Databases;

/// <summary>A table as <c>pg_class</c> has it.</summary>
/// <param name="Flaw">Why it cannot be versioned; null if it can.</param>
internal sealed record PostgresTableRow(string Id, string Schema, string Name, string? PartitionKey, IReadOnlyList<string> Options, string? Flaw);

/// <summary>A column as <c>pg_attribute</c> has it.</summary>
internal sealed record PostgresColumnRow(string Name, string Type, bool NotNull, string? Default, char Identity, char Generated, string? Collation);

/// <summary>A constraint of a table as <c>pg_constraint</c> has it.</summary>
internal sealed record PostgresConstraintRow(string Name, char Kind, int[] Columns, string Sql, PostgresReference? Reference);

/// <summary>What a foreign key refers to.</summary>
internal sealed record PostgresReference(string Table, int[] Columns, char OnDelete, char OnUpdate);

/// <summary>A sequence, and the column it belongs to, if any.</summary>
internal sealed record PostgresSequenceRow(string Schema, string Name, string Options, string? Table, int Column, bool IsIdentity);

/// <summary>A unique index over plain columns of whole tables.</summary>
internal sealed record PostgresUniqueRow(string Table, int[] Columns);

/// <summary>The catalogue's queries. Every type in them is text, a number or a boolean, as no others are loaded.</summary>
internal static class PostgresCatalogue
{
    /// <summary>Schemas that are the user's, under the alias <c>n</c>.</summary>
    public const string UserSchema = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'";

    /// <summary>Tables that db-vc made for itself, under the alias <c>c</c>.</summary>
    public const string NotOwn = @"c.relname !~* '^_(dbvc|rejected)_'";

    private const string Tables =
        $"""
        SELECT c.oid::text, n.nspname, c.relname, CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END, c.relpersistence = 'u',
          CASE WHEN c.relkind = 'r' AND a.amname <> 'heap' THEN a.amname END, array_to_string(c.reloptions, chr(10)),
          CASE WHEN c.relkind = 'f' THEN 'it is a foreign table'
            WHEN c.reloftype <> 0 THEN 'it is made of a type (CREATE TABLE name OF type)'
            WHEN EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = c.oid) THEN 'it inherits from another table'
            WHEN c.relkind = 'r' AND EXISTS (SELECT FROM pg_inherits i WHERE i.inhparent = c.oid) THEN 'another table inherits from it'
            WHEN c.relkind = 'p' AND EXISTS (SELECT FROM pg_partition_tree(c.oid) p JOIN pg_class f ON f.oid = p.relid WHERE f.relkind = 'f')
              THEN 'one of its partitions is a foreign table'
            WHEN c.relnatts = 0 OR NOT EXISTS (SELECT FROM pg_attribute t WHERE t.attrelid = c.oid AND t.attnum > 0 AND NOT t.attisdropped
              AND t.attgenerated = '') THEN 'it has no columns that hold something'
          END
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_am a ON a.oid = c.relam
        WHERE c.relkind IN ('r', 'p', 'f') AND NOT c.relispartition AND c.relpersistence <> 't' AND {UserSchema} AND {NotOwn}
          AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')
        """;

    private const string Columns =
        $"""
        SELECT a.attrelid::text, a.attnum::int, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid),
          a.attidentity::text, a.attgenerated::text, l.nspname, o.collname
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_type t ON t.oid = a.atttypid
          LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
          LEFT JOIN pg_collation o ON o.oid = a.attcollation AND a.attcollation <> t.typcollation LEFT JOIN pg_namespace l ON l.oid = o.collnamespace
        WHERE c.relkind IN ('r', 'p') AND {UserSchema} AND a.attnum > 0 AND NOT a.attisdropped
        ORDER BY a.attrelid, a.attnum
        """;

    private const string Constraints =
        $"""
        SELECT k.conrelid::text, k.conname, k.contype::text, array_to_string(k.conkey, ' '), pg_get_constraintdef(k.oid), k.confrelid::text,
          array_to_string(k.confkey, ' '), k.confdeltype::text, k.confupdtype::text
        FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE k.contype IN ('p', 'u', 'x', 'c', 'f') AND k.conparentid = 0 AND NOT c.relispartition AND {UserSchema}
        """;

    private const string Sequences =
        $"""
        SELECT n.nspname, c.relname, format_type(s.seqtypid, NULL), s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle,
          d.refobjid::text, coalesce(d.refobjsubid, 0), coalesce(d.deptype = 'i', false)
        FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
          LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0
            AND d.deptype IN ('a', 'i')
        WHERE c.relpersistence <> 't' AND {UserSchema} AND {NotOwn}
          AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')
        """;

    private const string Partitions =
        $"""
        SELECT c.oid::text, pn.nspname, p.relname, un.nspname, u.relname, pg_get_expr(p.relpartbound, p.oid),
          CASE WHEN p.relkind = 'p' THEN pg_get_partkeydef(p.oid) END
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace CROSS JOIN LATERAL pg_partition_tree(c.oid) t
          JOIN pg_class p ON p.oid = t.relid JOIN pg_namespace pn ON pn.oid = p.relnamespace
          JOIN pg_class u ON u.oid = t.parentrelid JOIN pg_namespace un ON un.oid = u.relnamespace
        WHERE c.relkind = 'p' AND NOT c.relispartition AND {UserSchema}
        ORDER BY c.oid, t.level, pn.nspname COLLATE "C", p.relname COLLATE "C"
        """;

    private const string Uniques =
        $"""
        SELECT i.indrelid::text, array_to_string(ARRAY(SELECT i.indkey[g] FROM generate_series(0, i.indnkeyatts - 1) g), ' ')
        FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE i.indisunique AND NOT i.indisprimary AND i.indexprs IS NULL AND i.indpred IS NULL AND i.indisvalid AND c.relkind IN ('r', 'p')
          AND NOT c.relispartition AND {UserSchema}
        """;

    public static List<PostgresTableRow> ReadTables(PostgresConnection connection) => connection.Read(Tables, row => new PostgresTableRow(
        row.GetString(0), row.GetString(1), row.GetString(2), Text(row, 3), ReadOptions(row), Text(row, 7)));

    public static Dictionary<string, SortedDictionary<int, PostgresColumnRow>> ReadColumns(PostgresConnection connection)
    {
        var columns = new Dictionary<string, SortedDictionary<int, PostgresColumnRow>>();
        foreach (var (table, number, column) in connection.Read(Columns, row => (row.GetString(0), row.GetInt32(1), ReadColumn(row))))
        {
            if (!columns.TryGetValue(table, out var known)) columns[table] = known = [];
            known[number] = column;
        }

        return columns;
    }

    public static ILookup<string, PostgresConstraintRow> ReadConstraints(PostgresConnection connection) =>
        connection.Read(Constraints, row => (Table: row.GetString(0), Constraint: new PostgresConstraintRow(
                row.GetString(1), row.GetString(2)[0], Numbers(Text(row, 3)), row.GetString(4),
                row.GetString(2) == "f" ? new PostgresReference(row.GetString(5), Numbers(Text(row, 6)), row.GetString(7)[0], row.GetString(8)[0]) : null)))
            .ToLookup(r => r.Table, r => r.Constraint);

    public static List<PostgresSequenceRow> ReadSequences(PostgresConnection connection) => connection.Read(Sequences, row => new PostgresSequenceRow(
        row.GetString(0), row.GetString(1), PostgresSequence.OptionsOf(row), Text(row, 9), row.GetInt32(10), row.GetBoolean(11)));

    /// <summary>The statements that make the partitions of each partitioned table, parents first.</summary>
    public static ILookup<string, string> ReadPartitions(PostgresConnection connection) => connection.Read(Partitions, row => (Table: row.GetString(0),
            Sql: $"CREATE TABLE {PostgresName.Write(row.GetString(1), row.GetString(2))} PARTITION OF {PostgresName.Write(row.GetString(3), row.GetString(4))} "
                + row.GetString(5) + (Text(row, 6) is { } key ? $" PARTITION BY {key}" : "")))
        .ToLookup(r => r.Table, r => r.Sql);

    public static ILookup<string, int[]> ReadUniques(PostgresConnection connection) =>
        connection.Read(Uniques, row => (Table: row.GetString(0), Columns: Numbers(row.GetString(1)))).ToLookup(r => r.Table, r => r.Columns);

    public static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static PostgresColumnRow ReadColumn(NpgsqlDataReader row) => new(row.GetString(2), row.GetString(3), row.GetBoolean(4), Text(row, 5),
        Character(row, 6), Character(row, 7), Text(row, 8) switch
        {
            null => null,
            "pg_catalog" => PostgresName.Write(row.GetString(9)),
            var schema => PostgresName.Write(schema, row.GetString(9)),
        });

    private static List<string> ReadOptions(NpgsqlDataReader row)
    {
        var options = new List<string>();
        if (row.GetBoolean(4)) options.Add("UNLOGGED");
        if (Text(row, 3) is { } key) options.Add("PARTITION BY " + key);
        if (Text(row, 5) is { } method) options.Add("USING " + PostgresName.Write(method));
        if (Text(row, 6) is { Length: > 0 } storage) options.Add($"WITH ({string.Join(", ", storage.Split('\n').Select(StorageOption))})");
        return options;
    }

    private static string StorageOption(string option)
    {
        var (name, value) = (option[..option.IndexOf('=')], option[(option.IndexOf('=') + 1)..]);
        return $"{name}={(value.All(char.IsAsciiLetterOrDigit) ? value : PostgresName.Literal(value))}";
    }

    private static char Character(NpgsqlDataReader row, int column) => row.GetString(column) is { Length: > 0 } text ? text[0] : '\0';

    private static int[] Numbers(string? text) =>
        [.. (text ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(n => int.Parse(n, System.Globalization.CultureInfo.InvariantCulture))];
}

using DbVc.Model;

namespace DbVc.Databases;

/// <summary>Gives a type that columns use another definition: the new one takes its name, each column moves over by the value's text, the old one
/// goes.</summary>
internal static class PostgresTypeChange
{
    private const string UsersSql =
        """
        SELECT n.nspname, c.relname, a.attname, replace(format_type(a.atttypid, a.atttypmod), $2, $3), pg_get_expr(d.adbin, d.adrelid), c.relkind::text
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum JOIN pg_type t ON t.oid = a.atttypid
        WHERE (a.atttypid = $1::regtype OR t.typelem = $1::regtype) AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND NOT a.attisdropped
          AND a.attgenerated = ''
        """;

    /// <summary>Runs changes of tables by <paramref name="change"/>, which takes views out of the way.</summary>
    public static void Run(PostgresConnection connection, SchemaObject before, SchemaObject after, Action<string, string> change)
    {
        var (schema, name) = PostgresName.Split(before.Name);
        var aside = PostgresName.Write(schema, "_dbvc_old_type");
        var kind = PostgresObjectSql.IsDomain(before) ? "DOMAIN" : "TYPE";
        connection.Execute($"ALTER {kind} {PostgresName.Write(schema, name)} RENAME TO _dbvc_old_type");
        connection.Execute(after.Sql);
        // So that types and defaults are read with their schemas.
        connection.Execute("SET LOCAL search_path = ''");
        var users = connection.Read(UsersSql, row =>
            new User(PostgresName.Join(row.GetString(0), row.GetString(1)), row.GetString(2), row.GetString(3),
            row.IsDBNull(4) ? null : row.GetString(4)), aside, aside, PostgresName.Write(schema, name));
        connection.Execute("SET LOCAL search_path TO DEFAULT");
        foreach (var user in users)
        {
            var (table, column) = (PostgresName.Table(user.Table), PostgresName.Quote(user.Column));
            if (user.Default is not null) change(user.Table, $"ALTER TABLE {table} ALTER COLUMN {column} DROP DEFAULT");
            change(user.Table, $"ALTER TABLE {table} ALTER COLUMN {column} TYPE {user.Type} USING {column}::text::{user.Type}");
            if (user.Default is { } value)
            {
                change(user.Table, $"ALTER TABLE {table} ALTER COLUMN {column} SET DEFAULT "
                    + $"{value.Replace(aside, PostgresName.Write(schema, name), StringComparison.Ordinal)}");
            }
        }

        connection.Execute($"DROP {kind} {aside}");
    }

    /// <summary>A free sequence gets other options; what it handed out stays.</summary>
    public static void AlterSequence(PostgresConnection connection, SchemaObject after)
    {
        var head = "CREATE SEQUENCE " + PostgresName.Table(after.Name);
        var said = after.Sql[head.Length..];
        var options = new List<string> { said.Contains(" AS ", StringComparison.Ordinal) ? "" : "AS bigint" };
        foreach (var (word, value) in new[] { ("INCREMENT BY", "INCREMENT BY 1"), ("MINVALUE", "NO MINVALUE"), ("MAXVALUE", "NO MAXVALUE"),
            ("CACHE", "CACHE 1"), ("CYCLE", "NO CYCLE") })
        {
            if (!said.Contains(" " + word, StringComparison.Ordinal)) options.Add(value);
        }

        connection.Execute($"ALTER SEQUENCE {PostgresName.Table(after.Name)} {string.Join(' ', options)}{said}");
        if (said.Contains(" START WITH ", StringComparison.Ordinal)) return;
        connection.Execute($"ALTER SEQUENCE {PostgresName.Table(after.Name)} START WITH " + connection.ReadText(
            "SELECT (CASE WHEN seqincrement > 0 THEN seqmin ELSE seqmax END)::text FROM pg_sequence WHERE seqrelid = $1::regclass",
                PostgresName.Table(after.Name)));
    }

    private sealed record User(string Table, string Column, string Type, string? Default);
}

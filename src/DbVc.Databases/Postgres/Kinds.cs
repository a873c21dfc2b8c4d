namespace DbVc.Databases;

/// <summary>
/// Which kinds of things anybody made in a database at all. Most have few, and asking for the others costs a new connection, whose server process knows
/// no catalogue yet, more than a millisecond each. What the server brings along has lower numbers.
/// </summary>
/// <param name="Types">Enums, domains, composites or ranges.</param>
/// <param name="Functions">Not db-vc's own.</param>
/// <param name="Rules">Views have one, too.</param>
/// <param name="Triggers">Not db-vc's own.</param>
internal sealed record PostgresKinds(bool Types, bool Functions, bool Rules, bool Triggers, bool Partitions, bool Sequences)
{
    private const string Sql =
        """
        SELECT EXISTS (SELECT FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
            WHERE t.oid >= 16384 AND (t.typtype IN ('e', 'd', 'r') OR (t.typtype = 'c' AND c.relkind = 'c'))),
          EXISTS (SELECT FROM pg_proc WHERE oid >= 16384 AND proname !~* '^_dbvc_'),
          EXISTS (SELECT FROM pg_rewrite WHERE oid >= 16384),
          EXISTS (SELECT FROM pg_trigger WHERE NOT tgisinternal AND tgname !~* '^_dbvc_'),
          EXISTS (SELECT FROM pg_inherits), EXISTS (SELECT FROM pg_sequence)
        """;

    public static PostgresKinds Read(PostgresConnection connection) => connection.Read(Sql, row => new PostgresKinds(
        row.GetBoolean(0), row.GetBoolean(1), row.GetBoolean(2), row.GetBoolean(3), row.GetBoolean(4), row.GetBoolean(5)))[0];
}

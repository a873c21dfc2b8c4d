namespace DbVc.Databases;

/// <summary>A foreign key as the catalogue has it; tables by the names that users type.</summary>
/// <param name="Match">MATCH FULL means that no part of it may be NULL alone; one that is not plain (of periods, or not enforced) the server alone can
/// judge.</param>
internal sealed record PostgresForeignKey(
    string Child, IReadOnlyList<string> Columns, string Parent, IReadOnlyList<string> References, (bool IsFull, bool IsPlain) Match)
{
    private const string Sql =
        """
        SELECT cn.nspname, c.relname, pn.nspname, p.relname,
          (SELECT string_agg(a.attname, chr(1) ORDER BY x.nth) FROM unnest(k.conkey) WITH ORDINALITY AS x (num, nth)
            JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = x.num),
          (SELECT string_agg(a.attname, chr(1) ORDER BY x.nth) FROM unnest(k.confkey) WITH ORDINALITY AS x (num, nth)
            JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = x.num),
          k.confmatchtype = 'f',
          coalesce(to_jsonb(k) ->> 'conperiod', 'false') = 'false' AND coalesce(to_jsonb(k) ->> 'conenforced', 'true') = 'true'
        FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace cn ON cn.oid = c.relnamespace
        JOIN pg_class p ON p.oid = k.confrelid JOIN pg_namespace pn ON pn.oid = p.relnamespace
        WHERE k.contype = 'f' AND k.conparentid = 0 AND (c.oid = ANY ($1::text[]::oid[]) OR p.oid = ANY ($1::text[]::oid[]))
        ORDER BY 1, 2, k.conname
        """;

    /// <summary>For example <c>FOREIGN KEY pets.owner -> people.id</c>.</summary>
    public string Name => $"FOREIGN KEY {Child}.{string.Join(", ", Columns)} -> {Target}";

    public string Target => $"{Parent}.{string.Join(", ", References)}";

    /// <summary>Those of tables and those that refer to them, by oid.</summary>
    public static List<PostgresForeignKey> Read(PostgresConnection connection, IEnumerable<string> oids) => connection.Read(Sql, row => new PostgresForeignKey(
            PostgresName.Join(row.GetString(0), row.GetString(1)), row.GetString(4).Split('\u0001'),
            PostgresName.Join(row.GetString(2), row.GetString(3)), row.GetString(5).Split('\u0001'), (row.GetBoolean(6), row.GetBoolean(7))),
        PostgresText.Array(oids));

    /// <summary>The row under alias <paramref name="child"/> refers to something, and the one under <paramref name="parent"/> is what it refers to.</summary>
    public string Meets(string child, string parent) =>
        string.Join(" AND ", Columns.Zip(References, (c, r) => $"{parent}.{PostgresName.Quote(r)} = {child}.{PostgresName.Quote(c)}"));

    /// <summary>The row refers to something.</summary>
    public string Refers(string child) => string.Join(Match.IsFull ? " OR " : " AND ", Columns.Select(c => $"{child}.{PostgresName.Quote(c)} IS NOT NULL"));
}

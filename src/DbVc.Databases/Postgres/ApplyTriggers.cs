namespace DbVc.Databases;

/// <summary>
/// Keeps the user's triggers and rules from acting on rows whose effects are in the delta already. A role that may set session_replication_role switches them
/// off for its own session, foreign keys' actions too, without any lock; only those marked ALWAYS or REPLICA are left, and are disabled like those of any
/// other role: by ALTER TABLE inside the transaction, which holds writers of these tables until it ends. Before the commit each is as it was.
/// Those of change tracking go on firing: what is applied is in the log.
/// </summary>
internal sealed class PostgresTriggers
{
    private const string ListSql =
        """
        SELECT c.oid::text, t.oid::text, 'TRIGGER', t.tgname, t.tgenabled::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE NOT t.tgisinternal AND t.tgname !~ '^_dbvc_track_' AND c.oid = ANY ($1::text[]::oid[])
        UNION ALL
        SELECT c.oid::text, r.oid::text, 'RULE', r.rulename, r.ev_enabled::text FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
        WHERE r.ev_type IN ('2', '3', '4') AND c.relkind IN ('r', 'p') AND c.oid = ANY ($1::text[]::oid[])
        ORDER BY 1, 2
        """;

    private readonly PostgresConnection _connection;
    private readonly List<Item> _disabled = [];

    private PostgresTriggers(PostgresConnection connection, bool areOff) => (_connection, AreOff) = (connection, areOff);

    /// <summary>True if the session itself fires no ordinary trigger and no foreign key acts.</summary>
    public bool AreOff { get; }

    /// <param name="connection">In its transaction.</param>
    /// <param name="mayBeOff">False where foreign keys shall act.</param>
    public static PostgresTriggers Begin(PostgresConnection connection, bool mayBeOff = true)
    {
        var isOff = mayBeOff && PostgresAttempt.Run(connection, () => connection.Execute("SET LOCAL session_replication_role = replica"),
            failure => failure.SqlState == PostgresError.Permission) is null;
        return new PostgresTriggers(connection, isOff);
    }

    /// <summary>Those of tables (by oid) that would fire; their tables are to be held before they are disabled.</summary>
    public IReadOnlyList<Item> FindFiring(IReadOnlyCollection<string> tables) => tables.Count == 0
        ? []
        : _connection.Read(ListSql, row => new Item(row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4)[0]),
                "{" + string.Join(",", tables) + "}")
            .FindAll(t => AreOff ? t.State is 'A' or 'R' : t.State is 'O' or 'A');

    public void Disable(IReadOnlyList<Item> items)
    {
        foreach (var item in items)
        {
            _connection.Execute($"ALTER TABLE ONLY {NameOf(item)} DISABLE {item.Kind} {PostgresName.Quote(item.Name)}");
            _disabled.Add(item);
        }
    }

    /// <summary>Puts each back as it was, if it still is there. It may be asked for again, after a savepoint took it back.</summary>
    public void Restore()
    {
        var left = _disabled.Count == 0 ? [] : _connection.Read(ListSql, row => row.GetString(1), "{" + string.Join(",", _disabled.Select(t => t.Table)) + "}");
        foreach (var item in _disabled.Where(t => left.Contains(t.Id)))
        {
            var how = item.State switch { 'A' => "ALWAYS ", 'R' => "REPLICA ", _ => "" };
            _connection.Execute($"ALTER TABLE ONLY {NameOf(item)} ENABLE {how}{item.Kind} {PostgresName.Quote(item.Name)}");
        }
    }

    /// <summary>A table may have got another name meanwhile.</summary>
    private string NameOf(Item item) => _connection.Read(
        "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = $1::oid",
        row => PostgresName.Write(row.GetString(0), row.GetString(1)), item.Table)[0];

    /// <summary>A trigger or rule.</summary>
    public sealed record Item(string Table, string Id, string Kind, string Name, char State);
}

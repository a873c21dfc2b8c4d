using DbVc.Model;
using Npgsql;

namespace DbVc.Databases;

/// <summary>
/// Stands between foreign SQL and the server. The text must be one statement that a cursor can be declared for, which only reads; and it must not
/// call what acts outside of its read-only transaction, or names what holds the server's secrets. What functions of the user's own do, with the rights
/// of whoever defined them, it does not know: that is for the role of the connection to bound.
/// </summary>
internal static class PostgresQueryGuard
{
    public const string Cursor = "_dbvc_query";

    /// <summary>Volatile, and yet they touch nothing but what they return.</summary>
    private static readonly HashSet<string> s_harmless = new(StringComparer.Ordinal)
    {
        "random", "random_normal", "gen_random_uuid", "uuidv4", "uuidv7", "clock_timestamp", "timeofday", "pg_sleep", "pg_sleep_for", "pg_sleep_until",
        "currval", "lastval", "bernoulli", "system", "pg_relation_size", "pg_table_size", "pg_indexes_size", "pg_total_relation_size", "pg_database_size",
        "uuid_generate_v1", "uuid_generate_v1mc", "uuid_generate_v4", "gen_salt", "gen_random_bytes", "txid_status", "pg_xact_status", "pg_partition_tree",
        "pg_partition_ancestors", "pg_is_in_recovery",
    };

    private static readonly HashSet<string> s_secrets = new(StringComparer.Ordinal)
    {
        "pg_authid", "pg_shadow", "pg_user_mapping", "pg_user_mappings", "pg_subscription", "pg_hba_file_rules", "pg_ident_file_mappings",
        "pg_file_settings", "pg_largeobject",
    };

    private static readonly HashSet<string> s_statements = new(StringComparer.OrdinalIgnoreCase)
    {
        "abort", "alter", "analyze", "begin", "call", "checkpoint", "close", "cluster", "comment", "commit", "copy", "create", "deallocate", "declare",
        "delete", "discard", "do", "drop", "end", "execute", "explain", "fetch", "grant", "import", "insert", "listen", "load", "lock", "merge", "move",
        "notify", "prepare", "reassign", "refresh", "reindex", "release", "reset", "revoke", "rollback", "savepoint", "security", "set", "show", "start",
        "truncate", "unlisten", "update", "vacuum",
    };

    private const string ForbiddenSql =
        """
        SELECT p.proname FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
        WHERE p.proname = ANY (string_to_array($1, chr(10))) AND CASE WHEN l.lanname IN ('internal', 'c') THEN p.provolatile = 'v'
          ELSE NOT l.lanpltrusted AND l.lanname <> 'sql' END
        LIMIT 1
        """;

    /// <summary>The statement without a semicolon at its end. Throws kind Usage for an empty text, kind Refused for one that may do more than read.</summary>
    public static string Check(PostgresConnection connection, string sql)
    {
        if (sql.Contains('\0', StringComparison.Ordinal)) throw Refuse("the text holds a zero byte");
        var tokens = PostgresTokens.Cut(sql) ?? throw Fail("a quote or a comment does not end");
        if (tokens is [.., var last] && last.IsSymbol(';')) tokens.RemoveAt(tokens.Count - 1);
        if (tokens.Count == 0) throw new DbVcException(FailureKind.Usage, "query.failed", "The query is empty.");
        if (tokens.Exists(t => t.IsSymbol(';'))) throw Refuse("the text holds several");
        if (!StartsReading(tokens[0]))
        {
            if (s_statements.Contains(tokens[0].Value)) throw Refuse("the statement does not read");
            throw Fail($"no reading statement begins with '{tokens[0].Value}'");
        }

        CheckNames(connection, tokens);
        return sql[..tokens[^1].End];
    }

    /// <summary>Turns a failure while running foreign SQL into one of the caller's statement.</summary>
    public static DbVcException Translate(DbVcException failure) => failure.InnerException is not PostgresException server
        ? failure
        : server.SqlState switch
        {
            PostgresError.QueryCanceled => Limit("time"),
            PostgresError.ReadOnly => Refuse("the statement would write"),
            PostgresError.Permission => Refuse($"the statement does something that is not allowed: {server.MessageText}"),
            "0A000" or "42P11" => Refuse(server.MessageText),
            "42601" when server.MessageText.Contains("multiple commands", StringComparison.Ordinal) => Refuse("the text holds several"),
            ['4', '2', ..] or ['2', '2', ..] or ['2', '1', ..] or ['P', '0', ..] or ['5', '4', ..] => Fail(server.MessageText, failure),
            _ => failure,
        };

    public static DbVcException Refuse(string why) => new(FailureKind.Refused, "query.refused",
        $"Only one reading statement is allowed here; {why}.", hint: "Use a single SELECT on the tables of the database.");

    public static DbVcException Limit(string what) => new(FailureKind.Refused, "query.limit",
        $"The query reached its {what} limit.", hint: "Narrow it down with WHERE or LIMIT, or raise the limit.");

    private static DbVcException Fail(string why, Exception? inner = null) =>
        new(FailureKind.Usage, "query.failed", $"PostgreSQL does not accept the statement: {why}.", inner: inner);

    private static bool StartsReading(SqlToken token) =>
        token.IsSymbol('(') || token.IsWord("SELECT") || token.IsWord("WITH") || token.IsWord("VALUES") || token.IsWord("TABLE");

    private static void CheckNames(PostgresConnection connection, List<SqlToken> tokens)
    {
        var called = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < tokens.Count; i++)
        {
            if (tokens[i].Kind is not (SqlTokenKind.Word or SqlTokenKind.Quoted)) continue;
            var name = tokens[i].Kind == SqlTokenKind.Word ? tokens[i].Value.ToLowerInvariant() : tokens[i].Value;
            if (name.StartsWith("U&", StringComparison.Ordinal)) throw Refuse("a name is written with Unicode escapes");
            if (s_secrets.Contains(name)) throw Refuse($"'{name}' is the server's, not the database's");
            if (i + 1 < tokens.Count && tokens[i + 1].IsSymbol('(') && !s_harmless.Contains(name)) called.Add(name);
        }

        if (called.Count == 0 || connection.ReadText(ForbiddenSql, string.Join('\n', called)) is not { } forbidden) return;
        throw Refuse($"'{forbidden}' does more than return a value");
    }
}

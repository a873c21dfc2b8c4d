using System.Security.Cryptography;

namespace DbVc.Databases;

/// <summary>
/// The log that triggers write: which rows of which table were touched, by key, one entry for each statement. Its tables bear db-vc's own prefix, so they are
/// in no commit.
/// <list type="bullet">
/// <item>Each entry names its transaction, so a snapshot says exactly which ones it sees: those whose transaction was over.</item>
/// <item>The log's nonce changes when entries are forgotten, and says for which mark: for every other one the log no longer goes on from there.</item>
/// </list>
/// </summary>
internal sealed record PostgresChangeLog(string Epoch, string Nonce, string Forgotten)
{
    public const string Changes = "public._dbvc_changes";
    public const string Tracking = "public._dbvc_tracking";
    public const int MostKeyColumns = 16;

    /// <summary>Null without tracking, as the transaction sees it.</summary>
    public static PostgresChangeLog? Read(PostgresConnection connection) => !Exists(connection)
        ? null
        : connection.Read($"SELECT epoch, nonce, forgotten FROM {Tracking} WHERE id = 1",
            row => new PostgresChangeLog(row.GetString(0), row.GetString(1), row.GetString(2))).FirstOrDefault();

    /// <summary>How many entries the transaction sees.</summary>
    public static long Count(PostgresConnection connection) => connection.Read($"SELECT count(*) FROM {Changes}", row => row.GetInt64(0))[0];

    /// <summary>Makes it if need be.</summary>
    public static void Create(PostgresConnection connection)
    {
        if (Exists(connection)) return;
        var keys = string.Join(", ", Enumerable.Range(1, MostKeyColumns).Select(i => $"k{i} text[]"));
        connection.Execute(
            $"""
            CREATE TABLE {Tracking} (id integer PRIMARY KEY CHECK (id = 1), epoch text NOT NULL, nonce text NOT NULL, forgotten text NOT NULL);
            INSERT INTO {Tracking} VALUES (1, '{NewNonce()}', '{NewNonce()}', '');
            CREATE TABLE {Changes} (xid xid8 NOT NULL DEFAULT pg_current_xact_id(), tab oid NOT NULL, {keys});
            ALTER TABLE {Changes} ALTER k1 SET STORAGE EXTERNAL
            """);
    }

    public static void Drop(PostgresConnection connection)
    {
        if (Exists(connection)) connection.Execute($"DROP TABLE {Tracking}, {Changes}");
    }

    /// <summary>Removes exactly the entries that a mark saw.</summary>
    public void Forget(PostgresConnection connection, PostgresMark mark)
    {
        if (mark.Log is not { } log || log.Epoch != Epoch || log.Nonce != Nonce) return;
        connection.Execute($"DELETE FROM {Changes} WHERE pg_visible_in_snapshot(xid, '{mark.Snapshot}')");
        connection.Execute($"UPDATE {Tracking} SET nonce = '{NewNonce()}', forgotten = '{mark.Digest}' WHERE id = 1");
    }

    /// <summary>Empties the log, keys and all; every mark from before says nothing then.</summary>
    public static void Erase(PostgresConnection connection)
    {
        if (!Exists(connection)) return;
        connection.Execute($"DELETE FROM {Changes}");
        connection.Execute($"UPDATE {Tracking} SET epoch = '{NewNonce()}', forgotten = ''");
    }

    /// <summary>A snapshot must not see a table that came after it, so the catalogue is read, not asked for the name.</summary>
    private static bool Exists(PostgresConnection connection) => connection.ReadText(
        """
        SELECT 'yes' FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND c.relname = '_dbvc_tracking'
        """) is not null;

    private static string NewNonce() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
}

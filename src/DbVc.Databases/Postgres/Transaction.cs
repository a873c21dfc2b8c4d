using DbVc.Model;
using Npgsql;

namespace DbVc.Databases;

/// <summary>A transaction that writes: durable when it is committed, gone at once when it is not.</summary>
internal static class PostgresTransaction
{
    /// <summary>READ COMMITTED; throws <c>database.read-only</c> on a replica and where sessions only read.</summary>
    public static void Begin(PostgresConnection connection)
    {
        // Durable when COMMIT returns, whatever the role has set; a stronger setting stays.
        connection.Execute("BEGIN ISOLATION LEVEL READ COMMITTED; SELECT set_config('synchronous_commit', 'on', true) "
            + "WHERE current_setting('synchronous_commit') IN ('off', 'local')");
        if (connection.ReadText("SELECT current_setting('transaction_read_only')") == "on")
        {
            throw new DbVcException(FailureKind.Failed, "database.read-only", $"{connection.Display} takes no writes: it is a replica, or set to read only.",
                connection.Display, "Name the primary server, or a role and database without default_transaction_read_only.");
        }
    }

    /// <summary>Rolls back what was not committed: a connection that is merely closed holds its locks until the server notices.</summary>
    public static void End(PostgresConnection connection, bool isDone)
    {
        try
        {
            if (!isDone) connection.Execute("ROLLBACK");
        }
        catch (Exception failure) when (failure is DbVcException or InvalidOperationException or NpgsqlException)
        {
            // The connection is gone, and with it the transaction.
        }

        connection.Dispose();
    }
}

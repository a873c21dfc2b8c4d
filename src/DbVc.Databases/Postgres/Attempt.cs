using DbVc.Model;
using Npgsql;

namespace DbVc.Databases;

/// <summary>Tries something under a savepoint: a failure that was expected leaves the transaction as it was before.</summary>
internal static class PostgresAttempt
{
    /// <summary>Null if it went well; the server's failure, taken back, if <paramref name="isExpected"/> says so; else it is thrown.</summary>
    public static PostgresException? Run(PostgresConnection connection, Action action, Func<PostgresException, bool> isExpected)
    {
        connection.Execute("SAVEPOINT dbvc_attempt");
        try
        {
            action();
        }
        catch (DbVcException failure) when (failure.InnerException is PostgresException server && isExpected(server))
        {
            connection.Execute("ROLLBACK TO SAVEPOINT dbvc_attempt; RELEASE SAVEPOINT dbvc_attempt");
            return server;
        }

        connection.Execute("RELEASE SAVEPOINT dbvc_attempt");
        return null;
    }

    /// <summary>True if the failure is about a row: a constraint, or a value that the column's type does not take.</summary>
    public static bool IsAboutRow(PostgresException failure) => failure.SqlState is ['2', '2' or '3', ..] or "P0001" or "44000";

    /// <summary>True if the failure may be one of order: a row that is referred to goes too early, or comes too late.</summary>
    public static bool IsForeignKey(PostgresException failure) => failure.SqlState is "23503" or "23001";
}

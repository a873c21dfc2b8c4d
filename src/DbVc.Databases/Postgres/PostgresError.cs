using System.Net.Sockets;
using DbVc.Model;
using Npgsql;

namespace DbVc.Databases;

/// <summary>The server's SQLSTATE codes and the failures they mean to a user.</summary>
internal static class PostgresError
{
    public const string UndefinedTable = "42P01";
    public const string UndefinedObject = "42704";
    public const string DuplicateDatabase = "42P04";
    public const string MissingDatabase = "3D000";
    public const string ObjectInUse = "55006";
    public const string LockNotAvailable = "55P03";
    public const string QueryCanceled = "57014";
    public const string Permission = "42501";
    public const string ReadOnly = "25006";

    public static DbVcException Missing(string display) => new(FailureKind.Failed, "database.missing",
        $"There is no database at {display}.", display, "Check the name; db-vc does not create the live database.");

    public static DbVcException Exists(string display) => new(FailureKind.Failed, "database.exists",
        $"There is already a database at {display}.", display, "Choose another name or drop the database.");

    public static DbVcException NotPostgres(string display, string why) => new(FailureKind.Failed, "database.not-a-database",
        $"{display} is not a PostgreSQL server that db-vc can use: {why}.", display, "PostgreSQL 13 and later are supported.");

    /// <summary>True if the server ended the connection, or it was never there.</summary>
    public static bool IsLost(Exception failure) => failure is not PostgresException { SqlState: not ("57P01" or "57P02" or "57P03") };

    /// <summary>The failure that a driver's exception means; null for any other exception.</summary>
    public static DbVcException? Translate(Exception failure, string display) => failure switch
    {
        PostgresException server => Create(server, display),
        NpgsqlException { InnerException: SocketException socket } => Unreachable(display, socket.Message, failure),
        NpgsqlException { InnerException: TimeoutException } => Unreachable(display, "it did not answer in time", failure),
        NpgsqlException { InnerException: IOException } => Lost(display, failure),
        NpgsqlException other => Unreachable(display, other.Message, failure),
        SocketException socket => Unreachable(display, socket.Message, failure),
        TimeoutException => Unreachable(display, "it did not answer in time", failure),
        IOException => Lost(display, failure),
        _ => null,
    };

    /// <summary>What the server says, with the detail that names the row.</summary>
    public static string Sentence(PostgresException failure) =>
        string.IsNullOrEmpty(failure.Detail) ? Capital(failure.MessageText) + "." : $"{Capital(failure.MessageText)}: {failure.Detail.TrimEnd('.')}.";

    private static DbVcException Create(PostgresException failure, string display) => failure.SqlState switch
    {
        MissingDatabase => Missing(display),
        DuplicateDatabase => Exists(display),
        LockNotAvailable or ObjectInUse or "40P01" or "40001" => new DbVcException(FailureKind.Locked, "database.locked",
            $"{display} is locked by another session: {failure.MessageText}.", display, "Let the other session finish, then try again.", failure),
        QueryCanceled => new DbVcException(FailureKind.Locked, "database.cancelled",
            $"The server ended a statement on {display}: {failure.MessageText}.", display, "Try again; raise statement_timeout if it ends too early.", failure),
        ReadOnly => new DbVcException(FailureKind.Failed, "database.read-only",
            $"{display} cannot be written: {failure.MessageText}.", display, "Name the primary server, not a replica, and a role that may write.", failure),
        "53100" => new DbVcException(FailureKind.Failed, "database.full",
            $"The server of {display} has no space left: {failure.MessageText}.", display, "Free disk space there, then try again; nothing was half-written.",
            failure),
        "53300" => new DbVcException(FailureKind.Locked, "database.busy",
            $"The server of {display} takes no more connections.", display, "Close a session, or raise max_connections, then try again.", failure),
        "28P01" or "28000" => new DbVcException(FailureKind.Failed, "database.login",
            $"The server refuses the login to {display}: {failure.MessageText}.", display,
            "Check the user and where the password comes from: password_env, password_file, PGPASSWORD or PGPASSFILE.", failure),
        Permission => new DbVcException(FailureKind.Refused, "database.denied",
            $"The role of {display} may not do this: {failure.MessageText}.", display, "Grant the role what it lacks, or name another role.", failure),
        "57P01" or "57P02" or "57P03" => Unreachable(display, failure.MessageText, failure),
        "XX001" or "XX002" => new DbVcException(FailureKind.Failed, "database.corrupt",
            $"{display} is damaged: {failure.MessageText}.", display, "Check it with amcheck and restore it from a backup.", failure),
        "58030" => new DbVcException(FailureKind.Failed, "database.io",
            $"The server of {display} failed to read or write: {failure.MessageText}.", display, "Check its disk, then try again.", failure),
        ['2', '3', ..] => new DbVcException(FailureKind.Refused, "constraint.violated", Sentence(failure), display, inner: failure),
        _ => new DbVcException(FailureKind.Failed, "database.failed", $"PostgreSQL: {Sentence(failure)} ({failure.SqlState})", display, inner: failure),
    };

    private static DbVcException Unreachable(string display, string why, Exception inner) => new(FailureKind.Failed, "database.unreachable",
        $"{display} cannot be reached: {why}.", display, "Check that the server runs, and its host and port.", inner);

    private static DbVcException Lost(string display, Exception inner) => new(FailureKind.Failed, "database.unreachable",
        $"The connection to {display} was lost.", display, "Try again; what was not committed is undone by the server.", inner);

    private static string Capital(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];
}

using DbVc.Model;

namespace DbVc.Databases;

/// <summary>What the server or the library said, kept inside the failure that a user sees.</summary>
internal sealed class MySqlServerException(int number, string sqlState, string message) : Exception(message)
{
    public int Number { get; } = number;

    public string SqlState { get; } = sqlState;
}

/// <summary>Error numbers of MySQL and MariaDB and the failures they mean to a user.</summary>
internal static class MySqlError
{
    public const int Duplicate = 1062;
    public const int LockTimeout = 1205;
    public const int Deadlock = 1213;
    public const int Interrupted = 1317;
    public const int StatementTimeout = 1969;
    public const int UnknownDatabase = 1049;
    public const int UnknownTable = 1146;
    public const int DatabaseDenied = 1044;
    public const int RightMissing = 1227;
    public const int UnknownVariable = 1193;
    public const int Lost = 2013;
    public const int Tls = 2026;

    /// <summary>There is no table, view, trigger, routine or event of that name.</summary>
    public static bool IsAbsence(DbVcException failure) => NumberOf(failure) is UnknownTable or 1305 or 1360 or 1539 or 1347;

    /// <summary>The server's number; 0 for a failure that is not the server's.</summary>
    public static int NumberOf(DbVcException failure) => failure.InnerException is MySqlServerException server ? server.Number : 0;

    /// <summary>The failure for an error, in the server's own sentence.</summary>
    public static DbVcException Create(int number, string sqlState, string message, string where)
    {
        var (kind, code, text, hint) = Describe(number, sqlState, message.TrimEnd('.'), where);
        return new DbVcException(kind, code, text, where, hint, new MySqlServerException(number, sqlState, message));
    }

    private static (FailureKind Kind, string Code, string Text, string? Hint) Describe(
        int number, string sqlState, string message, string where) => number switch
        {
            LockTimeout or 3572 => (FailureKind.Locked, "database.locked", $"'{where}' is locked by another program: {message}.",
                "Let the other program finish its transaction, then try again."),
            Deadlock => (FailureKind.Locked, "database.deadlock", $"Another transaction on '{where}' stood in the way: {message}.",
                "Try again; nothing was half-written."),
            Interrupted => (FailureKind.Failed, "database.interrupted", $"The statement was interrupted: {message}.", null),
            StatementTimeout or 3024 => (FailureKind.Refused, "database.timeout", $"The statement took too long: {message}.", null),
            1290 or 1792 or 1836 => (FailureKind.Failed, "database.read-only", $"'{where}' cannot be written: {message}.",
                "Name the primary server, or let it accept writes, then try again."),
            1021 or 1114 => Full(message, where),
            _ when number is 3 or 1026 or 1030 or 1025 or 1005 && IsNoSpace(message) => Full(message, where),
            1044 or 1045 or 1142 or 1143 or RightMissing or 1370 or 1698 => (FailureKind.Refused, "database.denied", $"{message}.",
                "Check user and password, or let the administrator GRANT what is missing."),
            UnknownDatabase => (FailureKind.Failed, "database.missing", $"There is no database at '{where}': {message}.",
                "Check the address; db-vc does not create the live database."),
            1040 or 1129 or 1130 or 1203 or 2001 or 2002 or 2003 or 2004 or 2005 => (FailureKind.Failed, "database.unreachable",
                $"'{where}' cannot be reached: {message}.", "Check the address, and that the server runs and lets this machine in."),
            1053 or 1152 or 1158 or 1159 or 1160 or 1161 or 1184 or 1927 or 2006 or Lost or 2055 or 5013 or 5014 => (FailureKind.Failed, "database.lost",
                $"The connection to '{where}' was lost: {message}.",
                "Check the server (does it run, is its disk full?) and the network, then try again; the next command recovers."),
            Tls => (FailureKind.Failed, "database.tls", $"No encrypted connection to '{where}': {message}.",
                "Check the server's certificate and the authority file, or ask for less: tls=preferred."),
            1451 or 1452 or 1216 or 1217 or 4025 or 3819 or 1048 or 1364 or Duplicate or 1169 or 1557 or 1586 or 1644 =>
                (FailureKind.Refused, "constraint.violated", message + ".", null),
            _ when sqlState.StartsWith("23", StringComparison.Ordinal) || sqlState.StartsWith("45", StringComparison.Ordinal) =>
                (FailureKind.Refused, "constraint.violated", message + ".", null),
            _ when sqlState.StartsWith("22", StringComparison.Ordinal) || number is 1265 or 1366 or 1526 or 1690 =>
                (FailureKind.Refused, "value.rejected", message + ".", null),
            _ => (FailureKind.Failed, "database.failed", $"MySQL: {message} ({number}).", null),
        };

    /// <summary>Servers do not tell who has no rights on a database whether it exists.</summary>
    public static DbVcException Missing(MySqlAddress address, Exception? cause = null) => new(FailureKind.Failed, "database.missing",
        $"There is no database '{address.Database}' that '{address.User}' may use.", address.Display,
        "Check the address and the user's rights; db-vc does not create the live database.", cause);

    private static (FailureKind Kind, string Code, string Text, string? Hint) Full(string message, string where) =>
        (FailureKind.Failed, "database.full", $"There is no space left to write '{where}': {message}.",
            "Free disk space on the server, then try again; nothing was half-written.");

    private static bool IsNoSpace(string message) =>
        message.Contains("error 28", StringComparison.Ordinal) || message.Contains("rrcode: 28", StringComparison.Ordinal)
        || message.Contains("errno: 28", StringComparison.Ordinal) || message.Contains("No space left", StringComparison.Ordinal);
}

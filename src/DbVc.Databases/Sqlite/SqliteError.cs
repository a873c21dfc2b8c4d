using DbVc.Model;

namespace DbVc.Databases;

/// <summary>SQLite's result codes and the failures they mean to a user.</summary>
internal static class SqliteError
{
    public const int Ok = 0;
    public const int Busy = 5;
    public const int Locked = 6;
    public const int ReadOnly = 8;
    public const int Interrupted = 9;
    public const int Io = 10;
    public const int Corrupt = 11;
    public const int Full = 13;
    public const int CannotOpen = 14;
    public const int Protocol = 15;
    public const int Constraint = 19;
    public const int NotAuthorized = 23;
    public const int NotADatabase = 26;
    public const int Row = 100;
    public const int Done = 101;

    /// <summary>The code without its extension, for example CONSTRAINT for CONSTRAINT_UNIQUE.</summary>
    public static int Primary(int extended) => extended & 0xff;

    public static DbVcException Missing(string path) => new(FailureKind.Failed, "database.missing",
        $"There is no database at '{path}'.", path, "Check the path; db-vc does not create the live database.");

    public static DbVcException NotSqlite(string path, string why) => new(FailureKind.Failed, "database.not-a-database",
        $"'{path}' is not a SQLite database: {why}.", path, "Name a SQLite 3 database file that is not encrypted.");

    public static DbVcException CannotWrite(string path) => new(FailureKind.Failed, "database.read-only",
        $"'{path}' cannot be written.", path, "Give yourself write permission on the file and on its folder, then try again.");

    public static DbVcException Exists(string path) => new(FailureKind.Failed, "database.exists",
        $"There is already a file at '{path}'.", path, "Choose another place or remove the file.");

    /// <summary>The failure for a result code, with SQLite's own sentence.</summary>
    public static DbVcException Create(int extended, string message, string path) => Primary(extended) switch
    {
        Busy or Locked or Protocol => new DbVcException(FailureKind.Locked, "database.locked",
            $"'{path}' is locked by another program.", path, "Let the other program finish its transaction or close it, then try again."),
        ReadOnly => CannotWrite(path),
        Full => new DbVcException(FailureKind.Failed, "database.full",
            $"There is no space left to write '{path}'.", path, "Free disk space, then try again; nothing was half-written."),
        NotADatabase => NotSqlite(path, message),
        Corrupt => new DbVcException(FailureKind.Failed, "database.corrupt",
            $"'{path}' is damaged: {message}.", path, "Check it with PRAGMA integrity_check and restore it from a backup."),
        CannotOpen => new DbVcException(FailureKind.Failed, "database.unreadable",
            $"'{path}' cannot be opened: {message}.", path, "Check the permissions of the file and of its folder."),
        Io => new DbVcException(FailureKind.Failed, "database.io",
            $"Reading or writing '{path}' failed: {message} ({extended}).", path, "Check the disk, then try again."),
        Constraint => new DbVcException(FailureKind.Refused, "constraint.violated", message + ".", path),
        _ => new DbVcException(FailureKind.Failed, "database.failed", $"SQLite: {message} ({extended}).", path),
    };
}

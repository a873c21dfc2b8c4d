using DbVc.Model;
using SQLitePCL;

namespace DbVc.Store;

/// <summary>Turns failures of the file system and of SQLite into the failures a user can act on.</summary>
internal static class StoreFailure
{
    private const int NoSpace = 28;
    private const int QuotaExceeded = 122;
    private const int WindowsDiskFull = unchecked((int)0x80070070);
    private const int WindowsHandleDiskFull = unchecked((int)0x80070027);

    public static DbVcException FromSqlite(int result, string message)
    {
        // The low byte is the primary code; growing the shared memory file is where WAL meets a full disk.
        var primary = result & 0xff;
        if (primary == raw.SQLITE_FULL || result == raw.SQLITE_IOERR_SHMSIZE) return Full(null);
        if (primary is raw.SQLITE_BUSY or raw.SQLITE_LOCKED) return Locked("The repository is being written by another command.");
        if (primary is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB) return Damaged($"commit-history.db is damaged: {message}.");
        if (primary is raw.SQLITE_READONLY or raw.SQLITE_CANTOPEN or raw.SQLITE_PERM)
        {
            return new DbVcException(FailureKind.Failed, "store.no-access", $"commit-history.db cannot be opened for writing: {message}.",
                hint: "Check the owner and the permissions of .db-version-control.");
        }

        return new DbVcException(FailureKind.Failed, "store.failed", $"commit-history.db reported {result}: {message}.");
    }

    public static DbVcException FromIo(Exception failure, string path) => failure switch
    {
        IOException io when io.HResult is NoSpace or QuotaExceeded or WindowsDiskFull or WindowsHandleDiskFull => Full(io),
        _ => new DbVcException(FailureKind.Failed, "store.no-access", $"{Path.GetFileName(path)} cannot be used: {failure.Message}", path,
            "Check the owner and the permissions of .db-version-control.", failure),
    };

    public static DbVcException Full(Exception? cause) => new(FailureKind.Failed, "store.full",
        "The disk that holds .db-version-control is full.", hint: "Free some space and run the command again.", inner: cause);

    public static DbVcException Locked(string message) => new(FailureKind.Locked, "repository.locked", message,
        hint: "Wait for the other command to end and try again.");

    public static DbVcException DamagedChunk(string message, string where) => new(FailureKind.Failed, "store.chunk-damaged", message, where,
        "Restore .db-version-control/packs from a backup; the live database is not affected.");

    public static DbVcException Damaged(string message, string? where = null) => new(FailureKind.Failed, "store.damaged", message, where,
        "Restore .db-version-control from a backup; the live database is not affected.");
}

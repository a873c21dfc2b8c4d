using DbVc.Model;

namespace DbVc.Databases;

/// <summary>Makes a consistent, durable copy of a database that may be in use; it appears whole under its name or not at all.</summary>
internal static class SqliteClone
{
    /// <summary>What the name of a copy in the making has behind its own.</summary>
    public const string DraftMark = ".new-";

    private static readonly string[] SideFiles = ["-journal", "-wal", "-shm"];

    public static void Run(string source, string destination, TimeSpan timeout)
    {
        var temporary = destination + DraftMark + Path.GetRandomFileName();
        try
        {
            using (var handle = SqliteHandle.Open(source, SqliteAccess.Read, timeout))
            {
                EmptyLog(handle, timeout);
                if (!TryCopyFile(handle, temporary)) BackUp(handle, temporary);
            }

            RemoveSideFiles(temporary);
            RemoveSideFiles(destination);
            File.Move(temporary, destination, overwrite: false);
            LinuxFiles.FlushFolder(Path.GetDirectoryName(destination)!);
        }
        catch (Exception failure)
        {
            RemoveFiles(temporary);
            if (Translate(failure, destination) is { } translated) throw translated;
            throw;
        }
    }

    /// <summary>Side files first: one left over would be rolled into the next database of that name.</summary>
    public static void RemoveFiles(string path)
    {
        RemoveSideFiles(path);
        if (File.Exists(path)) File.Delete(path);
    }

    public static void RemoveSideFiles(string path)
    {
        if (!Directory.Exists(Path.GetDirectoryName(path))) return;
        foreach (var suffix in SideFiles) File.Delete(path + suffix);
    }

    /// <summary>A new file, as private as <paramref name="mode"/> says.</summary>
    public static FileStream CreateFile(string path, UnixFileMode? mode)
    {
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, BufferSize = 0 };
            if (mode is { } bits && !OperatingSystem.IsWindows()) options.UnixCreateMode = bits;
            return new FileStream(path, options);
        }
        catch (Exception failure) when (Translate(failure, path) is { } translated)
        {
            throw translated;
        }
    }

    /// <summary>The failure behind an exception of .NET's file calls; null for any other.</summary>
    public static DbVcException? Translate(Exception failure, string path) => failure switch
    {
        UnauthorizedAccessException => SqliteError.CannotWrite(path),
        DirectoryNotFoundException => new DbVcException(FailureKind.Failed, "database.missing",
            $"There is no folder for '{path}'.", path, "Make the folder first."),
        IOException { HResult: 28 } => SqliteError.Create(SqliteError.Full, "", path),
        IOException { HResult: 30 } => SqliteError.CannotWrite(path),
        IOException other => SqliteError.Create(SqliteError.Io, other.Message, path),
        _ => null,
    };

    /// <summary>Moves a write-ahead log into the file if nobody else is using it; then the file alone is the database.</summary>
    private static void EmptyLog(SqliteHandle handle, TimeSpan timeout)
    {
        if (!handle.IsWal || LogLength(handle) == 0) return;
        handle.SetBusyTimeout(TimeSpan.Zero);
        handle.ReadInteger("PRAGMA wal_checkpoint(TRUNCATE)");
        handle.SetBusyTimeout(timeout);
    }

    private static bool TryCopyFile(SqliteHandle handle, string path)
    {
        handle.BeginRead();
        try
        {
            // An empty log after the view was fixed means that the whole view is in the file; and a checkpoint, the only thing
            // that could then write to the file, waits for this reader.
            if (handle.IsWal && LogLength(handle) > 0) return false;
            using var file = CreateFile(path, ModeOf(handle.RealPath));
            LiveFile.Copy(handle, file.SafeFileHandle);
            file.Flush(flushToDisk: true);
            return true;
        }
        finally
        {
            handle.Rollback();
        }
    }

    private static unsafe void BackUp(SqliteHandle source, string path)
    {
        CreateFile(path, ModeOf(source.RealPath)).Dispose();
        using (var destination = SqliteHandle.Open(path, SqliteAccess.Write, TimeSpan.Zero))
        {
            destination.Execute("PRAGMA synchronous = OFF");
            source.BeginRead();
            fixed (byte* main = "main"u8)
            {
                var backup = SqliteNative.BackupInit(destination.Pointer, main, source.Pointer, main);
                if (backup == 0) throw destination.Fail();
                var code = SqliteNative.BackupStep(backup, -1);
                SqliteNative.BackupFinish(backup);
                if (code != SqliteError.Done) throw destination.Fail();
            }

            source.Rollback();
        }

        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(file);
    }

    private static long LogLength(SqliteHandle handle)
    {
        var log = new FileInfo(handle.RealPath + "-wal");
        return log.Exists ? log.Length : 0;
    }

    private static UnixFileMode? ModeOf(string path) =>
        OperatingSystem.IsWindows() ? null : File.GetUnixFileMode(path) | UnixFileMode.UserRead | UnixFileMode.UserWrite;
}

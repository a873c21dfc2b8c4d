using DbVc.Model;

namespace DbVc.Databases;

/// <summary>
/// One consistent view. With a write-ahead log it is a read transaction, which blocks nobody. Otherwise a reader would keep writers
/// from committing, so the file is copied under a read lock and the copy is read.
/// </summary>
internal sealed class SqliteReadSnapshot : IReadSnapshot
{
    private readonly SqliteHandle _handle;
    private readonly string? _copy;
    private readonly Lazy<IReadOnlyList<UnversionedItem>> _unversioned;

    private SqliteReadSnapshot(SqliteHandle handle, string? copy)
    {
        (_handle, _copy) = (handle, copy);
        State = SqliteStateTable.Read(handle);
        _unversioned = new Lazy<IReadOnlyList<UnversionedItem>>(() =>
            [.. SqliteSchemaReader.ReadVirtualTables(_handle).Select(t => new UnversionedItem("table " + t, "it is a virtual table"))]);
    }

    public LiveState? State { get; }

    public IReadOnlyList<UnversionedItem> Unversioned => _unversioned.Value;

    public static SqliteReadSnapshot Open(string path, string scratchFolder, TimeSpan timeout)
    {
        var live = SqliteHandle.Open(path, SqliteAccess.Read, timeout);
        try
        {
            // The first read rolls a crashed writer's journal back, so the copy never needs one.
            live.BeginRead();
            if (live.IsWal) return new SqliteReadSnapshot(live, copy: null);
            var copy = Copy(live, scratchFolder);
            live.Dispose();
            return OpenCopy(copy);
        }
        catch
        {
            live.Dispose();
            throw;
        }
    }

    public DatabaseSchema ReadSchema() => SqliteSchemaReader.Read(_handle);

    public IRowCursor ReadRows(TableSchema table) => SqliteRowCursor.Open(_handle, table);

    public string? Mark => null;

    public IChangeReader? ChangesSince(string mark) => null;

    public void Dispose()
    {
        _handle.Dispose();
        if (_copy is not null) File.Delete(_copy);
    }

    private static string Copy(SqliteHandle live, string scratchFolder)
    {
        var path = Path.Combine(Path.GetFullPath(scratchFolder), "snapshot-" + Path.GetRandomFileName());
        try
        {
            using var file = SqliteClone.CreateFile(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            LiveFile.Copy(live, file.SafeFileHandle);
            return path;
        }
        catch (Exception failure)
        {
            File.Delete(path);
            if (SqliteClone.Translate(failure, path) is { } translated) throw translated;
            throw;
        }
    }

    private static SqliteReadSnapshot OpenCopy(string path)
    {
        SqliteHandle? handle = null;
        try
        {
            handle = SqliteHandle.Open(path, SqliteAccess.ReadOnly, TimeSpan.Zero);
            handle.BeginRead();
            // Where a file may be removed while it is open, even a killed process leaves no copy behind.
            if (OperatingSystem.IsWindows()) return new SqliteReadSnapshot(handle, path);
            File.Delete(path);
            return new SqliteReadSnapshot(handle, copy: null);
        }
        catch
        {
            handle?.Dispose();
            File.Delete(path);
            throw;
        }
    }
}

using DbVc.Model;

namespace DbVc.Databases;

/// <summary>
/// One consistent view. With a write-ahead log it is a read transaction, which blocks nobody. Otherwise a reader would keep writers
/// from committing, so the file is copied under a read lock and the copy is read; a capture that finds little changed reads that little under the lock.
/// </summary>
internal sealed class SqliteReadSnapshot : IReadSnapshot
{
    private readonly string _scratchFolder;
    private readonly ChangeFinder _changes;
    private readonly Lazy<IReadOnlyList<UnversionedItem>> _unversioned;
    private SqliteHandle _handle;
    private string? _copy;
    private bool _isLocking;

    private SqliteReadSnapshot(SqliteHandle handle, string scratchFolder)
    {
        (_handle, _scratchFolder) = (handle, scratchFolder);
        var isWal = handle.IsWal;
        _isLocking = !isWal;
        State = SqliteStateTable.Read(handle);
        _changes = new ChangeFinder(() => _handle, isWal, MapsOf(handle.RealPath, scratchFolder));
        _unversioned = new Lazy<IReadOnlyList<UnversionedItem>>(() =>
        [
            .. SqliteSchemaReader.ReadVirtualTables(_handle).Select(t => new UnversionedItem("table " + t, "it is a virtual table")),
            .. SqliteSchemaReader.ReadReserved(_handle).Select(UnversionedItem.Reserved),
        ]);
    }

    public LiveState? State { get; }

    public IReadOnlyList<UnversionedItem> Unversioned => _unversioned.Value;

    public string? Mark => _changes.MakeMark();

    /// <param name="path">The file.</param>
    /// <param name="scratchFolder">Where copies are made.</param>
    /// <param name="timeout">How long to wait for a writer that is just committing.</param>
    /// <param name="isBrief">The caller reads at once what changed since a mark, and lets go.</param>
    public static SqliteReadSnapshot Open(string path, string scratchFolder, TimeSpan timeout, bool isBrief)
    {
        var live = SqliteHandle.Open(path, SqliteAccess.Read, timeout);
        SqliteReadSnapshot? snapshot = null;
        try
        {
            // The first read rolls a crashed writer's journal back, so the copy never needs one.
            live.BeginRead();
            snapshot = new SqliteReadSnapshot(live, scratchFolder);
            if (!isBrief) snapshot.LetGo();
            return snapshot;
        }
        catch
        {
            snapshot?.Dispose();
            live.Dispose();
            throw;
        }
    }

    /// <summary>The maps of pages of a database's marks.</summary>
    public static PageMapFile MapsOf(string path, string scratchFolder) => new(Path.Combine(Path.GetFullPath(scratchFolder), "pages"), path);

    public DatabaseSchema ReadSchema() => SqliteSchemaReader.Read(_handle);

    public IRowCursor ReadRows(TableSchema table)
    {
        LetGo();
        return SqliteRowCursor.Open(_handle, table);
    }

    public IChangeReader? ChangesSince(string mark)
    {
        var changes = _changes.Find(mark);
        if (changes is null || _changes.FoundMuch) LetGo();
        return changes;
    }

    public void Dispose()
    {
        _handle.Dispose();
        if (_copy is not null) File.Delete(_copy);
    }

    /// <summary>Reads a copy from here on, where reading on would keep writers from committing.</summary>
    private void LetGo()
    {
        if (!_isLocking) return;
        var path = Copy(_handle, _scratchFolder);
        _handle.Dispose();
        _isLocking = false;
        (_handle, _copy) = OpenCopy(path);
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

    private static (SqliteHandle Handle, string? Path) OpenCopy(string path)
    {
        SqliteHandle? handle = null;
        try
        {
            handle = SqliteHandle.Open(path, SqliteAccess.ReadOnly, TimeSpan.Zero);
            handle.BeginRead();
            // Where a file may be removed while it is open, even a killed process leaves no copy behind.
            if (OperatingSystem.IsWindows()) return (handle, path);
            File.Delete(path);
            return (handle, null);
        }
        catch
        {
            handle?.Dispose();
            File.Delete(path);
            throw;
        }
    }
}

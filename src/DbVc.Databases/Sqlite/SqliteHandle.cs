using System.Runtime.InteropServices;
using System.Text;
using DbVc.Model;

namespace DbVc.Databases;

/// <summary>What a connection is opened for.</summary>
internal enum SqliteAccess
{
    /// <summary>Reading; may roll back a crashed writer's journal, as any reader of SQLite does.</summary>
    Read,

    Write,

    /// <summary>Reading through a connection that cannot write at all.</summary>
    ReadOnly,
}

/// <summary>One connection, for one thread at a time. Close it; never open its file by other means while it is open:
/// closing any descriptor of a file drops all POSIX locks that the process holds on it.</summary>
internal sealed unsafe class SqliteHandle : IDisposable
{
    private const int OpenReadOnly = 1;
    private const int OpenReadWrite = 2;
    private const int OpenNoMutex = 0x8000;
    private const int SmallestPage = 512;
    private const int OptionNoCheckpointOnClose = 1006;
    private const int OptionTrustedSchema = 1017;
    private nint _connection;
    private SqliteBusyWait? _busy;

    private SqliteHandle(nint connection, string path) => (_connection, Path) = (connection, path);

    public string Path { get; }

    public nint Pointer => _connection;

    /// <summary>True when the file keeps text as UTF-16; SQLite then converts, and invalid sequences do not survive.</summary>
    public bool IsUtf16 { get; private set; }

    public bool InTransaction => SqliteNative.IsAutocommit(_connection) == 0;

    public long LastInsertRowId => SqliteNative.LastInsertRowId(_connection);

    public string ErrorMessage => Marshal.PtrToStringUTF8((nint)SqliteNative.ErrorMessage(_connection)) ?? "unknown error";

    /// <summary>The file's full path with links resolved, as SQLite opened it.</summary>
    public string RealPath => Marshal.PtrToStringUTF8((nint)SqliteNative.FileName(_connection, null)) ?? Path;

    public bool IsWal => ReadText("PRAGMA journal_mode") == "wal";

    public static SqliteHandle Open(string path, SqliteAccess access, TimeSpan busyTimeout)
    {
        RequireFile(path, access);
        return Open(path, OpenNoMutex | (access == SqliteAccess.ReadOnly ? OpenReadOnly : OpenReadWrite), h => h.Prepare(access, busyTimeout));
    }

    /// <summary>An empty database that goes away with its connection.</summary>
    public static SqliteHandle OpenMemory() => Open(":memory:", OpenNoMutex | OpenReadWrite, h => h.Configure(OptionTrustedSchema, false));

    private static SqliteHandle Open(string path, int flags, Action<SqliteHandle> prepare)
    {
        nint connection;
        int code;
        fixed (byte* name = ToUtf8(path))
        {
            code = SqliteNative.Open(name, &connection, flags, null);
        }

        var handle = new SqliteHandle(connection, path);
        try
        {
            if (code != SqliteError.Ok) throw handle.Fail();
            prepare(handle);
            return handle;
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    public void SetBusyTimeout(TimeSpan timeout) => (_busy ??= new SqliteBusyWait(_connection)).SetTimeout(timeout);

    public void Configure(int option, bool on)
    {
        if (SqliteNative.Configure(_connection, option, on) != SqliteError.Ok) throw Fail();
    }

    /// <summary>Prepares the one statement in <paramref name="sql"/>; the caller disposes it.</summary>
    public SqliteStatement Prepare(string sql) => SqliteStatement.Prepare(this, sql);

    public void Execute(string sql)
    {
        using var statement = Prepare(sql);
        statement.Execute();
    }

    public string? ReadText(string sql)
    {
        using var statement = Prepare(sql);
        return statement.Step() ? statement.TextAt(0) : null;
    }

    public long ReadInteger(string sql)
    {
        using var statement = Prepare(sql);
        return statement.Step() ? statement.IntegerAt(0) : 0;
    }

    /// <summary>Begins a transaction and reads, so that the view is fixed from here on.</summary>
    public void BeginRead()
    {
        Execute("BEGIN");
        ReadInteger("SELECT count(*) FROM sqlite_schema");
    }

    public void Rollback()
    {
        if (InTransaction) Execute("ROLLBACK");
    }

    public DbVcException Fail() => SqliteError.Create(SqliteNative.ExtendedErrorCode(_connection), ErrorMessage, Path);

    public void Dispose()
    {
        if (_connection == 0) return;
        _busy?.Dispose();
        SqliteNative.Close(_connection);
        _connection = 0;
    }

    public static byte[] ToUtf8(string text) => Encoding.UTF8.GetBytes(text + "\0");

    private static void RequireFile(string path, SqliteAccess access)
    {
        if (Directory.Exists(path)) throw SqliteError.NotSqlite(path, "it is a directory");
        var file = new FileInfo(path);
        if (!file.Exists) throw SqliteError.Missing(path);
        if (!LinuxFiles.IsRegular(path)) throw SqliteError.NotSqlite(path, "it is a pipe, a socket or a device");
        // SQLite takes a file shorter than its smallest page for an empty one and would write over it.
        if (file.Length is > 0 and < SmallestPage) throw SqliteError.NotSqlite(path, "it is too short");
        if (access == SqliteAccess.Write && file.IsReadOnly) throw SqliteError.CannotWrite(path);
    }

    private void Prepare(SqliteAccess access, TimeSpan busyTimeout)
    {
        SetBusyTimeout(busyTimeout);
        Configure(OptionTrustedSchema, false);
        if (access != SqliteAccess.Write) Configure(OptionNoCheckpointOnClose, true);
        Execute("PRAGMA cache_size = -65536");
        IsUtf16 = ReadText("PRAGMA encoding") != "UTF-8";
        if (access == SqliteAccess.Write && SqliteNative.IsReadOnly(_connection, null) == 1) throw SqliteError.CannotWrite(Path);
    }
}

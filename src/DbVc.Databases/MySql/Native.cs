using System.Runtime.InteropServices;

namespace DbVc.Databases;

/// <summary>The part of MariaDB Connector/C's interface that is used here. Calls that may wait for the network keep the GC transition.</summary>
internal static unsafe partial class MySqlNative
{
    public const string Library = "libmariadb.so.3";

    [LibraryImport(Library, EntryPoint = "mysql_server_init")]
    public static partial int InitializeLibrary(int count, nint arguments, nint groups);

    [LibraryImport(Library, EntryPoint = "mysql_get_client_info")]
    public static partial byte* ClientInfo();

    [LibraryImport(Library, EntryPoint = "mysql_init")]
    public static partial nint Initialize(nint connection);

    [LibraryImport(Library, EntryPoint = "mysql_options")]
    public static partial int SetOption(nint connection, MySqlOption option, void* argument);

    [LibraryImport(Library, EntryPoint = "mysql_real_connect")]
    public static partial nint Connect(
        nint connection, byte* host, byte* user, byte* password, byte* database, uint port, byte* socket, nuint flags);

    [LibraryImport(Library, EntryPoint = "mysql_close")]
    public static partial void Close(nint connection);

    /// <summary>Shuts the socket down without a word to the server; whatever waits on it fails at once.</summary>
    [LibraryImport(Library, EntryPoint = "mariadb_cancel")]
    public static partial int Abort(nint connection);

    [LibraryImport(Library, EntryPoint = "mysql_get_ssl_cipher")]
    public static partial byte* TlsCipher(nint connection);

    [LibraryImport(Library, EntryPoint = "mysql_get_server_info")]
    public static partial byte* ServerInfo(nint connection);

    [LibraryImport(Library, EntryPoint = "mysql_thread_id")]
    public static partial nuint ConnectionId(nint connection);

    [LibraryImport(Library, EntryPoint = "mysql_errno")]
    public static partial uint ErrorNumber(nint connection);

    [LibraryImport(Library, EntryPoint = "mysql_error")]
    public static partial byte* ErrorMessage(nint connection);

    [LibraryImport(Library, EntryPoint = "mysql_sqlstate")]
    public static partial byte* SqlState(nint connection);

    [LibraryImport(Library, EntryPoint = "mysql_info")]
    public static partial byte* Info(nint connection);

    [LibraryImport(Library, EntryPoint = "mysql_affected_rows")]
    public static partial ulong AffectedRows(nint connection);

    [LibraryImport(Library, EntryPoint = "mysql_insert_id")]
    public static partial ulong InsertId(nint connection);

    [LibraryImport(Library, EntryPoint = "mysql_warning_count")]
    public static partial uint WarningCount(nint connection);

    [LibraryImport(Library, EntryPoint = "mysql_real_query")]
    public static partial int Query(nint connection, byte* sql, nuint length);

    [LibraryImport(Library, EntryPoint = "mysql_field_count")]
    public static partial uint FieldCount(nint connection);

    [LibraryImport(Library, EntryPoint = "mysql_use_result")]
    public static partial nint UseResult(nint connection);

    [LibraryImport(Library, EntryPoint = "mysql_more_results")]
    public static partial byte HasMoreResults(nint connection);

    [LibraryImport(Library, EntryPoint = "mysql_next_result")]
    public static partial int NextResult(nint connection);

    [LibraryImport(Library, EntryPoint = "mysql_num_fields")]
    public static partial uint ResultFieldCount(nint result);

    [LibraryImport(Library, EntryPoint = "mysql_fetch_fields")]
    public static partial MySqlField* Fields(nint result);

    [LibraryImport(Library, EntryPoint = "mysql_fetch_row")]
    public static partial byte** FetchRow(nint result);

    [LibraryImport(Library, EntryPoint = "mysql_fetch_lengths")]
    [SuppressGCTransition]
    public static partial nuint* FetchLengths(nint result);

    [LibraryImport(Library, EntryPoint = "mysql_free_result")]
    public static partial void FreeResult(nint result);

    [LibraryImport(Library, EntryPoint = "mysql_set_local_infile_handler")]
    public static partial void SetLocalInfileHandler(
        nint connection,
        delegate* unmanaged[Cdecl]<void**, byte*, void*, int> begin,
        delegate* unmanaged[Cdecl]<void*, byte*, uint, int> read,
        delegate* unmanaged[Cdecl]<void*, void> end,
        delegate* unmanaged[Cdecl]<void*, byte*, uint, int> error,
        void* user);

    [LibraryImport(Library, EntryPoint = "mysql_stmt_init")]
    public static partial nint StatementInitialize(nint connection);

    [LibraryImport(Library, EntryPoint = "mysql_stmt_prepare")]
    public static partial int StatementPrepare(nint statement, byte* sql, nuint length);

    [LibraryImport(Library, EntryPoint = "mysql_stmt_param_count")]
    public static partial nuint StatementParameterCount(nint statement);

    [LibraryImport(Library, EntryPoint = "mysql_stmt_field_count")]
    public static partial uint StatementFieldCount(nint statement);

    [LibraryImport(Library, EntryPoint = "mysql_stmt_bind_param")]
    public static partial byte StatementBind(nint statement, MySqlBind* parameters);

    [LibraryImport(Library, EntryPoint = "mysql_stmt_execute")]
    public static partial int StatementExecute(nint statement);

    [LibraryImport(Library, EntryPoint = "mysql_stmt_attr_set")]
    public static partial byte StatementSetAttribute(nint statement, MySqlStatementAttribute attribute, void* value);

    [LibraryImport(Library, EntryPoint = "mysql_stmt_result_metadata")]
    public static partial nint StatementMetadata(nint statement);

    [LibraryImport(Library, EntryPoint = "mysql_stmt_fetch")]
    public static partial int StatementFetch(nint statement);

    [LibraryImport(Library, EntryPoint = "mysql_stmt_free_result")]
    public static partial byte StatementFreeResult(nint statement);

    [LibraryImport(Library, EntryPoint = "mysql_stmt_affected_rows")]
    public static partial ulong StatementAffectedRows(nint statement);

    [LibraryImport(Library, EntryPoint = "mysql_stmt_insert_id")]
    public static partial ulong StatementInsertId(nint statement);

    [LibraryImport(Library, EntryPoint = "mysql_stmt_errno")]
    public static partial uint StatementErrorNumber(nint statement);

    [LibraryImport(Library, EntryPoint = "mysql_stmt_error")]
    public static partial byte* StatementErrorMessage(nint statement);

    [LibraryImport(Library, EntryPoint = "mysql_stmt_sqlstate")]
    public static partial byte* StatementSqlState(nint statement);

    [LibraryImport(Library, EntryPoint = "mysql_stmt_close")]
    public static partial byte StatementClose(nint statement);
}

/// <summary>Options of a connection; the numbers are the library's.</summary>
internal enum MySqlOption
{
    ConnectTimeout = 0,
    CharacterSet = 7,
    LocalInfile = 8,
    Protocol = 9,
    ReadTimeout = 11,
    WriteTimeout = 12,
    VerifyServerCertificate = 21,
    CertificateAuthority = 27,
    UseTls = 38,
    MaxAllowedPacket = 39,
    RestrictedAuthentication = 7026,
}

/// <summary>Attributes of a prepared statement; the numbers are the library's.</summary>
internal enum MySqlStatementAttribute
{
    CallbackData = 204,
    ResultCallback = 206,
}

/// <summary>Types of columns and parameters; the numbers are the protocol's.</summary>
internal enum MySqlType
{
    Decimal = 0,
    Tiny = 1,
    Short = 2,
    Long = 3,
    Float = 4,
    Double = 5,
    Null = 6,
    Timestamp = 7,
    LongLong = 8,
    Int24 = 9,
    Date = 10,
    Time = 11,
    DateTime = 12,
    Year = 13,
    VarChar = 15,
    Bit = 16,
    Json = 245,
    NewDecimal = 246,
    Enum = 247,
    Set = 248,
    TinyBlob = 249,
    MediumBlob = 250,
    LongBlob = 251,
    Blob = 252,
    VarString = 253,
    String = 254,
    Geometry = 255,
}

/// <summary>MYSQL_FIELD: one column of a result.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct MySqlField
{
    public byte* Name;
    public byte* OriginalName;
    public byte* Table;
    public byte* OriginalTable;
    public byte* Database;
    public byte* Catalog;
    public byte* Default;
    public nuint Length;
    public nuint MaxLength;
    public uint NameLength;
    public uint OriginalNameLength;
    public uint TableLength;
    public uint OriginalTableLength;
    public uint DatabaseLength;
    public uint CatalogLength;
    public uint DefaultLength;
    public uint Flags;
    public uint Decimals;
    public uint CharacterSet;
    public MySqlType Type;
    public void* Extension;
}

/// <summary>MYSQL_BIND: one parameter of a prepared statement.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct MySqlBind
{
    public nuint* Length;
    public byte* IsNull;
    public void* Buffer;
    public byte* Error;
    public byte* Indicator;
    public void* StoreParameter;
    public void* FetchResult;
    public void* SkipResult;
    public nuint BufferLength;
    public nuint Offset;
    public nuint LengthValue;
    public uint Flags;
    public uint PackLength;
    public MySqlType Type;
    public byte ErrorValue;
    public byte IsUnsigned;
    public byte LongDataUsed;
    public byte IsNullValue;
    public void* Extension;
}

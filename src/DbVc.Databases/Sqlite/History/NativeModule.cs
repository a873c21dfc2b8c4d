using System.Runtime.InteropServices;

namespace DbVc.Databases;

/// <summary>The part of SQLite's C interface that virtual tables need.</summary>
internal static unsafe partial class SqliteNative
{
    [LibraryImport(Library, EntryPoint = "sqlite3_create_module_v2")]
    public static partial int CreateModule(
        nint connection, byte* name, SqliteModule* module, nint user, delegate* unmanaged[Cdecl]<nint, void> destroy);

    [LibraryImport(Library, EntryPoint = "sqlite3_declare_vtab")]
    public static partial int DeclareVirtualTable(nint connection, byte* sql);

    // Variadic, but this option takes no further argument.
    [LibraryImport(Library, EntryPoint = "sqlite3_vtab_config")]
    public static partial int ConfigureVirtualTable(nint connection, int option);

    [LibraryImport(Library, EntryPoint = "sqlite3_vtab_collation")]
    public static partial byte* ConstraintCollation(SqliteIndexInfo* info, int constraint);

    [LibraryImport(Library, EntryPoint = "sqlite3_vtab_rhs_value")]
    public static partial int ConstraintValue(SqliteIndexInfo* info, int constraint, nint* value);

    /// <summary>True if the constraint is an IN; with <paramref name="handle"/> 1 its values then come all at once, with -1 nothing changes.</summary>
    [LibraryImport(Library, EntryPoint = "sqlite3_vtab_in")]
    public static partial int ConstraintIsIn(SqliteIndexInfo* info, int constraint, int handle);

    [LibraryImport(Library, EntryPoint = "sqlite3_vtab_in_first")]
    public static partial int FirstOfIn(nint list, nint* value);

    [LibraryImport(Library, EntryPoint = "sqlite3_vtab_in_next")]
    public static partial int NextOfIn(nint list, nint* value);

    [LibraryImport(Library, EntryPoint = "sqlite3_is_interrupted")]
    public static partial int IsInterrupted(nint connection);

    [LibraryImport(Library, EntryPoint = "sqlite3_malloc64")]
    public static partial void* Allocate(ulong size);

    [LibraryImport(Library, EntryPoint = "sqlite3_free")]
    public static partial void Free(void* memory);

    [LibraryImport(Library, EntryPoint = "sqlite3_value_type")]
    [SuppressGCTransition]
    public static partial int ValueType(nint value);

    [LibraryImport(Library, EntryPoint = "sqlite3_value_numeric_type")]
    public static partial int ValueNumericType(nint value);

    [LibraryImport(Library, EntryPoint = "sqlite3_value_int64")]
    [SuppressGCTransition]
    public static partial long ValueInteger(nint value);

    [LibraryImport(Library, EntryPoint = "sqlite3_value_double")]
    [SuppressGCTransition]
    public static partial double ValueReal(nint value);

    [LibraryImport(Library, EntryPoint = "sqlite3_value_blob")]
    public static partial byte* ValueBlob(nint value);

    [LibraryImport(Library, EntryPoint = "sqlite3_value_bytes")]
    public static partial int ValueBytes(nint value);

    [LibraryImport(Library, EntryPoint = "sqlite3_result_null")]
    [SuppressGCTransition]
    public static partial void ResultNull(nint result);

    [LibraryImport(Library, EntryPoint = "sqlite3_result_int64")]
    [SuppressGCTransition]
    public static partial void ResultInteger(nint result, long value);

    [LibraryImport(Library, EntryPoint = "sqlite3_result_double")]
    [SuppressGCTransition]
    public static partial void ResultReal(nint result, double value);

    [LibraryImport(Library, EntryPoint = "sqlite3_result_text")]
    public static partial void ResultText(nint result, byte* text, int length, nint destructor);

    [LibraryImport(Library, EntryPoint = "sqlite3_result_blob")]
    public static partial void ResultBlob(nint result, byte* bytes, int length, nint destructor);
}

/// <summary><c>sqlite3_module</c>, version 2.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct SqliteModule
{
    public int Version;
    public nint Create;
    public delegate* unmanaged[Cdecl]<nint, nint, int, byte**, SqliteVirtualTable**, byte**, int> Connect;
    public delegate* unmanaged[Cdecl]<SqliteVirtualTable*, SqliteIndexInfo*, int> BestIndex;
    public delegate* unmanaged[Cdecl]<SqliteVirtualTable*, int> Disconnect;
    public nint Destroy;
    public delegate* unmanaged[Cdecl]<SqliteVirtualTable*, SqliteVirtualCursor**, int> Open;
    public delegate* unmanaged[Cdecl]<SqliteVirtualCursor*, int> Close;
    public delegate* unmanaged[Cdecl]<SqliteVirtualCursor*, int, byte*, int, nint*, int> Filter;
    public delegate* unmanaged[Cdecl]<SqliteVirtualCursor*, int> Next;
    public delegate* unmanaged[Cdecl]<SqliteVirtualCursor*, int> Eof;
    public delegate* unmanaged[Cdecl]<SqliteVirtualCursor*, nint, int, int> Column;
    public delegate* unmanaged[Cdecl]<SqliteVirtualCursor*, long*, int> RowId;
    public nint Update;
    public nint Begin;
    public nint Sync;
    public nint Commit;
    public nint Rollback;
    public nint FindFunction;
    public nint Rename;
    public nint Savepoint;
    public nint Release;
    public nint RollbackTo;
}

/// <summary><c>sqlite3_vtab</c>, followed by a handle of the managed object.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct SqliteVirtualTable
{
    public SqliteModule* Module;
    public int References;
    public byte* Message;
    public nint Managed;
}

/// <summary><c>sqlite3_vtab_cursor</c>, followed by a handle of the managed object.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct SqliteVirtualCursor
{
    public SqliteVirtualTable* Table;
    public nint Managed;
}

/// <summary><c>sqlite3_index_info</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct SqliteIndexInfo
{
    public int ConstraintCount;
    public SqliteIndexConstraint* Constraints;
    public int OrderCount;
    public SqliteIndexOrder* Order;
    public SqliteIndexUsage* Usages;
    public int Number;
    public byte* Text;
    public int FreeText;
    public int OrderConsumed;
    public double EstimatedCost;
    public long EstimatedRows;
    public int Flags;
    public ulong ColumnsUsed;
}

[StructLayout(LayoutKind.Sequential)]
internal struct SqliteIndexConstraint
{
    public int Column;
    public byte Operator;
    public byte Usable;
    public int TermOffset;
}

[StructLayout(LayoutKind.Sequential)]
internal struct SqliteIndexOrder
{
    public int Column;
    public byte Descending;
}

[StructLayout(LayoutKind.Sequential)]
internal struct SqliteIndexUsage
{
    public int Argument;
    public byte Omit;
}

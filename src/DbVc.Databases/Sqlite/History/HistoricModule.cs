using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Text;
using DbVc.Model;

namespace DbVc.Databases;

/// <summary>
/// The functions that SQLite calls to read a table as it was. Nothing thrown here may reach SQLite: it is kept, and the statement fails.
/// All of it runs on the thread that runs the statement.
/// </summary>
internal sealed unsafe class HistoricModule
{
    private const int Innocuous = 2;
    private const int Failed = 1;
    private const int OutOfMemory = 7;
    private const nint CopyBytes = -1;

    private static readonly SqliteModule* s_module = CreateModule();

    private readonly nint _connection;

    public HistoricModule(nint connection) => _connection = connection;

    /// <summary>What went wrong while SQLite was reading; its own message only says that something did.</summary>
    public ExceptionDispatchInfo? Failure { get; private set; }

    /// <summary>Makes a table known to the connection under its name, until the connection is closed.</summary>
    public void Add(IHistoricTable table)
    {
        var handle = GCHandle.Alloc(new Source(this, new HistoricTable(table)));
        fixed (byte* name = SqliteHandle.ToUtf8(table.Schema.Name))
        {
            // On failure SQLite has freed the handle already.
            var code = SqliteNative.CreateModule(_connection, name, s_module, GCHandle.ToIntPtr(handle), &FreeSource);
            if (code != SqliteError.Ok) throw new DbVcException(FailureKind.Failed, "database.failed", $"SQLite does not take the table ({code}).");
        }
    }

    private static SqliteModule* CreateModule()
    {
        var module = (SqliteModule*)NativeMemory.AllocZeroed((nuint)sizeof(SqliteModule));
        module->Version = 2;
        // Without a function to create it, a table is there under the name of its module.
        module->Connect = &Connect;
        module->BestIndex = &BestIndex;
        module->Disconnect = &Disconnect;
        module->Open = &OpenCursor;
        module->Close = &CloseCursor;
        module->Filter = &Filter;
        module->Next = &Next;
        module->Eof = &Eof;
        module->Column = &Column;
        module->RowId = &RowId;
        return module;
    }

    private static T Get<T>(nint handle) => (T)GCHandle.FromIntPtr(handle).Target!;

    private static Source SourceOf(SqliteVirtualTable* table) => Get<Source>(table->Managed);

    private static HistoricCursor CursorOf(SqliteVirtualCursor* cursor) => Get<HistoricCursor>(cursor->Managed);

    /// <summary>Keeps the failure for the caller of the statement and tells SQLite its sentence.</summary>
    private static int Fail(Source source, byte** message, Exception failure)
    {
        if (failure is OperationCanceledException) return SqliteError.Interrupted;
        source.Module.Failure ??= ExceptionDispatchInfo.Capture(failure);
        SqliteNative.Free(*message);
        var text = Encoding.UTF8.GetBytes(failure.Message);
        *message = (byte*)SqliteNative.Allocate((ulong)text.Length + 1);
        if (*message is null) return OutOfMemory;
        text.CopyTo(new Span<byte>(*message, text.Length));
        (*message)[text.Length] = 0;
        return Failed;
    }

    private static int Fail(SqliteVirtualCursor* cursor, Exception failure) => Fail(SourceOf(cursor->Table), &cursor->Table->Message, failure);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void FreeSource(nint user)
    {
        Get<Source>(user).Table.Dispose();
        GCHandle.FromIntPtr(user).Free();
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Connect(nint connection, nint user, int count, byte** words, SqliteVirtualTable** table, byte** message)
    {
        var source = Get<Source>(user);
        try
        {
            fixed (byte* declaration = SqliteHandle.ToUtf8(source.Table.Declaration()))
            {
                var code = SqliteNative.DeclareVirtualTable(connection, declaration);
                if (code != SqliteError.Ok) return code;
            }

            SqliteNative.ConfigureVirtualTable(connection, Innocuous);
            *table = (SqliteVirtualTable*)NativeMemory.AllocZeroed((nuint)sizeof(SqliteVirtualTable));
            (*table)->Managed = user;
            return SqliteError.Ok;
        }
        catch (Exception failure)
        {
            return Fail(source, message, failure);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Disconnect(SqliteVirtualTable* table)
    {
        NativeMemory.Free(table);
        return SqliteError.Ok;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int BestIndex(SqliteVirtualTable* table, SqliteIndexInfo* info)
    {
        try
        {
            SourceOf(table).Table.Planner.Plan(info);
            return SqliteError.Ok;
        }
        catch (Exception failure)
        {
            return Fail(SourceOf(table), &table->Message, failure);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OpenCursor(SqliteVirtualTable* table, SqliteVirtualCursor** cursor)
    {
        try
        {
            var source = SourceOf(table);
            var connection = source.Module._connection;
            var managed = new HistoricCursor(source.Table, () => SqliteNative.IsInterrupted(connection) != 0);
            *cursor = (SqliteVirtualCursor*)NativeMemory.AllocZeroed((nuint)sizeof(SqliteVirtualCursor));
            (*cursor)->Managed = GCHandle.ToIntPtr(GCHandle.Alloc(managed));
            return SqliteError.Ok;
        }
        catch (Exception failure)
        {
            return Fail(SourceOf(table), &table->Message, failure);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int CloseCursor(SqliteVirtualCursor* cursor)
    {
        try
        {
            CursorOf(cursor).Dispose();
            return SqliteError.Ok;
        }
        catch (Exception failure)
        {
            return Fail(cursor, failure);
        }
        finally
        {
            GCHandle.FromIntPtr(cursor->Managed).Free();
            NativeMemory.Free(cursor);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Filter(SqliteVirtualCursor* cursor, int number, byte* text, int count, nint* values)
    {
        try
        {
            var table = SourceOf(cursor->Table).Table;
            var plan = table.Planner[number];
            var arguments = new Value[count][];
            for (var i = 0; i < count; i++)
            {
                var affinity = table.AffinityAt(plan.Arguments[i].Column);
                arguments[i] = plan.Arguments[i].IsList ? ReadList(values[i], affinity) : [ReadValue(values[i], affinity)];
            }

            CursorOf(cursor).Start(plan, arguments);
            return SqliteError.Ok;
        }
        catch (Exception failure)
        {
            return Fail(cursor, failure);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Next(SqliteVirtualCursor* cursor)
    {
        try
        {
            CursorOf(cursor).MoveNext();
            return SqliteError.Ok;
        }
        catch (Exception failure)
        {
            return Fail(cursor, failure);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Eof(SqliteVirtualCursor* cursor) => CursorOf(cursor).IsAtEnd ? 1 : 0;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Column(SqliteVirtualCursor* cursor, nint result, int column)
    {
        try
        {
            var table = SourceOf(cursor->Table).Table;
            var row = CursorOf(cursor).Current();
            var stored = table.StoredAt(column);
            if (stored < 0)
            {
                var value = table.Generate(column, row);
                WriteValue(result, value);
                return SqliteError.Ok;
            }

            switch (row.KindAt(stored))
            {
                case ValueKind.Integer: SqliteNative.ResultInteger(result, row.IntegerAt(stored)); break;
                case ValueKind.Real: SqliteNative.ResultReal(result, row.RealAt(stored)); break;
                case ValueKind.Text: WriteBytes(result, row.BytesAt(stored), isText: true); break;
                case ValueKind.Blob: WriteBytes(result, row.BytesAt(stored), isText: false); break;
                default: SqliteNative.ResultNull(result); break;
            }

            return SqliteError.Ok;
        }
        catch (Exception failure)
        {
            return Fail(cursor, failure);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int RowId(SqliteVirtualCursor* cursor, long* rowId)
    {
        try
        {
            *rowId = CursorOf(cursor).RowId();
            return SqliteError.Ok;
        }
        catch (Exception failure)
        {
            return Fail(cursor, failure);
        }
    }

    private static Value[] ReadList(nint list, ColumnAffinity affinity)
    {
        var values = new List<Value>();
        nint value;
        var code = SqliteNative.FirstOfIn(list, &value);
        for (; code == SqliteError.Ok; code = SqliteNative.NextOfIn(list, &value)) values.Add(ReadValue(value, affinity));
        if (code != SqliteError.Done) throw new DbVcException(FailureKind.Failed, "database.failed", $"SQLite does not give the values of an IN ({code}).");
        return [.. values];
    }

    /// <summary>A value that a column is compared with; a text that looks like a number is one for a column of numbers.</summary>
    private static Value ReadValue(nint value, ColumnAffinity affinity)
    {
        var isNumeric = affinity is ColumnAffinity.Numeric or ColumnAffinity.RowId;
        var kind = isNumeric ? SqliteNative.ValueNumericType(value) : SqliteNative.ValueType(value);
        return kind switch
        {
            1 => Value.Integer(SqliteNative.ValueInteger(value)),
            2 => Value.Real(SqliteNative.ValueReal(value)),
            3 => Value.Text(ReadBytes(value)),
            4 => Value.Blob(ReadBytes(value)),
            _ => Value.Null,
        };
    }

    private static byte[] ReadBytes(nint value)
    {
        var bytes = SqliteNative.ValueBlob(value);
        return new ReadOnlySpan<byte>(bytes, SqliteNative.ValueBytes(value)).ToArray();
    }

    private static void WriteValue(nint result, Value value)
    {
        switch (value.Kind)
        {
            case ValueKind.Integer: SqliteNative.ResultInteger(result, value.AsInteger); break;
            case ValueKind.Real: SqliteNative.ResultReal(result, value.AsReal); break;
            case ValueKind.Text: WriteBytes(result, value.AsBytes.Span, isText: true); break;
            case ValueKind.Blob: WriteBytes(result, value.AsBytes.Span, isText: false); break;
            default: SqliteNative.ResultNull(result); break;
        }
    }

    private static void WriteBytes(nint result, ReadOnlySpan<byte> bytes, bool isText)
    {
        // An empty span may have no address, and SQLite takes a null pointer for NULL.
        byte none = 0;
        fixed (byte* first = bytes)
        {
            var start = first is null ? &none : first;
            if (isText) SqliteNative.ResultText(result, start, bytes.Length, CopyBytes);
            else SqliteNative.ResultBlob(result, start, bytes.Length, CopyBytes);
        }
    }

    /// <summary>A table and the module it was added to.</summary>
    private sealed record Source(HistoricModule Module, HistoricTable Table);
}

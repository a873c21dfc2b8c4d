using System.Runtime.InteropServices;
using System.Text;
using DbVc.Model;

namespace DbVc.Databases;

/// <summary>One prepared statement. What is bound is copied.</summary>
internal sealed unsafe class MySqlStatement : IDisposable
{
    private readonly MySqlHandle _handle;
    private readonly int _count;
    private readonly MySqlBind* _binds;
    private readonly long* _numbers;
    private readonly nuint* _starts;
    private byte* _bytes;
    private nuint _capacity;
    private nuint _used;
    private nint _statement;

    private MySqlStatement(MySqlHandle handle, nint statement)
    {
        (_handle, _statement) = (handle, statement);
        _count = (int)MySqlNative.StatementParameterCount(statement);
        var count = (nuint)Math.Max(_count, 1);
        _binds = (MySqlBind*)NativeMemory.AllocZeroed(count, (nuint)sizeof(MySqlBind));
        _numbers = (long*)NativeMemory.AllocZeroed(count, sizeof(long));
        _starts = (nuint*)NativeMemory.AllocZeroed(count, (nuint)sizeof(nuint));
        for (var i = 0; i < _count; i++) BindNull(i);
    }

    public nint Pointer => _statement;

    public int ParameterCount => _count;

    /// <summary>True for a statement that answers with rows.</summary>
    public bool ReturnsRows => MySqlNative.StatementFieldCount(_statement) > 0;

    /// <summary>Rows that the last run inserted, deleted or found to update.</summary>
    public long AffectedRows => (long)MySqlNative.StatementAffectedRows(_statement);

    public ulong InsertId => MySqlNative.StatementInsertId(_statement);

    public static MySqlStatement Prepare(MySqlHandle handle, string sql)
    {
        var statement = MySqlNative.StatementInitialize(handle.Pointer);
        if (statement == 0) throw handle.Fail();
        var text = Encoding.UTF8.GetBytes(sql);
        int code;
        fixed (byte* bytes = text) code = MySqlNative.StatementPrepare(statement, bytes, (nuint)text.Length);
        if (code == 0) return new MySqlStatement(handle, statement);
        var failure = Fail(handle, statement);
        _ = MySqlNative.StatementClose(statement);
        throw failure;
    }

    public void BindNull(int parameter) => Point(parameter, MySqlType.Null, false);

    public void BindInteger(int parameter, long value)
    {
        _numbers[parameter] = value;
        Point(parameter, MySqlType.LongLong, false);
    }

    public void BindUnsigned(int parameter, ulong value)
    {
        _numbers[parameter] = (long)value;
        Point(parameter, MySqlType.LongLong, true);
    }

    public void BindReal(int parameter, double value)
    {
        _numbers[parameter] = BitConverter.DoubleToInt64Bits(value);
        Point(parameter, MySqlType.Double, false);
    }

    public void BindText(int parameter, ReadOnlySpan<byte> utf8) => BindBytes(parameter, utf8, MySqlType.String);

    public void BindText(int parameter, string text) => BindText(parameter, Encoding.UTF8.GetBytes(text));

    public void BindBlob(int parameter, ReadOnlySpan<byte> bytes) => BindBytes(parameter, bytes, MySqlType.Blob);

    public void Bind(int parameter, Value value)
    {
        switch (value.Kind)
        {
            case ValueKind.Integer: BindInteger(parameter, value.AsInteger); break;
            case ValueKind.Real: BindReal(parameter, value.AsReal); break;
            case ValueKind.Text: BindText(parameter, value.AsBytes.Span); break;
            case ValueKind.Blob: BindBlob(parameter, value.AsBytes.Span); break;
            default: BindNull(parameter); break;
        }
    }

    /// <summary>Runs a statement that answers with rows, which are read from the network as they are asked for. Dispose them before
    /// anything else is run.</summary>
    public MySqlRows Query()
    {
        Execute();
        return new MySqlRows(this);
    }

    /// <summary>Runs the statement. Bytes bound for this run are given back; numbers and NULLs stay bound.</summary>
    public void Execute()
    {
        for (var i = 0; i < _count; i++)
        {
            // The block may have moved since the bytes were bound.
            _binds[i].Buffer = IsBytes(_binds[i].Type) ? _bytes + _starts[i] : _numbers + i;
        }

        var failed = (_count > 0 && MySqlNative.StatementBind(_statement, _binds) != 0) || MySqlNative.StatementExecute(_statement) != 0;
        _used = 0;
        if (failed) throw Fail();
    }

    public DbVcException Fail() => Fail(_handle, _statement);

    public void Dispose()
    {
        if (_statement == 0) return;
        _ = MySqlNative.StatementClose(_statement);
        _statement = 0;
        NativeMemory.Free(_binds);
        NativeMemory.Free(_numbers);
        NativeMemory.Free(_starts);
        NativeMemory.Free(_bytes);
    }

    private void BindBytes(int parameter, ReadOnlySpan<byte> bytes, MySqlType type)
    {
        Require(parameter);
        // One byte more than needed, so that there is a block to point at even when all values are empty.
        var end = _used + (nuint)bytes.Length;
        if (end + 1 > _capacity)
        {
            _capacity = Math.Max(Math.Max(end + 1, _capacity * 2), 4096);
            _bytes = (byte*)NativeMemory.Realloc(_bytes, _capacity);
        }

        bytes.CopyTo(new Span<byte>(_bytes + _used, bytes.Length));
        _starts[parameter] = _used;
        _binds[parameter].BufferLength = _binds[parameter].LengthValue = (nuint)bytes.Length;
        _used = end;
        Point(parameter, type, false);
    }

    private void Point(int parameter, MySqlType type, bool isUnsigned)
    {
        Require(parameter);
        _binds[parameter].Type = type;
        _binds[parameter].IsUnsigned = isUnsigned ? (byte)1 : (byte)0;
        _binds[parameter].IsNullValue = type == MySqlType.Null ? (byte)1 : (byte)0;
    }

    private void Require(int parameter) => ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)parameter, (uint)_count, nameof(parameter));

    private static bool IsBytes(MySqlType type) => type is MySqlType.String or MySqlType.Blob;

    private static DbVcException Fail(MySqlHandle handle, nint statement)
    {
        var number = (int)MySqlNative.StatementErrorNumber(statement);
        return number == 0 ? handle.Fail() : handle.Fail(number,
            MySqlHandle.Text(MySqlNative.StatementSqlState(statement)), MySqlHandle.Text(MySqlNative.StatementErrorMessage(statement)));
    }
}

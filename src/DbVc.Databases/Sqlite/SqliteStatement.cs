using System.Runtime.InteropServices;
using System.Text;
using DbVc.Model;

namespace DbVc.Databases;

/// <summary>One prepared statement. Bytes bound to it are copied into a buffer of its own and handed to SQLite without a further copy.</summary>
internal sealed unsafe class SqliteStatement : IDisposable
{
    private static readonly ValueKind[] Kinds =
        [ValueKind.Null, ValueKind.Integer, ValueKind.Real, ValueKind.Text, ValueKind.Blob, ValueKind.Null];

    private readonly SqliteHandle _handle;
    private readonly bool _convert;
    private readonly SqliteBindBuffer _buffer = new();
    private nint _statement;

    private SqliteStatement(SqliteHandle handle, nint statement) => (_handle, _statement, _convert) = (handle, statement, handle.IsUtf16);

    public int ColumnCount => SqliteNative.ColumnCount(_statement);

    public bool IsReadOnly => SqliteNative.IsStatementReadOnly(_statement) != 0;

    public static SqliteStatement Prepare(SqliteHandle handle, string sql)
    {
        var statement = Prepare(handle, SqliteHandle.ToUtf8(sql), 0, out var tail);
        if (statement == 0) throw new ArgumentException("There is no statement in the text.", nameof(sql));
        var prepared = new SqliteStatement(handle, statement);
        if (IsBlank(handle, SqliteHandle.ToUtf8(sql), tail)) return prepared;
        prepared.Dispose();
        throw new DbVcException(FailureKind.Refused, "statement.several", "The text holds more than one statement.", hint: "Write exactly one.");
    }

    /// <summary>True if only white space, semicolons and comments follow.</summary>
    private static bool IsBlank(SqliteHandle handle, byte[] sql, int tail)
    {
        while (tail < sql.Length - 1)
        {
            var next = Prepare(handle, sql, tail, out tail);
            if (next == 0) continue;
            SqliteNative.Finalize(next);
            return false;
        }

        return true;
    }

    private static nint Prepare(SqliteHandle handle, byte[] sql, int start, out int tail)
    {
        nint statement;
        byte* rest;
        fixed (byte* text = sql)
        {
            if (SqliteNative.Prepare(handle.Pointer, text + start, sql.Length - start, 0, &statement, &rest) != SqliteError.Ok) throw handle.Fail();
            tail = statement == 0 && rest == text + start ? sql.Length : (int)(rest - text);
        }

        return statement;
    }

    public void BindNull(int column) => SqliteNative.BindNull(_statement, column + 1);

    public void BindInteger(int column, long value) => SqliteNative.BindInteger(_statement, column + 1, value);

    public void BindReal(int column, double value) => SqliteNative.BindReal(_statement, column + 1, value);

    public void BindText(int column, ReadOnlySpan<byte> utf8) => _buffer.Add(column + 1, utf8, isText: true);

    public void BindText(int column, string text) => BindText(column, Encoding.UTF8.GetBytes(text));

    public void BindBlob(int column, ReadOnlySpan<byte> bytes) => _buffer.Add(column + 1, bytes, isText: false);

    public void Bind(int column, Value value)
    {
        switch (value.Kind)
        {
            case ValueKind.Integer: BindInteger(column, value.AsInteger); break;
            case ValueKind.Real: BindReal(column, value.AsReal); break;
            case ValueKind.Text: BindText(column, value.AsBytes.Span); break;
            case ValueKind.Blob: BindBlob(column, value.AsBytes.Span); break;
            default: BindNull(column); break;
        }
    }

    /// <summary>Moves to the next row; false at the end.</summary>
    public bool Step() => TryStep() switch
    {
        SqliteError.Row => true,
        SqliteError.Done => false,
        _ => throw _handle.Fail(),
    };

    /// <summary>Moves on and returns SQLite's code.</summary>
    public int TryStep()
    {
        var code = _buffer.Flush(_statement);
        return code == SqliteError.Ok ? SqliteNative.Step(_statement) : code;
    }

    /// <summary>Makes the statement ready to run again; bindings become NULL.</summary>
    public void Reset()
    {
        SqliteNative.Reset(_statement);
        SqliteNative.ClearBindings(_statement);
        _buffer.Clear();
    }

    /// <summary>Runs to the end and resets.</summary>
    public void Execute()
    {
        while (Step())
        {
        }

        Reset();
    }

    public ValueKind KindAt(int column) => Kinds[SqliteNative.ColumnType(_statement, column)];

    public long IntegerAt(int column) => SqliteNative.ColumnInteger(_statement, column);

    public double RealAt(int column) => SqliteNative.ColumnReal(_statement, column);

    public ReadOnlySpan<byte> BytesAt(int column)
    {
        // A text is taken as it lies, so invalid UTF-8 survives; only a UTF-16 file needs SQLite's conversion.
        var bytes = _convert && SqliteNative.ColumnType(_statement, column) == 3
            ? SqliteNative.ColumnText(_statement, column)
            : SqliteNative.ColumnBlob(_statement, column);
        return new ReadOnlySpan<byte>(bytes, SqliteNative.ColumnBytes(_statement, column));
    }

    public string TextAt(int column) => Encoding.UTF8.GetString(BytesAt(column));

    public string? NullableTextAt(int column) => KindAt(column) == ValueKind.Null ? null : TextAt(column);

    public Value ValueAt(int column) => KindAt(column) switch
    {
        ValueKind.Integer => Value.Integer(IntegerAt(column)),
        ValueKind.Real => Value.Real(RealAt(column)),
        ValueKind.Text => Value.Text(BytesAt(column).ToArray()),
        ValueKind.Blob => Value.Blob(BytesAt(column).ToArray()),
        _ => Value.Null,
    };

    public Value[] RowAt(int firstColumn)
    {
        var row = new Value[ColumnCount - firstColumn];
        for (var i = 0; i < row.Length; i++) row[i] = ValueAt(firstColumn + i);
        return row;
    }

    /// <summary>Compares the whole current row with <paramref name="expected"/>: storage class and bytes.</summary>
    public bool IsRow(Value[] expected)
    {
        for (var i = 0; i < expected.Length; i++)
        {
            if (!IsValue(i, expected[i])) return false;
        }

        return true;
    }

    public string ColumnName(int column) => Marshal.PtrToStringUTF8((nint)SqliteNative.ColumnName(_statement, column)) ?? "";

    public string DeclaredType(int column) => Marshal.PtrToStringUTF8((nint)SqliteNative.ColumnDeclaredType(_statement, column)) ?? "";

    public void Dispose()
    {
        if (_statement == 0) return;
        SqliteNative.Finalize(_statement);
        _statement = 0;
        _buffer.Dispose();
    }

    private bool IsValue(int column, Value expected)
    {
        if (KindAt(column) != expected.Kind) return false;
        return expected.Kind switch
        {
            ValueKind.Null => true,
            ValueKind.Integer => IntegerAt(column) == expected.AsInteger,
            ValueKind.Real => BitConverter.DoubleToInt64Bits(RealAt(column)) == BitConverter.DoubleToInt64Bits(expected.AsReal),
            _ => BytesAt(column).SequenceEqual(expected.AsBytes.Span),
        };
    }
}

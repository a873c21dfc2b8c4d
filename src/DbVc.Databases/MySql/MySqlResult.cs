using System.Buffers.Text;
using System.Text;

namespace DbVc.Databases;

/// <summary>Rows of one statement in the text protocol. Spans point into the network buffer and are valid until the next <see cref="Read"/>.</summary>
internal sealed unsafe class MySqlResult : IDisposable
{
    private readonly MySqlHandle _handle;
    private readonly MySqlField* _fields;
    private nint _result;
    private byte** _row;
    private nuint* _lengths;
    private bool _isAtEnd;

    public MySqlResult(MySqlHandle handle, nint result)
    {
        (_handle, _result) = (handle, result);
        FieldCount = (int)MySqlNative.ResultFieldCount(result);
        _fields = MySqlNative.Fields(result);
    }

    public int FieldCount { get; }

    /// <summary>The column as the server describes it; valid until <see cref="Dispose"/>.</summary>
    public ref readonly MySqlField FieldAt(int column) => ref _fields[column];

    public string NameAt(int column) => Encoding.UTF8.GetString(_fields[column].Name, (int)_fields[column].NameLength);

    /// <summary>Moves to the next row; false at the end.</summary>
    public bool Read()
    {
        _row = MySqlNative.FetchRow(_result);
        if (_row is not null)
        {
            _lengths = MySqlNative.FetchLengths(_result);
            return true;
        }

        _isAtEnd = true;
        if (MySqlNative.ErrorNumber(_handle.Pointer) != 0) throw _handle.Fail();
        return false;
    }

    public bool IsNull(int column) => _row[column] is null;

    /// <summary>The cell's bytes; empty for NULL.</summary>
    public ReadOnlySpan<byte> BytesAt(int column) => new(_row[column], (int)_lengths[column]);

    public string TextAt(int column) => Encoding.UTF8.GetString(BytesAt(column));

    public string? NullableTextAt(int column) => IsNull(column) ? null : TextAt(column);

    public long IntegerAt(int column)
    {
        var text = BytesAt(column);
        return Utf8Parser.TryParse(text, out long value, out var used) && used == text.Length ? value : throw new FormatException("Not an integer.");
    }

    /// <summary>Rows that were not read are passed over; where they could be many, <see cref="MySqlHandle.Abort"/> first.</summary>
    public void Dispose()
    {
        if (_result == 0) return;
        MySqlNative.FreeResult(_result);
        _result = 0;
        _row = null;
        // After the last row a procedure may still have further results, and failures among them.
        if (_isAtEnd) _handle.Finish();
    }
}

using System.Buffers;
using System.Buffers.Text;
using System.Globalization;

namespace DbVc.Databases;

/// <summary>Rows in the text format of COPY, one after the other in one buffer. Every type of column takes its values as text, so there is one format for
/// all.</summary>
internal sealed class PostgresLoadBuffer(int columns)
{
    private const int FirstSize = 1 << 20;
    private static readonly SearchValues<byte> Special = SearchValues.Create("\\\t\n\r"u8);

    private readonly int[] _starts = new int[columns];
    private readonly int[] _ends = new int[columns];
    private readonly List<int> _rows = [0];
    private byte[] _bytes = GC.AllocateUninitializedArray<byte>(FirstSize);
    private byte[] _row = new byte[256];
    private int _length;
    private int _used;

    /// <summary>Whole rows in the buffer.</summary>
    public int Count => _rows.Count - 1;

    public int Length => _length;

    public ReadOnlyMemory<byte> Rows(int first, int end) => _bytes.AsMemory(_rows[first], _rows[end] - _rows[first]);

    public void Clear()
    {
        _rows.RemoveRange(1, _rows.Count - 1);
        _length = 0;
    }

    /// <summary>True if the row in the making has a value there.</summary>
    public bool IsSet(int column) => _ends[column] > 0;

    public void SetNull(int column) => _ends[column] = 0;

    public void SetInteger(int column, long value)
    {
        var start = Reserve(20);
        Utf8Formatter.TryFormat(value, _row.AsSpan(start), out var written);
        End(column, start, start + written);
    }

    /// <summary>The shortest text that reads back as the same number.</summary>
    public void SetReal(int column, double value)
    {
        if (!double.IsFinite(value))
        {
            SetPlain(column, double.IsNaN(value) ? "NaN"u8 : value > 0 ? "Infinity"u8 : "-Infinity"u8);
            return;
        }

        var start = Reserve(32);
        value.TryFormat(_row.AsSpan(start), out var written, "R", CultureInfo.InvariantCulture);
        End(column, start, start + written);
    }

    public void SetText(int column, ReadOnlySpan<byte> utf8)
    {
        if (!utf8.ContainsAny(Special))
        {
            SetPlain(column, utf8);
            return;
        }

        var start = Reserve(2 * utf8.Length);
        var at = start;
        foreach (var b in utf8)
        {
            if (Special.Contains(b)) _row[at++] = (byte)'\\';
            _row[at++] = b switch { (byte)'\t' => (byte)'t', (byte)'\n' => (byte)'n', (byte)'\r' => (byte)'r', _ => b };
        }

        End(column, start, at);
    }

    public void SetBlob(int column, ReadOnlySpan<byte> bytes)
    {
        var start = Reserve(3 + (2 * bytes.Length));
        @"\\x"u8.CopyTo(_row.AsSpan(start));
        Convert.TryToHexStringLower(bytes, _row.AsSpan(start + 3), out var written);
        End(column, start, start + 3 + written);
    }

    /// <summary>Puts the row behind the others and begins a new one.</summary>
    public void EndRow()
    {
        Grow(_used + (3 * columns) + 1);
        for (var i = 0; i < columns; i++)
        {
            if (i > 0) _bytes[_length++] = (byte)'\t';
            var value = _ends[i] == 0 ? @"\N"u8 : _row.AsSpan(_starts[i], _ends[i] - _starts[i]);
            value.CopyTo(_bytes.AsSpan(_length));
            _length += value.Length;
            _ends[i] = 0;
        }

        _bytes[_length++] = (byte)'\n';
        _rows.Add(_length);
        _used = 0;
    }

    private void SetPlain(int column, ReadOnlySpan<byte> text)
    {
        var start = Reserve(text.Length);
        text.CopyTo(_row.AsSpan(start));
        End(column, start, start + text.Length);
    }

    /// <summary>Position 0 stays free: an end of 0 means that there is no value.</summary>
    private int Reserve(int bytes)
    {
        if (_used == 0) _used = 1;
        if (_used + bytes > _row.Length) Array.Resize(ref _row, Math.Max(_used + bytes, 2 * _row.Length));
        return _used;
    }

    private void End(int column, int start, int end)
    {
        (_starts[column], _ends[column]) = (start, end);
        _used = end;
    }

    private void Grow(int bytes)
    {
        if (_length + bytes > _bytes.Length) Array.Resize(ref _bytes, Math.Max(_length + bytes, 2 * _bytes.Length));
    }
}

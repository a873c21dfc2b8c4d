namespace DbVc.Pipelines;

/// <summary>Accepted rows copied out of their batches, so that one thread can load them while another reads on. For one thread at a time.</summary>
public sealed class RowBlock
{
    // A few hundred rows: small enough to stay in the cache between the threads, large enough to make handing over cheap.
    private const int Cells = 4096;
    private const int Bytes = 128 * 1024;

    // Some thousand: what asking a server costs is nothing against sending them.
    private const int TimesForServer = 16;

    private readonly int _mostBytes;
    private readonly CellSlot[] _cells;
    private readonly long[] _records;
    private readonly int _columns;
    private readonly RowView _row;
    private byte[] _bytes;
    private int _used;

    /// <param name="columns">Columns of a row, at least 1.</param>
    /// <param name="isForServer">Who takes the rows is asked over a connection.</param>
    public RowBlock(int columns, bool isForServer)
    {
        var times = isForServer ? TimesForServer : 1;
        _columns = columns;
        _mostBytes = times * Bytes;
        _bytes = new byte[_mostBytes];
        _records = new long[Math.Max(1, times * Cells / columns)];
        _cells = new CellSlot[_records.Length * columns];
        _row = new RowView(_cells, columns);
    }

    /// <summary>Rows in the block.</summary>
    public int Count { get; private set; }

    public bool IsFull => Count == _records.Length || _used >= _mostBytes;

    public void Clear() => Count = _used = 0;

    /// <summary>Copies a row; the block must not be full.</summary>
    public void Add(long record, RowView row)
    {
        var cells = _cells.AsSpan(Count * _columns, _columns);
        for (var i = 0; i < cells.Length; i++)
        {
            ref var cell = ref cells[i];
            cell = row.Slot(i);
            cell.Offset = _used;
            if (cell.Length == 0) continue;
            if (_bytes.Length - _used < cell.Length) Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _used + cell.Length));
            row.Bytes(i).CopyTo(_bytes.AsSpan(_used));
            _used += cell.Length;
        }

        _records[Count++] = record;
    }

    public long RecordAt(int index) => _records[index];

    /// <summary>One of the rows; valid until the next call.</summary>
    public RowView RowAt(int index)
    {
        _row.MoveTo(_bytes, index * _columns);
        return _row;
    }
}

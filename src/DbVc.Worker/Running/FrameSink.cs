using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;
using DbVc.PipelineRuntime;

namespace DbVc.Worker;

/// <summary>Thrown through the pipeline when it begins a record past the limit.</summary>
internal sealed class RecordLimitReached : Exception;

/// <summary>
/// Writes rows into batches and holds the pipeline to its contract: every call in order, one cell per column, each of the column's kind.
/// The pipe is a megabyte large, so writing seldom waits for the host.
/// </summary>
internal sealed class FrameSink(Stream output, long maxRecords) : IRowSink
{
    private readonly List<(byte[] Field, byte[] Rule, byte[] Value, byte[] Message)> _failures = [];
    private byte[] _buffer = new byte[WireLimits.BatchBytes * 2];
    private int _position = WireLimits.HeaderBytes;
    private byte[] _kinds = [];
    private long _previousRecord;
    private int _entryStart;
    private int _column = Outside;

    private const int Outside = -1;

    public long Rows { get; private set; }

    public long Rejected { get; private set; }

    public long Filtered { get; private set; }

    /// <summary>The record begun last.</summary>
    public long Record { get; private set; }

    public void Start(IReadOnlyList<PipelineColumn> columns)
    {
        if (columns.Count is 0 or > WireLimits.Columns)
            throw PipelineFailure.Invalid($"A pipeline must have from 1 to {WireLimits.Columns} columns; this one has {columns.Count}.");
        _kinds = [.. columns.Select(column => (byte)column.Kind)];
        var reply = new ColumnsReply([.. columns.Select(column => new WireColumn(column.Name, (int)column.Kind))]);
        WireMessage.Write(output, FrameKind.Columns, reply, WireJson.Default.ColumnsReply);
    }

    public void Begin(long record)
    {
        if (_column != Outside)
            throw PipelineFailure.Contract("Begin was called before the record before it ended.", Record);
        if (record > maxRecords)
            throw new RecordLimitReached();
        Record = record;
        _column = 0;
        _entryStart = _position;
        Reserve(1 + Varint.MaxBytes);
        _buffer[_position++] = (byte)BatchEntry.Row;
        _position += Varint.Write(_buffer.AsSpan(_position), Varint.Zigzag(record - _previousRecord));
    }

    public void Null()
    {
        if ((uint)_column >= (uint)_kinds.Length)
            throw CellOutOfPlace();
        _column++;
        Reserve(1);
        _buffer[_position++] = 0;
    }

    public void Integer(long value)
    {
        CheckCell(CellKind.Integer);
        Reserve(1 + Varint.MaxBytes);
        _buffer[_position++] = (byte)CellKind.Integer;
        _position += Varint.Write(_buffer.AsSpan(_position), Varint.Zigzag(value));
    }

    public void Real(double value)
    {
        CheckCell(CellKind.Real);
        Reserve(9);
        _buffer[_position++] = (byte)CellKind.Real;
        BinaryPrimitives.WriteInt64LittleEndian(_buffer.AsSpan(_position), BitConverter.DoubleToInt64Bits(value));
        _position += 8;
    }

    public void Text(ReadOnlySpan<byte> utf8) => WriteCell(CellKind.Text, utf8);

    public void Blob(ReadOnlySpan<byte> bytes) => WriteCell(CellKind.Blob, bytes);

    public void Accept()
    {
        if (_column != _kinds.Length)
        {
            throw PipelineFailure.Contract(_column == Outside
                ? "Accept was called outside a record." : $"Accept was called after {_column} of {_kinds.Length} cells.", Record);
        }
        if (_failures.Count > 0)
            throw PipelineFailure.Contract("Accept was called for a record with failures.", Record);
        Rows++;
        EndEntry();
    }

    public void Fail(string field, string rule, ReadOnlySpan<byte> value, string message)
    {
        CheckInside(nameof(Fail));
        if (_failures.Count < WireLimits.Failures)
            _failures.Add((Bounded(field), Bounded(rule), value[..Math.Min(value.Length, WireLimits.FailureTextBytes)].ToArray(), Bounded(message)));
    }

    public void Reject(long line, ReadOnlySpan<byte> raw)
    {
        CheckInside(nameof(Reject));
        if (_failures.Count == 0)
            throw PipelineFailure.Contract("Reject was called without a failure.", Record);
        Restart(BatchEntry.Rejected);
        WriteNumber((ulong)Math.Max(0, line));
        Reserve(1);
        _buffer[_position++] = raw.Length > WireLimits.RawBytes ? (byte)1 : (byte)0;
        WriteBytes(raw[..Math.Min(raw.Length, WireLimits.RawBytes)]);
        WriteNumber((ulong)_failures.Count);
        foreach (var (field, rule, value, message) in _failures)
        {
            WriteBytes(field);
            WriteBytes(rule);
            WriteBytes(value);
            WriteBytes(message);
        }
        _failures.Clear();
        Rejected++;
        EndEntry();
    }

    public void Filter()
    {
        CheckInside(nameof(Filter));
        _failures.Clear();
        if (_column == _kinds.Length) _buffer[_entryStart] = (byte)BatchEntry.FilteredRow;
        else Restart(BatchEntry.Filtered);
        Filtered++;
        EndEntry();
    }

    /// <summary>The pipeline has returned: sends what is left, unless a record is still open.</summary>
    public void Finish()
    {
        if (_column != Outside)
            throw PipelineFailure.Contract("The pipeline returned inside a record.", Record);
        Flush();
    }

    public void Flush()
    {
        if (_position == WireLimits.HeaderBytes)
            return;
        _buffer[0] = (byte)FrameKind.Batch;
        BinaryPrimitives.WriteInt32LittleEndian(_buffer.AsSpan(1), _position - WireLimits.HeaderBytes);
        output.Write(_buffer, 0, _position);
        _position = WireLimits.HeaderBytes;
        _previousRecord = 0;
    }

    private void EndEntry()
    {
        _column = Outside;
        _previousRecord = Record;
        if (_position >= WireLimits.BatchBytes)
            Flush();
    }

    /// <summary>Drops the cells written so far and starts the entry again as another kind.</summary>
    private void Restart(BatchEntry entry)
    {
        _position = _entryStart;
        Reserve(1 + Varint.MaxBytes);
        _buffer[_position++] = (byte)entry;
        _position += Varint.Write(_buffer.AsSpan(_position), Varint.Zigzag(Record - _previousRecord));
    }

    private void WriteCell(CellKind kind, ReadOnlySpan<byte> bytes)
    {
        CheckCell(kind);
        if (bytes.Length > WireLimits.CellBytes)
            throw PipelineFailure.Contract($"A value of {bytes.Length} bytes is larger than the allowed {WireLimits.CellBytes}.", Record);
        Reserve(1);
        _buffer[_position++] = (byte)kind;
        WriteBytes(bytes);
    }

    private void WriteBytes(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length + Varint.MaxBytes);
        _position += Varint.Write(_buffer.AsSpan(_position), (ulong)bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(_position));
        _position += bytes.Length;
    }

    private void WriteNumber(ulong value)
    {
        Reserve(Varint.MaxBytes);
        _position += Varint.Write(_buffer.AsSpan(_position), value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void CheckCell(CellKind kind)
    {
        if ((uint)_column >= (uint)_kinds.Length || _kinds[_column] != (byte)kind)
            throw CellOutOfPlace(kind);
        _column++;
    }

    private void CheckInside(string call)
    {
        if (_column == Outside)
            throw PipelineFailure.Contract($"{call} was called outside a record.", Record);
    }

    private PipelineFailure CellOutOfPlace(CellKind? kind = null)
    {
        if (_column == Outside)
            return PipelineFailure.Contract("A cell was written outside a record.", Record);
        if (_column >= _kinds.Length)
            return PipelineFailure.Contract($"More than {_kinds.Length} cells were written.", Record);
        return PipelineFailure.Contract($"Column {_column + 1} takes {(CellKind)_kinds[_column]}, not {kind}.", Record);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Reserve(int bytes)
    {
        if (_buffer.Length - _position < bytes)
            Grow(bytes);
    }

    private void Grow(int bytes)
    {
        if ((long)_position + bytes - _entryStart > WireLimits.RowBytes)
            throw PipelineFailure.Contract($"A row is larger than the allowed {WireLimits.RowBytes} bytes.", Record);
        Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _position + bytes));
    }

    private static byte[] Bounded(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text ?? "");
        return bytes.Length <= WireLimits.FailureTextBytes ? bytes : bytes[..WireLimits.FailureTextBytes];
    }
}

using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;
using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>Reads the entries of batches and trusts none of them; what breaks the protocol throws <see cref="WireException"/>.</summary>
internal sealed class BatchReader
{
    private readonly IReadOnlyList<PipelineColumn> _columns;
    private readonly byte[] _kinds;
    private readonly RowView _row;
    private readonly RecordLedger _ledger;
    private readonly IRowReceiver _receiver;

    public BatchReader(IReadOnlyList<PipelineColumn> columns, RecordLedger ledger, IRowReceiver receiver)
    {
        _columns = columns;
        _kinds = [.. columns.Select(column => (byte)column.Kind)];
        _row = new RowView(columns.Count);
        _ledger = ledger;
        _receiver = receiver;
    }

    public long Rows { get; private set; }

    public long Rejected { get; private set; }

    public long Filtered { get; private set; }

    /// <summary>Hands every entry of a batch to the receiver. Records that are unknown or came before are noted and left out.</summary>
    public void Read(ReadOnlyMemory<byte> memory)
    {
        var batch = memory.Span;
        _row.Batch = memory;
        var position = 0;
        long record = 0;
        while (position < batch.Length)
        {
            var entry = (BatchEntry)batch[position++];
            record += Varint.Unzigzag(Varint.Read(batch, ref position));
            switch (entry)
            {
                case BatchEntry.Row:
                    ReadCells(record, batch, ref position);
                    Rows++;
                    if (_ledger.Mark(record))
                        _receiver.Row(record, _row);
                    break;
                case BatchEntry.Rejected:
                    var rejected = ReadRejected(record, batch, ref position);
                    Rejected++;
                    if (_ledger.Mark(record))
                        _receiver.Rejected(rejected);
                    break;
                case BatchEntry.FilteredRow:
                    ReadCells(record, batch, ref position);
                    Filtered++;
                    if (_ledger.Mark(record))
                        _receiver.FilteredRow(record, _row);
                    break;
                case BatchEntry.Filtered:
                    Filtered++;
                    if (_ledger.Mark(record))
                        _receiver.Filtered(record);
                    break;
                default:
                    throw new WireException($"unknown batch entry {(byte)entry}");
            }
        }
    }

    private void ReadCells(long record, ReadOnlySpan<byte> batch, ref int position)
    {
        for (var column = 0; column < _kinds.Length; column++)
        {
            if ((uint)position >= (uint)batch.Length)
                throw new WireException($"record {record} is cut off");
            var kind = batch[position++];
            ref var cell = ref _row.Slot(column);
            if (kind == 0)
            {
                cell = default;
                continue;
            }
            if (kind != _kinds[column])
                throw new WireException($"record {record}, column {_columns[column].Name} holds kind {kind}, declared is {_kinds[column]}");
            cell.Kind = kind;
            ReadCell(batch, ref position, ref cell);
            if (kind == (byte)CellKind.Text && !Utf8.IsValid(batch.Slice(cell.Offset, cell.Length)))
                throw new WireException($"record {record}, column {_columns[column].Name} holds text that is no valid UTF-8");
        }
    }

    private static void ReadCell(ReadOnlySpan<byte> batch, ref int position, ref CellSlot cell)
    {
        switch ((CellKind)cell.Kind)
        {
            case CellKind.Integer:
                cell.Bits = Varint.Unzigzag(Varint.Read(batch, ref position));
                break;
            case CellKind.Real:
                if (batch.Length - position < 8)
                    throw new WireException("a real number is cut off");
                cell.Bits = BinaryPrimitives.ReadInt64LittleEndian(batch[position..]);
                position += 8;
                break;
            default:
                cell.Length = ReadLength(batch, ref position, WireLimits.CellBytes);
                cell.Offset = position;
                position += cell.Length;
                break;
        }
    }

    private static RejectedRecord ReadRejected(long record, ReadOnlySpan<byte> batch, ref int position)
    {
        var line = Varint.Read(batch, ref position);
        if (line > long.MaxValue)
            throw new WireException("a line number is too large");
        if (position >= batch.Length || batch[position] > 1)
            throw new WireException("a rejected record is malformed");
        var cut = batch[position++] == 1;
        var raw = ReadBytes(batch, ref position, WireLimits.RawBytes).ToArray();
        var count = Varint.Read(batch, ref position);
        if (count > WireLimits.Failures)
            throw new WireException($"a rejected record has {count} reasons");
        var reasons = new RejectionReason[count];
        for (var i = 0; i < reasons.Length; i++)
        {
            reasons[i] = new RejectionReason(
                ReadText(batch, ref position), ReadText(batch, ref position), ReadText(batch, ref position), ReadText(batch, ref position));
        }
        return new RejectedRecord(record, (long)line, raw, cut, reasons);
    }

    /// <summary>Field values come from sources in any encoding; what is no UTF-8 becomes U+FFFD.</summary>
    private static string ReadText(ReadOnlySpan<byte> batch, ref int position) =>
        Encoding.UTF8.GetString(ReadBytes(batch, ref position, WireLimits.FailureTextBytes));

    private static ReadOnlySpan<byte> ReadBytes(ReadOnlySpan<byte> batch, ref int position, int limit)
    {
        var length = ReadLength(batch, ref position, limit);
        var bytes = batch.Slice(position, length);
        position += length;
        return bytes;
    }

    private static int ReadLength(ReadOnlySpan<byte> batch, ref int position, int limit)
    {
        var length = Varint.Read(batch, ref position);
        if (length > (ulong)limit)
            throw new WireException($"a value claims {length} bytes, more than the allowed {limit}");
        if (length > (ulong)(batch.Length - position))
            throw new WireException("a value is cut off");
        return (int)length;
    }
}

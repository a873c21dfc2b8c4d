using System.Runtime.InteropServices;
using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>Where a cell lies in its batch, already checked.</summary>
internal struct CellSlot
{
    public byte Kind;
    public int Offset;
    public int Length;
    public long Bits;
}

/// <summary>
/// The accepted row at hand, over the batch it arrived in; nothing is copied, and the next row takes its place.
/// Kinds and UTF-8 have been checked.
/// </summary>
public sealed class RowView : IRowView
{
    private readonly CellSlot[] _cells;

    // An array is reached faster than memory, cell by cell.
    private byte[] _batch = [];
    private int _batchStart;
    private int _firstCell;

    internal RowView(int columns) => (_cells, Count) = (new CellSlot[columns], columns);

    /// <summary>Over the cells of several rows that lie one after the other; see <see cref="MoveTo"/>.</summary>
    internal RowView(CellSlot[] cells, int columns) => (_cells, Count) = (cells, columns);

    public int Count { get; }

    internal ReadOnlyMemory<byte> Batch
    {
        set
        {
            var segment = MemoryMarshal.TryGetArray(value, out var array) ? array : new ArraySegment<byte>(value.ToArray());
            (_batch, _batchStart) = (segment.Array!, segment.Offset);
        }
    }

    public bool IsNull(int column) => _cells[_firstCell + column].Kind == 0;

    /// <summary>Null for a NULL; otherwise the kind of the column.</summary>
    public CellKind? KindAt(int column) => _cells[_firstCell + column].Kind == 0 ? null : (CellKind)_cells[_firstCell + column].Kind;

    public long Integer(int column) => _cells[_firstCell + column].Bits;

    public double Real(int column) => BitConverter.Int64BitsToDouble(_cells[_firstCell + column].Bits);

    /// <summary>The bytes of text (valid UTF-8) or blob; valid until the row changes.</summary>
    public ReadOnlySpan<byte> Bytes(int column)
    {
        ref readonly var cell = ref _cells[_firstCell + column];
        return _batch.AsSpan(_batchStart + cell.Offset, cell.Length);
    }

    internal void MoveTo(byte[] bytes, int firstCell) => (_batch, _firstCell) = (bytes, firstCell);

    internal ref CellSlot Slot(int column) => ref _cells[_firstCell + column];
}

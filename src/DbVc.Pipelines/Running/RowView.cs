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

/// <summary>One accepted row over the batch it arrived in; nothing is copied. Kinds and UTF-8 have been checked.</summary>
public readonly ref struct RowView
{
    private readonly ReadOnlySpan<byte> _batch;
    private readonly ReadOnlySpan<CellSlot> _cells;

    internal RowView(ReadOnlySpan<byte> batch, ReadOnlySpan<CellSlot> cells)
    {
        _batch = batch;
        _cells = cells;
    }

    public int Count => _cells.Length;

    public bool IsNull(int column) => _cells[column].Kind == 0;

    /// <summary>Null for a NULL; otherwise the kind of the column.</summary>
    public CellKind? KindAt(int column) => _cells[column].Kind == 0 ? null : (CellKind)_cells[column].Kind;

    public long Integer(int column) => _cells[column].Bits;

    public double Real(int column) => BitConverter.Int64BitsToDouble(_cells[column].Bits);

    /// <summary>The bytes of text (valid UTF-8) or blob.</summary>
    public ReadOnlySpan<byte> Bytes(int column)
    {
        ref readonly var cell = ref _cells[column];
        return _batch.Slice(cell.Offset, cell.Length);
    }
}

using DbVc.PipelineRuntime;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>Holds one row outside the batch it arrived in, for those who take an <see cref="IRowView"/>. Reused for every row.</summary>
internal sealed class RowCopy : IRowView
{
    private Cell[] _cells = [];
    private byte[] _bytes = new byte[4096];
    private int _length;

    public int Count => _cells.Length;

    public void Set(in RowView row)
    {
        if (_cells.Length != row.Count) _cells = new Cell[row.Count];
        _length = 0;
        for (var i = 0; i < _cells.Length; i++)
        {
            ref var cell = ref _cells[i];
            cell = new Cell { Kind = row.KindAt(i) };
            switch (cell.Kind)
            {
                case null:
                    break;
                case CellKind.Integer:
                    cell.Integer = row.Integer(i);
                    break;
                case CellKind.Real:
                    cell.Real = row.Real(i);
                    break;
                default:
                    Append(ref cell, row.Bytes(i));
                    break;
            }
        }
    }

    public CellKind? KindAt(int column) => _cells[column].Kind;

    public long Integer(int column) => _cells[column].Integer;

    public double Real(int column) => _cells[column].Real;

    public ReadOnlySpan<byte> Bytes(int column) => _bytes.AsSpan(_cells[column].Offset, _cells[column].Length);

    private void Append(ref Cell cell, ReadOnlySpan<byte> bytes)
    {
        if (_length + bytes.Length > _bytes.Length) Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + bytes.Length));
        bytes.CopyTo(_bytes.AsSpan(_length));
        (cell.Offset, cell.Length) = (_length, bytes.Length);
        _length += bytes.Length;
    }

    private struct Cell
    {
        public CellKind? Kind;
        public long Integer;
        public double Real;
        public int Offset;
        public int Length;
    }
}

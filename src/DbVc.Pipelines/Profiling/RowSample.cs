using System.Globalization;
using System.Text;
using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>
/// Rows drawn evenly from all that pass, with how many are still to come unknown (reservoir sampling, algorithm L of Li): past the first ones
/// a row that is not drawn costs a comparison. The same rows give the same sample.
/// </summary>
internal sealed class RowSample
{
    /// <summary>Rows in a full sample: the share of a value is off by one percent at most, nearly always.</summary>
    public const int Size = 10_000;

    private const long MostMemory = 64L * 1024 * 1024;

    private const int MaxBytes = 256;
    private const int Seed = 20_240_131;

    private readonly int _columns;
    private readonly Random _random = new(Seed);
    private Cell[] _cells;
    private double _weight = 1;
    private readonly int _size;
    private long _next;

    /// <summary>Of very wide rows fewer are kept, so that memory is bounded.</summary>
    public RowSample(int columns)
    {
        (_columns, _cells) = (columns, new Cell[columns * 64]);
        _size = (int)Math.Clamp(MostMemory / Math.Max(1, columns * (MaxBytes + 32L)), 100, Size);
        _next = _size - 1;
    }

    /// <summary>Rows that passed.</summary>
    public long Passed { get; private set; }

    public int Count => (int)Math.Min(Passed, _size);

    public void Add(IRowView row)
    {
        var index = Passed++;
        if (index < _size)
        {
            Put((int)index, row);
            if (index == _size - 1) Skip();
        }
        else if (index == _next)
        {
            Put(_random.Next(_size), row);
            Skip();
        }
    }

    /// <summary>The values of a column as texts in canonical form; NULLs are left out.</summary>
    public IEnumerable<string> ValuesOf(int column)
    {
        for (var i = 0; i < Count; i++)
        {
            var cell = _cells[i * _columns + column];
            if (cell.Kind is not { } kind) continue;
            yield return kind switch
            {
                CellKind.Integer => cell.Bits.ToString(CultureInfo.InvariantCulture),
                CellKind.Real => BitConverter.Int64BitsToDouble(cell.Bits).ToString("R", CultureInfo.InvariantCulture),
                _ => ProfileText.Show(cell.Bytes.AsSpan(0, cell.Length)),
            };
        }
    }

    private void Skip()
    {
        _weight *= Math.Exp(Math.Log(1 - _random.NextDouble()) / _size);
        _next += (long)Math.Min(1e15, Math.Floor(Math.Log(1 - _random.NextDouble()) / Math.Log(1 - _weight))) + 1;
    }

    private void Put(int index, IRowView row)
    {
        if (_cells.Length < (index + 1) * _columns) Array.Resize(ref _cells, Math.Min(_size * _columns, _cells.Length * 4));
        for (var i = 0; i < _columns; i++)
        {
            ref var cell = ref _cells[index * _columns + i];
            cell.Kind = row.KindAt(i);
            switch (cell.Kind)
            {
                case null:
                    break;
                case CellKind.Integer:
                    cell.Bits = row.Integer(i);
                    break;
                case CellKind.Real:
                    cell.Bits = BitConverter.DoubleToInt64Bits(row.Real(i));
                    break;
                default:
                    cell.Keep(row.Bytes(i));
                    break;
            }
        }
    }

    private struct Cell
    {
        public CellKind? Kind;
        public long Bits;
        public byte[]? Bytes;
        public int Length;

        public void Keep(ReadOnlySpan<byte> value)
        {
            Length = Math.Min(value.Length, MaxBytes);
            if (Bytes is null || Bytes.Length < Length) Bytes = new byte[Length];
            value[..Length].CopyTo(Bytes);
        }
    }
}

/// <summary>How profiles write values.</summary>
internal static class ProfileText
{
    private const int Longest = 100;

    /// <summary>The first characters of a text, which may be cut in the middle of one.</summary>
    public static string Show(ReadOnlySpan<byte> value) => Cut(Encoding.UTF8.GetString(value));

    public static string Cut(string text)
    {
        if (text.Length <= Longest) return text;
        return text[..(char.IsHighSurrogate(text[Longest - 1]) ? Longest - 1 : Longest)] + "…";
    }
}

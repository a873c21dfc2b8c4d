using System.Buffers.Binary;
using System.Text;

namespace DbVc.Pipelines;

/// <summary>A record while it is reshaped.</summary>
/// <param name="Line">Where it begins in the source; of one made of several, the first of them.</param>
/// <param name="Cells">In the order of the columns; null for NULL.</param>
internal readonly record struct ShapedRow(long Line, string?[] Cells)
{
    /// <summary>Longer than any record may be.</summary>
    public const int LongestBytes = 16 * 1024 * 1024;

    /// <summary>The cells as bytes.</summary>
    public byte[] Pack()
    {
        var size = Cells.Sum(c => sizeof(int) + (c is null ? 0 : Encoding.UTF8.GetByteCount(c)));
        var bytes = new byte[size];
        var at = 0;
        foreach (var cell in Cells)
        {
            var length = cell is null ? 0 : Encoding.UTF8.GetBytes(cell, bytes.AsSpan(at + sizeof(int)));
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at), cell is null ? -1 : length);
            at += sizeof(int) + length;
        }

        return bytes;
    }

    /// <summary>Reads what <see cref="Pack"/> made.</summary>
    public static ShapedRow Unpack(long line, ReadOnlySpan<byte> bytes, int columns)
    {
        var cells = new string?[columns];
        for (var i = 0; i < columns; i++)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
            bytes = bytes[sizeof(int)..];
            if (length < 0) continue;
            cells[i] = Encoding.UTF8.GetString(bytes[..length]);
            bytes = bytes[length..];
        }

        return new ShapedRow(line, cells);
    }

    /// <summary>What tells rows apart by some of their cells; NULL equals NULL.</summary>
    public byte[] KeyOf(IReadOnlyList<int> columns)
    {
        var cells = Cells;
        return new ShapedRow(0, [.. columns.Select(c => cells[c])]).Pack();
    }
}

/// <summary>Rows of some columns.</summary>
/// <param name="Columns">Paths, each once.</param>
/// <param name="Rows">Read once.</param>
internal sealed record ShapedRows(IReadOnlyList<string> Columns, IEnumerable<ShapedRow> Rows)
{
    /// <summary>The place of a column; throws <c>source.column-missing</c>.</summary>
    public int Find(string column)
    {
        for (var i = 0; i < Columns.Count; i++)
        {
            if (Columns[i] == column) return i;
        }

        var known = string.Join(", ", Columns.Take(20).Select(c => $"'{c}'")) + (Columns.Count > 20 ? ", …" : "");
        throw new PipelineRuntime.PipelineException("source.column-missing", $"A step of 'reshape' needs the column '{column}'. There are {known}.");
    }

    public int[] FindAll(IEnumerable<string> columns) => [.. columns.Select(Find)];
}

using System.Text;
using DbVc.PipelineRuntime;
using DbVc.Pipelines;

namespace DbVc.Tests;

/// <summary>A row of numbers, texts and bytes; null for NULL.</summary>
internal sealed class ArrayRow(object?[] cells) : IRowView
{
    private readonly byte[][] _bytes = [.. cells.Select(c => c switch { string text => Encoding.UTF8.GetBytes(text), byte[] bytes => bytes, _ => [] })];

    public CellKind? KindAt(int column) => cells[column] switch
    {
        null => null,
        long => CellKind.Integer,
        double => CellKind.Real,
        _ => CellKind.Text,
    };

    public long Integer(int column) => (long)cells[column]!;

    public double Real(int column) => (double)cells[column]!;

    public ReadOnlySpan<byte> Bytes(int column) => _bytes[column];
}

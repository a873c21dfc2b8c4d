using System.Text;
using DbVc.Model;
using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>A row of a few values given as text, for trying rules.</summary>
internal sealed class SampleRow(IReadOnlyList<PipelineField> fields) : IRowView
{
    private readonly (CellKind? Kind, long Integer, double Real, byte[] Bytes)[] _cells = new (CellKind?, long, double, byte[])[fields.Count];

    /// <summary>Sets a field from text as its type reads it; false when it is no value of that type.</summary>
    public bool TrySet(int index, Text text)
    {
        var field = fields[index];
        _cells[index] = default;
        switch (field.Type)
        {
            case FieldType.Integer:
                if (!Cells.TryParseInteger(text, out var whole)) return false;
                if (whole is { } integer) _cells[index] = (CellKind.Integer, integer, 0, []);
                return true;
            case FieldType.Boolean:
                if (!Cells.TryParseBoolean(text, out var truth)) return false;
                if (truth is { } known) _cells[index] = (CellKind.Integer, known ? 1 : 0, 0, []);
                return true;
            case FieldType.Real:
                if (!Cells.TryParseReal(text, out var number)) return false;
                if (number is { } real) _cells[index] = (CellKind.Real, 0, real, []);
                return true;
            case FieldType.Text:
                if (!text.IsNull) _cells[index] = (CellKind.Text, 0, 0, text.Bytes.ToArray());
                return true;
            default:
                return TrySetCanonical(field, text, index);
        }
    }

    public CellKind? KindAt(int column) => _cells[column].Kind;

    public long Integer(int column) => _cells[column].Integer;

    public double Real(int column) => _cells[column].Real;

    public ReadOnlySpan<byte> Bytes(int column) => _cells[column].Bytes;

    public int IndexOf(PipelineField field)
    {
        for (var i = 0; i < fields.Count; i++)
        {
            if (fields[i].Name == field.Name) return i;
        }

        throw new InvalidOperationException($"The row has no field '{field.Name}'.");
    }

    /// <summary>The cell as a sink would record it: long, double, string or null.</summary>
    public object? ValueAt(int column) => _cells[column] switch
    {
        { Kind: null } => null,
        { Kind: CellKind.Integer } cell => cell.Integer,
        { Kind: CellKind.Real } cell => cell.Real,
        var cell => Encoding.UTF8.GetString(cell.Bytes),
    };

    private bool TrySetCanonical(PipelineField field, Text text, int index)
    {
        var sink = new RecordingSink();
        sink.Begin(1);
        switch (field.Type)
        {
            case FieldType.Decimal:
                if (!Cells.TryParseDecimal(text, out var number)) return false;
                Cells.Write(sink, number);
                break;
            case FieldType.Date:
                if (!Cells.TryParseDate(text, out var date)) return false;
                Cells.Write(sink, date);
                break;
            default:
                if (!Cells.TryParseTimestamp(text, out var time)) return false;
                Cells.Write(sink, time);
                break;
        }

        sink.Accept();
        if (sink.Accepted[0][0] is string canonical) _cells[index] = (CellKind.Text, 0, 0, Encoding.UTF8.GetBytes(canonical));
        return true;
    }
}

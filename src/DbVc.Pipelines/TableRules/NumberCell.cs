using System.Globalization;
using DbVc.Model;

namespace DbVc.Pipelines;

/// <summary>
/// Reads numbers and times of one column as decimals, times as ticks. A float counts with 15 digits, and one beyond ±10²⁸ as that.
/// </summary>
internal sealed class NumberCell(PipelineField field, Func<PipelineField, int> indexOf)
{
    private const double Largest = 1e28;

    private readonly OperandReader _reader = OperandReader.Build(new FieldOperand(field), indexOf);

    public static bool Reads(FieldType type) => type is not (FieldType.Text or FieldType.Boolean);

    /// <summary>False for NULL.</summary>
    public bool TryRead(IRowView row, out decimal value)
    {
        switch (field.Type)
        {
            case FieldType.Real:
                var known = _reader.TryDouble(row, out var real);
                value = (decimal)Math.Clamp(real, -Largest, Largest);
                return known;
            case FieldType.Date or FieldType.Timestamp:
                var given = _reader.TryLong(row, out var ticks);
                value = ticks;
                return given;
            default:
                return _reader.TryDecimal(row, out value);
        }
    }

    /// <summary>A value as people write it.</summary>
    public string Show(decimal value) => field.Type switch
    {
        FieldType.Date => new DateTime((long)value).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        FieldType.Timestamp => new DateTime((long)value).ToString("yyyy-MM-dd HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture),
        _ => ShowNumber(value),
    };

    /// <summary>At most six digits after the point.</summary>
    public static string ShowNumber(decimal value) => value.ToString("0.######", CultureInfo.InvariantCulture);
}

using System.Globalization;
using DbVc.Model;
using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>
/// Values that a destination holds, as keys to compare coming rows with. An engine gives back its own text of what a pipeline wrote
/// (<c>t</c>, <c>1.50</c>, <c>2024-01-31 12:30:00.000000</c>), or keeps a decimal as a number; the key is that of the canonical value.
/// What is no value of the type is a key of its own.
/// </summary>
public static class StoredKey
{
    public static void Add(ref UniqueKey key, FieldType type, long value)
    {
        if (type == FieldType.Real) key.Add((double?)value);
        else if (type == FieldType.Decimal) AddDecimal(ref key, value);
        else key.Add((long?)value);
    }

    public static void Add(ref UniqueKey key, FieldType type, double value)
    {
        if (type == FieldType.Decimal && Math.Abs(value) < (double)decimal.MaxValue) AddDecimal(ref key, (decimal)value);
        else if (type == FieldType.Integer && value == Math.Floor(value) && Math.Abs(value) < 1L << 53) key.Add((long?)value);
        else key.Add((double?)value);
    }

    public static void Add(ref UniqueKey key, FieldType type, ReadOnlySpan<byte> value)
    {
        var text = new Text(value);
        switch (type)
        {
            case FieldType.Boolean when Cells.TryParseBoolean(text, out var truth):
                key.Add(truth);
                break;
            // 5.00 is the whole number 5 in a column of type numeric.
            case FieldType.Integer when Cells.TryParseDecimal(text, out var number) && number is { } whole && whole == decimal.Truncate(whole)
                && whole is >= long.MinValue and <= long.MaxValue:
                key.Add((long?)whole);
                break;
            case FieldType.Real when Cells.TryParseReal(text, out var real):
                key.Add(real);
                break;
            case FieldType.Decimal when TryParseDecimal(value, out var number):
                AddDecimal(ref key, number);
                break;
            case FieldType.Date when DateText.TryReadTimestamp(value, out var time):
                AddDate(ref key, DateOnly.FromDateTime(time));
                break;
            case FieldType.Timestamp when DateText.TryReadTimestamp(value, out var time):
                AddTimestamp(ref key, DateTime.SpecifyKind(time, DateTimeKind.Unspecified));
                break;
            default:
                key.AddBytes(value);
                break;
        }
    }

    /// <summary>Zeros at the end count as no digits: an engine with a fixed scale has more of them than a decimal may have.</summary>
    private static bool TryParseDecimal(ReadOnlySpan<byte> text, out decimal number)
    {
        const NumberStyles Styles = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;
        return decimal.TryParse(text.Contains((byte)'.') ? text.TrimEnd((byte)'0') : text, Styles, CultureInfo.InvariantCulture, out number);
    }

    private static void AddDecimal(ref UniqueKey key, decimal value)
    {
        Span<byte> canonical = stackalloc byte[Cells.LongestNumber];
        key.AddBytes(canonical[..Cells.FormatDecimal(value, canonical)]);
    }

    private static void AddDate(ref UniqueKey key, DateOnly value)
    {
        Span<byte> canonical = stackalloc byte[DateText.LongestTimestamp];
        key.AddBytes(canonical[..DateText.WriteDate(value, canonical)]);
    }

    private static void AddTimestamp(ref UniqueKey key, DateTime value)
    {
        Span<byte> canonical = stackalloc byte[DateText.LongestTimestamp];
        key.AddBytes(canonical[..DateText.WriteTimestamp(value, canonical)]);
    }
}

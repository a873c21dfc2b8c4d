using DbVc.Model;
using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>Defaults as C# literals of their field's type.</summary>
internal static class DefaultLiteral
{
    public static string Of(FieldType type, string text)
    {
        var cell = Text.From(text);
        switch (type)
        {
            case FieldType.Integer when Cells.TryParseInteger(cell, out var number):
                return Literals.Number(number!.Value, type);
            case FieldType.Real when Cells.TryParseReal(cell, out var number):
                return number!.Value.ToString("R", System.Globalization.CultureInfo.InvariantCulture) + "d";
            case FieldType.Decimal when Cells.TryParseDecimal(cell, out var number):
                return Literals.Number(number!.Value, type);
            case FieldType.Boolean when Cells.TryParseBoolean(cell, out var truth):
                return truth!.Value ? "true" : "false";
            case FieldType.Date when Cells.TryParseDate(cell, out var date):
                return Literals.Date(date!.Value);
            case FieldType.Timestamp when Cells.TryParseTimestamp(cell, out var time):
                return Literals.Timestamp(time!.Value);
            default:
                throw new InvalidOperationException($"'{text}' is no value of type {type}.");
        }
    }
}

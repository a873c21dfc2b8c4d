using DbVc.Model;

namespace DbVc.Pipelines;

/// <summary>The types of operands, and the type in which a comparison is made.</summary>
internal static class OperandTypes
{
    public static FieldType Of(Operand operand) => operand switch
    {
        FieldOperand field => field.Field.Type,
        LengthOperand or PlacesOperand => FieldType.Integer,
        NumberOperand number => number.IsInteger ? FieldType.Integer : FieldType.Decimal,
        TextOperand => FieldType.Text,
        BooleanOperand => FieldType.Boolean,
        DateOperand => FieldType.Date,
        TimestampOperand => FieldType.Timestamp,
        Calculation calculation => Of(calculation.First) == FieldType.Real || Of(calculation.Second) == FieldType.Real ? FieldType.Real : FieldType.Decimal,
        _ => throw new InvalidOperationException($"Unknown operand {operand.GetType().Name}."),
    };

    public static bool IsLiteral(Operand operand) => operand is NumberOperand or TextOperand or BooleanOperand or DateOperand or TimestampOperand;

    public static bool IsNumber(FieldType type) => type is FieldType.Integer or FieldType.Real or FieldType.Decimal;

    /// <summary>The type both sides are brought to; sides must be of one family.</summary>
    public static FieldType Common(FieldType first, FieldType second)
    {
        if (first == second) return first;
        if (first == FieldType.Real || second == FieldType.Real) return FieldType.Real;
        return IsNumber(first) ? FieldType.Decimal : FieldType.Timestamp;
    }
}

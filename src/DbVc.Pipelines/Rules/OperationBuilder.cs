using DbVc.Model;
using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>Builds operations that make sense for the type of their field; throws <see cref="RuleException"/> otherwise.</summary>
internal static class OperationBuilder
{
    public static FieldOperation Build(PipelineField field, OperationKind kind, params IReadOnlyList<string> arguments)
    {
        var name = OperationNames.NameOf(kind);
        var needsText = kind is OperationKind.Lowercase or OperationKind.Uppercase or OperationKind.NormalizeEmail;
        if (needsText && field.Type != FieldType.Text) throw Wrong(field, name, "text");
        if (kind == OperationKind.ConvertToInt && !OperandTypes.IsNumber(field.Type)) throw Wrong(field, name, "a number");
        if (kind == OperationKind.ConvertToFloat && field.Type is not (FieldType.Real or FieldType.Decimal)) throw Wrong(field, name, "a float or decimal");
        var wanted = kind switch
        {
            OperationKind.DefaultTo => 1,
            OperationKind.Replace => 2,
            OperationKind.NullTokens => Math.Max(1, arguments.Count),
            _ => 0,
        };
        if (arguments.Count != wanted)
        {
            throw new RuleException(kind switch
            {
                OperationKind.DefaultTo => "default needs a value",
                OperationKind.Replace => "replace needs what to look for and what to put in its place",
                OperationKind.NullTokens => "null_tokens needs a list of tokens",
                _ => $"{name} takes no arguments",
            });
        }

        if (kind == OperationKind.Replace && arguments[0].Length == 0) throw new RuleException("the text to replace is empty");
        if (kind == OperationKind.DefaultTo && !FieldValues.CanHold(field, arguments[0]))
        {
            throw new RuleException($"'{arguments[0]}' is no value of {ConditionText.NameField(field)}, which is {FieldTypes.Describe(field.Type)}");
        }

        return new FieldOperation(field, kind, arguments);
    }

    private static RuleException Wrong(PipelineField field, string name, string needed) =>
        new($"{name} needs {needed}, and {ConditionText.NameField(field)} is {FieldTypes.Describe(field.Type)}");
}

/// <summary>Values of fields as text.</summary>
internal static class FieldValues
{
    /// <summary>Whether <paramref name="text"/> reads as a value (not NULL) of the field's type.</summary>
    public static bool CanHold(PipelineField field, string text)
    {
        var cell = Text.From(text);
        return field.Type switch
        {
            FieldType.Integer => Cells.TryParseInteger(cell, out var value) && value is not null,
            FieldType.Real => Cells.TryParseReal(cell, out var value) && value is not null,
            FieldType.Decimal => Cells.TryParseDecimal(cell, out var value) && value is not null,
            FieldType.Boolean => Cells.TryParseBoolean(cell, out var value) && value is not null,
            FieldType.Date => Cells.TryParseDate(cell, out var value) && value is not null,
            FieldType.Timestamp => Cells.TryParseTimestamp(cell, out var value) && value is not null,
            _ => field.MaxLength is not { } longest || Rules.Length(cell) <= longest,
        };
    }
}

using System.Globalization;
using DbVc.Model;

namespace DbVc.Pipelines;

/// <summary>Writes the call that draws a random value of a field, near what a rule compares it with.</summary>
internal static class NearValues
{
    private const int MostValues = 4;
    private const int LongestLike = 40;
    private const int MostCharacters = 500;

    /// <summary>For example <c>Integer(0, 120)</c>.</summary>
    /// <param name="field">Whose value.</param>
    /// <param name="condition">The rule's; null for one about duplicates.</param>
    public static string Draw(PipelineField field, Condition? condition)
    {
        var literals = condition is null ? [] : Literal(field, condition).Distinct().Take(MostValues).ToList();
        switch (field.Type)
        {
            case FieldType.Text:
                var lengths = condition is null ? [] : Lengths(field, condition).Distinct().Take(MostValues).ToList();
                if (lengths.Count > 0) return $"TextOf({string.Join(", ", lengths)})";
                var like = SampleCells.For(field, condition is null ? [] : [condition]).Where(s => s.Length is > 0 and <= LongestLike).Take(MostValues);
                return $"Text({string.Join(", ", like.Select(Literals.Text))})";
            case FieldType.Boolean:
                return "Boolean()";
            case FieldType.Integer or FieldType.Decimal or FieldType.Real:
                var numbers = literals.OfType<NumberOperand>().Select(n => n.Value).ToList();
                if (field.Type == FieldType.Integer)
                    numbers = [.. numbers.Select(decimal.Floor).Where(n => n is >= long.MinValue and <= long.MaxValue).Distinct()];
                if (numbers.Count == 0) numbers = [1, 2];
                return $"{field.Type}({string.Join(", ", numbers.Select(n => Literals.Number(n, field.Type)))})";
            case FieldType.Date:
                var days = literals.OfType<DateOperand>().Select(d => Literals.Date(d.Value)).DefaultIfEmpty(Literals.Date(Plain(field.Type))).ToList();
                return $"Date({string.Join(", ", days)})";
            default:
                var times = literals.Select(l => l is TimestampOperand time ? time.Value : ((DateOperand)l).Value.ToDateTime(TimeOnly.MinValue));
                return $"Timestamp({string.Join(", ", times.DefaultIfEmpty(Plain(field.Type).ToDateTime(TimeOnly.MinValue)).Select(Literals.Timestamp))})";
        }
    }

    private static DateOnly Plain(FieldType type) =>
        DateOnly.ParseExact(SampleCells.Plain(type)[0][..10], "yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>Literals that a field's own value is compared with.</summary>
    private static IEnumerable<Operand> Literal(PipelineField field, Condition condition) => condition switch
    {
        AllOf all => all.Parts.SelectMany(p => Literal(field, p)),
        AnyOf any => any.Parts.SelectMany(p => Literal(field, p)),
        Comparison comparison when IsOf(field, comparison.Subject) => Known(comparison.Value),
        Between between when IsOf(field, between.Subject) => Known(between.Minimum).Concat(Known(between.Maximum)),
        OneOf oneOf when oneOf.Field.Name == field.Name => oneOf.Values,
        MultipleOf multiple when multiple.Field.Name == field.Name => [new NumberOperand(multiple.Divisor, "")],
        _ => [],
    };

    private static IEnumerable<int> Lengths(PipelineField field, Condition condition) => condition switch
    {
        AllOf all => all.Parts.SelectMany(p => Lengths(field, p)),
        AnyOf any => any.Parts.SelectMany(p => Lengths(field, p)),
        Comparison { Subject: LengthOperand length } comparison when length.Field.Name == field.Name => Count(comparison.Value),
        Between { Subject: LengthOperand length } between when length.Field.Name == field.Name => Count(between.Minimum).Concat(Count(between.Maximum)),
        _ => [],
    };

    private static IEnumerable<int> Count(Operand operand) => operand is NumberOperand { Value: >= 0 and <= MostCharacters } number ? [(int)number.Value] : [];

    private static bool IsOf(PipelineField field, Operand operand) => operand is FieldOperand own && own.Field.Name == field.Name;

    private static IEnumerable<Operand> Known(Operand operand) => OperandTypes.IsLiteral(operand) ? [operand] : [];
}

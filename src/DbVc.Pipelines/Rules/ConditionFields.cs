namespace DbVc.Pipelines;

/// <summary>Which fields a condition looks at.</summary>
internal static class ConditionFields
{
    /// <summary>Distinct fields in order of appearance.</summary>
    public static IReadOnlyList<PipelineField> Of(Condition condition) => [.. Walk(condition).Distinct()];

    public static IReadOnlyList<PipelineField> Of(Operand operand) => [.. Walk(operand).Distinct()];

    private static IEnumerable<PipelineField> Walk(Condition condition) => condition switch
    {
        AllOf all => all.Parts.SelectMany(Walk),
        AnyOf any => any.Parts.SelectMany(Walk),
        Comparison comparison => Walk(comparison.Subject).Concat(Walk(comparison.Value)),
        Between between => Walk(between.Subject).Concat(Walk(between.Minimum)).Concat(Walk(between.Maximum)),
        OneOf oneOf => [oneOf.Field],
        MultipleOf multiple => [multiple.Field],
        HasFormat format => [format.Field],
        Matches matches => [matches.Field],
        TextTest test => [test.Field],
        Presence presence => [presence.Field],
        _ => throw new InvalidOperationException($"Unknown condition {condition.GetType().Name}."),
    };

    private static IEnumerable<PipelineField> Walk(Operand operand) => operand switch
    {
        FieldOperand field => [field.Field],
        LengthOperand length => [length.Field],
        PlacesOperand places => [places.Field],
        Calculation calculation => Walk(calculation.First).Concat(Walk(calculation.Second)),
        _ => [],
    };
}

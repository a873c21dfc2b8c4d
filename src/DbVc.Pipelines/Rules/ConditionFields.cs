namespace DbVc.Pipelines;

/// <summary>Which fields a condition looks at.</summary>
internal static class ConditionFields
{
    /// <summary>Distinct fields in order of appearance.</summary>
    public static IReadOnlyList<PipelineField> Of(Condition condition) => [.. Walk(condition).Distinct()];

    public static IReadOnlyList<PipelineField> Of(Operand operand) => [.. Walk(operand).Distinct()];

    /// <summary>What a test divides by and may be zero, inner ones first; where one is, the test is unknown, as with NULL.</summary>
    public static IReadOnlyList<Operand> Divisors(Condition test) => test switch
    {
        Comparison comparison => [.. Divisors(comparison.Subject), .. Divisors(comparison.Value)],
        Between between => [.. Divisors(between.Subject), .. Divisors(between.Minimum), .. Divisors(between.Maximum)],
        _ => [],
    };

    private static IEnumerable<Operand> Divisors(Operand operand)
    {
        if (operand is not Calculation calculation) return [];
        var inner = Divisors(calculation.First).Concat(Divisors(calculation.Second));
        return calculation is { Kind: CalculationKind.Divide, Second: not NumberOperand } ? inner.Append(calculation.Second) : inner;
    }

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
        DescribedTest described => described.Subjects,
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

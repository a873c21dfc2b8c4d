namespace DbVc.Pipelines;

/// <summary>
/// Conditions that are nearly the same: another sign, another bound, a part less. A test of a rule is
/// worth its name when its cases tell the rule from all of them.
/// </summary>
internal static class ConditionVariants
{
    public static IEnumerable<Condition> Of(Condition condition) => condition switch
    {
        AllOf all => OfParts(all.Parts, p => new AllOf(p), p => new AnyOf(p)),
        AnyOf any => OfParts(any.Parts, p => new AnyOf(p), p => new AllOf(p)),
        Comparison comparison =>
        [
            .. Enum.GetValues<Comparator>().Where(c => c != comparison.Comparator && IsOrdered(comparison, c)).Select(c => comparison with { Comparator = c }),
            .. Of(comparison.Value).Select(v => comparison with { Value = v }), .. Of(comparison.Subject).Select(s => comparison with { Subject = s }),
        ],
        Between between =>
        [
            between with { Negated = !between.Negated }, .. Of(between.Minimum).Select(m => between with { Minimum = m }),
            .. Of(between.Maximum).Select(m => between with { Maximum = m }),
        ],
        OneOf { Values.Count: 1 } oneOf => [oneOf with { Negated = !oneOf.Negated }, .. Of(oneOf.Values[0]).Select(v => oneOf with { Values = [v] })],
        OneOf oneOf => oneOf.Values.Select((_, i) => oneOf with { Values = [.. oneOf.Values.Where((_, j) => j != i)] }),
        MultipleOf multiple => [multiple with { Negated = !multiple.Negated }, multiple with { Divisor = multiple.Divisor * 2 }],
        HasFormat format => [format with { Negated = !format.Negated }],
        Matches matches => [matches with { Negated = !matches.Negated }, matches with { Pattern = $"(?:{matches.Pattern})x" }],
        TextTest test => [test with { Negated = !test.Negated }, test with { Part = test.Part + "x" }],
        Presence presence => Enum.GetValues<PresenceKind>().Where(k => k != presence.Kind).Select(k => presence with { Kind = k }),
        _ => [],
    };

    private static IEnumerable<Condition> OfParts(
        IReadOnlyList<Condition> parts, Func<IReadOnlyList<Condition>, Condition> same, Func<IReadOnlyList<Condition>, Condition> other)
    {
        yield return other(parts);
        for (var i = 0; i < parts.Count; i++)
        {
            if (parts.Count > 1) yield return same([.. parts.Where((_, j) => j != i)]);
            foreach (var variant in Of(parts[i])) yield return same([.. parts.Select((p, j) => j == i ? variant : p)]);
        }
    }

    /// <summary>Texts and truth are equal or not, and nothing else.</summary>
    private static bool IsOrdered(Comparison comparison, Comparator comparator) =>
        comparator is Comparator.Equal or Comparator.NotEqual || comparison.Comparator is not (Comparator.Equal or Comparator.NotEqual);

    private static IEnumerable<Operand> Of(Operand operand) => operand switch
    {
        NumberOperand number => [Number(number.Value + Step(number.Value)), Number(number.Value - Step(number.Value))],
        TextOperand text => [new TextOperand(text.Value + "x")],
        BooleanOperand truth => [new BooleanOperand(!truth.Value)],
        DateOperand date => [new DateOperand(date.Value.AddDays(1)), new DateOperand(date.Value.AddDays(-1))],
        TimestampOperand time => [new TimestampOperand(time.Value.AddSeconds(1)), new TimestampOperand(time.Value.AddSeconds(-1))],
        Calculation sum =>
        [
            sum.First, sum.Second, .. Others(sum.Kind).Select(k => sum with { Kind = k }),
            .. Of(sum.First).Select(f => sum with { First = f }), .. Of(sum.Second).Select(s => sum with { Second = s }),
        ],
        _ => [],
    };

    /// <summary>Nobody writes a quotient for a sum; one that is meant is taken for a product.</summary>
    private static IEnumerable<CalculationKind> Others(CalculationKind kind) =>
        Enum.GetValues<CalculationKind>().Where(k => k != kind && k != CalculationKind.Divide);

    /// <summary>One in the last digit that is written.</summary>
    private static decimal Step(decimal number) => new(1, 0, 0, false, number.Scale);

    private static NumberOperand Number(decimal value) => new(value, value.ToString(System.Globalization.CultureInfo.InvariantCulture));
}

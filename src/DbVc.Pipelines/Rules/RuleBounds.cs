namespace DbVc.Pipelines;

/// <summary>
/// Finds rules that no value can satisfy together. Sees comparisons of a field, or of a text's length, with constants;
/// alternatives and rules over several fields are left to the data.
/// </summary>
internal sealed class RuleBounds
{
    private readonly Dictionary<Operand, Interval> _left = [];

    /// <summary>Adds a rule; what is wrong if it leaves a field no value, else null.</summary>
    public string? Add(PipelineRule rule)
    {
        if (rule.Condition is null || rule.OnlyCounts) return null;
        foreach (var (subject, bound) in Bounds(rule.Condition))
        {
            var left = _left.GetValueOrDefault(subject, new Interval(null, null)).With(bound, rule);
            _left[subject] = left;
            if (left.IsEmpty) return Describe(subject, rule, left);
        }

        return null;
    }

    private static string Describe(Operand subject, PipelineRule rule, Interval left)
    {
        var name = subject switch
        {
            LengthOperand length => "length of " + ConditionText.NameField(length.Field),
            FieldOperand field => ConditionText.NameField(field.Field),
            _ => "it",
        };
        var other = left.Low!.Rule == rule ? left.High!.Rule : left.Low.Rule;
        return other == rule ? $"No {name} satisfies this rule: {rule.Text}." : $"No {name} satisfies both this rule and another one: {other.Text}.";
    }

    private static IEnumerable<(Operand Subject, Bound Bound)> Bounds(Condition condition) => condition switch
    {
        AllOf all => all.Parts.SelectMany(Bounds),
        Comparison { Subject: FieldOperand or LengthOperand, Value: NumberOperand number } c => Bounds(c, number.Value),
        Between { Negated: false, Subject: FieldOperand or LengthOperand, Minimum: NumberOperand low, Maximum: NumberOperand high } b =>
            [(b.Subject, new Bound(low.Value, IsLow: true, Open: false)), (b.Subject, new Bound(high.Value, IsLow: false, Open: false))],
        _ => [],
    };

    private static (Operand Subject, Bound Bound)[] Bounds(Comparison comparison, decimal value) => comparison.Comparator switch
    {
        Comparator.Equal => [(comparison.Subject, new Bound(value, true, false)), (comparison.Subject, new Bound(value, false, false))],
        Comparator.Greater => [(comparison.Subject, new Bound(value, true, true))],
        Comparator.GreaterOrEqual => [(comparison.Subject, new Bound(value, true, false))],
        Comparator.Less => [(comparison.Subject, new Bound(value, false, true))],
        Comparator.LessOrEqual => [(comparison.Subject, new Bound(value, false, false))],
        _ => [],
    };

    private sealed record Bound(decimal Value, bool IsLow, bool Open);

    /// <summary>A bound and the rule that set it.</summary>
    private sealed record Limit(decimal Value, bool Open, PipelineRule Rule);

    private sealed record Interval(Limit? Low, Limit? High)
    {
        public bool IsEmpty => Low is not null && High is not null
            && (Low.Value > High.Value || (Low.Value == High.Value && (Low.Open || High.Open)));

        public Interval With(Bound bound, PipelineRule rule)
        {
            var limit = new Limit(bound.Value, bound.Open, rule);
            if (bound.IsLow) return IsTighter(bound.Value.CompareTo(Low?.Value ?? decimal.MinValue), bound, Low) ? this with { Low = limit } : this;
            return IsTighter((High?.Value ?? decimal.MaxValue).CompareTo(bound.Value), bound, High) ? this with { High = limit } : this;
        }

        private static bool IsTighter(int order, Bound bound, Limit? known) => known is null || order > 0 || (order == 0 && bound.Open && !known.Open);
    }
}

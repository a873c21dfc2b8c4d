namespace DbVc.Pipelines;

/// <summary>What is left of a rule when a person says other ones: a bound gives way to a bound, a format to a format, a list of values to a list.</summary>
internal static class RuleReplacement
{
    /// <summary>The rule itself where none of the others takes its place; what they say nothing about where they take a part of it.</summary>
    public static IEnumerable<PipelineRule> Left(PipelineRule old, IReadOnlyList<PipelineRule> said)
    {
        // A rule for some rows, or for a share of them, is another rule.
        var others = said.Where(s => s.Premise is null && s.Condition is not null && s.MinimumShare is null).ToList();
        if (old.Condition is null || old.Premise is not null || old.MinimumShare is not null || others.Any(s => s.Text == old.Text)) return [old];
        if (others.Any(s => IsOfOneKind(old.Condition, s.Condition!))) return [];
        if (BoundsOf(old.Condition) is not { } bounds) return [old];
        var given = others.Select(s => BoundsOf(s.Condition!)).Where(b => b is not null && b.Subject == bounds.Subject).ToList();
        if (given.Count == 0) return [old];
        return Parts(bounds with
        {
            Lower = given.Any(g => g!.Lower is not null) ? null : bounds.Lower,
            Upper = given.Any(g => g!.Upper is not null) ? null : bounds.Upper,
        }).Select(part => PipelineRule.Of(part, old.Severity));
    }

    private static bool IsOfOneKind(Condition old, Condition said) => (old, said) switch
    {
        (HasFormat { Negated: false } a, HasFormat { Negated: false } b) => a.Field == b.Field,
        (OneOf { Negated: false } a, OneOf { Negated: false } b) => a.Field == b.Field,
        _ => false,
    };

    private static IEnumerable<Condition> Parts(Bounds bounds)
    {
        if (bounds.Lower is not null) yield return bounds.Lower;
        if (bounds.Upper is not null) yield return bounds.Upper;
    }

    /// <summary>Null for what is no bound of one value by constants.</summary>
    private static Bounds? BoundsOf(Condition condition) => condition switch
    {
        Between { Negated: false } b when OperandTypes.IsLiteral(b.Minimum) && OperandTypes.IsLiteral(b.Maximum) => new Bounds(b.Subject,
            new Comparison(b.Subject, Comparator.GreaterOrEqual, b.Minimum), new Comparison(b.Subject, Comparator.LessOrEqual, b.Maximum)),
        Comparison { Comparator: Comparator.Less or Comparator.LessOrEqual } c when OperandTypes.IsLiteral(c.Value) => new Bounds(c.Subject, null, c),
        Comparison { Comparator: Comparator.Greater or Comparator.GreaterOrEqual } c when OperandTypes.IsLiteral(c.Value) => new Bounds(c.Subject, c, null),
        AllOf { Parts: [var one, var other] } when BoundsOf(one) is { } a && BoundsOf(other) is { } b && a.Subject == b.Subject
            && (a.Lower is null) != (b.Lower is null) && (a.Upper is null) != (b.Upper is null) =>
                new Bounds(a.Subject, a.Lower ?? b.Lower, a.Upper ?? b.Upper),
        _ => null,
    };

    private sealed record Bounds(Operand Subject, Comparison? Lower, Comparison? Upper);
}

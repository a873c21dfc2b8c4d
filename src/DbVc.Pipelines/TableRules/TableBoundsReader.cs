namespace DbVc.Pipelines;

/// <summary>Bounds that make sense for what is measured; throws <see cref="RuleException"/> otherwise.</summary>
internal static class TableBoundsReader
{
    /// <summary>Bounds of a count or another plain number.</summary>
    public static TableBounds RequireNumbers(TableBounds bounds)
    {
        foreach (var bound in bounds.All)
        {
            if (bound.Written is not NumberOperand) throw new RuleException($"{ConditionText.NameOperand(bound.Written)} is no number");
        }

        return RefuseEmpty(bounds);
    }

    /// <summary>Bounds that are values of a field.</summary>
    public static TableBounds Coerce(PipelineField field, TableBounds bounds)
    {
        var comparisons = bounds.All.Select(b => (Comparison)ConditionBuilder.Compare(new FieldOperand(field), b.Comparator, b.Written));
        return RefuseEmpty(new TableBounds([.. comparisons.Select(c => new TableBound(c.Comparator, c.Value))]));
    }

    private static TableBounds RefuseEmpty(TableBounds bounds) => bounds.All is [{ Comparator: Comparator.GreaterOrEqual or Comparator.Greater } low, var high]
        && high.Comparator is Comparator.LessOrEqual or Comparator.Less && low.Value > high.Value
        ? throw new RuleException($"its minimum {ConditionText.NameOperand(low.Written)} is greater than its maximum {ConditionText.NameOperand(high.Written)}")
        : bounds;
}

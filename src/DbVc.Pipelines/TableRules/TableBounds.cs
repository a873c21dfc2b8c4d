namespace DbVc.Pipelines;

/// <summary>What a measured number or time must be: one comparison, or two that make a range.</summary>
public sealed record TableBounds(IReadOnlyList<TableBound> All)
{
    /// <summary>For example <c>must be between 1 and 100</c>.</summary>
    public string Text => All switch
    {
        [{ Comparator: Comparator.GreaterOrEqual } low, { Comparator: Comparator.LessOrEqual } high] => $"must be between {Name(low)} and {Name(high)}",
        [{ Comparator: Comparator.Greater } low, { Comparator: Comparator.Less } high] => $"must be between {Name(low)} and {Name(high)} exclusive",
        _ => "must " + string.Join(" and ", All.Select(b => $"{ConditionText.VerbOf(b.Comparator, isTime: false)} {Name(b)}")),
    };

    public bool Hold(decimal value) => All.All(b => ConditionTest.Holds(value.CompareTo(b.Value), b.Comparator));

    /// <summary>The same for a value that is not at hand: its order to a bound.</summary>
    internal bool Hold(Func<decimal, int> compareTo) => All.All(b => ConditionTest.Holds(compareTo(b.Value), b.Comparator));

    /// <summary>The same with values counted otherwise.</summary>
    public bool Equals(TableBounds? other) => other is not null && All.SequenceEqual(other.All);

    public override int GetHashCode() => All.Count == 0 ? 0 : All[0].GetHashCode();

    private static string Name(TableBound bound) => ConditionText.NameOperand(bound.Written);
}

/// <summary>One bound.</summary>
/// <param name="Comparator">How a value compares with it.</param>
/// <param name="Written">A number, date or timestamp.</param>
public sealed record TableBound(Comparator Comparator, Operand Written)
{
    /// <summary>The number, or the ticks of the time.</summary>
    public decimal Value => Written switch
    {
        NumberOperand number => number.Value,
        DateOperand date => date.Value.ToDateTime(TimeOnly.MinValue).Ticks,
        TimestampOperand time => time.Value.Ticks,
        _ => throw new InvalidOperationException($"{Written.GetType().Name} is no bound."),
    };
}

using System.Globalization;

namespace DbVc.Pipelines;

/// <summary>A distribution that somebody wrote down.</summary>
public abstract record ExpectedDistribution
{
    /// <summary>As the grammar reads it back.</summary>
    public abstract string Text { get; }
}

/// <summary>A value and the share of all values that it is expected to be, above 0.</summary>
/// <param name="Value">A constant of the field's type.</param>
/// <param name="Share">Above 0 and at most 1.</param>
public sealed record ExpectedShare(Operand Value, decimal Share);

/// <summary>The distribution of a column with few values; what is not among them is expected never to come.</summary>
public sealed record ExpectedShares(IReadOnlyList<ExpectedShare> All) : ExpectedDistribution
{
    private const decimal Tolerance = 0.001m;
    private const int Digits = 14;

    public override string Text => string.Join(", ", All.Select(s => $"{ConditionText.NameOperand(s.Value)} {Percent(s.Share)}"));

    /// <summary>The shares, if they are a distribution of the field; throws <see cref="RuleException"/> otherwise.</summary>
    internal static ExpectedShares Make(PipelineField field, IEnumerable<ExpectedShare> shares)
    {
        var all = shares.Select(s => new ExpectedShare(Coerce(field, s.Value), Math.Round(s.Share, Digits))).ToList();
        foreach (var (value, share) in all)
        {
            if (share is <= 0 or > 1)
            {
                throw new RuleException($"the share of {ConditionText.NameOperand(value)} is above 0 and at most 1, which is 100 %",
                    share > 1 ? "50 % is written 0.5." : "leave out what is never expected.");
            }
        }

        if (all.Count < 2) throw new RuleException("a distribution has two values at least", "a column of one value is for the rule 'accepted_values'.");
        if (all.GroupBy(s => KeyOf(s.Value)).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new RuleException($"the share of {ConditionText.NameOperand(twice.First().Value)} is given twice");
        var sum = all.Sum(s => s.Share);
        if (Math.Abs(sum - 1) <= Tolerance) return new ExpectedShares(all);
        var off = Percent(Math.Abs(sum - 1));
        throw new RuleException($"the shares sum to {Percent(sum)}, not to 100 %",
            sum < 1 ? $"give {off} to the values that are missing." : $"take {off} away.");
    }

    /// <summary>What a value is compared by: a text, or a number (times by their ticks).</summary>
    internal static object KeyOf(Operand value) => value switch
    {
        TextOperand text => text.Value,
        BooleanOperand truth => truth.Value ? 1m : 0m,
        _ => new TableBound(Comparator.Equal, value).Value,
    };

    internal static string Percent(decimal share) => (share * 100).ToString("0.############", CultureInfo.InvariantCulture) + " %";

    private static Operand Coerce(PipelineField field, Operand value) =>
        ((Comparison)ConditionBuilder.Compare(new FieldOperand(field), Comparator.Equal, value)).Value;
}

/// <summary>A distribution of numbers.</summary>
public abstract record NumberDistribution : ExpectedDistribution
{
    /// <summary>The shares of values up to, and below, <paramref name="value"/>; they differ where it has a share of its own.</summary>
    internal abstract (double UpTo, double Below) ShareOf(double value);

    private protected static string Show(decimal number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>The normal distribution.</summary>
public sealed record NormalDistribution(decimal Mean, decimal Deviation) : NumberDistribution
{
    public override string Text => $"normal of mean {Show(Mean)} and standard deviation {Show(Deviation)}";

    /// <summary>The distribution; throws <see cref="RuleException"/> where there is none.</summary>
    internal static NormalDistribution Make(decimal mean, decimal deviation) => deviation > 0 ? new(mean, deviation)
        : throw new RuleException("the standard deviation of a normal distribution is above 0");

    internal override (double UpTo, double Below) ShareOf(double value)
    {
        var share = Significance.NormalShare((value - (double)Mean) / (double)Deviation);
        return (share, share);
    }
}

/// <summary>All values of a range are equally likely.</summary>
public sealed record UniformDistribution(decimal Minimum, decimal Maximum) : NumberDistribution
{
    public override string Text => $"uniform between {Show(Minimum)} and {Show(Maximum)}";

    /// <summary>The distribution; throws <see cref="RuleException"/> where there is none.</summary>
    internal static UniformDistribution Make(decimal minimum, decimal maximum) => (double)minimum < (double)maximum ? new(minimum, maximum)
        : throw new RuleException($"the minimum {Show(minimum)} of a uniform distribution is not less than its maximum {Show(maximum)}");

    internal override (double UpTo, double Below) ShareOf(double value)
    {
        var share = Math.Clamp((value - (double)Minimum) / ((double)Maximum - (double)Minimum), 0, 1);
        return (share, share);
    }
}

/// <summary>
/// What a column was measured to be: its least value, evenly spaced quantiles, its greatest value; linear between two of them, as
/// <c>column_quantile</c> counts. A value that stands several times has the share between its first and last place.
/// </summary>
public sealed record QuantileDistribution(IReadOnlyList<decimal> Quantiles) : NumberDistribution
{
    private readonly double[] _values = [.. Quantiles.Select(q => (double)q)];

    public override string Text => $"quantiles {string.Join(", ", Quantiles.Select(Show))}";

    /// <summary>The distribution; throws <see cref="RuleException"/> where there is none.</summary>
    internal static QuantileDistribution Make(IReadOnlyList<decimal> quantiles)
    {
        if (quantiles.Count < 2) throw new RuleException("quantiles are two at least, the least value and the greatest");
        for (var i = 1; i < quantiles.Count; i++)
        {
            if (quantiles[i] < quantiles[i - 1])
                throw new RuleException($"quantile {Show(quantiles[i])} stands after {Show(quantiles[i - 1])}", "write them sorted, the least one first.");
        }

        return new QuantileDistribution(quantiles);
    }

    internal override (double UpTo, double Below) ShareOf(double value)
    {
        var steps = _values.Length - 1;
        var (first, end) = (Find(v => v >= value), Find(v => v > value));
        var upTo = end == 0 ? 0 : end > steps ? 1 : Between(end - 1, value) / steps;
        var below = first == 0 ? 0 : first > steps ? 1 : Between(first - 1, value) / steps;
        return (upTo, below);
    }

    private double Between(int index, double value) => index + ((value - _values[index]) / (_values[index + 1] - _values[index]));

    /// <summary>The first place from which on values are so; as many as there are when none is.</summary>
    private int Find(Func<double, bool> isSo)
    {
        var (low, high) = (0, _values.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (isSo(_values[middle])) high = middle;
            else low = middle + 1;
        }

        return low;
    }
}

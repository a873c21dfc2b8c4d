using System.Globalization;
using DbVc.Model;

namespace DbVc.Pipelines;

/// <summary>What is computed of a column.</summary>
public enum Statistic
{
    Minimum,
    Maximum,
    Sum,
    Mean,
    StandardDeviation,
    Median,
    Quantile,
    DistinctCount,
    DistinctShare,
    Skewness,
    Entropy,
}

/// <summary>A number computed of the values of a column, and its bounds.</summary>
/// <param name="Of">The column.</param>
/// <param name="Kind">What is computed.</param>
/// <param name="Bounds">What it must be.</param>
public sealed record StatisticCheck(PipelineField Of, Statistic Kind, TableBounds Bounds) : TableCheck
{
    /// <summary>Which quantile, 0 to 1.</summary>
    public decimal Quantile { get; init; } = 0.5m;

    public override string Name => Kind switch
    {
        Statistic.Minimum => "column_min",
        Statistic.Maximum => "column_max",
        Statistic.Sum => "column_sum",
        Statistic.Mean => "column_mean",
        Statistic.StandardDeviation => "column_stdev",
        Statistic.Median => "column_median",
        Statistic.Quantile => "column_quantile",
        Statistic.DistinctCount => "distinct_count",
        Statistic.Skewness => "skewness",
        Statistic.Entropy => "entropy",
        _ => "distinct_share",
    };

    public override PipelineField Field => Of;

    public override string Text => $"{Noun} of {ConditionText.NameField(Of)} {Bounds.Text}";

    private string Noun => Kind switch
    {
        Statistic.Minimum => "minimum",
        Statistic.Maximum => "maximum",
        Statistic.Sum => "sum",
        Statistic.Mean => "mean",
        Statistic.StandardDeviation => "standard deviation",
        Statistic.Median => "median",
        Statistic.Quantile => $"quantile {Quantile.ToString(CultureInfo.InvariantCulture)}",
        Statistic.DistinctCount => "distinct count",
        Statistic.Skewness => "skewness",
        Statistic.Entropy => "entropy",
        _ => "distinct share",
    };

    /// <summary>The check, if it makes sense for the type of its field; throws <see cref="RuleException"/> otherwise.</summary>
    internal static StatisticCheck Make(PipelineField field, Statistic kind, TableBounds bounds, decimal quantile = 0.5m)
    {
        var check = new StatisticCheck(field, kind, bounds) { Quantile = quantile };
        if (quantile is < 0 or > 1) throw new RuleException("a quantile is from 0 to 1");
        if (kind is Statistic.DistinctCount or Statistic.DistinctShare or Statistic.Entropy)
            return check with { Bounds = TableBoundsReader.RequireNumbers(bounds) };
        var isTime = field.Type is FieldType.Date or FieldType.Timestamp;
        if (!NumberCell.Reads(field.Type) || (isTime && kind is Statistic.Sum or Statistic.Mean or Statistic.StandardDeviation or Statistic.Skewness))
            throw new RuleException($"{ConditionText.NameField(field)} is {FieldTypes.Describe(field.Type)}, which has no {check.Noun}");
        return check with { Bounds = isTime ? TableBoundsReader.Coerce(field, bounds) : TableBoundsReader.RequireNumbers(bounds) };
    }

    internal override TableObserver Start(Func<PipelineField, int> indexOf) => Kind switch
    {
        Statistic.Minimum or Statistic.Maximum => new ExtremeObserver(this, new NumberCell(Of, indexOf)),
        Statistic.Sum or Statistic.Mean => new SumObserver(this, new NumberCell(Of, indexOf)),
        Statistic.StandardDeviation => new DeviationObserver(this, new NumberCell(Of, indexOf)),
        Statistic.DistinctCount or Statistic.DistinctShare => new DistinctObserver(this, indexOf(Of)),
        Statistic.Skewness => new SkewnessObserver(this, new NumberCell(Of, indexOf)),
        Statistic.Entropy => new EntropyObserver(this, indexOf(Of)),
        _ => new QuantileObserver(this, new NumberCell(Of, indexOf)),
    };

    internal TableVerdict Judge(decimal value, string shown) => new(Bounds.Hold(value), Found(shown));

    internal string Found(string shown) => $"the {Noun} of {ConditionText.NameField(Of)} is {shown}";

    internal TableVerdict Nothing() => TableVerdict.Nothing($"{ConditionText.NameField(Of)} has too few values for a {Noun}");
}

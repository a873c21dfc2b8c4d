using System.Globalization;

namespace DbVc.Pipelines;

/// <summary>The values of a column are distributed as somebody wrote down. NULLs are left out.</summary>
/// <param name="Of">The column.</param>
/// <param name="Expected">What it should be: shares of values, or a distribution of numbers.</param>
/// <param name="Measure">How far it is from that.</param>
/// <param name="Bound">The greatest distance, or the least p-value.</param>
/// <param name="IsProbability">Whether the bound is that of a p-value.</param>
public sealed record DistributionCheck(PipelineField Of, ExpectedDistribution Expected, DistributionMeasure Measure, decimal Bound, bool IsProbability)
    : TableCheck
{
    // A rule is read back from its text, which is at most 2000 characters, with the premise that it may have.
    private const int LongestText = 1500;
    private const int Digits = 12;

    public override string Name => "distribution";

    public override PipelineField Field => Of;

    public override string Text => $"distribution of {ConditionText.NameField(Of)} must be near {Expected.Text} with a {Noun} of "
        + $"{(IsProbability ? "at least" : "at most")} {Bound.ToString(CultureInfo.InvariantCulture)}";

    private string Noun => DistributionMeasures.Of(Measure) is var m && IsProbability ? m.Probabilities[0] : m.Distances[0];

    /// <summary>The check, if it makes sense for its field; throws <see cref="RuleException"/> otherwise.</summary>
    internal static DistributionCheck Make(
        PipelineField field, ExpectedDistribution expected, MeasureDefinition measure, decimal? max, decimal? minP)
    {
        Refuse(field, measure, expected is ExpectedShares);
        if (minP is not null && max is null && measure.Probabilities.Length == 0)
            throw new RuleException($"the measure '{measure.Name}' has no p-value", "give 'max', or use the measure 'chi_square'.");
        if (max is null == minP is null)
        {
            throw new RuleException(measure.Probabilities.Length == 0 ? "'max' must be given, and no 'min_p'" : "either 'max' or 'min_p' must be given",
                "'max' bounds the distance from above, 'min_p' the p-value of a test from below.");
        }

        if (minP is <= 0 or >= 1) throw new RuleException("the least p-value is above 0 and below 1", "0.01 is usual.");
        if (max < 0) throw new RuleException("a distance is never below 0, and so is its maximum");
        var check = new DistributionCheck(field, expected, measure.Kind, max ?? minP!.Value, minP is not null);
        return check.Text.Length <= LongestText ? check
            : throw new RuleException($"the rule would be {check.Text.Length} characters long, and at most {LongestText} can be",
                "give fewer values or quantiles, or some with fewer digits.");
    }

    /// <summary>Throws <see cref="RuleException"/> where the measure is none for the field, or for what is expected of it.</summary>
    internal static void Refuse(PipelineField field, MeasureDefinition measure, bool isOfShares)
    {
        if (measure.IsOfNumbers && !OperandTypes.IsNumber(field.Type))
        {
            throw new RuleException($"{ConditionText.NameField(field)} is {FieldTypes.Describe(field.Type)}, which has no {measure.Distances[0]}",
                "use the measure 'kl', 'chi_square' or 'psi', which compare the shares of values.");
        }

        if (measure.IsOfNumbers && isOfShares)
            throw new RuleException($"the measure '{measure.Name}' compares numbers, not shares of values", "use 'kl', 'chi_square' or 'psi' for shares.");
        if (!measure.IsOfNumbers && !isOfShares)
            throw new RuleException($"the measure '{measure.Name}' compares shares of values", "use 'ks' for a distribution of numbers.");
    }

    internal override TableObserver Start(Func<PipelineField, int> indexOf) => Expected is ExpectedShares shares
        ? new ShareObserver(this, shares, indexOf) : new DistanceObserver(this, (NumberDistribution)Expected, new NumberCell(Of, indexOf));

    /// <param name="measured">The distance, which may be infinite, or the p-value.</param>
    /// <param name="why">What goes with it.</param>
    internal TableVerdict Judge(double measured, string why)
    {
        var (value, bound) = (Math.Round(measured, Digits), (double)Bound);
        var shown = double.IsInfinity(value) ? "infinite"
            : IsProbability && value < 0.000001 ? "below 0.000001" : value.ToString("0.######", CultureInfo.InvariantCulture);
        return new TableVerdict(IsProbability ? value >= bound : value <= bound, $"the {Noun} of {ConditionText.NameField(Of)} is {shown}: {why}");
    }

    internal TableVerdict TooFew(long count, string why) => TableVerdict.Nothing(string.Create(CultureInfo.InvariantCulture,
        $"{count} values of {ConditionText.NameField(Of)} are too few for a {Noun}{why}"));
}

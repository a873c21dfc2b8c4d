using System.Globalization;
using DbVc.Model;

namespace DbVc.Pipelines;

/// <summary>No value is further from the mean of all than so many standard deviations.</summary>
/// <param name="Of">The column.</param>
/// <param name="Threshold">How many standard deviations, above 0.</param>
/// <param name="MinRows">With fewer values nothing is judged: a deviation of few says little.</param>
public sealed record OutlierCheck(PipelineField Of, decimal Threshold, long MinRows) : TableCheck
{
    public const long UsualRows = 30;

    public const long MostRows = 1_000_000_000;

    public override string Name => "z_score";

    public override PipelineField Field => Of;

    public override string Text => string.Create(CultureInfo.InvariantCulture,
        $"{ConditionText.NameField(Of)} must be within {Threshold} standard deviations of its mean")
        + (MinRows == UsualRows ? "" : string.Create(CultureInfo.InvariantCulture, $" from {MinRows} values on"));

    /// <summary>The check; throws <see cref="RuleException"/> for a field that is no number, or bounds that make no sense.</summary>
    internal static OutlierCheck Make(PipelineField field, decimal threshold, long minRows)
    {
        if (field.Type is not (FieldType.Integer or FieldType.Real or FieldType.Decimal))
            throw new RuleException($"{ConditionText.NameField(field)} is {FieldTypes.Describe(field.Type)}, which has no standard deviation");
        if (threshold is <= 0 or > 1_000_000) throw new RuleException("the number of standard deviations is above 0 and at most a million");
        return minRows < 3 ? throw new RuleException("outliers need three values at least") : new OutlierCheck(field, threshold, minRows);
    }

    internal override TableObserver Start(Func<PipelineField, int> indexOf) => new Observer(this, new NumberCell(Of, indexOf));

    /// <summary>Whether any value lies outside is seen from the least and the greatest one.</summary>
    private sealed class Observer(OutlierCheck check, NumberCell cell) : TableObserver
    {
        private readonly Spread _spread = new();
        private (decimal Value, long Record)? _low;
        private (decimal Value, long Record)? _high;

        public override void Add(long record, IRowView row)
        {
            if (!cell.TryRead(row, out var value)) return;
            _spread.Add((double)value);
            if (_low is not { } low || value < low.Value) _low = (value, record);
            if (_high is not { } high || value > high.Value) _high = (value, record);
        }

        public override TableVerdict Judge(LoadFacts facts)
        {
            if (_spread.Count < check.MinRows) return TableVerdict.Nothing($"{_spread.Count} values are fewer than {check.MinRows}");
            var deviation = _spread.Deviation;
            if (deviation == 0) return new TableVerdict(true, "all values are the same");
            var (value, record) = Distance(_low!.Value) > Distance(_high!.Value) ? _low.Value : _high.Value;
            var furthest = Distance((value, record)) / deviation;
            return new TableVerdict(furthest <= (double)check.Threshold, string.Create(CultureInfo.InvariantCulture,
                $"record {record} has {cell.Show(value)}, {furthest:0.0#} standard deviations from the mean {_spread.Mean:0.######}"));
        }

        private double Distance((decimal Value, long Record) at) => Math.Abs((double)at.Value - _spread.Mean);
    }
}

using System.Globalization;
using DbVc.Model;

namespace DbVc.Pipelines;

/// <summary>
/// From the first value to the last every so many hours, days or weeks hold one. Periods are counted from the beginning of the calendar, a Monday, so a week
/// begins on Monday and a day at midnight.
/// </summary>
/// <param name="Of">The column.</param>
/// <param name="Every">How long a period is.</param>
public sealed record EveryPeriodCheck(PipelineField Of, RuleAge Every) : TableCheck
{
    private const int MostPeriods = 10_000_000;

    public override string Name => "every_period";

    public override PipelineField Field => Of;

    public override string Text => $"{ConditionText.NameField(Of)} must have a value in every {Every}";

    /// <summary>The check; throws <see cref="RuleException"/> for a field that is no time, or days in parts.</summary>
    internal static EveryPeriodCheck Make(PipelineField field, RuleAge every)
    {
        if (field.Type is not (FieldType.Date or FieldType.Timestamp))
            throw new RuleException($"{ConditionText.NameField(field)} is {FieldTypes.Describe(field.Type)}, which lies in no period");
        return field.Type == FieldType.Date && every.Span.Ticks % TimeSpan.TicksPerDay != 0
            ? throw new RuleException($"{ConditionText.NameField(field)} is a day, and {every} are none") : new EveryPeriodCheck(field, every);
    }

    internal override TableObserver Start(Func<PipelineField, int> indexOf) => new Observer(this, new NumberCell(Of, indexOf));

    private sealed class Observer(EveryPeriodCheck check, NumberCell cell) : TableObserver
    {
        private readonly HashSet<long> _periods = [];

        public override void Add(long record, IRowView row)
        {
            if (_periods.Count <= MostPeriods && cell.TryRead(row, out var ticks)) _periods.Add((long)ticks / check.Every.Span.Ticks);
        }

        public override TableVerdict Judge(LoadFacts facts)
        {
            if (_periods.Count == 0) return TableVerdict.Nothing($"{ConditionText.NameField(check.Of)} has no value");
            if (_periods.Count > MostPeriods) return TableVerdict.Nothing($"there are more than {MostPeriods} periods");
            var (first, last) = (_periods.Min(), _periods.Max());
            var all = last - first + 1;
            if (all == _periods.Count) return new TableVerdict(true, string.Create(CultureInfo.InvariantCulture, $"all of {all} periods have a value"));
            var missing = first;
            while (_periods.Contains(missing)) missing++;
            return new TableVerdict(false, string.Create(CultureInfo.InvariantCulture,
                $"{all - _periods.Count} of {all} periods have no value, first that from {cell.Show(missing * check.Every.Span.Ticks)} on"));
        }
    }
}

using System.Globalization;

namespace DbVc.Pipelines;

/// <summary>
/// Periods from one column up to another one, which they do not hold any more: none overlaps another of the same group, or none is missing between
/// two. NULL at the end is a period without end.
/// </summary>
/// <param name="From">Where a period begins.</param>
/// <param name="Until">Where it ends.</param>
/// <param name="By">Periods are compared where these are equal; empty: all.</param>
/// <param name="Gapless">Whether gaps are looked for, else overlaps.</param>
public sealed record PeriodCheck(PipelineField From, PipelineField Until, IReadOnlyList<PipelineField> By, bool Gapless) : TableCheck
{
    public override string Name => Gapless ? "no_gaps" : "mutually_exclusive_ranges";

    public override PipelineField Field => From;

    public override string Text
    {
        get
        {
            var group = By.Count == 0 ? "" : " for each " + string.Join(" and ", By.Select(ConditionText.NameField));
            return $"{ConditionText.NameField(From)} to {ConditionText.NameField(Until)} must {(Gapless ? "have no gaps" : "not overlap")}{group}";
        }
    }

    /// <summary>The check; throws <see cref="RuleException"/> for fields that are no period.</summary>
    internal static PeriodCheck Make(IReadOnlyList<PipelineField> fields, IReadOnlyList<PipelineField> by, bool gapless)
    {
        if (fields.Count != 2) throw new RuleException("a period is from one field to one other");
        var (from, until) = (fields[0], fields[1]);
        if (!NumberCell.Reads(from.Type)) throw new RuleException($"{ConditionText.NameField(from)} is {FieldTypes.Describe(from.Type)}, which has no order");
        return from.Type == until.Type ? new PeriodCheck(from, until, by, gapless)
            : throw new RuleException($"{ConditionText.NameField(from)} is {FieldTypes.Describe(from.Type)}, and {ConditionText.NameField(until)} "
                + $"is {FieldTypes.Describe(until.Type)}");
    }

    internal override TableObserver Start(Func<PipelineField, int> indexOf) => new Observer(this, indexOf);

    private sealed class Observer(PeriodCheck check, Func<PipelineField, int> indexOf) : TableObserver
    {
        private readonly NumberCell _from = new(check.From, indexOf);
        private readonly NumberCell _until = new(check.Until, indexOf);
        private readonly int[] _by = [.. check.By.Select(indexOf)];
        private readonly Dictionary<string, int> _groups = new(StringComparer.Ordinal);
        private readonly List<(int Group, decimal From, decimal Until, long Record)> _periods = [];

        public override void Add(long record, IRowView row)
        {
            if (!_from.TryRead(row, out var from)) return;
            if (!_until.TryRead(row, out var until)) until = decimal.MaxValue;
            // A length before each, so that no two groups have one name.
            var name = string.Concat(_by.Select(c => RowText.Show(row, c)).Select(t => string.Create(CultureInfo.InvariantCulture, $"{t.Length}:{t}")));
            if (!_groups.TryGetValue(name, out var group)) _groups.Add(name, group = _groups.Count);
            _periods.Add((group, from, until, record));
        }

        public override TableVerdict Judge(LoadFacts facts)
        {
            if (_periods.Count == 0) return TableVerdict.Nothing("there is no period");
            _periods.Sort();
            var (broken, first) = (0L, "");
            var before = _periods[0];
            foreach (var (index, period) in _periods.Index())
            {
                if (Problem(index == 0 || period.Group != before.Group ? null : before, period) is { } problem && broken++ == 0) first = problem;
                if (period.Group != before.Group || period.Until > before.Until) before = period;
            }

            if (broken == 0) return new TableVerdict(true, string.Create(CultureInfo.InvariantCulture, $"{_periods.Count} periods"));
            return new TableVerdict(false, broken == 1 ? first : string.Create(CultureInfo.InvariantCulture, $"{first}, and {broken - 1} more"));
        }

        /// <param name="before">The period of the group that ends last of those that begin earlier.</param>
        private string? Problem((int Group, decimal From, decimal Until, long Record)? before, (int Group, decimal From, decimal Until, long Record) period)
        {
            var own = string.Create(CultureInfo.InvariantCulture, $"record {period.Record}, which begins at {_from.Show(period.From)},");
            if (period.Until < period.From) return $"{own} ends before, at {_from.Show(period.Until)}";
            if (before is not { } other) return null;
            var end = other.Until == decimal.MaxValue ? "never ends" : $"ends at {_from.Show(other.Until)}";
            var which = string.Create(CultureInfo.InvariantCulture, $"record {other.Record}, which {end}");
            if (check.Gapless) return period.From > other.Until ? $"{own} leaves a gap after {which}" : null;
            return period.From < other.Until ? $"{own} overlaps {which}" : null;
        }
    }
}

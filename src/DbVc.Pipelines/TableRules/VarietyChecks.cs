namespace DbVc.Pipelines;

/// <summary>A column has two different values at least, NULL not counted.</summary>
public sealed record NotConstantCheck(PipelineField Of) : TableCheck
{
    public override string Name => "not_constant";

    public override PipelineField Field => Of;

    public override string Text => $"{ConditionText.NameField(Of)} must not be constant";

    internal override TableObserver Start(Func<PipelineField, int> indexOf) => new Observer(this, indexOf(Of));

    private sealed class Observer(NotConstantCheck check, int column) : TableObserver
    {
        private readonly ColumnProfiler _profiler = new(check.Of);
        private long _count;

        public override void Add(long record, IRowView row)
        {
            if (row.KindAt(column) is null) return;
            _count++;
            _profiler.Add(row, column);
        }

        public override TableVerdict Judge(LoadFacts facts)
        {
            if (_count < 2) return TableVerdict.Nothing($"{ConditionText.NameField(check.Of)} has fewer than two values");
            var distinct = _profiler.Distinct;
            return new TableVerdict(distinct > 1, distinct > 1 ? "different values" : $"all {_count} values are the same");
        }
    }
}

/// <summary>The most frequent value is one of some; where several are, one of them is.</summary>
/// <param name="Of">The column.</param>
/// <param name="Allowed">A condition that the value passes.</param>
public sealed record MostCommonCheck(PipelineField Of, Condition Allowed) : TableCheck
{
    private const int MaxValues = 100_000;

    public override string Name => "most_common";

    public override PipelineField Field => Of;

    public override string Text => $"most common value of {ConditionText.Describe(Allowed)}";

    internal override TableObserver Start(Func<PipelineField, int> indexOf) => new Observer(this, indexOf);

    private sealed class Observer(MostCommonCheck check, Func<PipelineField, int> indexOf) : TableObserver
    {
        private readonly ConditionTest _test = ConditionTest.Build(check.Allowed, indexOf);
        private readonly int _column = indexOf(check.Of);
        private readonly Dictionary<string, (long Count, bool Allowed)> _values = new(StringComparer.Ordinal);
        private bool _tooMany;

        public override void Add(long record, IRowView row)
        {
            if (_tooMany || row.KindAt(_column) is null) return;
            var text = RowText.Show(row, _column);
            var (count, allowed) = _values.GetValueOrDefault(text, (0, _test.Passes(row)));
            _values[text] = (count + 1, allowed);
            _tooMany = _values.Count > MaxValues;
        }

        public override TableVerdict Judge(LoadFacts facts)
        {
            var name = ConditionText.NameField(check.Of);
            if (_tooMany) return new TableVerdict(false, $"{name} has more than {MaxValues} different values");
            if (_values.Count == 0) return TableVerdict.Nothing($"{name} has no value");
            var most = _values.Values.Max(v => v.Count);
            var common = _values.Where(v => v.Value.Count == most).OrderBy(v => v.Key, StringComparer.Ordinal).ToList();
            var shown = string.Join(", ", common.Take(3).Select(v => $"'{ProfileText.Cut(v.Key)}'"));
            return new TableVerdict(common.Any(v => v.Value.Allowed), $"the most common value of {name} is {shown} ({most} times)");
        }
    }
}

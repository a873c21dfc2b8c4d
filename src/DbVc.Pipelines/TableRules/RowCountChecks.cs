using System.Globalization;
using DbVc.Model;

namespace DbVc.Pipelines;

/// <summary>How many rows were loaded.</summary>
public sealed record RowCountCheck(TableBounds Bounds) : TableCheck
{
    public override string Name => "row_count";

    public override PipelineField? Field => null;

    public override string Text => $"row count {Bounds.Text}";

    internal override TableObserver Start(Func<PipelineField, int> indexOf) =>
        new Observer(rows => new TableVerdict(Bounds.Hold(rows), Quantity.Of(rows, "row")));

    internal sealed class Observer(Func<long, TableVerdict> judge, Func<long, LoadFacts, TableVerdict>? compare = null) : TableObserver
    {
        private long _rows;

        public override void Add(long record, IRowView row) => _rows++;

        public override TableVerdict Judge(LoadFacts facts) => compare?.Invoke(_rows, facts) ?? judge(_rows);
    }
}

/// <summary>By which share of it the row count may differ from that of the last merged run.</summary>
public sealed record RowCountChangeCheck(decimal Share) : TableCheck
{
    public override string Name => "row_count_change";

    public override PipelineField? Field => null;

    public override bool TakesPremise => false;

    public override string Text => $"row count must be within {(Share * 100).ToString("0.############", CultureInfo.InvariantCulture)} % of the last run";

    /// <summary>The check; throws <see cref="RuleException"/> for a share that is none.</summary>
    internal static RowCountChangeCheck Make(decimal share) =>
        share is >= 0 and <= 1_000_000 ? new RowCountChangeCheck(share) : throw new RuleException("the share by which a row count may differ is 0 or more");

    internal override TableObserver Start(Func<PipelineField, int> indexOf) => new RowCountCheck.Observer(_ => TableVerdict.Nothing("no run before"), Compare);

    private TableVerdict Compare(long rows, LoadFacts facts)
    {
        if (facts.LoadedBefore is not { } before || before == 0) return TableVerdict.Nothing("no rows of a merged run to compare with");
        return new TableVerdict(Math.Abs(rows - before) <= Share * before, $"{Quantity.Of(rows, "row")}, {Quantity.Of(before)} in the last run");
    }
}

using System.Globalization;
using DbVc.Model;

namespace DbVc.Pipelines;

/// <summary>How values follow each other in the order of records.</summary>
public enum ValueOrder
{
    Increasing,
    Decreasing,

    /// <summary>Each whole number is the one before and one more.</summary>
    Sequential,
}

/// <summary>The order of a column's values from record to record; NULLs are left out.</summary>
public sealed record OrderCheck(PipelineField Of, ValueOrder Order, bool Strict) : TableCheck
{
    public override string Name => Order.ToString().ToLowerInvariant();

    public override PipelineField Field => Of;

    public override string Text => $"{ConditionText.NameField(Of)} must be {(Strict && Order != ValueOrder.Sequential ? "strictly " : "")}{Name}";

    /// <summary>The check; throws <see cref="RuleException"/> for a field without an order.</summary>
    internal static OrderCheck Make(PipelineField field, ValueOrder order, bool strict)
    {
        if (order == ValueOrder.Sequential && field.Type != FieldType.Integer)
            throw new RuleException($"{ConditionText.NameField(field)} is {FieldTypes.Describe(field.Type)}, and only whole numbers are sequential");
        if (!NumberCell.Reads(field.Type))
            throw new RuleException($"{ConditionText.NameField(field)} is {FieldTypes.Describe(field.Type)}, which has no order");
        return new OrderCheck(field, order, strict);
    }

    internal override TableObserver Start(Func<PipelineField, int> indexOf) => new Observer(this, new NumberCell(Of, indexOf));

    private bool Follows(decimal before, decimal value) => Order switch
    {
        ValueOrder.Increasing => Strict ? value > before : value >= before,
        ValueOrder.Decreasing => Strict ? value < before : value <= before,
        _ => value == before + 1,
    };

    private sealed class Observer(OrderCheck check, NumberCell cell) : TableObserver
    {
        private decimal? _before;
        private long _count;
        private long _broken;
        private string _first = "";

        public override void Add(long record, IRowView row)
        {
            if (!cell.TryRead(row, out var value)) return;
            _count++;
            if (_before is { } before && !check.Follows(before, value) && _broken++ == 0)
                _first = string.Create(CultureInfo.InvariantCulture, $"record {record} has {cell.Show(value)} after {cell.Show(before)}");
            _before = value;
        }

        public override TableVerdict Judge(LoadFacts facts)
        {
            if (_count < 2) return TableVerdict.Nothing($"{ConditionText.NameField(check.Of)} has too few values for an order");
            if (_broken == 0) return new TableVerdict(true, $"{_count} values in order");
            return new TableVerdict(false, _broken == 1 ? _first : $"{_first}, and {_broken - 1} more");
        }
    }
}

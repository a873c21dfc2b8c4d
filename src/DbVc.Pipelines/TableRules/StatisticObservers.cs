using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>The least or the greatest value.</summary>
internal sealed class ExtremeObserver(StatisticCheck check, NumberCell cell) : TableObserver
{
    private decimal? _value;

    public override void Add(long record, IRowView row)
    {
        if (!cell.TryRead(row, out var value)) return;
        if (_value is not { } known || (check.Kind == Statistic.Minimum ? value < known : value > known)) _value = value;
    }

    public override TableVerdict Judge(LoadFacts facts) => _value is { } value ? check.Judge(value, cell.Show(value)) : check.Nothing();
}

/// <summary>Sum and mean, exact: a mean is compared as a sum with a multiple of its bound.</summary>
internal sealed class SumObserver(StatisticCheck check, NumberCell cell) : TableObserver
{
    private readonly ExactSum _sum = new();
    private long _count;

    public override void Add(long record, IRowView row)
    {
        if (!cell.TryRead(row, out var value)) return;
        _sum.Add(value);
        _count++;
    }

    public override TableVerdict Judge(LoadFacts facts)
    {
        if (_count == 0) return check.Nothing();
        var parts = check.Kind == Statistic.Mean ? _count : 1;
        return new TableVerdict(check.Bounds.Hold(bound => _sum.CompareTo(bound, parts)), check.Found(_sum.Show(parts)));
    }
}

/// <summary>Mean and standard deviation of a sample, without keeping it (Welford).</summary>
internal sealed class Spread
{
    private double _squares;

    public long Count { get; private set; }

    public double Mean { get; private set; }

    /// <summary>With at least two values.</summary>
    public double Deviation => Math.Sqrt(_squares / (Count - 1));

    public void Add(double value)
    {
        Count++;
        var step = value - Mean;
        Mean += step / Count;
        _squares += step * (value - Mean);
    }
}

/// <summary>The standard deviation of a sample (n - 1).</summary>
internal sealed class DeviationObserver(StatisticCheck check, NumberCell cell) : TableObserver
{
    private readonly Spread _spread = new();

    public override void Add(long record, IRowView row)
    {
        if (cell.TryRead(row, out var value)) _spread.Add((double)value);
    }

    public override TableVerdict Judge(LoadFacts facts)
    {
        if (_spread.Count < 2) return check.Nothing();
        var deviation = (decimal)Math.Min(_spread.Deviation, 7e28);
        return check.Judge(deviation, NumberCell.ShowNumber(deviation));
    }
}

/// <summary>Quantiles, linear between two values. Exact up to a million values; of more, from a million drawn evenly, and said so.</summary>
internal sealed class QuantileObserver(StatisticCheck check, NumberCell cell) : TableObserver
{
    private readonly NumberSample _sample = new();

    public override void Add(long record, IRowView row)
    {
        if (cell.TryRead(row, out var value)) _sample.Add(value);
    }

    public override TableVerdict Judge(LoadFacts facts)
    {
        if (_sample.Count == 0) return check.Nothing();
        var kept = _sample.Sort();
        var place = check.Quantile * (kept.Count - 1);
        var low = (int)decimal.Floor(place);
        var value = kept[low];
        if (place > low) value += (kept[low + 1] - value) * (place - low);
        return check.Judge(value, cell.Show(value) + (_sample.IsAll ? "" : $", estimated from {kept.Count} values"));
    }
}

/// <summary>How many different values there are, exactly: 16 bytes each are kept, as for a rule about duplicates.</summary>
internal sealed class DistinctObserver(StatisticCheck check, int column) : TableObserver
{
    private readonly UniqueSet _values = new();
    private long _count;

    public override void Add(long record, IRowView row)
    {
        if (row.KindAt(column) is null) return;
        _count++;
        var key = UniqueKey.Start();
        RowChecker.AddCell(ref key, check.Of.Type, row, column);
        _values.Add(key);
    }

    public override TableVerdict Judge(LoadFacts facts)
    {
        if (check.Kind == Statistic.DistinctCount) return check.Judge(_values.Count, NumberCell.ShowNumber(_values.Count));
        if (_count == 0) return check.Nothing();
        var share = (decimal)_values.Count / _count;
        return check.Judge(share, NumberCell.ShowNumber(share));
    }
}

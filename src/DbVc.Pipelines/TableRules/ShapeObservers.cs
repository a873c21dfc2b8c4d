using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>
/// How lopsided values lie about their mean: the third central moment over the 1.5th power of the second (g1), which is 0 for what is symmetric. In one
/// pass, by Pébay's formulas ("Formulas for robust, one-pass parallel computation of covariances and arbitrary-order statistical moments", 2008).
/// </summary>
internal sealed class SkewnessObserver(StatisticCheck check, NumberCell cell) : TableObserver
{
    private long _count;
    private double _mean;
    private double _second;
    private double _third;

    public override void Add(long record, IRowView row)
    {
        if (!cell.TryRead(row, out var value)) return;
        _count++;
        var step = (double)value - _mean;
        var part = step / _count;
        var term = step * part * (_count - 1);
        _mean += part;
        _third += (term * part * (_count - 2)) - (3 * part * _second);
        _second += term;
    }

    public override TableVerdict Judge(LoadFacts facts)
    {
        if (_count < 3 || _second == 0) return check.Nothing();
        var skewness = Math.Sqrt(_count) * _third / Math.Pow(_second, 1.5);
        if (!double.IsFinite(skewness)) return check.Nothing();
        var rounded = (decimal)Math.Round(skewness, 12);
        return check.Judge(rounded, NumberCell.ShowNumber(rounded));
    }
}

/// <summary>How evenly the values are spread, in bits (Shannon): 0 where all are the same, log2(n) where n of them are equally frequent.</summary>
internal sealed class EntropyObserver(StatisticCheck check, int column) : TableObserver
{
    private const int MostValues = 1_000_000;

    private readonly Dictionary<UInt128, long> _values = [];
    private long _count;
    private bool _isTooMany;

    public override void Add(long record, IRowView row)
    {
        if (row.KindAt(column) is null || _isTooMany) return;
        _count++;
        var key = UniqueKey.Start();
        RowChecker.AddCell(ref key, check.Of.Type, row, column);
        var fingerprint = key.Finish();
        _values[fingerprint] = _values.GetValueOrDefault(fingerprint) + 1;
        _isTooMany = _values.Count > MostValues;
    }

    public override TableVerdict Judge(LoadFacts facts)
    {
        if (_isTooMany) return TableVerdict.Nothing($"there are more than {MostValues} different values");
        if (_count == 0) return check.Nothing();
        // The smallest terms first, so that the sum is the same in whatever order the values came.
        var entropy = (decimal)Math.Round(_values.Values.Order().Sum(n => n / (double)_count * Math.Log2(_count / (double)n)), 12);
        return check.Judge(entropy, NumberCell.ShowNumber(entropy));
    }
}

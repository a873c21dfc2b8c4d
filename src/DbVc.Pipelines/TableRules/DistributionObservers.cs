using System.Globalization;
using DbVc.Model;

namespace DbVc.Pipelines;

/// <summary>Counts the expected values one by one and all others together: exact, in memory for the expected ones alone.</summary>
internal sealed class ShareObserver : TableObserver
{
    // Cochran, "Some methods for strengthening the common χ² tests" (1954): at most a fifth of the expected counts is below 5, and none below 1.
    private const double UsualCount = 5;
    private const double LeastCount = 1;

    private readonly DistributionCheck _check;
    private readonly ExpectedShare[] _expected;
    private readonly Dictionary<string, int> _texts = new(StringComparer.Ordinal);
    private readonly Dictionary<decimal, int> _numbers = [];
    private readonly NumberCell? _cell;
    private readonly int _column;
    private readonly long[] _counts;
    private string _other = "";
    private long _others;
    private long _count;

    public ShareObserver(DistributionCheck check, ExpectedShares expected, Func<PipelineField, int> indexOf)
    {
        (_check, _column, _counts) = (check, indexOf(check.Of), new long[expected.All.Count]);
        // What is within the tolerance of 100 % is brought to it.
        var sum = expected.All.Sum(s => s.Share);
        _expected = [.. expected.All.Select(s => s with { Share = s.Share / sum })];
        if (NumberCell.Reads(check.Of.Type)) _cell = new NumberCell(check.Of, indexOf);
        for (var i = 0; i < _expected.Length; i++)
        {
            if (ExpectedShares.KeyOf(_expected[i].Value) is string text) _texts[text] = i;
            else _numbers[(decimal)ExpectedShares.KeyOf(_expected[i].Value)] = i;
        }
    }

    public override void Add(long record, IRowView row)
    {
        if (row.KindAt(_column) is null) return;
        _count++;
        if (TryFind(row, out var index)) _counts[index]++;
        else if (++_others == 1) _other = ProfileText.Cut(RowText.Show(row, _column));
    }

    public override TableVerdict Judge(LoadFacts facts)
    {
        if (_count == 0) return TableVerdict.Nothing($"{ConditionText.NameField(_check.Of)} has no value");
        if (!_check.IsProbability) return _check.Judge(Distance(), Why());
        var statistic = Distance() * _count;
        // What cannot come at all needs no count to be told from chance.
        if (double.IsInfinity(statistic)) return _check.Judge(0, Why());
        var expected = _expected.Select(s => (double)s.Share * _count).ToList();
        if (expected.Min() < LeastCount || expected.Count(e => e < UsualCount) * 5 > expected.Count)
        {
            var rarest = _expected.MinBy(s => s.Share)!;
            return _check.TooFew(_count, string.Create(CultureInfo.InvariantCulture,
                $": {ConditionText.NameOperand(rarest.Value)} is expected {expected.Min():0.#} times"));
        }

        return _check.Judge(Significance.ChiSquareTail(statistic, _expected.Length - 1), Why());
    }

    private bool TryFind(IRowView row, out int index)
    {
        if (_check.Of.Type == FieldType.Text) return _texts.TryGetValue(RowText.Show(row, _column), out index);
        if (_cell is null) return _numbers.TryGetValue(row.Integer(_column), out index);
        index = 0;
        return _cell.TryRead(row, out var number) && _numbers.TryGetValue(number, out index);
    }

    private double Distance()
    {
        var sum = 0.0;
        for (var i = 0; i < _expected.Length; i++) sum += Term((double)_counts[i] / _count, (double)_expected[i].Share);
        if (_others > 0) sum += Term((double)_others / _count, 0);
        // Rounding alone may take what is 0 below it.
        return Math.Max(0, sum);
    }

    private double Term(double found, double expected) => _check.Measure switch
    {
        DistributionMeasure.StabilityIndex => ProfileDrift.StabilityTerm(expected, found),
        _ when expected == 0 => double.PositiveInfinity,
        DistributionMeasure.ChiSquare => (found - expected) * (found - expected) / expected,
        _ => found == 0 ? 0 : found * Math.Log(found / expected),
    };

    /// <summary>Which values are other than expected: those that are not expected, else the one that is furthest off.</summary>
    private string Why()
    {
        if (_others > 0) return string.Create(CultureInfo.InvariantCulture, $"{_others} of {_count} values are not expected, the first is '{_other}'");
        var furthest = Enumerable.Range(0, _counts.Length).MaxBy(i => Math.Abs(((decimal)_counts[i] / _count) - _expected[i].Share));
        return string.Create(CultureInfo.InvariantCulture, $"{ConditionText.NameOperand(_expected[furthest].Value)} is {Percent(_counts[furthest], _count)}")
            + string.Create(CultureInfo.InvariantCulture, $" of {_count} values, {Percent(_expected[furthest].Share, 1)} expected");
    }

    private static string Percent(decimal part, decimal whole) => (part * 100 / whole).ToString("0.##", CultureInfo.InvariantCulture) + " %";
}

/// <summary>
/// The greatest difference D between the share of values up to a number and the expected one (Kolmogorov and Smirnov). Where the expected distribution has
/// shares of single values the p-value is too great, never too small. Exact up to a million values; of more, from a million drawn evenly, and said so.
/// </summary>
internal sealed class DistanceObserver(DistributionCheck check, NumberDistribution expected, NumberCell cell) : TableObserver
{
    // With fewer the modification of Stephens does not hold.
    private const int LeastValues = 5;

    private readonly NumberSample _sample = new();

    public override void Add(long record, IRowView row)
    {
        if (cell.TryRead(row, out var value)) _sample.Add(value);
    }

    public override TableVerdict Judge(LoadFacts facts)
    {
        if (_sample.Count == 0) return TableVerdict.Nothing($"{ConditionText.NameField(check.Of)} has no value");
        if (check.IsProbability && _sample.Count < LeastValues) return check.TooFew(_sample.Count, "");
        var values = _sample.Sort();
        var (distance, why) = Measure(values);
        var of = _sample.IsAll ? $"{values.Count} values" : $"{values.Count} values drawn from {_sample.Count}";
        return check.Judge(check.IsProbability ? Significance.KolmogorovTail(distance, values.Count) : distance, $"of {of} {why}");
    }

    /// <summary>
    /// Between two values the share found stays and the expected one grows, so the difference is greatest at a value, or just below one.
    /// </summary>
    private (double Distance, string Why) Measure(IReadOnlyList<decimal> sorted)
    {
        var (distance, found, wanted, at, below) = (-1.0, 0.0, 0.0, 0m, false);
        for (int i = 0, end; i < sorted.Count; i = end)
        {
            for (end = i + 1; end < sorted.Count && sorted[end] == sorted[i];) end++;
            var share = expected.ShareOf((double)sorted[i]);
            var (before, after) = ((double)i / sorted.Count, (double)end / sorted.Count);
            var (off, offAfter) = (Math.Abs(before - share.Below), Math.Abs(after - share.UpTo));
            if (off > distance) (distance, found, wanted, at, below) = (off, before, share.Below, sorted[i], true);
            if (offAfter > distance) (distance, found, wanted, at, below) = (offAfter, after, share.UpTo, sorted[i], false);
        }

        return (distance, string.Create(CultureInfo.InvariantCulture,
            $"{found * 100:0.##} % are {(below ? "below" : "up to")} {cell.Show(at)}, {wanted * 100:0.##} % expected"));
    }
}

using System.Globalization;
using System.Runtime.CompilerServices;
using DbVc.Model;
using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>Gathers what a profile says about one column while rows pass. Allocates nothing per row but where a text is the least or greatest so far.</summary>
internal sealed class ColumnProfiler(PipelineField field)
{
    private const int MaxKept = 256;

    private readonly DistinctCount _distinct = new();
    private readonly bool _isText = field.Type == FieldType.Text;
    private long _nulls;
    private long _values;
    private (long Low, long High) _integers = (long.MaxValue, long.MinValue);
    private (double Low, double High) _reals = (double.PositiveInfinity, double.NegativeInfinity);
    private (byte[] Low, byte[] High) _texts = ([], []);
    private (int Low, int High) _lengths = (int.MaxValue, 0);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(IRowView row, int column)
    {
        switch (row.KindAt(column))
        {
            case null:
                _nulls++;
                return;
            case CellKind.Integer:
                var integer = row.Integer(column);
                _integers = (Math.Min(_integers.Low, integer), Math.Max(_integers.High, integer));
                _distinct.Add(integer);
                break;
            case CellKind.Real:
                var real = row.Real(column);
                _reals = (Math.Min(_reals.Low, real), Math.Max(_reals.High, real));
                _distinct.Add(real);
                break;
            default:
                AddText(row.Bytes(column));
                break;
        }

        _values++;
    }

    /// <summary>How many different values there are, exactly while there are few.</summary>
    public long Distinct => _distinct.Count;

    public ColumnProfile Build(RowSample sample, int column)
    {
        var profile = new ColumnProfile(field.Name, field.Type, _nulls, _distinct.Count) { DistinctIsEstimate = !_distinct.IsExact };
        if (_values == 0) return profile;
        var values = sample.ValuesOf(column).ToList();
        var (low, high) = Range();
        return profile with
        {
            Minimum = low,
            Maximum = high,
            Shortest = _isText ? _lengths.Low : null,
            Longest = _isText ? _lengths.High : null,
            Frequent = Histogram.IsOfValues(profile) ? Histogram.Frequent(values) : [],
            Bins = Histogram.IsOfValues(profile) ? [] : Histogram.Bins(field.Type, values, high),
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddText(ReadOnlySpan<byte> value)
    {
        _distinct.Add(value);
        if (_isText)
        {
            var length = Rules.Length(new Text(value));
            _lengths = (Math.Min(_lengths.Low, length), Math.Max(_lengths.High, length));
        }

        var kept = value[..Math.Min(value.Length, MaxKept)];
        if (_values == 0 || CanonicalOrder.Compare(field.Type, kept, _texts.Low) < 0) _texts.Low = kept.ToArray();
        if (_values == 0 || CanonicalOrder.Compare(field.Type, kept, _texts.High) > 0) _texts.High = kept.ToArray();
    }

    private (string Low, string High) Range() => field.CellKind switch
    {
        CellKind.Integer => (_integers.Low.ToString(CultureInfo.InvariantCulture), _integers.High.ToString(CultureInfo.InvariantCulture)),
        CellKind.Real => (_reals.Low.ToString("R", CultureInfo.InvariantCulture), _reals.High.ToString("R", CultureInfo.InvariantCulture)),
        _ => (ProfileText.Show(_texts.Low), ProfileText.Show(_texts.High)),
    };
}

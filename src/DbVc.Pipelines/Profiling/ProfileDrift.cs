using System.Globalization;
using DbVc.Model;

namespace DbVc.Pipelines;

/// <summary>A column that is not what it was when the pipeline was merged last.</summary>
/// <param name="Field">The column.</param>
/// <param name="Kind">What changed: <c>nulls</c>, <c>distinct</c>, <c>range</c> or <c>distribution</c>.</param>
/// <param name="Message">For a person.</param>
public sealed record DriftFinding(string Field, string Kind, string Message);

/// <summary>
/// Compares what was loaded with what an earlier run loaded. Keys and times go on from run to run, so their range and distribution are not
/// compared; few rows say nothing.
/// </summary>
public static class ProfileDrift
{
    private const int MinRows = 100;
    private const double NullShare = 0.05;
    private const double DistinctFactor = 2;
    private const double RangeShare = 0.5;
    private const double StabilityIndex = 0.25;
    private const double LeastShare = 0.0001;
    private const double KeyShare = 0.95;

    /// <summary>What changed, in the order of columns; empty where either run loaded fewer than 100 rows.</summary>
    public static IReadOnlyList<DriftFinding> Find(TableProfile before, TableProfile after)
    {
        if (before.Rows < MinRows || after.Rows < MinRows) return [];
        var known = before.Columns.ToDictionary(c => c.Name);
        return
        [
            .. after.Columns.Where(c => known.TryGetValue(c.Name, out var old) && old.Type == c.Type)
                .SelectMany(c => Find(new Side(known[c.Name], before.Rows), new Side(c, after.Rows))),
        ];
    }

    private static IEnumerable<DriftFinding> Find(Side before, Side after)
    {
        var field = after.Column.Name;
        if (Math.Abs(after.NullShare - before.NullShare) > NullShare)
            yield return new(field, "nulls", $"{field} is NULL in {Percent(after.NullShare)} of the rows, {Percent(before.NullShare)} in the run before.");
        if (before.Values < MinRows || after.Values < MinRows) yield break;
        if (IsOther(before.Column.Distinct, after.Column.Distinct) && IsOther(before.DistinctShare, after.DistinctShare))
        {
            yield return new(field, "distinct", string.Create(CultureInfo.InvariantCulture,
                $"{field} has {after.Column.Distinct} different values, {before.Column.Distinct} in the run before."));
        }

        if (before.GoesOn || after.GoesOn) yield break;
        if (FindRange(before.Column, after.Column) is { } range) yield return new(field, "range", range);
        if (FindDistribution(before.Column, after.Column) is { } distribution) yield return new(field, "distribution", distribution);
    }

    private static bool IsOther(double before, double after) => Math.Max(before, after) > Math.Min(before, after) * DistinctFactor;

    private static string? FindRange(ColumnProfile before, ColumnProfile after)
    {
        if (after.Type is not (FieldType.Integer or FieldType.Real or FieldType.Decimal)) return null;
        if (NumbersOf(before) is not var (low, high) || NumbersOf(after) is not var (newLow, newHigh)) return null;
        var room = (high - low) * RangeShare;
        if (room == 0 || (newLow >= low - room && newHigh <= high + room)) return null;
        return $"{after.Name} lies between {after.Minimum} and {after.Maximum}, between {before.Minimum} and {before.Maximum} in the run before.";
    }

    private static (double Low, double High)? NumbersOf(ColumnProfile column) =>
        Histogram.NumberOf(column.Minimum ?? "") is { } low && Histogram.NumberOf(column.Maximum ?? "") is { } high ? (low, high) : null;

    private static string? FindDistribution(ColumnProfile before, ColumnProfile after)
    {
        var shares = before.Bins.Count > 0 && after.Bins.Count > 0 ? SharesOfBins(before, after)
            : Histogram.IsOfValues(before) && Histogram.IsOfValues(after) ? SharesOfValues(before, after) : [];
        var index = shares.Sum(s => StabilityTerm(s.Before, s.After));
        if (index <= StabilityIndex) return null;
        var (name, old, now) = shares.MaxBy(s => StabilityTerm(s.Before, s.After));
        return string.Create(CultureInfo.InvariantCulture, $"{after.Name} is distributed otherwise (population stability index {index:0.##}): ")
            + $"{name} is {Percent(now)} of the values, {Percent(old)} in the run before.";
    }

    /// <summary>What a share adds to the population stability index.</summary>
    internal static double StabilityTerm(double before, double after)
    {
        (before, after) = (Math.Max(before, LeastShare), Math.Max(after, LeastShare));
        return (after - before) * Math.Log(after / before);
    }

    private static List<(string Name, double Before, double After)> SharesOfValues(ColumnProfile before, ColumnProfile after)
    {
        var (old, now) = (before.Frequent.ToDictionary(f => f.Value, f => f.Share), after.Frequent.ToDictionary(f => f.Value, f => f.Share));
        // Names of many people are no distribution: two samples of them hardly meet.
        if (old.Values.Sum() < 0.5 || now.Values.Sum() < 0.5) return [];
        List<(string, double, double)> shares = [.. old.Keys.Union(now.Keys).Select(v => ($"'{v}'", old.GetValueOrDefault(v), now.GetValueOrDefault(v)))];
        shares.Add(("what is rare", 1 - old.Values.Sum(), 1 - now.Values.Sum()));
        return shares;
    }

    /// <summary>How the values of now fall into the bins of before; inside a bin of now they are taken as evenly spread.</summary>
    private static List<(string Name, double Before, double After)> SharesOfBins(ColumnProfile before, ColumnProfile after)
    {
        var shares = new List<(string, double, double)>();
        var below = 0.0;
        var from = "";
        foreach (var (bin, i) in before.Bins.Select((b, i) => (b, i)))
        {
            if (Histogram.NumberOf(bin.UpTo) is not { } edge) return [];
            var upTo = i == before.Bins.Count - 1 ? 1 : ShareUpTo(after, edge);
            var name = from.Length == 0 ? $"up to {bin.UpTo}" : i == before.Bins.Count - 1 ? $"above {from}" : $"above {from} up to {bin.UpTo}";
            shares.Add((name, bin.Share, upTo - below));
            (below, from) = (upTo, bin.UpTo);
        }

        return shares;
    }

    private static double ShareUpTo(ColumnProfile column, double value)
    {
        var share = 0.0;
        var low = Histogram.NumberOf(column.Minimum ?? "") ?? 0;
        foreach (var bin in column.Bins)
        {
            var high = Histogram.NumberOf(bin.UpTo) ?? low;
            if (value < high) return value <= low ? share : share + (bin.Share * (value - low) / (high - low));
            (share, low) = (share + bin.Share, high);
        }

        return share;
    }

    private static string Percent(double share) => (share * 100).ToString("0.#", CultureInfo.InvariantCulture) + " %";

    private sealed record Side(ColumnProfile Column, long Rows)
    {
        public long Values => Column.CountValues(Rows);

        public double NullShare => (double)Column.Nulls / Rows;

        public double DistinctShare => Values == 0 ? 0 : (double)Column.Distinct / Values;

        /// <summary>Whether the next run is expected to have other values: a time, or what tells rows apart.</summary>
        public bool GoesOn => Column.Type is FieldType.Date or FieldType.Timestamp || (Column.Type == FieldType.Integer && DistinctShare > KeyShare);
    }
}

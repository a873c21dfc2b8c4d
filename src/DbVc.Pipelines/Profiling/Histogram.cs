using System.Globalization;
using DbVc.Model;

namespace DbVc.Pipelines;

/// <summary>How often values come, from a sample of them.</summary>
internal static class Histogram
{
    /// <summary>A column with so few values is shown value by value, whatever its type.</summary>
    public const int FewValues = 20;

    private const int BinCount = 10;
    private const int DigitsOfShares = 6;

    /// <summary>Whether the values of a column are counted one by one, and not in bins.</summary>
    public static bool IsOfValues(ColumnProfile column) =>
        column.Type is FieldType.Text or FieldType.Boolean || (!column.DistinctIsEstimate && column.Distinct <= FewValues);

    /// <summary>The most frequent values; one that came once alone says nothing, and may be somebody's name.</summary>
    public static IReadOnlyList<FrequentValue> Frequent(IReadOnlyCollection<string> values) =>
    [
        .. values.GroupBy(v => v, StringComparer.Ordinal).Select(g => (Value: g.Key, Count: g.Count())).Where(g => g.Count > 1)
            .OrderByDescending(g => g.Count).ThenBy(g => g.Value, StringComparer.Ordinal).Take(FewValues)
            .Select(g => new FrequentValue(g.Value, Math.Round((double)g.Count / values.Count, DigitsOfShares))),
    ];

    /// <summary>Bins of about equal size; equal values are never in two.</summary>
    /// <param name="type">What the values are.</param>
    /// <param name="values">The sample.</param>
    /// <param name="maximum">The greatest of all values, sampled or not; the last bin goes up to it.</param>
    public static IReadOnlyList<ValueBin> Bins(FieldType type, IReadOnlyCollection<string> values, string maximum)
    {
        if (type is FieldType.Date or FieldType.Timestamp)
        {
            var times = values.Select(v => v.TrimEnd('Z')).ToArray();
            Array.Sort(times, StringComparer.Ordinal);
            return Bins(times, maximum, (t, _) => t);
        }

        // Sorted by number, as parsing in each comparison would cost more than the load; digits past the fifteenth do not matter to a bin.
        var numbers = values.Select(v => NumberOf(v) ?? 0).ToArray();
        var texts = values.ToArray();
        Array.Sort(numbers, texts);
        return Bins(numbers, maximum, (_, i) => texts[i]);
    }

    /// <summary>The number that a text in canonical form stands for; null for what is none.</summary>
    public static double? NumberOf(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static List<ValueBin> Bins<T>(T[] sorted, string maximum, Func<T, int, string> nameOf)
        where T : IEquatable<T>
    {
        var bins = new List<ValueBin>();
        var begin = 0;
        for (var i = 1; i <= BinCount; i++)
        {
            var end = (int)((long)sorted.Length * i / BinCount);
            if (end <= begin) continue;
            while (end < sorted.Length && sorted[end].Equals(sorted[end - 1])) end++;
            var upTo = end == sorted.Length ? maximum : nameOf(sorted[end - 1], end - 1);
            bins.Add(new ValueBin(upTo, Math.Round((double)(end - begin) / sorted.Length, DigitsOfShares)));
            begin = end;
        }

        return bins;
    }
}

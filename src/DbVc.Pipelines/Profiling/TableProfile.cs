using DbVc.Model;

namespace DbVc.Pipelines;

/// <summary>What was loaded, column by column.</summary>
/// <param name="Rows">Rows that were loaded.</param>
/// <param name="Sampled">Rows that histograms and frequent values were taken from, drawn evenly; all of them where this equals <paramref name="Rows"/>.</param>
/// <param name="Columns">In the order in which they are filled.</param>
public sealed record TableProfile(long Rows, long Sampled, IReadOnlyList<ColumnProfile> Columns);

/// <summary>The values of one column. Values are texts in their canonical form, cut after 100 characters.</summary>
/// <param name="Name">The column.</param>
/// <param name="Type">What it holds.</param>
/// <param name="Nulls">Rows in which it is NULL.</param>
/// <param name="Distinct">Different values, NULL not counted.</param>
public sealed record ColumnProfile(string Name, FieldType Type, long Nulls, long Distinct)
{
    /// <summary>Whether <see cref="Distinct"/> is an estimate.</summary>
    public bool DistinctIsEstimate { get; init; }

    /// <summary>The least value; texts in the order of their bytes. Null without a value.</summary>
    public string? Minimum { get; init; }

    public string? Maximum { get; init; }

    /// <summary>Code points of the shortest text; null for other types and without a value.</summary>
    public long? Shortest { get; init; }

    public long? Longest { get; init; }

    /// <summary>The most frequent values that came more than once, most frequent first; empty where <see cref="Bins"/> say more.</summary>
    public IReadOnlyList<FrequentValue> Frequent { get; init; } = [];

    /// <summary>Numbers and times in bins of about equal size, in order.</summary>
    public IReadOnlyList<ValueBin> Bins { get; init; } = [];

    /// <summary>How many values the column has, NULL not counted, of so many rows.</summary>
    public long CountValues(long rows) => rows - Nulls;
}

/// <summary>A value and its share of the values that are not NULL.</summary>
public sealed record FrequentValue(string Value, double Share);

/// <summary>The values above the bin before, up to and with <paramref name="UpTo"/>.</summary>
/// <param name="UpTo">The greatest value of the bin.</param>
/// <param name="Share">Its share of the values that are not NULL.</param>
public sealed record ValueBin(string UpTo, double Share);

namespace DbVc.Pipelines;

/// <summary>The first records of a source, column by column, as they are read and before any step.</summary>
/// <param name="Records">Records that were looked at.</param>
/// <param name="IsWhole">Whether these are all.</param>
/// <param name="Columns">In the order of the source.</param>
/// <param name="Rows">The first of them, one text per column; null is NULL.</param>
public sealed record SourceProfile(
    long Records, bool IsWhole, IReadOnlyList<SourceColumnProfile> Columns, IReadOnlyList<IReadOnlyList<string?>> Rows)
{
    /// <summary>Records that cannot be read, by what is wrong with them.</summary>
    public IReadOnlyDictionary<string, long> Broken { get; init; } = new Dictionary<string, long>();
}

/// <summary>The texts of one column of a source. Shares are of the values that are not NULL, between 0 and 1.</summary>
/// <param name="Name">In the source.</param>
/// <param name="Nulls">Records without it.</param>
/// <param name="Distinct">Different texts.</param>
/// <param name="Shortest">Characters of the shortest text; 0 without one.</param>
/// <param name="Longest">Of the longest.</param>
public sealed record SourceColumnProfile(string Name, long Nulls, long Distinct, int Shortest, int Longest)
{
    /// <summary>Types as which at least half of the values can be read, and how many can; text is left out, for all can.</summary>
    public IReadOnlyList<FrequentValue> Readings { get; init; } = [];

    /// <summary>What most values look like (<see cref="ValueShape"/>).</summary>
    public IReadOnlyList<FrequentValue> Shapes { get; init; } = [];

    /// <summary>The most frequent texts that come more than once.</summary>
    public IReadOnlyList<FrequentValue> Frequent { get; init; } = [];
}

/// <summary>One record of a source as it is read.</summary>
/// <param name="Record">Its number, from 1.</param>
/// <param name="Cells">Each column with its text; null is NULL.</param>
public sealed record SourceRow(long Record, IReadOnlyList<KeyValuePair<string, string?>> Cells);

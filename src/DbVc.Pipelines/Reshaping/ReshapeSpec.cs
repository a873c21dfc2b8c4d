using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>
/// A source whose records the host reshapes: after it was read and before anything counts records. What comes out are JSON Lines, and for all that
/// follows these are the source.
/// </summary>
/// <param name="Of">How the source itself is read.</param>
/// <param name="Steps">In the order in which they are done; each works on what the one before it made.</param>
public sealed record ReshapeSpec(SourceSpec Of, IReadOnlyList<ReshapeStep> Steps)
{
    /// <summary>The columns that the schema reads of the reshaped records, as paths; those without which it cannot do first.</summary>
    public IReadOnlyList<string> Wanted { get; init; } = [];

    /// <summary>How many of <see cref="Wanted"/> must be there.</summary>
    public int Needed { get; init; }

    /// <summary>The columns of the source that steps or fields cannot do without, as paths.</summary>
    internal IReadOnlyList<string> NeededBefore => Before(Wanted.Take(Needed));

    /// <summary>The columns of the source that steps or fields name, as paths.</summary>
    internal IReadOnlyList<string> NamedBefore => Before(Wanted);

    /// <summary>Whether a step takes every column that the source has.</summary>
    internal bool TakesAll => Steps.Any(s => s is UnpivotStep { Columns.Count: 0 });

    /// <summary>A column as records have it: a path of JSON; of other sources the name, whatever is in it.</summary>
    internal static string PathOf(SourceSpec source, string column) =>
        source.Json is not null || (JsonPath.TryParse(column, out var steps) && steps is [string])
            ? JsonInspector.Canonical(column) : JsonPath.Write([column.Trim()]);

    /// <summary>The name in a header that a path stands for.</summary>
    internal static string NameOf(string path) => JsonPath.TryParse(path, out var steps) && steps is [string name] ? name : path;

    /// <summary>A pipeline that only reads what is needed of the source: what looks at sources looks at it for that.</summary>
    internal PipelineSpec AsPipeline() => new()
    {
        Source = Of,
        Destination = new DestinationSpec("records", null),
        Fields =
        [
            .. NeededBefore.Select(path => Of.Json is null ? NameOf(path) : path)
                .Select(column => new PipelineField { Name = column, Type = Model.FieldType.Text }),
        ],
        Rules = [],
        Operations = [],
    };

    private IReadOnlyList<string> Before(IEnumerable<string> columns)
    {
        for (var i = Steps.Count - 1; i >= 0; i--) columns = Steps[i].ColumnsBefore([.. columns]);
        return [.. columns.Distinct()];
    }
}

/// <summary>What one step did, counted by the host.</summary>
/// <param name="Step">In words.</param>
/// <param name="Taken">Records that came to it.</param>
/// <param name="Given">Records that it made of them.</param>
public sealed record ReshapeCount(string Step, long Taken, long Given)
{
    /// <summary>NULL cells that got a value.</summary>
    public long Filled { get; init; }

    /// <summary>NULL cells that it was to fill and had nothing for.</summary>
    public long Unfilled { get; init; }

    /// <summary>Cells that are not what the step reads them as: no number, no date.</summary>
    public long Unread { get; init; }

    /// <summary>NULL cells that made no record.</summary>
    public long Dropped { get; init; }

    /// <summary>Records that went to the quarantine.</summary>
    public long Rejected { get; init; }

    /// <summary>The counts for a person, those that are zero left out.</summary>
    public override string ToString()
    {
        var text = System.FormattableString.Invariant($"{Step}: {Given} of {Taken} records");
        if (Filled > 0) text += System.FormattableString.Invariant($", cells filled: {Filled}");
        if (Unfilled > 0) text += System.FormattableString.Invariant($", cells left NULL: {Unfilled}");
        if (Unread > 0) text += System.FormattableString.Invariant($", cells not of the kind: {Unread}");
        if (Dropped > 0) text += System.FormattableString.Invariant($", NULLs dropped: {Dropped}");
        if (Rejected > 0) text += System.FormattableString.Invariant($", rejected: {Rejected}");
        return text;
    }
}

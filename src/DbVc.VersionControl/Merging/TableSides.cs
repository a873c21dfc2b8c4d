using DbVc.Model;
using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>
/// One table on the three sides, with the schema the merged rows get: what merging schemas hands to merging rows. A table that only the source
/// has stands over a target without rows; one that only the source changed stands over a target that equals the base.
/// </summary>
internal sealed class TableSides(TableSnapshot? start, TableSnapshot source, TableSnapshot target, TableSchema merged)
{
    private List<TreeDifference>? _sourceChanges;
    private List<TreeDifference>? _targetChanges;

    public TableSnapshot? Base { get; } = start;

    public TableSnapshot Source { get; } = source;

    public TableSnapshot Target { get; } = target;

    /// <summary>The schema of the merged rows.</summary>
    public TableSchema Merged { get; } = merged;

    public TableEncoder MergedRows { get; } = new(merged);

    /// <summary>What the table and its columns are called on each side; null where they are called the same everywhere.</summary>
    public MergedDefinition? Definition { get; init; }

    /// <summary>All names that the table has on a side, the merged one first.</summary>
    public IEnumerable<string> Names => Definition is { } d
        ? new[] { Merged.Name, d.Triple.Target?.Schema.Name, d.Triple.Source?.Schema.Name, d.Triple.Base?.Schema.Name }.OfType<string>().Distinct()
        : [Merged.Name];

    /// <summary>Nothing happened to the rows or the schema on the target's side.</summary>
    public bool IsSourceOnly => Target.Rows == (Base?.Rows ?? default) && (Base is null || SchemaEquality.Same(Base.Schema, Target.Schema));

    /// <summary>The merged table's own encoder where the schemas are equal: then entries are taken over without being read.</summary>
    public TableEncoder EncoderOf(TableSnapshot side) => SchemaEquality.Same(side.Schema, Merged) ? MergedRows : new TableEncoder(side.Schema);

    /// <summary>A table that only the source has.</summary>
    public static TableSides NewOnSource(TableSnapshot source) => new(null, source, source with { Rows = default, Count = 0 }, source.Schema);

    /// <summary>A table that the source did not touch, as the target has it; null where the target gave its rows other keys.</summary>
    public static TableSides? AsOnTarget(TableTriple table)
    {
        var (start, target) = (table.Base, table.Target!);
        if (start is not null && !KeyIds(start.Schema).SequenceEqual(KeyIds(target.Schema))) return null;
        return new TableSides(start, start ?? target with { Rows = default, Count = 0 }, target, target.Schema);

        static IEnumerable<int> KeyIds(TableSchema schema) => schema.PrimaryKey.Select(name => schema.FindColumn(name)!.Id);
    }

    /// <summary>The rows that the source changed, in key order; found once.</summary>
    public IReadOnlyList<TreeDifference> SourceChanges(IChunkSource chunks) =>
        _sourceChanges ??= [.. ProllyTree.Diff(chunks, Base?.Rows ?? default, Source.Rows)];

    /// <summary>The rows that the target changed, in key order; found once.</summary>
    public IReadOnlyList<TreeDifference> TargetChanges(IChunkSource chunks) =>
        _targetChanges ??= [.. ProllyTree.Diff(chunks, Base?.Rows ?? default, Target.Rows)];
}

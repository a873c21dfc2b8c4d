using DbVc.Model;

namespace DbVc.VersionControl;

/// <summary>
/// One table on the three sides, with the schema the merged rows get: what merging schemas hands to merging rows. A table that only the source
/// has stands over a target without rows; one that only the source changed stands over a target that equals the base.
/// </summary>
internal sealed record TableSides(TableSnapshot? Base, TableSnapshot Source, TableSnapshot Target, TableSchema Merged)
{
    public TableEncoder MergedRows { get; } = new(Merged);

    /// <summary>Nothing happened to the rows or the schema on the target's side.</summary>
    public bool IsSourceOnly => Target.Rows == (Base?.Rows ?? default) && (Base is null || SchemaEquality.Same(Base.Schema, Target.Schema));

    /// <summary>The merged table's own encoder where the schemas are equal: then entries are taken over without being read.</summary>
    public TableEncoder EncoderOf(TableSnapshot side) => SchemaEquality.Same(side.Schema, Merged) ? MergedRows : new TableEncoder(side.Schema);

    /// <summary>A table that only the source has.</summary>
    public static TableSides NewOnSource(TableSnapshot source) => new(null, source, source with { Rows = default, Count = 0 }, source.Schema);
}

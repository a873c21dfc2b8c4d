using DbVc.Model;
using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>The definitions of the three states, brought to the names that the merge gives.</summary>
internal sealed class SchemaViews
{
    private readonly Dictionary<(SchemaSide Side, string Name), TableSchema> _tables = [];
    private readonly Dictionary<(SchemaSide Side, SchemaObjectKind Kind, string Name), SchemaObject> _objects = [];
    private readonly Dictionary<SchemaSide, DatabaseSchema> _whole = [];
    private readonly Func<SchemaSide, DatabaseSchema> _read;

    /// <summary>Reads whole schemas only where something must be renamed, or both sides changed definitions.</summary>
    public SchemaViews(IChunkSource chunks, ISchemaDialect dialect, TreeRoots roots, SchemaChanges changes, MergedNames? names)
    {
        _read = side => new SnapshotReader(chunks, new Snapshot(roots.On(side), default)).ReadSchema();
        if (names is null) return;
        foreach (var side in Enum.GetValues<SchemaSide>())
        {
            var whole = _read(side);
            var renames = names.RenamesOf(side, changes.Tables);
            var renamed = renames.Count == 0 ? whole : dialect.Rename(whole, renames);
            _whole[side] = renamed;
            if (renames.Count == 0) continue;
            for (var i = 0; i < whole.Tables.Count; i++) _tables[(side, whole.Tables[i].Name)] = renamed.Tables[i];
            for (var i = 0; i < whole.Objects.Count; i++) _objects[(side, whole.Objects[i].Kind, whole.Objects[i].Name)] = renamed.Objects[i];
        }
    }

    /// <summary>A side's whole schema in merged names.</summary>
    public DatabaseSchema Whole(SchemaSide side) => _whole.TryGetValue(side, out var whole) ? whole : _whole[side] = _read(side);

    public TableSchema? Of(TableTriple table, SchemaSide side) =>
        table.On(side)?.Schema is { } schema ? _tables.GetValueOrDefault((side, schema.Name), schema) : null;

    public SchemaObject? Of(ObjectTriple item, SchemaSide side) =>
        item.On(side) is { } found ? _objects.GetValueOrDefault((side, found.Kind, found.Name), found) : null;
}

/// <summary>The trees of objects of the three states.</summary>
internal sealed record TreeRoots(TreeRoot Base, TreeRoot Source, TreeRoot Target)
{
    public TreeRoot On(SchemaSide side) => side switch
    {
        SchemaSide.Base => Base,
        SchemaSide.Source => Source,
        _ => Target,
    };
}

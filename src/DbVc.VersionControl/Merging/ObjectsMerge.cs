using DbVc.Model;

namespace DbVc.VersionControl;

/// <summary>Merges indexes, views and triggers, each as one text.</summary>
internal sealed class ObjectsMerge(ISchemaDialect dialect, SchemaViews views, SchemaDecisions decisions)
{
    private readonly List<Contradiction> _contradictions = [];

    public IReadOnlyList<Contradiction> Contradictions => _contradictions;

    /// <summary>What each object becomes; null where it is gone.</summary>
    public Dictionary<ObjectTriple, SchemaObject?> Run(IReadOnlyList<ObjectTriple> objects, IReadOnlyList<MergedDefinition> tables)
    {
        var merged = new Dictionary<ObjectTriple, SchemaObject?>(ReferenceEqualityComparer.Instance);
        foreach (var item in objects) merged[item] = Merge(item, tables);
        return merged;
    }

    private SchemaObject? Merge(ObjectTriple item, IReadOnlyList<MergedDefinition> tables)
    {
        var before = views.Of(item, SchemaSide.Base);
        var source = views.Of(item, SchemaSide.Source) ?? Spare(before, tables, SchemaSide.Source);
        var target = views.Of(item, SchemaSide.Target) ?? Spare(before, tables, SchemaSide.Target);
        var (b, s, t) = (Text(before), Text(source), Text(target));
        if (s == t) return IsOwn(item, SchemaSide.Target, target) ? target : IsOwn(item, SchemaSide.Source, source) ? source : target;
        if (s == b) return target;
        if (t == b) return source;
        _contradictions.Add(SchemaPlan.Contradict(item));
        var place = SchemaPlan.PlaceOf(item);
        if (decisions.HandMade(place) is { } sql) return (target ?? source)! with { Sql = sql };
        return decisions.WinnerOf(place) switch
        {
            SchemaSide.Source => source,
            SchemaSide.Base => before,
            _ => target,
        };
    }

    /// <summary>What a side took away only because it took its table or column away, which stays after all.</summary>
    private SchemaObject? Spare(SchemaObject? before, IReadOnlyList<MergedDefinition> tables, SchemaSide side)
    {
        if (before is null) return null;
        return tables.Any(t => t.Schema is { } kept && t.Triple.Base is not null && dialect.Mentions(before.Sql, kept.Name)
            && (t.Triple.On(side) is null || t.Columns.Any(c => c.Base > 0 && c.On(side) == 0 && dialect.Mentions(before.Sql, c.Column.Name))))
            ? before
            : null;
    }

    /// <summary>The side's own text, over which no rename went.</summary>
    private static bool IsOwn(ObjectTriple item, SchemaSide side, SchemaObject? view) => view is not null && item.On(side)?.Sql == view.Sql;

    private string? Text(SchemaObject? item) => item is null ? null : dialect.Canonical(item.Sql);
}

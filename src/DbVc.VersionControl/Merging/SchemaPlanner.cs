using DbVc.Model;
using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>
/// Plans the merge of definitions. A pure function of the three states and of what was decided: it is run again whenever a decision changes it.
/// The engine has the last word: what it does not accept together contradicts each other.
/// </summary>
internal sealed class SchemaPlanner(IChunkSource chunks, ISchemaDialect dialect, TreeRoots roots, SchemaChanges changes)
{
    private const int MostRounds = 4;

    private readonly SchemaNeeds _needs = new(chunks, dialect, changes);
    private readonly HashSet<TableTriple> _whole = new(ReferenceEqualityComparer.Instance);

    /// <summary>Tables whose changed rows do not have the merged primary key; found when rows are converted.</summary>
    public HashSet<TableTriple> KeyClashes { get; } = new(ReferenceEqualityComparer.Instance);

    public SchemaPlan Run(SchemaDecisions decisions)
    {
        var names = changes.BothChangeSchema ? new MergedNames(changes, decisions) : null;
        var views = new SchemaViews(chunks, dialect, roots, changes, names);
        if (names is not null) _needs.AddConstraints(views);
        for (var round = 1; ; round++)
        {
            var merge = new TableSchemaMerge(dialect, views, _needs, names, decisions);
            merge.Whole.UnionWith(_whole);
            merge.KeyClashes.UnionWith(KeyClashes);
            var tables = changes.Tables.Select(merge.Merge).ToList();
            if (names is not null) tables = tables.ConvertAll(t => merge.WithoutDeadReferences(t, tables));
            var objects = new ObjectsMerge(dialect, views, decisions);
            var merged = objects.Run(changes.Objects, tables);
            var contradictions = merge.Contradictions.Concat(objects.Contradictions).ToList();
            if (names is null && tables.TrueForAll(t => t.IsWritten)) return new SchemaPlan(tables, merged, contradictions);
            var plan = Try(views, tables, (merged, decisions), contradictions);
            if (plan is not null || round == MostRounds) return plan ?? new SchemaPlan(tables, merged, contradictions);
        }
    }

    /// <summary>Null where the engine's answer is a reason to think again.</summary>
    private SchemaPlan? Try(
        SchemaViews views, List<MergedDefinition> tables, (Dictionary<ObjectTriple, SchemaObject?>, SchemaDecisions) merged, List<Contradiction> contradictions)
    {
        var (objects, decisions) = merged;
        var trial = dialect.Try(Together(views, tables, objects));
        var isNews = false;
        foreach (var fault in NewFaults(trial, views))
        {
            if (fault.Kind is null)
            {
                var table = tables.Find(t => AreEqual(t.Schema?.Name, fault.Name));
                isNews |= table is not null && _whole.Add(table.Triple);
                continue;
            }

            var (item, found) = objects.FirstOrDefault(o => o.Value is { } v && v.Kind == fault.Kind && v.Name == fault.Name);
            if (item is null) continue;
            if (decisions.HandMade(SchemaPlan.PlaceOf(item)) is not null) throw RefuseHandMade(item, fault);
            var wasNeeded = _needs.AddObject(found!, views);
            isNews |= wasNeeded == true;

            // It was known, and the side won that took away what the object names; or nothing explains it, and a person must.
            if (wasNeeded == false) objects[item] = null;
            else if (wasNeeded is null) contradictions.Add(SchemaPlan.Contradict(item));
        }

        if (isNews) return null;
        foreach (var (item, made) in objects)
        {
            if (made is not null) objects[item] = trial.Schema.Objects.FirstOrDefault(o => o.Kind == made.Kind && AreEqual(o.Name, made.Name)) ?? made;
        }

        return new SchemaPlan([.. tables.Select(t => Read(t, trial))], objects, contradictions);
    }

    private static DbVcException RefuseHandMade(ObjectTriple item, SchemaFault fault) => new(FailureKind.Usage, "conflict.value",
        $"The definition given for '{item.Any.Name}' does not fit the merged schema: {fault.Message}.",
        hint: "Decide the conflict again: db-vc conflicts resolve.");

    /// <summary>Faults that neither side had already.</summary>
    private IEnumerable<SchemaFault> NewFaults(SchemaTrial trial, SchemaViews views)
    {
        if (trial.Faults.Count == 0) return [];
        var known = dialect.Try(views.Whole(SchemaSide.Source)).Faults.Concat(dialect.Try(views.Whole(SchemaSide.Target)).Faults)
            .Select(f => (f.Kind, f.Name)).ToHashSet();
        return trial.Faults.Where(f => !known.Contains((f.Kind, f.Name)));
    }

    /// <summary>The target's schema with everything merged in its place.</summary>
    private DatabaseSchema Together(SchemaViews views, List<MergedDefinition> tables, Dictionary<ObjectTriple, SchemaObject?> objects)
    {
        var target = views.Whole(SchemaSide.Target);
        var touched = changes.Tables.Select(t => views.Of(t, SchemaSide.Target)?.Name).OfType<string>().ToHashSet();
        var touchedObjects = changes.Objects.Select(o => (o.Any.Kind, o.Any.Name)).ToHashSet();
        return new DatabaseSchema(
            [.. target.Tables.Where(t => !touched.Contains(t.Name)).Concat(tables.Select(t => t.Schema).OfType<TableSchema>())],
            [.. target.Objects.Where(o => !touchedObjects.Contains((o.Kind, o.Name))).Concat(objects.Values.OfType<SchemaObject>())]);
    }

    /// <summary>The table as a capture will find it, with the ids that the merge gave.</summary>
    private static MergedDefinition Read(MergedDefinition table, SchemaTrial trial)
    {
        if (table.Schema is not { } schema || trial.Schema.FindTable(schema.Name) is not { } read || read.Columns.Count != table.Columns.Count) return table;
        var columns = table.Columns.Zip(read.Columns, (m, c) => m with { Column = c.As(m.Column) }).ToList();
        return table with { Schema = read with { Id = schema.Id, Columns = [.. columns.Select(c => c.Column)] }, Columns = columns };
    }

    private static bool AreEqual(string? one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}

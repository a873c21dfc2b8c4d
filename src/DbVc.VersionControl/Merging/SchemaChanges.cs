using System.Text;
using DbVc.Model;
using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>The three states that a merge looks at.</summary>
internal enum SchemaSide
{
    Base,
    Source,
    Target,
}

/// <summary>One table in the three states, whatever it is called there; null where it does not exist.</summary>
internal sealed class TableTriple(TableSnapshot? start, TableSnapshot? source, TableSnapshot? target)
{
    public TableSnapshot? Base { get; } = start;

    public TableSnapshot? Source { get; } = source;

    public TableSnapshot? Target { get; } = target;

    public string Name => (Target ?? Source ?? Base)!.Schema.Name;

    public TableSnapshot? On(SchemaSide side) => side switch
    {
        SchemaSide.Base => Base,
        SchemaSide.Source => Source,
        _ => Target,
    };
}

/// <summary>One index, view or trigger in the three states; null where it does not exist.</summary>
internal sealed record ObjectTriple(SchemaObject? Base, SchemaObject? Source, SchemaObject? Target)
{
    public SchemaObject Any => (Target ?? Source ?? Base)!;

    public SchemaObject? On(SchemaSide side) => side switch
    {
        SchemaSide.Base => Base,
        SchemaSide.Source => Source,
        _ => Target,
    };
}

/// <summary>Everything that at least one side changed, tables paired by identity. What nobody changed is never read.</summary>
internal sealed class SchemaChanges
{
    private SchemaChanges(IReadOnlyList<TableTriple> tables, IReadOnlyList<ObjectTriple> objects, bool sourceChanges, bool targetChanges) =>
        (Tables, Objects, SourceChangesSchema, TargetChangesSchema) = (tables, objects, sourceChanges, targetChanges);

    public IReadOnlyList<TableTriple> Tables { get; }

    public IReadOnlyList<ObjectTriple> Objects { get; }

    public bool SourceChangesSchema { get; }

    public bool TargetChangesSchema { get; }

    /// <summary>Only then can definitions contradict each other.</summary>
    public bool BothChangeSchema => SourceChangesSchema && TargetChangesSchema;

    public static SchemaChanges Read(IChunkSource chunks, TreeRoot start, TreeRoot source, TreeRoot target)
    {
        var fromSource = ProllyTree.Diff(chunks, start, source).ToDictionary(d => Encoding.UTF8.GetString(d.Key.Span));
        var fromTarget = ProllyTree.Diff(chunks, start, target).ToDictionary(d => Encoding.UTF8.GetString(d.Key.Span));
        var (bases, sources, targets) = (new List<TableSnapshot>(), new List<TableSnapshot>(), new List<TableSnapshot>());
        var objects = new List<ObjectTriple>();
        foreach (var key in fromSource.Keys.Union(fromTarget.Keys).Order(StringComparer.Ordinal))
        {
            var (hasSource, hasTarget) = (fromSource.TryGetValue(key, out var s), fromTarget.TryGetValue(key, out var t));
            var before = hasSource ? s.Before : t.Before;
            var (sourceEntry, targetEntry) = (hasSource ? s.After : before, hasTarget ? t.After : before);
            if (key.StartsWith("table/", StringComparison.Ordinal))
            {
                Add(bases, before);
                Add(sources, sourceEntry);
                Add(targets, targetEntry);
            }
            else objects.Add(new ObjectTriple(Object(before), Object(sourceEntry), Object(targetEntry)));
        }

        return new SchemaChanges(TablePairing.Pair(bases, sources, targets), objects, fromSource.Any(ChangesSchema), fromTarget.Any(ChangesSchema));

        void Add(List<TableSnapshot> tables, ReadOnlyMemory<byte>? entry)
        {
            if (entry is { } e) tables.Add(SnapshotCodec.DecodeTable(chunks, e.Span));
        }
    }

    private static SchemaObject? Object(ReadOnlyMemory<byte>? entry) => entry is { } e ? SchemaCodec.DecodeObject(e) : null;

    private static bool ChangesSchema(KeyValuePair<string, TreeDifference> change) =>
        !change.Key.StartsWith("table/", StringComparison.Ordinal) || change.Value.Before is not { } before || change.Value.After is not { } after
        || SnapshotCodec.SchemaOf(before.Span) != SnapshotCodec.SchemaOf(after.Span);
}

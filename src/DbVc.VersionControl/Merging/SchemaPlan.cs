using DbVc.Model;

namespace DbVc.VersionControl;

/// <summary>What merging definitions comes to, under what was decided so far.</summary>
internal sealed record SchemaPlan(
    IReadOnlyList<MergedDefinition> Tables, IReadOnlyDictionary<ObjectTriple, SchemaObject?> Objects, IReadOnlyList<Contradiction> Contradictions)
{
    public static string PlaceOf(TableTriple table) => "table " + table.Name;

    public static string PlaceOf(ObjectTriple item) => $"{item.Any.Kind} {item.Any.Name}";

    public static Contradiction Contradict(TableTriple table, IReadOnlyList<string> what) => new(PlaceOf(table), new Conflict
    {
        Id = "",
        Kind = ConflictKind.Schema,
        Table = table.Name,
        Column = what.Count == 1 && what[0].LastIndexOf("column ", StringComparison.Ordinal) is >= 0 and var at ? what[0][(at + "column ".Length)..] : null,
        Parts = what,
        Base = ConflictFactory.TextSide("sql", table.Base?.Schema.Sql),
        Source = ConflictFactory.TextSide("sql", table.Source?.Schema.Sql),
        Target = ConflictFactory.TextSide("sql", table.Target?.Schema.Sql),
    });

    public static Contradiction Contradict(ObjectTriple item) => new(PlaceOf(item), new Conflict
    {
        Id = "",
        Kind = ConflictKind.Schema,
        Table = item.Any.Name,
        Parts = [item.Any.Kind.ToText()],
        Base = ConflictFactory.TextSide("sql", item.Base?.Sql),
        Source = ConflictFactory.TextSide("sql", item.Source?.Sql),
        Target = ConflictFactory.TextSide("sql", item.Target?.Sql),
    });
}

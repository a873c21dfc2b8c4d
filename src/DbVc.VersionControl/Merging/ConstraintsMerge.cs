using DbVc.Model;

namespace DbVc.VersionControl;

/// <summary>
/// Merges the constraints and options of one table, each alone: by name, or where it has none by what it is about.
/// Contradictions: one constraint changed differently, or changed here and removed there.
/// </summary>
/// <param name="dialect">Compares texts.</param>
/// <param name="sides">The table.</param>
/// <param name="isSpared">True for a constraint that a side took away only because of a column that stays after all.</param>
/// <param name="keyClashes">Rows of the other side cannot have the new primary key.</param>
internal sealed class ConstraintsMerge(
    ISchemaDialect dialect, PartSides sides, Func<TableConstraint, SchemaSide, bool> isSpared, bool keyClashes)
{
    private const string PrimaryKey = "primary key";

    private readonly List<string> _contradictions = [];

    public IReadOnlyList<string> Contradictions => _contradictions;

    /// <param name="isGone">True for a constraint that names something that the merge took away.</param>
    public List<TableConstraint> Run(Func<TableConstraint, SchemaSide, bool> isGone)
    {
        var (before, source, target) = (Keyed(sides.Base), Keyed(sides.Source), Keyed(sides.Target));
        var merged = new List<TableConstraint>();
        foreach (var key in target.Keys.Concat(before.Keys).Concat(source.Keys).Distinct())
        {
            var start = Text(before, key);
            var side = Pick(key, start, Text(source, key) ?? Spare(key, SchemaSide.Source), Text(target, key) ?? Spare(key, SchemaSide.Target));
            var taken = On(side).GetValueOrDefault(key) ?? (Spare(key, side) is null ? null : before[key]);
            if (taken is not null && !isGone(taken, side)) merged.Add(taken);
        }

        return merged;

        Dictionary<string, TableConstraint> On(SchemaSide side) => side switch
        {
            SchemaSide.Base => before,
            SchemaSide.Source => source,
            _ => target,
        };

        string? Spare(string key, SchemaSide side) =>
            before.TryGetValue(key, out var lost) && side != SchemaSide.Base && isSpared(lost, side) ? Text(before, key) : null;
    }

    public IReadOnlyList<string> Options()
    {
        var (before, source, target) = (Join(sides.Base), Join(sides.Source), Join(sides.Target));
        return sides.On(Pick("options", before, source, target)).Options;

        static string Join(TableSchema table) => string.Join(", ", table.Options.Order(StringComparer.Ordinal));
    }

    private SchemaSide Pick(string what, string? before, string? source, string? target)
    {
        var isClash = keyClashes && what == PrimaryKey;
        if (source == target || (source == before && !isClash)) return SchemaSide.Target;
        if (target == before && !isClash) return SchemaSide.Source;
        _contradictions.Add(what);
        return sides.Winner;
    }

    private string? Text(Dictionary<string, TableConstraint> constraints, string key) =>
        constraints.TryGetValue(key, out var found) ? dialect.Canonical(found.Sql) + "|" + string.Join(',', found.Columns).ToUpperInvariant() : null;

    private Dictionary<string, TableConstraint> Keyed(TableSchema table)
    {
        var keyed = new Dictionary<string, TableConstraint>(StringComparer.OrdinalIgnoreCase);
        foreach (var constraint in table.Constraints!)
        {
            var key = KeyOf(constraint);
            for (var i = 2; !keyed.TryAdd(key, constraint); i++) key = $"{KeyOf(constraint)} {i}";
        }

        return keyed;
    }

    private string KeyOf(TableConstraint constraint) => constraint switch
    {
        { Kind: ConstraintKind.PrimaryKey } => PrimaryKey,
        { Name: { } name } => "constraint " + name,
        { Kind: ConstraintKind.Check } => dialect.Canonical(constraint.Sql),
        { Kind: ConstraintKind.Unique } => $"unique ({string.Join(", ", constraint.Columns)})",
        _ => $"foreign key ({string.Join(", ", constraint.Columns)})",
    };
}

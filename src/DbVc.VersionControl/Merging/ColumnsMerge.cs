using DbVc.Model;

namespace DbVc.VersionControl;

/// <summary>A table's definition in the three states, in merged names, with the side that contradictions are decided for.</summary>
internal sealed record PartSides(TableTriple Triple, TableSchema Base, TableSchema Source, TableSchema Target, SchemaSide Winner)
{
    public TableSchema On(SchemaSide side) => side switch
    {
        SchemaSide.Base => Base,
        SchemaSide.Source => Source,
        _ => Target,
    };
}

/// <summary>
/// Merges the columns of one table: matched by id, new ones by name; each property of a column alone. Contradictions: one property changed
/// differently, a column dropped that the other side changed or wrote to or names in something new, one name for two new columns.
/// </summary>
internal sealed class ColumnsMerge(ISchemaDialect dialect, PartSides sides, Func<int, SchemaSide, bool> isNeeded, Func<int, SchemaSide, bool> isLeftOut)
{
    private readonly List<string> _contradictions = [];
    private readonly HashSet<int> _ids = [];

    public IReadOnlyList<string> Contradictions => _contradictions;

    public List<MergedColumn> Run()
    {
        var merged = new List<MergedColumn>();
        foreach (var column in sides.Base.Columns)
        {
            var (source, target) = (Find(sides.Source, column.Id), Find(sides.Target, column.Id));
            if (MergeKnown(column, source, target) is { } kept) merged.Add(new MergedColumn(kept, column.Id, source?.Id ?? 0, target?.Id ?? 0));
            _ids.Add(column.Id);
        }

        var newSource = New(sides.Source, SchemaSide.Source);
        foreach (var target in New(sides.Target, SchemaSide.Target))
        {
            var source = newSource.Find(c => AreEqual(c.Name, target.Name));
            if (source is not null) newSource.Remove(source);
            if (MergeNew(source, target) is not { } column) continue;

            // Of two different columns only the chosen one brings its cells.
            var isBoth = source is null || AreSame(source, target);
            merged.Add(Give(column, column == target && !isBoth ? 0 : source?.Id ?? 0, column == source && !isBoth ? 0 : target.Id));
        }

        merged.AddRange(newSource.Select(source => Give(source, source.Id, 0)));
        return Order(merged);
    }

    private Column? MergeKnown(Column before, Column? source, Column? target)
    {
        if (source is null && target is null) return null;
        if (source is null) return MergeDropped(before, target!, SchemaSide.Source, SchemaSide.Target);
        if (target is null) return MergeDropped(before, source, SchemaSide.Target, SchemaSide.Source);
        return before with
        {
            Name = Pick(before, source, target, "name", c => c.Name).Name,
            DeclaredType = Pick(before, source, target, "type", c => c.DeclaredType.ToUpperInvariant()).DeclaredType,
            Nullable = Pick(before, source, target, "nullability", c => c.Nullable ? "" : "not null").Nullable,
            DefaultSql = Pick(before, source, target, "default", c => c.DefaultSql is { } sql ? dialect.Canonical(sql) : null).DefaultSql,
            Collation = Pick(before, source, target, "collation", c => c.Collation?.ToUpperInvariant()).Collation,
            Generated = Pick(before, source, target, "expression", c => c.Generated ? dialect.Canonical(c.GeneratedSql ?? "") : null).Generated,
            GeneratedSql = Pick(before, source, target, "expression", c => c.Generated ? dialect.Canonical(c.GeneratedSql ?? "") : null).GeneratedSql,
        };
    }

    /// <summary>Gone, unless the other side changed it.</summary>
    private Column? MergeDropped(Column before, Column other, SchemaSide dropper, SchemaSide keeper)
    {
        var isRenamed = Find(sides.Triple.Base!.Schema, before.Id)?.Name != Find(sides.Triple.On(keeper)!.Schema, before.Id)?.Name;
        if (AreSame(before, other) && !isRenamed && !isNeeded(before.Id, keeper)) return null;
        _contradictions.Add($"column {before.Name}");
        return sides.Winner == dropper ? null : sides.Winner == SchemaSide.Base ? before : other;
    }

    private Column? MergeNew(Column? source, Column target)
    {
        if (source is null || AreSame(source, target)) return target;
        if (!_contradictions.Contains($"column {target.Name}")) _contradictions.Add($"column {target.Name}");
        return sides.Winner switch
        {
            SchemaSide.Source => source,
            SchemaSide.Target => target,
            _ => null,
        };
    }

    /// <summary>The side whose property the merged column gets.</summary>
    private Column Pick(Column before, Column source, Column target, string property, Func<Column, string?> read)
    {
        var (b, s, t) = (read(before), read(source), read(target));
        if (s == t || s == b) return target;
        if (t == b) return source;
        var contradiction = $"{property} of column {before.Name}";
        if (!_contradictions.Contains(contradiction)) _contradictions.Add(contradiction);
        return sides.Winner switch
        {
            SchemaSide.Base => before,
            SchemaSide.Source => source,
            _ => target,
        };
    }

    private List<Column> New(TableSchema table, SchemaSide side) =>
        [.. table.Columns.Where(c => Find(sides.Base, c.Id) is null && !isLeftOut(c.Id, side))];

    /// <summary>Two columns that were added independently may have got the same id.</summary>
    private MergedColumn Give(Column column, int source, int target)
    {
        var id = target > 0 ? target : source;
        while (!_ids.Add(id)) id = id % ColumnIds.MaxId + 1;
        return new MergedColumn(column with { Id = id }, 0, source, target);
    }

    /// <summary>As on the target's side, what it does not have at the end; as on the source's side if only that moved columns.</summary>
    private List<MergedColumn> Order(List<MergedColumn> merged)
    {
        var leader = IsReordered(sides.Source) && !IsReordered(sides.Target) ? SchemaSide.Source : SchemaSide.Target;
        var places = sides.On(leader).Columns.Select((c, i) => (c.Id, i)).ToDictionary(p => p.Id, p => p.i);
        return [.. merged.OrderBy(c => places.GetValueOrDefault(c.On(leader), int.MaxValue))];
    }

    private bool IsReordered(TableSchema side)
    {
        var common = side.Columns.Select(c => c.Id).Where(id => Find(sides.Base, id) is not null).ToList();
        return !common.SequenceEqual(sides.Base.Columns.Select(c => c.Id).Where(common.Contains));
    }

    private bool AreSame(Column one, Column other) =>
        one.Name == other.Name && AreEqual(one.DeclaredType, other.DeclaredType) && one.Nullable == other.Nullable
        && Canonical(one.DefaultSql) == Canonical(other.DefaultSql) && AreEqual(one.Collation ?? "", other.Collation ?? "")
        && one.Generated == other.Generated && Canonical(one.GeneratedSql) == Canonical(other.GeneratedSql);

    private string Canonical(string? sql) => sql is null ? "" : dialect.Canonical(sql);

    private static Column? Find(TableSchema table, int id) => table.Columns.FirstOrDefault(c => c.Id == id);

    private static bool AreEqual(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}

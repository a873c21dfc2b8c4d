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
    private readonly HashSet<string> _identities = new(StringComparer.OrdinalIgnoreCase);

    public IReadOnlyList<string> Contradictions => _contradictions;

    public List<MergedColumn> Run()
    {
        var merged = new List<MergedColumn>();
        _ids.UnionWith(sides.Target.Columns.Select(c => c.Id));
        foreach (var column in sides.Base.Columns)
        {
            var (source, target) = (sides.Source.FindSame(column), sides.Target.FindSame(column));
            if (MergeKnown(column, source, target) is { } kept) merged.Add(Give(kept, (column.Id, source?.Id ?? 0, target?.Id ?? 0), column.Identity));
            _identities.Add(column.Identity);
        }

        var newSource = New(sides.Source, SchemaSide.Source);
        foreach (var target in New(sides.Target, SchemaSide.Target))
        {
            var source = newSource.Find(c => AreEqual(c.Name, target.Name));
            if (source is not null) newSource.Remove(source);
            if (MergeNew(source, target) is not { } column) continue;

            // Of two different columns only the chosen one brings its cells.
            var isBoth = source is null || AreSame(source, target);
            var (fromSource, fromTarget) = (column == target && !isBoth ? 0 : source?.Id ?? 0, column == source && !isBoth ? 0 : target.Id);
            merged.Add(Give(column, (0, fromSource, fromTarget), ColumnIds.FindIdentity(column.Identity, _identities)));
        }

        merged.AddRange(newSource.Select(source => Give(source, (0, source.Id, 0), ColumnIds.FindIdentity(source.Identity, _identities))));
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
            Generated = Pick(before, source, target, "expression", Expression).Generated,
            GeneratedSql = Pick(before, source, target, "expression", Expression).GeneratedSql,
        };
    }

    /// <summary>How it is computed, or how its values are handed out: a column may have the clause and be stored.</summary>
    private string? Expression(Column column) => column.GeneratedSql is { } sql ? dialect.Canonical(sql) : column.Generated ? "" : null;

    /// <summary>Gone, unless the other side changed it.</summary>
    private Column? MergeDropped(Column before, Column other, SchemaSide dropper, SchemaSide keeper)
    {
        var isRenamed = sides.Triple.Base!.Schema.FindSame(before)?.Name != sides.Triple.On(keeper)!.Schema.FindSame(before)?.Name;
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
        [.. table.Columns.Where(c => sides.Base.FindSame(c) is null && !isLeftOut(c.Id, side))];

    /// <summary>The target's id, so that its rows stay as they are. Columns that were added independently may have got the same one.</summary>
    private MergedColumn Give(Column column, (int Base, int Source, int Target) ids, string identity)
    {
        var id = ids.Target > 0 ? ids.Target : ids.Source > 0 ? ids.Source : ids.Base;
        while (id != ids.Target && !_ids.Add(id)) id = id % ColumnIds.MaxId + 1;
        return new MergedColumn(column.Become(id, identity), ids.Base, ids.Source, ids.Target);
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
        var common = side.Columns.Select(sides.Base.FindSame).OfType<Column>().ToList();
        return !common.SequenceEqual(sides.Base.Columns.Where(common.Contains));
    }

    private bool AreSame(Column one, Column other) =>
        one.Name == other.Name && AreEqual(one.DeclaredType, other.DeclaredType) && one.Nullable == other.Nullable
        && Canonical(one.DefaultSql) == Canonical(other.DefaultSql) && AreEqual(one.Collation ?? "", other.Collation ?? "")
        && one.Generated == other.Generated && Canonical(one.GeneratedSql) == Canonical(other.GeneratedSql);

    private string Canonical(string? sql) => sql is null ? "" : dialect.Canonical(sql);

    private static bool AreEqual(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}

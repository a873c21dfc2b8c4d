using DbVc.Model;

namespace DbVc.VersionControl;

/// <summary>
/// Finds rows of the source whose new key the target gave to another row, and gives them keys above both sides' highest. Foreign keys to them,
/// in rows that the source added or changed, follow. Planned over all tables before any is merged; the merge then sees a source that never
/// used those keys.
/// </summary>
internal sealed class KeyMap
{
    private readonly MergeWork _work;
    private readonly List<KeyChange> _changes = [];

    private KeyMap(MergeWork work, IReadOnlyList<TableSides> tables) => (_work, Tables) = (work, tables);

    /// <summary>The tables to merge; where keys changed, over the source with its new keys.</summary>
    public IReadOnlyList<TableSides> Tables { get; private set; }

    /// <summary>The rows that got a new key, in order of table and key.</summary>
    public IReadOnlyList<KeyChange> Changes => _changes;

    public static KeyMap Plan(MergeWork work, IReadOnlyList<TableSides> tables)
    {
        var map = new KeyMap(work, tables);
        var planned = tables.Where(t => !t.IsSourceOnly && t.Merged.HasKey).Select(t => (Sides: t, Keys: map.FindDoubled(t))).Where(p => p.Keys.Count > 0).ToList();
        if (planned.Count == 0) return map;
        var rewrite = new SourceRewrite(work.Chunks, tables);
        foreach (var (sides, keys) in planned) map.Assign(rewrite, sides, keys);
        map.Tables = rewrite.Run();
        return map;
    }

    /// <summary>True where a row that both sides added could get another key: one column, an integer.</summary>
    public static bool CanTakeBoth(TableSides sides) => sides.Merged.PrimaryKey.Count == 1;

    /// <summary>The column of the key that can get new values, and whether the same key always means two rows.</summary>
    private (string? Column, bool Always) FindColumn(TableSides sides)
    {
        var table = sides.Merged;
        if (table.PrimaryKey.FirstOrDefault(k => _work.Policies.Find(table.Name, k).Kind == MergePolicy.Rekey) is { } chosen) return (chosen, true);
        return table.PrimaryKey.Count == 1 ? (table.PrimaryKey[0], table.AllocatesKeys) : (null, false);
    }

    /// <summary>Keys that both sides added for rows which are two.</summary>
    private List<ReadOnlyMemory<byte>> FindDoubled(TableSides sides)
    {
        var found = new List<ReadOnlyMemory<byte>>();
        var (column, always) = FindColumn(sides);
        if (column is null) return found;
        var ordinal = sides.Merged.PrimaryKey.ToList().IndexOf(column);
        var probe = new TableMerge(_work with { Conflicts = _work.Conflicts.Probe() }, sides);
        var (source, target) = (sides.SourceChanges(_work.Chunks), sides.TargetChanges(_work.Chunks));
        for (int s = 0, t = 0; s < source.Count && t < target.Count;)
        {
            var order = source[s].Key.Span.SequenceCompareTo(target[t].Key.Span);
            if (order == 0 && source[s].Before is null && IsTwoRows(sides, (source[s], target[t]), always ? null : probe)
                && sides.MergedRows.DecodeKey(source[s].Key)[ordinal].Kind == ValueKind.Integer)
            {
                found.Add(source[s].Key);
            }

            if (order <= 0) s++;
            if (order >= 0) t++;
        }

        return found;
    }

    /// <summary>Either the same key always means two rows, or a person took both for one of the conflicts that the two make.</summary>
    private bool IsTwoRows(TableSides sides, (TreeDifference Source, TreeDifference Target) row, TableMerge? probe)
    {
        if (row.Source.After is not { } source || row.Target.After is not { } target || sides.MergedRows.IsCounted(row.Source.Key)) return false;
        if (probe is null) return _work.History?.MeetsItself(new CellPlace(sides.Merged.Name, row.Source.Key, 0)) != true;
        return !source.Span.SequenceEqual(target.Span) && probe.IsTakenAsTwo(row.Source, row.Target);
    }

    private void Assign(SourceRewrite rewrite, TableSides sides, List<ReadOnlyMemory<byte>> keys)
    {
        var column = FindColumn(sides).Column!;
        var ordinal = sides.Merged.PrimaryKey.ToList().IndexOf(column);
        var highest = Math.Max(Math.Max(Highest(sides, sides.Source, ordinal), Highest(sides, sides.Target, ordinal)),
            _work.HighestKey(sides.Merged.Name));
        foreach (var key in keys)
        {
            // With no key left the two rows stay a conflict.
            if (highest == long.MaxValue) return;
            highest++;
            rewrite.Assign(sides, key, column, Value.Integer(highest));
            var before = sides.Merged.PrimaryKey.Zip(sides.MergedRows.DecodeKey(key), (name, value) => new NamedValue(name, value));
            _changes.Add(new KeyChange(sides.Merged.Name, column, [.. before], highest));
        }
    }

    private long Highest(TableSides sides, TableSnapshot side, int ordinal)
    {
        if (sides.Merged.PrimaryKey.Count == 1 && ProllyTree.TryGetLast(_work.Chunks, side.Rows, out var last)
            && sides.MergedRows.DecodeKey(last)[0] is { Kind: ValueKind.Integer } value)
        {
            return value.AsInteger;
        }

        // Integers come before other kinds in key order, but only within one part of the key.
        return ProllyTree.Scan(_work.Chunks, side.Rows).Select(e => sides.MergedRows.DecodeKey(e.Key)[ordinal])
            .Where(v => v.Kind == ValueKind.Integer).Select(v => v.AsInteger).DefaultIfEmpty(0).Max();
    }
}

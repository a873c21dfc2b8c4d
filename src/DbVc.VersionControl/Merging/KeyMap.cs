using DbVc.Model;

namespace DbVc.VersionControl;

/// <summary>
/// Gives rows of the source, whose new key the target gave to another row, keys above both sides' highest. Foreign keys to them, in rows that
/// the source added or changed, follow.
/// </summary>
internal sealed class KeyMap
{
    private readonly MergeWork _work;
    private readonly List<KeyChange> _changes = [];

    private KeyMap(MergeWork work, IReadOnlyList<TableSides> tables) => (_work, Tables) = (work, tables);

    /// <summary>The tables to merge, over the source with its new keys.</summary>
    public IReadOnlyList<TableSides> Tables { get; private set; }

    /// <summary>The rows that got a new key, in order of table and key.</summary>
    public IReadOnlyList<KeyChange> Changes => _changes;

    /// <summary>True where the merge met keys that both sides handed out.</summary>
    public bool IsNeeded => _work.Doubled!.Tables.Count > 0;

    public static KeyMap Plan(MergeWork work, IReadOnlyList<TableSides> tables)
    {
        var map = new KeyMap(work, tables);
        if (!map.IsNeeded) return map;
        var rewrite = new SourceRewrite(work.Chunks, tables);
        foreach (var (sides, keys) in work.Doubled!.Tables) map.Assign(rewrite, sides, keys);
        map.Tables = rewrite.Run();
        return map;
    }

    private void Assign(SourceRewrite rewrite, TableSides sides, List<ReadOnlyMemory<byte>> keys)
    {
        var (column, ordinal, _) = KeyColumn.Find(sides.Merged, _work.Policies)!;
        var highest = Math.Max(Math.Max(Highest(sides, sides.Source, ordinal), Highest(sides, sides.Target, ordinal)),
            sides.Names.Max(_work.HighestKey));
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

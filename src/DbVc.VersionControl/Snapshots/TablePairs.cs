namespace DbVc.VersionControl;

/// <summary>Pairs what became of one table: the entries of a tree go by name, a table by its id.</summary>
internal static class TablePairs
{
    /// <summary>
    /// Where an entry vanished or now holds another table, and the table that was in it stands under another name, the two are one difference:
    /// the renamed table. Order is that of the names after.
    /// </summary>
    public static IReadOnlyList<TableDifference> Match(IReadOnlyList<TableDifference> entries)
    {
        if (entries.All(e => e.Before is not null && e.After is not null && e.Before.Schema.Id == e.After.Schema.Id)) return entries;
        var after = new Dictionary<string, TableSnapshot>();
        foreach (var table in entries.Select(e => e.After).OfType<TableSnapshot>().Where(t => t.Schema.Id.Length > 0)) after.TryAdd(table.Schema.Id, table);
        var before = entries.Select(e => e.Before).OfType<TableSnapshot>().Select(t => t.Schema.Id).ToHashSet();

        // By id first; an entry whose table is nowhere else stays with what is in its place now.
        var pairs = new List<TableDifference>();
        var taken = new HashSet<TableSnapshot>(ReferenceEqualityComparer.Instance);
        foreach (var entry in entries.Where(e => e.Before is not null))
        {
            var same = after.GetValueOrDefault(entry.Before!.Schema.Id) ?? (entry.After is { } now && !before.Contains(now.Schema.Id) ? now : null);
            if (same is not null && !taken.Add(same)) same = null;
            pairs.Add(new TableDifference(entry.Before, same));
        }

        pairs.AddRange(entries.Where(e => e.After is not null && !taken.Contains(e.After)).Select(e => new TableDifference(null, e.After)));
        return [.. pairs.OrderBy(p => p.Name, StringComparer.Ordinal)];
    }
}

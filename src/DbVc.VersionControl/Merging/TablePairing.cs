namespace DbVc.VersionControl;

/// <summary>Finds what became of each table: by id first, for it survives renames, by name second.</summary>
internal static class TablePairing
{
    public static IReadOnlyList<TableTriple> Pair(List<TableSnapshot> bases, List<TableSnapshot> sources, List<TableSnapshot> targets)
    {
        var (sourceOf, targetOf) = (Match(bases, sources), Match(bases, targets));
        var newSources = Rest(sources, sourceOf);
        var newTargets = Rest(targets, targetOf);
        var sourceOfNew = Match(newTargets, newSources);
        return
        [
            .. bases.Select(b => new TableTriple(b, sourceOf.GetValueOrDefault(b), targetOf.GetValueOrDefault(b))),
            .. newTargets.Select(t => new TableTriple(null, sourceOfNew.GetValueOrDefault(t), t)),
            .. Rest(newSources, sourceOfNew).Select(s => new TableTriple(null, s, null)),
        ];
    }

    private static Dictionary<TableSnapshot, TableSnapshot> Match(List<TableSnapshot> tables, List<TableSnapshot> others)
    {
        var found = new Dictionary<TableSnapshot, TableSnapshot>(ReferenceEqualityComparer.Instance);
        var byId = new Dictionary<string, TableSnapshot>();
        foreach (var other in others.Where(o => o.Schema.Id.Length > 0)) byId.TryAdd(other.Schema.Id, other);
        foreach (var table in tables)
        {
            if (byId.Remove(table.Schema.Id, out var same)) found[table] = same;
        }

        var byName = Rest(others, found).ToDictionary(o => o.Schema.Name, StringComparer.OrdinalIgnoreCase);
        foreach (var table in tables)
        {
            if (!found.ContainsKey(table) && byName.Remove(table.Schema.Name, out var same)) found[table] = same;
        }

        return found;
    }

    private static List<TableSnapshot> Rest(List<TableSnapshot> tables, Dictionary<TableSnapshot, TableSnapshot> pairs)
    {
        var paired = pairs.Values.ToHashSet<object>(ReferenceEqualityComparer.Instance);
        return tables.FindAll(t => !paired.Contains(t));
    }
}

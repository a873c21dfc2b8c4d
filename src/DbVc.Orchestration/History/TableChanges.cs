using DbVc.Live;
using DbVc.Store;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>Counts of changed rows per table.</summary>
internal static class TableChanges
{
    /// <summary>Tables that differ in rows or schema, their indexes and triggers included; a view that differs stands by its own name.</summary>
    /// <param name="chunks">Where both are.</param>
    /// <param name="before">The snapshot before.</param>
    /// <param name="after">The snapshot after.</param>
    /// <param name="counted">Tables whose rows were counted between exactly these two; they are not compared once more.</param>
    public static IReadOnlyList<TableChange> Between(
        IChunkSource chunks, Snapshot before, Snapshot after, IReadOnlyDictionary<string, RowsChanged>? counted = null)
    {
        var diff = new SnapshotDiff(chunks, before, after);
        var tables = diff.Tables().Select(t => counted is not null && counted.TryGetValue(t.Name, out var counts)
            ? new TableChange(t.Name, Status(t), counts.Added, counts.Modified, counts.Deleted)
            : Count(chunks, t)).ToList();
        var known = tables.Select(t => t.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var change in diff.Objects())
        {
            var owner = (change.After ?? change.Before)!;
            if (known.Add(owner.Table ?? owner.Name)) tables.Add(new TableChange(owner.Table ?? owner.Name, "changed", 0, 0, 0));
        }

        return tables;
    }

    public static string Status(TableDifference table) => table.Before is null ? "added" : table.After is null ? "dropped" : "changed";

    private static TableChange Count(IChunkSource chunks, TableDifference table)
    {
        var (added, modified, deleted) = RowDiff.Count(chunks, table.Before, table.After);
        return new TableChange(table.Name, Status(table), added, modified, deleted);
    }
}

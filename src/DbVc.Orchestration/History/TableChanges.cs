using DbVc.Store;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>Counts of changed rows per table.</summary>
internal static class TableChanges
{
    public static IReadOnlyList<TableChange> Between(IChunkSource chunks, Snapshot before, Snapshot after) =>
        [.. new SnapshotDiff(chunks, before, after).Tables().Select(t => Count(chunks, t))];

    public static string Status(TableDifference table) => table.Before is null ? "added" : table.After is null ? "dropped" : "changed";

    private static TableChange Count(IChunkSource chunks, TableDifference table)
    {
        var (added, modified, deleted) = RowDiff.Count(chunks, table.Before, table.After);
        return new TableChange(table.Name, Status(table), added, modified, deleted);
    }
}

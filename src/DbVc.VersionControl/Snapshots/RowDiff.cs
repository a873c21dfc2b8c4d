using DbVc.Model;
using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>Turns the difference of two row trees into changes of rows.</summary>
public static class RowDiff
{
    /// <summary>
    /// The rows that differ, in key order. Where the key columns themselves differ, every row is a deletion and an addition:
    /// the encoded keys have nothing in common.
    /// </summary>
    public static IEnumerable<RowChange> Changes(IChunkSource chunks, TableSnapshot? before, TableSnapshot? after) => RowTree.Diff(
        chunks,
        new TableEncoder((before ?? after)!.Schema), before?.Rows ?? default,
        new TableEncoder((after ?? before)!.Schema), after?.Rows ?? default);

    /// <summary>How many rows were added, modified and deleted; nothing is decoded.</summary>
    public static (long Added, long Modified, long Deleted) Count(IChunkSource chunks, TableSnapshot? before, TableSnapshot? after)
    {
        var rows = new TableEncoder((after ?? before)!.Schema);
        long added = 0, modified = 0, deleted = 0;
        foreach (var difference in ProllyTree.Diff(chunks, before?.Rows ?? default, after?.Rows ?? default))
        {
            if (rows.IsCounted(difference.Key))
            {
                var change = TableEncoder.CountOf(difference.After) - TableEncoder.CountOf(difference.Before);
                added += Math.Max(0, change);
                deleted += Math.Max(0, -change);
            }
            else if (difference.Before is null) added++;
            else if (difference.After is null) deleted++;
            else modified++;
        }

        return (added, modified, deleted);
    }
}

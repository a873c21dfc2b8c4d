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
    public static IEnumerable<RowChange> Changes(IChunkSource chunks, TableSnapshot? before, TableSnapshot? after)
    {
        var beforeRows = before is null ? null : new TableEncoder(before.Schema);
        var afterRows = after is null ? null : new TableEncoder(after.Schema);
        foreach (var difference in ProllyTree.Diff(chunks, before?.Rows ?? default, after?.Rows ?? default))
        {
            if (!(after ?? before)!.Schema.HasKey)
            {
                yield return CountChange(chunks, (afterRows ?? beforeRows)!, difference);
                continue;
            }

            yield return new RowChange(Decode(beforeRows, difference.Before), Decode(afterRows, difference.After));

            Value[]? Decode(TableEncoder? rows, ReadOnlyMemory<byte>? value) => value is { } v ? rows!.Decode(chunks, difference.Key, v) : null;
        }
    }

    /// <summary>How many rows were added, modified and deleted; nothing is decoded.</summary>
    public static (long Added, long Modified, long Deleted) Count(IChunkSource chunks, TableSnapshot? before, TableSnapshot? after)
    {
        var hasKey = (after ?? before)!.Schema.HasKey;
        long added = 0, modified = 0, deleted = 0;
        foreach (var difference in ProllyTree.Diff(chunks, before?.Rows ?? default, after?.Rows ?? default))
        {
            if (!hasKey)
            {
                var change = CountOf(difference.After) - CountOf(difference.Before);
                added += Math.Max(0, change);
                deleted += Math.Max(0, -change);
            }
            else if (difference.Before is null) added++;
            else if (difference.After is null) deleted++;
            else modified++;
        }

        return (added, modified, deleted);
    }

    private static RowChange CountChange(IChunkSource chunks, TableEncoder rows, TreeDifference difference)
    {
        var change = CountOf(difference.After) - CountOf(difference.Before);
        var row = rows.Decode(chunks, difference.Key, (difference.After ?? difference.Before)!.Value);
        return change > 0 ? new RowChange(null, row, change) : new RowChange(row, null, -change);
    }

    private static long CountOf(ReadOnlyMemory<byte>? value) => value is { } v ? TableEncoder.ReadCount(v.Span) : 0;
}

using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>Compares the rows of a table in a commit and in one of its parents, for the cells that wait for their commit.</summary>
internal sealed class RowPairs(IChunkSource chunks, TableAt before, TableAt now, int[] columns)
{
    private readonly (int Before, int Now)[] _places =
        Array.ConvertAll(columns, id => (before.Rows.IndexOf(id), now.Rows.IndexOf(id)));

    /// <summary>Looks up the few rows of the region. False, with nothing done, if one is new here: then only the whole difference can tell
    /// whether it was there under another key.</summary>
    public bool TryLookUp(BlameRegion region, BlameRegion left)
    {
        var found = new List<TreeDifference>();
        foreach (var key in region.Rows.Where(row => row.Value.Cells != 0).Select(row => row.Key))
        {
            if (!ProllyTree.TryGet(chunks, now.Table.Rows, key.Span, out var value)) continue;
            if (ProllyTree.TryGet(chunks, before.Table.Rows, key.Span, out var old))
            {
                if (!old.Span.SequenceEqual(value.Span)) found.Add(new TreeDifference(key, old, value));
            }
            else if (before.Table.Rows.IsEmpty) found.Add(new TreeDifference(key, null, value));
            else return false;
        }

        foreach (var difference in found) Split(region, left, difference, SameCells(difference));
        return true;
    }

    /// <summary>Goes through all rows that differ.</summary>
    public void Walk(BlameRegion region, BlameRegion left)
    {
        var added = new List<TreeDifference>();
        var gone = new KeyMoves();
        foreach (var difference in ProllyTree.Diff(chunks, before.Table.Rows, now.Table.Rows))
        {
            if (difference.After is null) gone.AddDeleted(difference);
            else if (difference.Before is not null) Split(region, left, difference, SameCells(difference));
            else if (region.Rest != 0 || region[difference.Key].Cells != 0) added.Add(difference);
        }

        foreach (var difference in added)
        {
            var open = region[difference.Key];
            Split(region, left, difference, 0);
            if (gone.Take(difference.After!.Value) is not { } old) continue;

            // The row came here under another key: all but its key is older.
            var cells = open.Cells & ~KeyCells();
            left.Rows[difference.Key] = left.Rows[difference.Key] with { Cells = left.Rows[difference.Key].Cells & ~cells };
            region.Rows[old] = open with { Cells = cells };
        }
    }

    /// <summary>Rows that a merge gave a new key: all but the key is the parent's, under the key that the row has there.</summary>
    /// <param name="rows">Encoded keys in the parent and here.</param>
    public void FollowNewKeys(IEnumerable<(ReadOnlyMemory<byte> Before, ReadOnlyMemory<byte> Now)> rows, BlameRegion region, BlameRegion left)
    {
        foreach (var (old, key) in rows)
        {
            var open = left[key];
            if (open.Cells == 0 || region[old].Cells != 0) continue;
            if (!ProllyTree.TryGet(chunks, before.Table.Rows, old.Span, out var oldValue)
                || !ProllyTree.TryGet(chunks, now.Table.Rows, key.Span, out var value)) continue;
            var cells = open.Cells & SameCells(new TreeEntry(old, oldValue), new TreeEntry(key, value));
            left.Rows[key] = open with { Cells = open.Cells & ~cells };
            region.Rows[old] = open with { Cells = cells };
        }
    }

    private static void Split(BlameRegion region, BlameRegion left, TreeDifference difference, ulong same)
    {
        var open = region[difference.Key];
        region.Rows[difference.Key] = open with { Cells = open.Cells & same };
        left.Rows[difference.Key] = open with { Cells = (open.Cells & ~same) | left[difference.Key].Cells };
    }

    private ulong KeyCells()
    {
        var cells = 0UL;
        for (var i = 0; i < columns.Length; i++)
        {
            var name = now.Rows.Table.Columns.First(c => c.Id == columns[i]).Name;
            if (now.Rows.Table.PrimaryKey.Any(key => key.Equals(name, StringComparison.OrdinalIgnoreCase))) cells |= 1UL << i;
        }

        return cells;
    }

    private ulong SameCells(TreeDifference difference) => difference is { Before: { } old, After: { } value }
        ? SameCells(new TreeEntry(difference.Key, old), new TreeEntry(difference.Key, value))
        : 0;

    private ulong SameCells(TreeEntry old, TreeEntry value)
    {
        var beforeRow = before.Rows.Decode(chunks, old).Values;
        var nowRow = now.Rows.Decode(chunks, value).Values;
        var same = 0UL;
        for (var i = 0; i < _places.Length; i++)
        {
            var (left, right) = _places[i];
            if (left >= 0 && right >= 0 && beforeRow[left] == nowRow[right]) same |= 1UL << i;
        }

        return same;
    }
}

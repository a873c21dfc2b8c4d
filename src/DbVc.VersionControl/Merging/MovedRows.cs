using DbVc.Model;
using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>
/// Rows that one side gave another key. For the engine that is a delete and an addition; they are known to be one row where all else in it is
/// equal, and no other added row has the same.
/// </summary>
internal sealed class MovedRows(IChunkWriter chunks, TableSides sides, MergeSide side)
{
    private readonly TableEncoder _rows = sides.EncoderOf(side == MergeSide.Source ? sides.Source : sides.Target);
    private readonly int[] _others = [.. Others(sides.Merged)];
    private Dictionary<string, TreeEntry>? _added;

    /// <summary>The row that a deleted row of the base became; null where there is none, or more than one could be it.</summary>
    public TreeEntry? Find(Value[] deleted)
    {
        // A row that is nothing but its key has nothing to be known by.
        if (_others.Length == 0) return null;
        _added ??= FindAdded();
        return _added.TryGetValue(ContentOf(deleted), out var entry) ? entry : null;
    }

    /// <summary>A row of that side, aligned with the merged table.</summary>
    public Value[] Align(TreeEntry entry) => sides.MergedRows.Decode(chunks, entry.Key,
        RowConversion.Run(chunks, (_rows, sides.MergedRows), entry.Key, entry.Value)).Values;

    private Dictionary<string, TreeEntry> FindAdded()
    {
        var added = new Dictionary<string, TreeEntry>();
        var doubled = new HashSet<string>();
        foreach (var change in side == MergeSide.Source ? sides.SourceChanges(chunks) : sides.TargetChanges(chunks))
        {
            if (change.Before is not null || change.After is not { } row) continue;
            var content = ContentOf(Align(new TreeEntry(change.Key, row)));
            if (!added.TryAdd(content, new TreeEntry(change.Key, row))) doubled.Add(content);
        }

        foreach (var content in doubled) added.Remove(content);
        return added;
    }

    private string ContentOf(Value[] row) => string.Join('\0', _others.Select(i => $"{(int)row[i].Kind}{row[i]}"));

    private static IEnumerable<int> Others(TableSchema table)
    {
        var stored = table.StoredColumns.ToList();
        return Enumerable.Range(0, stored.Count).Where(i => !table.PrimaryKey.Contains(stored[i].Name, StringComparer.OrdinalIgnoreCase));
    }
}

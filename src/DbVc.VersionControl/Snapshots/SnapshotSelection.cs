using DbVc.Model;
using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>Takes a part of what changed between two snapshots, as a snapshot that differs from the first in that part only.</summary>
public static class SnapshotSelection
{
    /// <summary>The first snapshot with one table as the second has it, its indexes and triggers included.</summary>
    public static Snapshot TakeTable(IChunkWriter chunks, Snapshot before, Snapshot after, string table)
    {
        var diff = new SnapshotDiff(chunks, before, after);
        var editor = new SnapshotEditor(chunks, before);
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { table };
        foreach (var change in diff.Tables().Where(t => IsCalled(t, table)))
        {
            names.UnionWith(new[] { change.Before, change.After }.OfType<TableSnapshot>().Select(t => t.Schema.Name));
            if (change.Before is { } gone) editor.DropTable(gone.Schema.Name);
            if (change.After is { } come) editor.PutTable(come);
        }

        foreach (var change in diff.Objects().Where(o => (o.After ?? o.Before)!.Table is { } owner && names.Contains(owner)))
        {
            if (change.Before is { } gone) editor.DropObject(gone);
            if (change.After is { } come) editor.PutObject(come);
        }

        return editor.Finish();
    }

    /// <summary>
    /// The first snapshot with some rows as the second has them; <paramref name="keys"/> gives their encoded keys. Columns that the first does not
    /// have are left out. Throws usage failure <c>selection.no-table</c> where one side does not have the table.
    /// </summary>
    public static Snapshot TakeRows(
        IChunkWriter chunks, Snapshot before, Snapshot after, string table, Func<TableEncoder, IEnumerable<ReadOnlyMemory<byte>>> keys)
    {
        if (new SnapshotDiff(chunks, before, after).Tables().FirstOrDefault(t => IsCalled(t, table)) is not { } change) return before;
        if (change is not { Before: { } old, After: { } now })
        {
            throw new DbVcException(FailureKind.Usage, "selection.no-table", $"The commit creates or drops table '{table}': its rows have no other side.",
                hint: "Leave --key out to take the whole table.");
        }

        var (oldRows, newRows) = (new TableEncoder(old.Schema), new TableEncoder(now.Schema));
        var edits = new SortedDictionary<ReadOnlyMemory<byte>, TreeEdit>(KeyEquality.Instance);
        foreach (var key in keys(newRows))
        {
            edits[key] = ProllyTree.TryGet(chunks, now.Rows, key.Span, out var value)
                ? TreeEdit.Put(key, Convert(chunks, newRows, oldRows, key, value))
                : TreeEdit.Delete(key);
        }

        var rows = ProllyTree.Edit(chunks, old.Rows, edits.Values);
        var (added, _, deleted) = RowDiff.Count(chunks, old, old with { Rows = rows });
        var editor = new SnapshotEditor(chunks, before);
        editor.PutTable(old with { Rows = rows, Count = old.Count + added - deleted });
        return editor.Finish();
    }

    private static bool IsCalled(TableDifference change, string table) =>
        string.Equals(change.Before?.Schema.Name, table, StringComparison.OrdinalIgnoreCase)
        || string.Equals(change.After?.Schema.Name, table, StringComparison.OrdinalIgnoreCase);

    private static ReadOnlyMemory<byte> Convert(
        IChunkWriter chunks, TableEncoder from, TableEncoder to, ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value)
    {
        var row = from.Decode(chunks, key, value).Values;
        return to.Encode(chunks, [.. to.Table.StoredColumns.Select(c => from.IndexOf(c.Id) is >= 0 and var at ? row[at] : Value.Null)]).Value;
    }
}

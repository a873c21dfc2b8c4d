using DbVc.Databases;
using DbVc.Model;
using DbVc.Store;
using DbVc.VersionControl;

namespace DbVc.Live;

/// <summary>
/// Captures tables by editing the trees of a moment that is known, where the database can say what it touched since. Null means: read the table.
/// </summary>
internal sealed class TouchedCapture(KnownChanges known, IChunkWriter chunks, CancellationToken cancel)
{
    private readonly SnapshotReader _then = new(chunks, known.Then);

    /// <param name="table">As the database has it.</param>
    /// <param name="identified">The same with the ids that it has at the head.</param>
    public TableSnapshot? Read(TableSchema table, TableSchema identified)
    {
        // Another definition now or at the head: which rows a rebuilt table shares with the old one, no mark can say.
        if (_then.FindTable(table.Name) is not { } start || !SchemaEquality.Same(start.Schema, identified)) return null;
        var changes = known.Changes.Find(table);
        if (changes == TableChanges.Same) return start;
        if (changes is not TableChanges.Rows rows || !identified.HasKey) return null;

        var left = rows.Missing is { } missing ? new RowsLeft(missing.Total, ReadKeys(missing)) : null;
        var result = RowTree.Update(chunks, new TableEncoder(identified), new RowTreeResult(start.Rows, start.Count), rows.Touched.Select(Checked), left);
        return result is { } edited ? new TableSnapshot(identified, edited.Root, edited.Count) : null;
    }

    private IEnumerable<(KeySpan Span, IRowSource Keys)> ReadKeys(MissingRows missing)
    {
        foreach (var span in missing.Spans)
        {
            using var keys = missing.ReadKeys(span);
            yield return (span, new CursorSource(keys, cancel));
        }
    }

    private TouchedRow Checked(TouchedRow row)
    {
        cancel.ThrowIfCancellationRequested();
        return row;
    }
}

using DbVc.Databases;
using DbVc.Model;
using DbVc.Store;
using DbVc.VersionControl;

namespace DbVc.Live;

/// <summary>Turns what a database holds into a snapshot. Unchanged rows give unchanged chunks, so only what changed is written.</summary>
public static class Capture
{
    /// <summary>Captures the whole database, or only <paramref name="tables"/>; files are taken over from <paramref name="previous"/>.</summary>
    public static Snapshot Run(IReadSnapshot database, Snapshot previous, IChunkWriter chunks, CancellationToken cancel, IReadOnlySet<string>? tables = null)
    {
        var before = new SnapshotReader(chunks, previous);
        var schema = database.ReadSchema();
        var editor = new SnapshotEditor(chunks, previous);
        foreach (var table in schema.Tables)
        {
            if (tables is not null && !tables.Contains(table.Name)) continue;
            cancel.ThrowIfCancellationRequested();
            editor.PutTable(CaptureTable(database, table, before.FindTable(table.Name), chunks, cancel));
        }

        DropMissing(before, schema, editor);
        CaptureObjects(before, schema, editor);
        return editor.Finish();
    }

    private static TableSnapshot CaptureTable(
        IReadSnapshot database, TableSchema table, TableSnapshot? before, IChunkWriter chunks, CancellationToken cancel)
    {
        var identified = ColumnIds.Assign(table, before?.Schema);
        using var cursor = database.ReadRows(table);
        var (rows, count) = RowTree.Build(chunks, new TableEncoder(identified), new CursorSource(cursor, cancel), before?.Rows ?? default);
        return new TableSnapshot(identified, rows, count);
    }

    private static void DropMissing(SnapshotReader before, DatabaseSchema schema, SnapshotEditor editor)
    {
        var names = schema.Tables.Select(t => t.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var table in before.Tables().Where(t => !names.Contains(t.Schema.Name))) editor.DropTable(table.Schema.Name);
    }

    private static void CaptureObjects(SnapshotReader before, DatabaseSchema schema, SnapshotEditor editor)
    {
        var now = schema.Objects.ToHashSet();
        var known = before.Objects().ToHashSet();
        foreach (var gone in known.Where(o => !now.Contains(o))) editor.DropObject(gone);
        foreach (var added in now.Where(o => !known.Contains(o))) editor.PutObject(added);
    }

    /// <summary>Hands a database cursor to the version engine, which knows no database.</summary>
    private sealed class CursorSource(IRowCursor cursor, CancellationToken cancel) : IRowSource
    {
        private const int RowsBetweenChecks = 4096;
        private int _rows;

        public bool Read()
        {
            if (++_rows % RowsBetweenChecks == 0) cancel.ThrowIfCancellationRequested();
            return cursor.Read();
        }

        public ValueKind KindAt(int column) => cursor.KindAt(column);

        public long IntegerAt(int column) => cursor.IntegerAt(column);

        public double RealAt(int column) => cursor.RealAt(column);

        public ReadOnlySpan<byte> BytesAt(int column) => cursor.BytesAt(column);
    }
}

using DbVc.Databases;
using DbVc.Model;
using DbVc.Store;
using DbVc.VersionControl;

namespace DbVc.Live;

/// <summary>Reads single tables into trees of rows; finds out which columns were renamed.</summary>
internal sealed class TableCapture(IReadSnapshot database, IChunkWriter chunks, CancellationToken cancel)
{
    private static readonly IReadOnlyDictionary<string, string> NoRenames = new Dictionary<string, string>();

    /// <summary>The table as it is now, with the ids of what it was.</summary>
    public TableSnapshot Read(TableSchema table, TableSnapshot before)
    {
        var proposed = ColumnRenames.Propose(before.Schema, table);
        var read = Read(table, before.Schema, proposed, before.Rows);
        if (proposed.Count == 0) return read;
        var confirmed = ColumnRenames.Confirm(chunks, before, read, proposed);
        return confirmed.Count == proposed.Count ? read : Read(table, before.Schema, confirmed, before.Rows);
    }

    /// <summary>A table that was not there before.</summary>
    public TableSnapshot ReadNew(TableSchema table, IReadOnlySet<string> takenIds) =>
        Read(table with { Id = TableIds.Create(table, takenIds) }, null, NoRenames);

    /// <summary>The table with the ids that another one has, as if it were the same.</summary>
    public TableSnapshot ReadAs(TableSchema table, TableSchema before) => Read(table, before, NoRenames);

    /// <summary>True if these are all rows of a table as it was captured.</summary>
    public static bool AreSame(IChunkWriter chunks, TableSnapshot captured, IRowCursor rows, CancellationToken cancel) =>
        RowTree.Build(chunks, new TableEncoder(captured.Schema), new CursorSource(rows, cancel), captured.Rows).Root == captured.Rows;

    private TableSnapshot Read(TableSchema table, TableSchema? before, IReadOnlyDictionary<string, string> renames, TreeRoot earlier = default)
    {
        cancel.ThrowIfCancellationRequested();
        var identified = ColumnIds.Assign(table, before, renames);
        if (before is not null) identified = identified with { Id = before.Id };
        using var cursor = database.ReadRows(table);
        var (rows, count) = RowTree.Build(chunks, new TableEncoder(identified), new CursorSource(cursor, cancel), earlier);
        return new TableSnapshot(identified, rows, count);
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

using DbVc.Databases;
using DbVc.Model;
using DbVc.Store;
using DbVc.VersionControl;

namespace DbVc.Live;

/// <summary>Reads single tables into trees of rows; finds out which columns were renamed.</summary>
internal sealed class TableCapture(IReadSnapshot database, IChunkWriter chunks, CancellationToken cancel, KnownChanges? known = null)
{
    private readonly TouchedCapture? _touched = known is null ? null : new TouchedCapture(known, chunks, cancel);
    private static readonly IReadOnlyDictionary<string, string> NoRenames = new Dictionary<string, string>();

    /// <summary>The table as it is now where that is known without reading it; else null.</summary>
    public TableSnapshot? ReadTouched(TableSchema table, TableSnapshot before) =>
        _touched?.Read(table, Identify(table, before.Schema, NoRenames));

    /// <summary>The table as it is now, with the ids of what it was.</summary>
    public TableSnapshot ReadWhole(TableSchema table, TableSnapshot before)
    {
        var proposed = ColumnRenames.Propose(before.Schema, table);
        var read = Read(table, before.Schema, proposed, before.Rows);
        if (proposed.Count == 0) return read;
        var confirmed = ColumnRenames.Confirm(chunks, before, read, proposed);
        return confirmed.Count == proposed.Count ? read : Read(table, before.Schema, confirmed, before.Rows);
    }

    /// <summary>A table that was not there before, and has an id by now.</summary>
    public TableSnapshot ReadNew(TableSchema table) => Read(table, null, NoRenames);

    /// <summary>The table with the ids that another one has, as if it were the same.</summary>
    public TableSnapshot ReadAs(TableSchema table, TableSchema before) => Read(table, before, NoRenames);

    /// <summary>True if these are all rows of a table as it was captured.</summary>
    public static bool AreSame(IChunkWriter chunks, TableSnapshot captured, IRowCursor rows, CancellationToken cancel) =>
        RowTree.Build(chunks, new TableEncoder(captured.Schema), new CursorSource(rows, cancel), captured.Rows).Root == captured.Rows;

    private TableSnapshot Read(TableSchema table, TableSchema? before, IReadOnlyDictionary<string, string> renames, TreeRoot earlier = default)
    {
        cancel.ThrowIfCancellationRequested();
        var identified = Identify(table, before, renames);
        using var cursor = database.ReadRows(table);
        var (rows, count) = RowTree.Build(chunks, new TableEncoder(identified), new CursorSource(cursor, cancel), earlier);
        return new TableSnapshot(identified, rows, count);
    }

    private static TableSchema Identify(TableSchema table, TableSchema? before, IReadOnlyDictionary<string, string> renames)
    {
        var identified = ColumnIds.Assign(table, before, renames);
        return before is null ? identified : identified with { Id = before.Id };
    }
}

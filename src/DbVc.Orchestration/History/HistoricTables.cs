using System.Globalization;
using DbVc.Databases;
using DbVc.Model;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>The tables and views of one snapshot, as a database asks for them.</summary>
internal sealed class HistoricTables(SnapshotReader snapshot, string repository) : IHistory
{
    public string Repository => repository;

    public IHistoricTable? FindTable(string name) => snapshot.FindTableInAnyCase(name) is { } table ? new Rows(snapshot, table) : null;

    public SchemaObject? FindView(string name) => snapshot.FindViewInAnyCase(name);

    public DatabaseSchema ReadSchema() => snapshot.ReadSchema();

    private sealed class Rows(SnapshotReader snapshot, TableSnapshot table) : IHistoricTable
    {
        public TableSchema Schema => table.Schema;

        /// <summary>Which column a stored value belongs to is told by the column's id.</summary>
        public string ContentId => string.Create(CultureInfo.InvariantCulture,
            $"{table.Rows.Hash}:{table.Count}:{string.Join(',', table.Schema.StoredColumns.Select(c => c.Id))}");

        public long Count => table.Count;

        public IHistoricCursor Open(bool[] wanted) => new Cursor(new TableCursor(snapshot.Chunks, table, wanted));
    }

    private sealed class Cursor(TableCursor rows) : IHistoricCursor
    {
        public long Number => rows.Number;

        public void Seek(KeyRange range, bool backward) => rows.Seek(range, backward);

        public void Seek(long number) => rows.Seek(number);

        public bool Read() => rows.Read();

        public ValueKind KindAt(int column) => rows.KindAt(column);

        public long IntegerAt(int column) => rows.IntegerAt(column);

        public double RealAt(int column) => rows.RealAt(column);

        public ReadOnlySpan<byte> BytesAt(int column) => rows.BytesAt(column);

        public void Dispose()
        {
            // The rows are in trees; nothing is held.
        }
    }
}

using DbVc.Databases;
using DbVc.Model;

namespace DbVc.Tests;

/// <summary>An engine's provider that counts the rows which its databases hand out, however they are asked for.</summary>
internal sealed class CountingProvider(IDatabaseProvider real) : IDatabaseProvider
{
    private long _rows;

    /// <summary>Rows handed out so far.</summary>
    public long Rows => Interlocked.Read(ref _rows);

    public string Engine => real.Engine;

    public bool ClonesLive => real.ClonesLive;

    public bool MarksHoldForCopies => real.MarksHoldForCopies;

    public ISqlDialect Scripts => real.Scripts;

    public ITableMaker Tables => real.Tables;

    public ISchemaDialect Dialect => real.Dialect;

    public IDatabase Open(string location) => new Database(real.Open(location), Count);

    public bool Exists(string location) => real.Exists(location);

    public string Locate(PrivateDatabase place) => real.Locate(place);

    public IReadOnlyList<string> ListPrivate(string repository) => real.ListPrivate(repository);

    public void RemoveDrafts(string location) => real.RemoveDrafts(location);

    public void Create(string location) => real.Create(location);

    public string? Clone(string source, string destination, bool tracks = false) => real.Clone(source, destination, tracks);

    public IQueryResult QueryHistory(IHistory history, string sql, QueryLimits limits) => real.QueryHistory(history, sql, limits);

    public void Drop(string location) => real.Drop(location);

    private void Count() => Interlocked.Increment(ref _rows);

    private sealed class Database(IDatabase real, Action count) : IDatabase
    {
        public string Display => real.Display;

        public DatabaseCapabilities Capabilities => real.Capabilities;

        public IReadSnapshot BeginRead() => new Snapshot(real.BeginRead(), count);

        public IReadSnapshot BeginCapture() => new Snapshot(real.BeginCapture(), count);

        public IApplySession BeginApply(TimeSpan lockTimeout) => real.BeginApply(lockTimeout);

        public IBulkLoad BeginLoad(TableSchema table, TimeSpan lockTimeout, LoadOptions? options = null) => real.BeginLoad(table, lockTimeout, options);

        public IQueryResult Query(string sql, QueryLimits limits) => real.Query(sql, limits);

        public void Scrub(TimeSpan lockTimeout) => real.Scrub(lockTimeout);

        public long ReadSize() => real.ReadSize();

        public IReadOnlyDictionary<string, long> ReadHighestKeys() => real.ReadHighestKeys();

        public TrackingReport ReadTracking() => real.ReadTracking();

        public void StartTracking(TimeSpan lockTimeout, IReadOnlyCollection<string>? tables = null) => real.StartTracking(lockTimeout, tables);

        public void StopTracking(TimeSpan lockTimeout, IReadOnlyCollection<string>? tables = null) => real.StopTracking(lockTimeout, tables);

        public void Dispose() => real.Dispose();
    }

    private sealed class Snapshot(IReadSnapshot real, Action count) : IReadSnapshot
    {
        public IReadOnlyList<UnversionedItem> Unversioned => real.Unversioned;

        public LiveState? State => real.State;

        public string? Mark => real.Mark;

        public DatabaseSchema ReadSchema() => real.ReadSchema();

        public IRowCursor ReadRows(TableSchema table) => new Cursor(real.ReadRows(table), count);

        public SharedView? Share() => real.Share() is { } view
            ? new SharedView(view.Most, () => view.Open() is { } reader ? new Snapshot(reader, count) : null)
            : null;

        public IChangeReader? ChangesSince(string mark) => real.ChangesSince(mark) is { } changes ? new Changes(changes, count) : null;

        public void Dispose() => real.Dispose();
    }

    private sealed class Changes(IChangeReader real, Action count) : IChangeReader
    {
        public bool IsUnchanged => real.IsUnchanged;

        public TableChanges Find(TableSchema table)
        {
            var found = real.Find(table);
            return found is not TableChanges.Rows rows ? found : rows with
            {
                Touched = rows.Touched.Select(row =>
                {
                    count();
                    return row;
                }),
                Missing = rows.Missing is { } missing ? missing with { ReadKeys = span => new Cursor(missing.ReadKeys(span), count) } : null,
            };
        }

        public void Dispose() => real.Dispose();
    }

    private sealed class Cursor(IRowCursor real, Action count) : IRowCursor
    {
        public bool Read()
        {
            if (!real.Read()) return false;
            count();
            return true;
        }

        public ValueKind KindAt(int column) => real.KindAt(column);

        public long IntegerAt(int column) => real.IntegerAt(column);

        public double RealAt(int column) => real.RealAt(column);

        public ReadOnlySpan<byte> BytesAt(int column) => real.BytesAt(column);

        public void Dispose() => real.Dispose();
    }
}

using DbVc.Databases;
using DbVc.Live;
using DbVc.Orchestration;
using DbVc.VersionControl;

namespace DbVc.Tests;

/// <summary>The same content twice: as a snapshot that is queried through time travel, and as a database that was really restored from it.</summary>
internal sealed class PastDatabase : IDisposable
{
    private static readonly TimeSpan LockTimeout = TimeSpan.FromSeconds(2);
    private readonly SqliteFixture _fixture = new();
    private readonly IDatabase _restored;

    public PastDatabase(string sql)
    {
        using (var original = _fixture.NewDatabase(sql, out var location))
        using (var read = original.BeginRead())
        {
            Location = location;
            Snapshot = Capture.Run(read, Snapshot.Empty, Chunks, CancellationToken.None);
        }

        _restored = _fixture.NewDatabase("", out _);
        using var session = _restored.BeginApply(LockTimeout);
        var result = session.Apply(new SnapshotDiff(Chunks, Snapshot.Empty, Snapshot).ToDelta());
        if (!result.IsClean) throw new InvalidOperationException(string.Join('\n', result.Violations.Select(v => v.Message)));
        session.Commit();
    }

    public MemoryChunks Chunks { get; } = new();

    public Snapshot Snapshot { get; }

    /// <summary>The file that the snapshot was taken of.</summary>
    public string Location { get; }

    public IQueryResult OpenPast(string sql, QueryLimits? limits = null) =>
        _fixture.Provider.QueryHistory(new HistoricTables(new SnapshotReader(Chunks, Snapshot), "past"), sql, limits ?? QueryLimits.Default);

    /// <summary>The answer of time travel; each row as exact text.</summary>
    public List<string> AskPast(string sql)
    {
        using var result = OpenPast(sql);
        return Show(result);
    }

    public List<string> AskRestored(string sql)
    {
        using var result = _restored.Query(sql, QueryLimits.Default);
        return Show(result);
    }

    public void Dispose()
    {
        _restored.Dispose();
        _fixture.Dispose();
    }

    private static List<string> Show(IQueryResult result) =>
        [string.Join(" | ", result.Columns.Select(c => $"{c.Name} {c.Type}")), .. result.Rows.Select(DatabaseContent.Show)];
}

using DbVc.Model;
using DbVc.VersionControl;

namespace DbVc.Tests;

/// <summary>Three states of a real database, each written as SQL, and their merge.</summary>
internal sealed class MergeScenario : IDisposable
{
    private readonly SqliteFixture _fixture = new();
    private readonly string _start;
    private readonly Snapshot _base;

    public MergeScenario(string start)
    {
        _start = start;
        _base = Capture(NewDatabase(), Snapshot.Empty);
    }

    public MemoryChunks Chunks { get; } = new();

    /// <summary>The highest key ever handed out, by the table's name.</summary>
    public Func<string, long> HighestKey { get; init; } = _ => 0;

    public ISchemaDialect Dialect => _fixture.Provider.Dialect;

    /// <summary>
    /// Merges what two changes make of the base (captured at each '|'), and applies it to the target's database: a capture of that must be the
    /// merged state.
    /// </summary>
    public MergeOutcome Merge(string source, string target, Func<string, Resolution?>? decisions = null, params string[] policies)
    {
        var (location, theTarget) = Change(target);
        var merge = new ThreeWayMerge(Chunks, MergePolicies.Parse(policies), decisions ?? (_ => null))
        {
            Dialect = Dialect,
            HighestKey = HighestKey,
        };
        var outcome = merge.Run(_base, Change(source).Snapshot, theTarget);
        using (var database = _fixture.Provider.Open(location))
        using (var session = database.BeginApply(TimeSpan.FromSeconds(5)))
        {
            var result = session.Apply(new SnapshotDiff(Chunks, theTarget, outcome.Merged).ToDelta());
            if (!result.IsClean) throw new InvalidOperationException(string.Join("; ", result.Violations.Select(v => v.Message)));
            session.Commit();
        }

        if (Capture(location, outcome.Merged) == outcome.Merged) return outcome;
        throw new InvalidOperationException("a capture of the merged database is not the merged state");
    }

    /// <summary>A table's rows with cells by comma; null where there is no such table.</summary>
    public string? Rows(MergeOutcome outcome, string table) => new SnapshotReader(Chunks, outcome.Merged).FindTable(table) is { } found
        ? string.Join(' ', RowDiff.Changes(Chunks, null, found).Select(r => string.Join(',', r.After!.Select(v => v.IsNull ? "-" : v.ToString()))))
        : null;

    public static string Conflicts(MergeOutcome outcome) =>
        string.Join(';', outcome.Conflicts.Select(c => $"{c.Kind} {c.Table} {MergeTables.ShowConflict(c)}"));

    public void Dispose() => _fixture.Dispose();

    private Snapshot Capture(string location, Snapshot previous)
    {
        using var database = _fixture.Provider.Open(location);
        using var read = database.BeginRead();
        return DbVc.Live.Capture.Run(read, previous, Chunks, CancellationToken.None);
    }

    private (string Location, Snapshot Snapshot) Change(string change)
    {
        var location = NewDatabase();
        var snapshot = _base;
        foreach (var step in change.Split('|'))
        {
            _fixture.Execute(location, step);
            snapshot = Capture(location, snapshot);
        }

        return (location, snapshot);
    }

    private string NewDatabase()
    {
        var location = _fixture.NewLocation();
        _fixture.Provider.Create(location);
        _fixture.Execute(location, _start);
        return location;
    }
}

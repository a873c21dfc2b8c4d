using DbVc.Model;
using DbVc.Store;
using DbVc.VersionControl;

namespace DbVc.Tests;

/// <summary>Commits of one small table of people, made by hand so that a test can draw any graph; each commit is a minute after the one before.</summary>
internal sealed class MergeGraph : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dbvc-graph-").FullName;
    private readonly RepositoryStore _store;
    private readonly TableSchema _table;
    private DateTimeOffset _time = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public MergeGraph(bool allocatesKeys = false)
    {
        _store = RepositoryStore.Create(Path.Combine(_folder, "store"));
        Repository = new Repository(_store, TimeProvider.System);
        _table = MergeTables.People with { AllocatesKeys = allocatesKeys };
    }

    public Repository Repository { get; }

    /// <summary>A commit with these people, as <see cref="MergeTables"/> writes them.</summary>
    public CommitId Commit(string people, params CommitId[] parents) => Add(people, null, "", parents);

    /// <summary>A commit that repeats another one.</summary>
    public CommitId Repeat(string people, CommitId origin, params CommitId[] parents) => Add(people, origin, "", parents);

    /// <summary>Merges source into target and commits the result, as far as it is decided.</summary>
    public CommitId Merge(CommitId source, CommitId target, params string[] policies)
    {
        var (people, outcome) = TryMerge(source, target, policies);
        return Add(people, null, string.Join('\n', KeyTrailer.Write(outcome.Rekeyed)), target, source);
    }

    /// <summary>The merged people and what could not be decided.</summary>
    public (string People, MergeOutcome Outcome) TryMerge(CommitId source, CommitId target, params string[] policies)
    {
        using var chunks = _store.Chunks.BeginWrite();
        var rules = MergePolicies.Parse(policies);
        var start = new CommonState(Repository, chunks, rules).Find(source, target) ?? throw new InvalidOperationException("unrelated");
        var outcome = new ThreeWayMerge(chunks, rules, _ => null, new MergeHistory(Repository, source, target)).Run(
            start, Repository.ReadSnapshot(source).Snapshot, Repository.ReadSnapshot(target).Snapshot);
        return (MergeTables.Show(chunks, outcome.Merged), outcome);
    }

    /// <summary>What both sides are compared with.</summary>
    public string Base(CommitId source, CommitId target, params string[] policies)
    {
        using var chunks = _store.Chunks.BeginWrite();
        return MergeTables.Show(chunks, new CommonState(Repository, chunks, MergePolicies.Parse(policies)).Find(source, target)!);
    }

    public static string Conflicts(MergeOutcome outcome) => string.Join(';', outcome.Conflicts.Select(MergeTables.ShowConflict));

    public void Dispose()
    {
        _store.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private CommitId Add(string people, CommitId? origin, string message, params CommitId[] parents)
    {
        using var chunks = _store.Chunks.BeginWrite();
        var snapshot = SnapshotCodec.Write(chunks, MergeTables.WriteTable(chunks, _table, MergeTables.ParsePeople(people)));
        chunks.Publish();
        var transaction = new CommitTransaction(Repository, "test", "test");
        _time = _time.AddMinutes(1);
        var id = transaction.Add(new Commit
        {
            Snapshot = snapshot,
            Parents = parents,
            Author = new Author("Tess", "tess@example.com", AuthorKind.Human),
            Time = _time,
            Message = message,
            Origin = origin,
        });
        transaction.Publish();
        return id;
    }
}

using DbVc.Model;
using DbVc.Store;
using DbVc.VersionControl;

namespace DbVc.Tests;

/// <summary>Commits of a real database, one file for each, so that a test can draw any graph with changes of definitions in it.</summary>
internal sealed class SqlGraph : IDisposable
{
    private readonly SqliteFixture _fixture = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("dbvc-graph-").FullName;
    private readonly RepositoryStore _store;
    private readonly Dictionary<CommitId, string> _files = [];
    private DateTimeOffset _time = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public SqlGraph()
    {
        _store = RepositoryStore.Create(Path.Combine(_folder, "store"));
        Repository = new Repository(_store, TimeProvider.System);
    }

    public Repository Repository { get; }

    /// <summary>What a change makes of the first parent's database.</summary>
    public CommitId Commit(string sql, params CommitId[] parents) => Commit(sql, null, parents);

    /// <summary>The same as a repetition of another commit.</summary>
    public CommitId Repeat(string sql, CommitId origin, params CommitId[] parents) => Commit(sql, origin, parents);

    /// <summary>Merges source into target; the merge must be clean, and a capture of the target's database after it must be the merged state.</summary>
    public CommitId Merge(CommitId source, CommitId target, params string[] policies)
    {
        using var chunks = _store.Chunks.BeginWrite();
        var (outcome, theTarget) = Run(chunks, source, target, policies);
        if (outcome.Conflicts.Count > 0) throw new InvalidOperationException(MergeScenario.Conflicts(outcome));
        var file = NewFile(target);
        using (var database = _fixture.Provider.Open(file))
        using (var session = database.BeginApply(TimeSpan.FromSeconds(5)))
        {
            var result = session.Apply(new SnapshotDiff(chunks, theTarget, outcome.Merged).ToDelta());
            if (!result.IsClean) throw new InvalidOperationException(string.Join("; ", result.Violations.Select(v => v.Message)));
            session.Commit();
        }

        if (Capture(file, outcome.Merged, chunks) != outcome.Merged) throw new InvalidOperationException("a capture is not the merged state");
        return Add(chunks, outcome.Merged, file, new Draft(string.Join('\n', KeyTrailer.Write(outcome.Rekeyed)), null, [target, source]));
    }

    /// <summary>What cannot be decided.</summary>
    public string Conflicts(CommitId source, CommitId target, params string[] policies)
    {
        using var chunks = _store.Chunks.BeginWrite();
        return MergeScenario.Conflicts(Run(chunks, source, target, policies).Outcome);
    }

    /// <summary>The rows of a query, cells by comma.</summary>
    public string Ask(CommitId commit, string query)
    {
        using var connection = _fixture.Connect(_files[commit]);
        using var command = connection.CreateCommand();
        command.CommandText = query;
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read()) rows.Add(string.Join(',', Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? "-" : reader.GetString(i))));
        return string.Join(' ', rows);
    }

    public SnapshotReader Read(CommitId commit) => Repository.ReadSnapshot(commit);

    public void Dispose()
    {
        _store.Dispose();
        _fixture.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private (MergeOutcome Outcome, Snapshot Target) Run(IChunkWriter chunks, CommitId source, CommitId target, string[] policies)
    {
        var (rules, dialect) = (MergePolicies.Parse(policies), _fixture.Provider.Dialect);
        var start = new CommonState(Repository, chunks, rules, dialect).Find(source, target) ?? throw new InvalidOperationException("unrelated");
        var theTarget = Repository.ReadSnapshot(target).Snapshot;
        var translation = new KeyTranslation(Repository, chunks, _ => 0, dialect);
        var states = translation.Run(source, target, new MergeStates(start, Repository.ReadSnapshot(source).Snapshot, theTarget));
        var merge = new ThreeWayMerge(chunks, rules, _ => null, new MergeHistory(Repository, source, target)) { Dialect = dialect };
        var outcome = merge.Run(states.Base, states.Source, states.Target);
        return (outcome with { Rekeyed = [.. translation.MovedIn(new SnapshotReader(chunks, outcome.Merged)), .. outcome.Rekeyed] }, theTarget);
    }

    private CommitId Commit(string sql, CommitId? origin, CommitId[] parents)
    {
        using var chunks = _store.Chunks.BeginWrite();
        var file = parents.Length == 0 ? null : NewFile(parents[0]);
        if (file is null) _fixture.Provider.Create(file = _fixture.NewLocation());
        _fixture.Execute(file, sql);
        var snapshot = Capture(file, parents.Length == 0 ? Snapshot.Empty : Repository.ReadSnapshot(parents[0]).Snapshot, chunks);
        return Add(chunks, snapshot, file, new Draft("", origin, parents));
    }

    private string NewFile(CommitId from)
    {
        var file = _fixture.NewLocation();
        File.Copy(_files[from], file);
        return file;
    }

    private Snapshot Capture(string file, Snapshot previous, IChunkWriter chunks)
    {
        using var database = _fixture.Provider.Open(file);
        using var read = database.BeginRead();
        return DbVc.Live.Capture.Run(read, previous, chunks, CancellationToken.None);
    }

    private CommitId Add(IChunkWriter chunks, Snapshot snapshot, string file, Draft draft)
    {
        var hash = SnapshotCodec.Write(chunks, snapshot);
        chunks.Publish();
        var transaction = new CommitTransaction(Repository, "test", "test");
        _time = _time.AddMinutes(1);
        var id = transaction.Add(new Commit
        {
            Snapshot = hash,
            Parents = draft.Parents,
            Author = new Author("Tess", "tess@example.com", AuthorKind.Human),
            Time = _time,
            Message = draft.Message,
            Origin = draft.Origin,
        });
        transaction.Publish();
        _files[id] = file;
        return id;
    }

    private sealed record Draft(string Message, CommitId? Origin, CommitId[] Parents);
}

using DbVc.Databases;
using DbVc.Model;
using DbVc.Store;
using DbVc.VersionControl;

namespace DbVc.Benchmarks;

/// <summary>A repository whose main branch holds the engine's table, and changes to it with the changes known.</summary>
internal sealed class EngineRepository(string folder) : IDisposable
{
    private static readonly Author s_author = new("Bench", "", AuthorKind.Human);

    private Repository _repository = new(RepositoryStore.Create(folder), TimeProvider.System);

    public Repository Repository => _repository;

    public string Folder { get; } = folder;

    public Snapshot Main => _repository.ReadSnapshot(_repository.Head(BranchName.Main)).Snapshot;

    /// <summary>Bytes on disk, once SQLite has taken its log into the database.</summary>
    public long MeasureSize()
    {
        _repository.Store.Dispose();
        var size = new DirectoryInfo(Folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length);
        _repository = new Repository(RepositoryStore.Open(Folder), TimeProvider.System);
        return size;
    }

    /// <summary>The first commit, from a SQLite file.</summary>
    public void Capture(string database, string scratch)
    {
        using var live = new SqliteProvider(scratch).Open(database);
        using var read = live.BeginRead();
        using var chunks = _repository.Chunks.BeginWrite();
        Commit(BranchName.Main, chunks, DbVc.Live.Capture.Run(read, Snapshot.Empty, chunks, CancellationToken.None));
    }

    /// <summary>Commits new versions of rows on top of main, as the head of a branch.</summary>
    public Snapshot Change(string branch, IEnumerable<long> ids, int version) => Change(branch, BranchName.Main, EngineTable.Changes(ids, version));

    public Snapshot Change(string branch, BranchName from, IEnumerable<RowChange> changes)
    {
        using var chunks = _repository.Chunks.BeginWrite();
        var start = _repository.ReadSnapshot(_repository.Head(from));
        var table = start.FindTable("people")!;
        var edited = RowTree.Edit(chunks, new TableEncoder(table.Schema), new RowTreeResult(table.Rows, table.Count), changes);
        var editor = new SnapshotEditor(chunks, start.Snapshot);
        editor.PutTable(table with { Rows = edited.Root, Count = edited.Count });
        var snapshot = editor.Finish();
        Commit(BranchName.Parse(branch), chunks, snapshot, _repository.Head(from));
        return snapshot;
    }

    public void Commit(BranchName branch, IChunkWriter chunks, Snapshot snapshot, params CommitId[] parents)
    {
        var id = SnapshotCodec.Write(chunks, snapshot);
        chunks.Publish();
        var transaction = new CommitTransaction(_repository, "bench", s_author.Name);
        var commit = transaction.Add(new Commit
        {
            Snapshot = id,
            Parents = parents,
            Author = s_author,
            Time = _repository.NextTime(parents),
            Message = "A commit of the benchmark",
        });
        transaction.MoveBranch(branch, _repository.FindHead(branch), commit);
        transaction.Publish();
    }

    public void Dispose() => _repository.Store.Dispose();
}

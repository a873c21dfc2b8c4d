using DbVc.Model;
using DbVc.Store;
using DbVc.VersionControl;

namespace DbVc.Tests;

/// <summary>Histories written as text: <c>name: parents | people</c>, for example <c>c: a b | 1:ann,30</c>; made in a real store.</summary>
internal sealed class CommitStories : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dbvc-story-").FullName;
    private readonly RepositoryStore _store;
    private readonly Dictionary<string, CommitId> _commits = [];
    private DateTimeOffset _time = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public CommitStories()
    {
        _store = RepositoryStore.Create(_folder);
        Repository = new Repository(_store, TimeProvider.System);
    }

    public Repository Repository { get; }

    public CommitId this[string name] => _commits[name];

    /// <summary>The name of a commit in the story.</summary>
    public string NameOf(CommitId id) => _commits.Single(c => c.Value == id).Key;

    /// <summary>Adds commits, one an hour.</summary>
    public CommitStories Tell(string story)
    {
        foreach (var line in story.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var (name, rest) = (line[..line.IndexOf(':')], line[(line.IndexOf(':') + 1)..]);
            var parts = rest.Split('|');
            Add(name, parts[0].Split(' ', StringSplitOptions.RemoveEmptyEntries), parts.Length > 1 ? MergeTables.Write : null, parts[^1]);
        }

        return this;
    }

    /// <summary>Adds a commit with a content of its own.</summary>
    public CommitId Add(string name, IReadOnlyList<string> parents, Func<IChunkWriter, Snapshot> content)
    {
        using var chunks = Repository.Chunks.BeginWrite();
        var snapshot = SnapshotCodec.Write(chunks, content(chunks));
        chunks.Publish();
        var transaction = new CommitTransaction(Repository, "story", "test");
        var id = transaction.Add(new Commit
        {
            Snapshot = snapshot,
            Parents = [.. parents.Select(p => _commits[p])],
            Author = new Author(name, "", AuthorKind.Human),
            Time = _time = _time.AddHours(1),
            Message = name,
        });
        transaction.MoveBranch(BranchName.Main, Repository.FindHead(BranchName.Main), id);
        transaction.Publish();
        return _commits[name] = id;
    }

    public void Name(string branch, string commit)
    {
        var transaction = new CommitTransaction(Repository, "name", "test");
        transaction.MoveBranch(BranchName.Parse(branch), Repository.FindHead(BranchName.Parse(branch)), _commits[commit]);
        transaction.Publish();
    }

    public void Tag(string tag, string commit)
    {
        var transaction = new CommitTransaction(Repository, "tag", "test");
        transaction.MoveTag(tag, null, _commits[commit]);
        transaction.Publish();
    }

    public void Dispose()
    {
        _store.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private void Add(string name, string[] parents, Func<IChunkWriter, string, Snapshot>? write, string people) =>
        Add(name, parents, chunks => write is null ? Snapshot.Empty : write(chunks, people));
}

using DbVc.Model;
using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>
/// Names what a repository needs: everything that leads on from a ref, from an operation within the retention, or from a document, whatever the
/// document is about (a merge in progress, a stash, an intent, evidence): each of them names what it needs by 40 hexadecimal digits.
/// </summary>
/// <param name="repository">The repository.</param>
/// <param name="since">Operations from then on can still be undone.</param>
public sealed class Reachability(Repository repository, DateTimeOffset since) : INeeds
{
    private const int OperationsPerPage = 1_000;
    private const int SnapshotLength = 1 + Hash.Size + Hash.Size;

    private readonly SnapshotWalk _walk = new(repository.Chunks);
    private readonly HashSet<Hash> _commits = [];
    private readonly HashSet<Hash> _named = [];

    public bool NeedsCommit(Hash commit) => _commits.Contains(commit);

    public bool NeedsChunk(Hash chunk) => _walk.Needs(chunk);

    public void Refresh(CancellationToken cancel)
    {
        foreach (var (name, hash) in repository.Store.ListRefs("")) Need(hash, name, cancel);
        foreach (var hash in Operations()) NeedIfThere(hash, cancel);
        foreach (var collection in repository.Store.ListCollections())
        {
            foreach (var (id, body) in repository.Store.ListDocuments(collection))
            {
                foreach (var (_, hash) in HashText.Find(System.Text.Encoding.UTF8.GetBytes(id)).Concat(HashText.Find(body))) NeedNamed(hash, cancel);
            }
        }
    }

    private IEnumerable<Hash> Operations()
    {
        long? before = null;
        while (repository.Store.ListOperations(OperationsPerPage, before) is { Count: > 0 } page)
        {
            foreach (var record in page.Where(r => r.Operation.Time >= since))
            {
                foreach (var hash in record.Operation.Moves.SelectMany(m => new[] { m.Before, m.After }).OfType<Hash>()) yield return hash;
            }

            before = page[^1].Number;
        }
    }

    /// <summary>A document names commits, snapshots and single chunks alike; what it names that is none of them means nothing here.</summary>
    private void NeedNamed(Hash hash, CancellationToken cancel)
    {
        if (_commits.Contains(hash) || _named.Contains(hash)) return;
        if (NeedIfThere(hash, cancel) || !repository.Chunks.Contains(hash)) return;
        _named.Add(hash);
        var bytes = repository.Chunks.Read(hash).Span;
        Refuse(bytes.Length == SnapshotLength && IsSnapshot(hash) ? _walk.Visit(hash) : _walk.VisitChunk(hash));
    }

    private bool IsSnapshot(Hash hash)
    {
        try
        {
            var snapshot = SnapshotCodec.Read(repository.Chunks, hash);
            return IsThere(snapshot.Objects.Hash) && IsThere(snapshot.Files.Hash);
        }
        catch (DbVcException)
        {
            return false;
        }
    }

    private bool IsThere(Hash hash) => hash.IsNone || repository.Chunks.Contains(hash);

    private bool NeedIfThere(Hash commit, CancellationToken cancel)
    {
        if (!_commits.Contains(commit) && repository.Store.ReadCommit(commit) is null) return false;
        Need(commit, "", cancel);
        return true;
    }

    private void Need(Hash start, string name, CancellationToken cancel)
    {
        var open = new Stack<Hash>([start]);
        while (open.TryPop(out var id))
        {
            if (_commits.Contains(id)) continue;
            cancel.ThrowIfCancellationRequested();
            if (repository.Store.ReadCommit(id) is null && id == start && name.Length > 0)
            {
                throw new DbVcException(FailureKind.Failed, "commit.missing", $"{name} names commit {new CommitId(id).Short}, which is not in the store.",
                    hint: "Nothing was removed. Run db-vc verify.");
            }

            var commit = repository.ReadCommit(new CommitId(id));
            Refuse(_walk.Visit(commit.Snapshot));
            if (commit.Evidence is { } evidence && repository.Chunks.Contains(evidence)) _walk.VisitChunk(evidence);
            foreach (var parent in commit.Parents) open.Push(parent.Hash);
            _commits.Add(id);
        }
    }

    /// <summary>What lies behind a damaged chunk is unknown, so nothing can be called unneeded.</summary>
    private void Refuse(IReadOnlySet<Hash> bad)
    {
        foreach (var hash in bad)
        {
            var problem = _walk.Problems[hash];
            throw new DbVcException(FailureKind.Failed, problem.Kind, problem.Message, hint: "Nothing was removed. Run db-vc verify.");
        }
    }
}

using DbVc.Live;
using DbVc.Model;
using DbVc.Store;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>
/// Checks everything that a repository holds, and goes on after each problem: the files of the store byte for byte, every commit with its
/// parents, trees, large values and files, refs, operations and documents, and the live database.
/// </summary>
internal sealed class Verifier(WorkspaceContext context)
{
    private readonly List<VerifyProblem> _problems = [];
    private readonly Dictionary<CommitId, Commit> _commits = [];
    private readonly Dictionary<CommitId, string> _badCommits = [];
    private readonly Dictionary<Hash, SortedSet<string>> _affected = [];
    private readonly SnapshotWalk _walk = new(context.Repository.Chunks) { ReadsValues = true };

    public VerifyReport Run(CancellationToken cancel)
    {
        var live = Task.Run(() => CheckLive(cancel), cancel);
        var store = context.Repository.Store.Upkeep.Check(cancel);
        ReadCommits(cancel);
        CheckReferences();
        var branches = ListSpoiledBranches();
        foreach (var (id, message) in _badCommits) Add("store.commit-damaged", "commit " + id, message, branches[id]);
        foreach (var (id, commit) in _commits)
        {
            cancel.ThrowIfCancellationRequested();
            CheckContent(id, commit);
        }

        AddStoreProblems(store);
        foreach (var (hash, problem) in _walk.Problems.OrderBy(p => p.Key)) Add(problem.Kind, "chunk " + hash, problem.Message, Affected(hash));
        var (changes, liveCommit, liveProblems) = live.GetAwaiter().GetResult();
        _problems.AddRange(liveProblems);
        return new VerifyReport(_problems.Count == 0, _commits.Count + _badCommits.Count, store.Chunks, store.Bytes, _problems, changes)
        {
            LiveCommit = liveCommit,
            IsLiveAtHead = liveCommit is not null && liveCommit == context.Repository.FindHead(BranchName.Main)?.ToString(),
        };
    }

    private void ReadCommits(CancellationToken cancel)
    {
        foreach (var hash in context.Repository.Store.ListCommits())
        {
            cancel.ThrowIfCancellationRequested();
            var id = new CommitId(hash);
            try
            {
                _commits.Add(id, context.Repository.ReadCommit(id));
            }
            catch (DbVcException failure)
            {
                _badCommits.TryAdd(id, failure.Message);
            }
        }
    }

    private void CheckReferences()
    {
        foreach (var (id, commit) in _commits)
        {
            foreach (var parent in commit.Parents) Require(parent, $"Commit {id.Short} names it as its parent");
            if (commit.Parents.Where(_commits.ContainsKey).FirstOrDefault(p => _commits[p].Time >= commit.Time) is { Hash.IsNone: false } late)
            {
                Add("commit.time", "commit " + id, $"The commit is not later than its parent {late.Short}.", []);
            }
        }

        foreach (var (name, hash) in context.Repository.Store.ListRefs("")) Require(new CommitId(hash), $"The ref {name} names it");
        CheckDocuments();
    }

    /// <summary>What documents say about commits and branches must be there.</summary>
    private void CheckDocuments()
    {
        var branches = context.Repository.ListBranches().Select(b => b.Key).ToHashSet(StringComparer.Ordinal);
        foreach (var (name, body) in context.Repository.Store.ListDocuments(BranchRecord.Collection))
        {
            if (!branches.Contains(name)) Add("branch.record", "document branches/" + name, "There is a record of a branch that has no head.", []);
            foreach (var (_, hash) in HashText.Find(body)) Require(new CommitId(hash), $"The record of branch {name} names it");
        }

        foreach (var name in branches.Where(b => b != BranchName.Main.Text && context.Repository.Store.ReadDocument(BranchRecord.Collection, b) is null))
        {
            Add("branch.record", "branch " + name, "The branch has no record.", ["branch " + name]);
        }

        foreach (var collection in (string[])[MergeRecord.Collection, "intents"])
        {
            foreach (var (id, body) in context.Repository.Store.ListDocuments(collection))
            {
                foreach (var (_, hash) in HashText.Find(body)) Require(new CommitId(hash), $"The document {collection}/{id} names it");
            }
        }
    }

    private void Require(CommitId id, string why)
    {
        if (!_commits.ContainsKey(id)) _badCommits.TryAdd(id, $"The commit is missing. {why}.");
    }

    /// <summary>For each commit that is wrong the branches and tags that it is part of.</summary>
    private Dictionary<CommitId, List<string>> ListSpoiledBranches()
    {
        var spoiled = _badCommits.Keys.ToDictionary(id => id, _ => new List<string>());
        if (spoiled.Count == 0) return spoiled;
        foreach (var (name, head) in context.Repository.Store.ListRefs(""))
        {
            var seen = new HashSet<CommitId>();
            var open = new Stack<CommitId>([new CommitId(head)]);
            while (open.TryPop(out var id))
            {
                if (!seen.Add(id)) continue;
                if (spoiled.TryGetValue(id, out var names)) names.Add(Describe(name));
                foreach (var parent in _commits.TryGetValue(id, out var commit) ? commit.Parents : []) open.Push(parent);
            }
        }

        return spoiled;
    }

    private void CheckContent(CommitId id, Commit commit)
    {
        if (commit.Evidence is { } evidence) Note(id, _walk.VisitChunk(evidence), _ => ["evidence"]);
        Note(id, _walk.Visit(commit.Snapshot), bad => _walk.Spoiled(commit.Snapshot, bad));
    }

    private void Note(CommitId id, IReadOnlySet<Hash> bad, Func<IReadOnlySet<Hash>, IEnumerable<string>> spoiled)
    {
        foreach (var hash in bad)
        {
            if (!_affected.TryGetValue(hash, out var affected)) _affected.Add(hash, affected = new SortedSet<string>(StringComparer.Ordinal));
            if (affected.Count >= VerifyProblem.MaxAffects) continue;
            foreach (var what in spoiled(new HashSet<Hash> { hash })) affected.Add($"commit {id}: {what}");
        }
    }

    /// <summary>A chunk that the trees stumbled over is told once, with the place where it lies.</summary>
    private void AddStoreProblems(StoreCheck store)
    {
        foreach (var problem in store.Problems)
        {
            if (problem.Commit is { } commit && _badCommits.ContainsKey(new CommitId(commit))) continue;
            var place = problem.Chunk is { } chunk && _walk.Problems.ContainsKey(chunk) ? $"{problem.Place}, chunk {chunk}" : problem.Place;
            Add(problem.Kind, place, problem.Message, problem.Chunk is { } damaged ? Affected(damaged) : []);
        }
    }

    private IReadOnlyList<string> Affected(Hash chunk) => _affected.TryGetValue(chunk, out var names) ? [.. names] : [];

    private (IReadOnlyList<TableChange>? Changes, string? Commit, List<VerifyProblem> Problems) CheckLive(CancellationToken cancel)
    {
        var problems = new List<VerifyProblem>();
        string? commit = null;
        try
        {
            using (var database = context.Publisher.Open(BranchName.Main))
            using (var read = context.Live.BeginRead(database))
            {
                commit = read.State?.Commit;
                if (read.State is { } state && !IsLogged(state.OperationHead))
                {
                    problems.Add(new VerifyProblem("store.operation-damaged", "operation log",
                        $"The live database has seen operation {state.OperationHead}, which the log does not hold: its end was cut off.", []));
                }
            }

            using var chunks = context.Repository.Chunks.BeginWrite();
            var now = context.Publisher.Peek(BranchName.Main, chunks, cancel, isWhole: true);
            var head = context.Repository.ReadSnapshot(context.Repository.Head(BranchName.Main)).Snapshot;
            return (now == head ? [] : TableChanges.Between(chunks, head, now), commit, problems);
        }
        catch (DbVcException failure)
        {
            problems.Add(new VerifyProblem(failure.Code, "live database", failure.Message, ["branch main"]));
            return (null, commit, problems);
        }
    }

    private bool IsLogged(string operation)
    {
        if (!Hash.TryParse(operation, out var wanted) || wanted.IsNone) return wanted.IsNone;
        long? before = null;
        while (context.Repository.Store.ListOperations(1_000, before) is { Count: > 0 } page)
        {
            if (page.Any(o => o.Hash == wanted)) return true;
            before = page[^1].Number;
        }

        return false;
    }

    private static string Describe(string name) => name.StartsWith(Repository.HeadPrefix, StringComparison.Ordinal)
        ? "branch " + name[Repository.HeadPrefix.Length..]
        : name.StartsWith(Repository.TagPrefix, StringComparison.Ordinal) ? "tag " + name[Repository.TagPrefix.Length..] : name;

    private void Add(string kind, string what, string message, IReadOnlyList<string> affects) =>
        _problems.Add(new VerifyProblem(kind, what, message, affects));
}

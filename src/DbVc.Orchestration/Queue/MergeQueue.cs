using DbVc.Live;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>
/// Lets ready branches into main one after another. The queue is a durable record: a run that is killed is gone on with by the next, and what main holds
/// is never merged twice.
/// </summary>
public sealed class MergeQueue
{
    private const string RunLock = "merge-queue-run";

    private readonly WorkspaceContext _context;
    private readonly BranchManager _branches;
    private readonly QueuedMerge _work;
    private readonly QueueShelf _shelf;

    internal MergeQueue(WorkspaceContext context, BranchManager branches, MergeController merges, AgentCoordinator agents)
    {
        (_context, _branches) = (context, branches);
        _shelf = new QueueShelf(context.Repository.Store, context.Options.LockTimeout);
        _work = new QueuedMerge(context, branches, merges, agents, _shelf);
    }

    /// <summary>Puts branches at the end of the queue, in this order; one that is in it already stays where it is. Throws usage failures
    /// <c>branch.missing</c>, <c>queue.main</c> and <c>queue.merged</c> before anything is added.</summary>
    public IReadOnlyList<QueueEntry> Add(IReadOnlyList<BranchName> branches)
    {
        var records = branches.Distinct().Select(RequireFit).ToList();
        var mayLand = MayMerge();
        return [.. records.Select(r => _shelf.Add(r, _context.Options.User.Name, mayLand, _context.Repository.Clock.GetUtcNow()))];
    }

    /// <summary>Those in the queue, in order; with <paramref name="all"/> those that left it, too.</summary>
    public IReadOnlyList<QueueEntry> List(bool all = false) => [.. QueueShelf.ReadAll(_context.Repository.Store).Where(e => all || e.IsOpen)];

    /// <summary>Takes a branch out of the queue; the branch stays as it is. Throws usage failure <c>queue.missing</c>.</summary>
    public void Remove(BranchName branch)
    {
        _context.Guard.RequireReach(branch);
        if (_shelf.Remove(branch)) return;
        throw new DbVcException(FailureKind.Usage, "queue.missing", $"'{branch}' is not in the merge queue.", hint: "db-vc merge queue list");
    }

    /// <summary>
    /// Takes each branch of the queue once, in order, those included that are added meanwhile: brings it up to main, asks the gates, lands it. What cannot
    /// land is named, and the next goes on. One process at a time; throws kind Locked, <c>queue.running</c>.
    /// </summary>
    /// <param name="progress">Hears of what is done.</param>
    /// <param name="settled">Hears of each branch when the run is done with it.</param>
    /// <param name="cancel">Ends it; the branch at hand stays in the queue.</param>
    /// <param name="isUnattended">True where no person runs it: then it takes what was added by those who might merge it themselves.</param>
    public QueueRun Run(IAgentProgress progress, Action<QueueEntry> settled, CancellationToken cancel, bool isUnattended = false)
    {
        RequireMerger();
        using var held = Hold();
        var done = new List<QueueEntry>();
        for (long last = 0; List().FirstOrDefault(e => e.Number > last && (e.MayLand || !isUnattended)) is { } next; last = next.Number)
        {
            cancel.ThrowIfCancellationRequested();
            // Whoever took the branch out while it was worked on hears no more of it.
            if (_work.Run(next, progress, cancel) is not { } entry) continue;
            done.Add(entry);
            settled(entry);
        }

        return new QueueRun(done);
    }

    /// <summary>Said at once, and not as the fault of each branch.</summary>
    private void RequireMerger()
    {
        _context.Guard.Require(AccessAction.Merge, "db-vc merge queue run");
        _context.Guard.RequireReach(BranchName.Main);
        if (_context.Guard.Caller.Author is not { Kind: AuthorKind.Agent } agent) return;
        throw new DbVcException(FailureKind.Refused, "access.person", $"{agent.Name} is an agent: an agent moves no protected branch.",
            hint: "A person runs the merge queue.");
    }

    private bool MayMerge()
    {
        try
        {
            RequireMerger();
            return true;
        }
        catch (DbVcException failure) when (failure.Kind == FailureKind.Refused)
        {
            return false;
        }
    }

    private IDisposable Hold()
    {
        try
        {
            return _context.Repository.Store.Lock(RunLock, TimeSpan.Zero);
        }
        catch (DbVcException failure) when (failure.Kind == FailureKind.Locked)
        {
            throw new DbVcException(FailureKind.Locked, "queue.running", "Another process runs the merge queue.",
                hint: "What is added now, it takes too: db-vc merge queue list", inner: failure);
        }
    }

    private BranchRecord RequireFit(BranchName name)
    {
        var head = _context.Repository.Head(name);
        if (name.IsMain) throw new DbVcException(FailureKind.Usage, "queue.main", "main is what the queue merges into.", hint: "db-vc branch list");
        _context.Guard.RequireReach(name);
        if (!QueuedMerge.IsHeld(_context, head)) return _branches.RequireRecord(name);
        throw new DbVcException(FailureKind.Usage, "queue.merged", $"There is nothing to merge: main holds everything of '{name}' already.",
            hint: $"db-vc branch show {name}");
    }
}

/// <summary>What a run of the merge queue did.</summary>
/// <param name="Entries">Each branch that it was about, as it stands now.</param>
public sealed record QueueRun(IReadOnlyList<QueueEntry> Entries);

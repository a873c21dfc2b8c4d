using DbVc.Model;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>
/// Tells which rejections keep something out of a branch. One is of a head; its parts are the commits that the rejected branch itself made until then, and
/// those that they repeat. Whatever brings a part, merged or repeated, brings what somebody said no to; but for a branch that goes on from the rejected head
/// with work of its own: that is an answer. What the branch was made on, or merged beside work of its own, is another branch's.
/// </summary>
internal sealed class KeptOut
{
    private readonly WorkspaceContext _context;
    private readonly BranchName _target;
    private readonly CommitGraph _graph;
    private readonly HashSet<CommitId> _held;

    public KeptOut(WorkspaceContext context, BranchName target)
    {
        (_context, _target, _graph) = (context, target, new CommitGraph(context.Repository));
        _held = ListAll(context.Repository.Head(target));
    }

    /// <summary>Those that keep a branch's head out.</summary>
    public IEnumerable<Rejection> Find(CommitId head, IReadOnlyList<Rejection> all)
    {
        var taken = new TakenOver(_context, _target, head);
        var own = _graph.Walk(head).Where(c => !_held.Contains(c.Id)).ToList();
        var brought = AddRepeated(own.Select(c => c.Id));
        // What could come as a branch of its own may come with another one.
        List<CommitId> tips = [head, .. own.SelectMany(c => c.Commit.Parents.Skip(1)).Where(p => !_held.Contains(p))];
        foreach (var rejection in all)
        {
            if (taken.IsSameAs(rejection.Head)) yield return rejection;
            else if (HasPart(rejection, brought) && !tips.Exists(tip => IsAnswer(tip, rejection)) && !HasThoughtAgain(rejection))
                yield return rejection with { IsBrought = true };
        }

        bool HasThoughtAgain(Rejection rejection) => Approvals.ReadAll(_context.Repository.Store)
            .Any(a => rejection.IsBy(a.Name) && a.Time >= rejection.Time && taken.IsSameAs(a.Head));
    }

    /// <summary>Those that keep a single commit from being repeated.</summary>
    public IEnumerable<Rejection> FindRepeated(CommitId commit, IReadOnlyList<Rejection> all)
    {
        var brought = AddRepeated(ListChange(commit));
        return all.Where(r => HasPart(r, brought)).Select(r => r with { IsBrought = r.Head != commit.ToString() });
    }

    /// <summary>Whether the rejected branch went on from its rejected head, and came to something else than that.</summary>
    private bool IsAnswer(CommitId tip, Rejection rejection)
    {
        var rejected = CommitId.Parse(rejection.Head);
        return _context.FirstParents(tip).TakeWhile(id => !_held.Contains(id)).Contains(rejected)
            && !new TakenOver(_context, _target, tip).IsSameAs(rejection.Head);
    }

    private bool HasPart(Rejection rejection, HashSet<CommitId> brought) => AddRepeated(ListOwn(rejection)).Overlaps(brought);

    /// <summary>Back to where the branch began, or the target; of one that has nothing of its own, and only is or merged another one, that other's.</summary>
    private IEnumerable<CommitId> ListOwn(Rejection rejection)
    {
        var head = CommitId.Parse(rejection.Head);
        var start = CommitId.Parse(rejection.Start ?? rejection.Head);
        var before = start != head && !_held.Contains(head) && !_held.Contains(start) && IsThere(start) ? ListAll(start) : [];
        var isBare = true;
        for (CommitId? at = head; at is { } id && !_held.Contains(id) && !before.Contains(id);)
        {
            yield return id;
            var parents = IsThere(id) ? _graph.Read(id).Parents : [];
            isBare &= parents.Count > 1;
            at = parents.Count == 0 ? null : isBare ? parents.FirstOrDefault(p => !_held.Contains(p), parents[0]) : parents[0];
        }
    }

    /// <summary>With all that they repeat. The target's own commits repeat nothing any more: what it holds is settled.</summary>
    private HashSet<CommitId> AddRepeated(IEnumerable<CommitId> commits)
    {
        var all = commits.ToHashSet();
        var open = new Queue<CommitId>(all);
        while (open.TryDequeue(out var id))
        {
            if (!IsThere(id) || _graph.Read(id).Origin is not { } origin || _held.Contains(origin)) continue;
            foreach (var repeated in ListChange(origin).Where(all.Add)) open.Enqueue(repeated);
        }

        return all;
    }

    /// <summary>The commits whose change a commit repeats that is made of it: of a merge, all that it brought.</summary>
    private IEnumerable<CommitId> ListChange(CommitId id) => IsThere(id) && _graph.Read(id).Parents.Count > 1
        ? _graph.Walk(id).Select(c => c.Id).Where(c => c == id || !_held.Contains(c)) : [id];

    private HashSet<CommitId> ListAll(CommitId id) => _graph.Walk(id).Select(c => c.Id).ToHashSet();

    private bool IsThere(CommitId id) => _context.Repository.Store.ReadCommit(id.Hash) is not null;
}

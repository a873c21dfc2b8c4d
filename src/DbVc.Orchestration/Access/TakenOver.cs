using DbVc.Model;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>
/// Tells whether a branch's head brings the same change as an earlier one: nothing came since but merges of the target, which nobody decided anything in,
/// and what the branch's own code loaded again. Then a yes to the earlier head is a yes to this one.
/// </summary>
internal sealed class TakenOver(WorkspaceContext context, BranchName target, CommitId head)
{
    private readonly CommitGraph _graph = new(context.Repository);
    private readonly CommitId _goal = context.Repository.Head(target);
    private readonly Dictionary<CommitId, string?> _digests = [];

    /// <summary>Whether who said yes to <paramref name="earlier"/> said it to this head.</summary>
    public bool IsSameAs(string earlier)
    {
        if (earlier == head.ToString()) return true;
        var approved = CommitId.Parse(earlier);
        return context.Repository.Store.ReadCommit(approved.Hash) is not null && LeadsTo(approved) && AreSame(approved, head);
    }

    /// <summary>Whether a commit is a merge of the target that alters nothing of what the branch itself changes: whoever made it had no hand in that.</summary>
    public bool IsMere(CommitId id, Commit commit) => FindOwn(commit) is { } before && AreSame(before, id);

    private bool LeadsTo(CommitId approved)
    {
        for (var at = head; at != approved;)
        {
            var commit = _graph.Read(at);
            var isLoad = commit is { Author.Kind: AuthorKind.Agent, Provenance: not null, Parents.Count: 1 };
            if ((isLoad ? commit.Parents[0] : FindOwn(commit)) is not { } before) return false;
            at = before;
        }

        return true;
    }

    /// <summary>Where the branch was before it took the target over; null for any other commit.</summary>
    private CommitId? FindOwn(Commit commit)
    {
        if (commit.Parents is not [var first, var second] || MergeTrailers.IsDecided(commit)) return null;
        var (isFirst, isSecond) = (_graph.IsAncestor(first, _goal), _graph.IsAncestor(second, _goal));
        return isFirst == isSecond ? null : isFirst ? second : first;
    }

    private bool AreSame(CommitId one, CommitId other) => Digest(one) is { } digest && digest == Digest(other);

    private string? Digest(CommitId id)
    {
        if (!_digests.TryGetValue(id, out var known)) _digests[id] = known = ChangeDigest.Of(context, id, _goal);
        return known;
    }
}

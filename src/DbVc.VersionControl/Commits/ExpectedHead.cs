using DbVc.Model;
using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>
/// Where a branch has to be for a command to go on, as whoever asked for it saw it last. Held to whenever its head is read, so that what follows rests on
/// that head and no other, until the command moves it itself.
/// </summary>
public sealed class ExpectedHead(BranchName branch, CommitId commit)
{
    private CommitId? _commit = commit;

    /// <summary>Throws kind Conflict, <c>branch.not-expected</c>, where it is another.</summary>
    internal void Check(BranchName name, CommitId? head)
    {
        if (name != branch || head == _commit) return;
        throw new DbVcException(FailureKind.Conflict, "branch.not-expected",
            $"'{branch}' is {(head is { } at ? $"at {at.Short}" : "gone")}, and was expected at {_commit?.Short ?? "no commit"}; nothing was done.",
            hint: "Look at it again, and ask anew.");
    }

    internal void Note(IEnumerable<RefMove> moves)
    {
        foreach (var move in moves.Where(m => m.Name == Repository.HeadPrefix + branch)) _commit = move.After is { } after ? new CommitId(after) : null;
    }
}

using DbVc.Databases;
using DbVc.Model;

namespace DbVc.Live;

/// <summary>Compares a database's <c>_dbvc_state</c> with what the repository expects; a moved, restored or foreign database stops everything.</summary>
internal static class LiveIdentity
{
    /// <summary>Throws kind Refused: <c>live.unattached</c>, <c>live.other-repository</c>, <c>live.copy</c> or <c>live.other-commit</c>.</summary>
    public static void Check(LiveContext context, BranchName branch, CommitId head, LiveState? state)
    {
        // A branch instance is ours alone: it is captured in full each time, whatever its own record says.
        if (!branch.IsMain) return;
        if (state is null)
        {
            throw Stop("live.unattached", "The live database does not know this repository: it was restored or replaced.", context);
        }

        if (state.RepositoryId != context.Identity.Id)
        {
            throw Stop("live.other-repository", "The live database belongs to another db-vc repository.", context);
        }

        if (state.DatabaseId != context.Identity.DatabaseId)
        {
            throw Stop("live.copy", "The live database is a copy of the one this repository versions.", context);
        }

        if (state.Commit != head.ToString())
        {
            var known = Hash.TryParse(state.Commit, out var hash) && context.Repository.Store.ReadCommit(hash) is not null;
            throw Stop("live.other-commit", known
                ? $"The live database is at commit {state.Commit[..10]}, main is at {head.Short}: an older copy of the database was put back."
                : $"The live database is at a commit that this repository does not have ({state.Commit}).", context);
        }
    }

    /// <summary>False also while another command is between the commit of the database and the move of the ref.</summary>
    public static bool IsAt(BranchName branch, CommitId head, LiveState? state) => !branch.IsMain || state?.Commit == head.ToString();

    public static LiveState StateAt(LiveContext context, BranchName branch, CommitId commit) => new(
        context.Identity.Id, branch.IsMain ? context.Identity.DatabaseId : branch.Text, commit.ToString(),
        context.Repository.Store.OperationHead.ToString());

    private static DbVcException Stop(string code, string message, LiveContext context) => new(FailureKind.Refused, code, message,
        where: context.Identity.Display,
        hint: "Nothing was changed. Put the right database back; db-vc log tells which commit main is at.");
}

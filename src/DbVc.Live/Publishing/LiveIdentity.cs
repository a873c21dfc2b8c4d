using DbVc.Databases;
using DbVc.Model;

namespace DbVc.Live;

/// <summary>Compares a database's <c>_dbvc_state</c> with what the repository expects; a moved, restored or foreign database stops everything.</summary>
public static class LiveIdentity
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
            throw new DbVcException(FailureKind.Refused, "live.other-repository", "The live database belongs to another db-vc repository now.",
                where: $"{context.Identity.Display}, repository {state.RepositoryId}",
                hint: "Nothing was changed. Two repositories cannot version one database: go on in that one, or put the right database back.");
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

    /// <summary>Opens the live database. Throws as the provider does; where it is no longer there, it may have been moved.</summary>
    public static IDatabase Open(LiveContext context)
    {
        try
        {
            return context.Provider.OpenConnected(context.Identity.Location);
        }
        catch (DbVcException failure) when (failure.Code == "database.missing")
        {
            throw new DbVcException(failure.Kind, failure.Code, failure.Message, failure.Where,
                "If it was moved, say where it is now: db-vc init --attach --database PLACE. Or put it back.", failure);
        }
    }

    /// <summary>Throws kind Locked, <c>live.moving</c>, if somebody else changed what the database says of itself in between.</summary>
    public static void RequireSame(LiveState? found, LiveState? now)
    {
        if (found == now) return;
        throw new DbVcException(FailureKind.Locked, "live.moving", "Another command changed the live database at the same time.",
            hint: "Run the command again.");
    }

    /// <summary>False also while another command is between the commit of the database and the move of the ref.</summary>
    public static bool IsAt(BranchName branch, CommitId head, LiveState? state) => !branch.IsMain || state?.Commit == head.ToString();

    public static LiveState StateAt(LiveContext context, BranchName branch, CommitId commit) => new(
        context.Identity.Id, branch.IsMain ? context.Identity.DatabaseId : branch.Text, commit.ToString(),
        context.Repository.Store.OperationHead.ToString());

    private static DbVcException Stop(string code, string message, LiveContext context) => new(FailureKind.Refused, code, message,
        where: context.Identity.Display,
        hint: "Nothing was changed. Put the right database back, or decide: db-vc init --attach --adopt makes main what the database is now, "
            + "db-vc init --attach --reapply brings the database forward to main and merges what was written to it meanwhile.");
}

using DbVc.Databases;
using DbVc.Model;

namespace DbVc.Live;

/// <summary>Asks to take up work with a live database that is not where main says it is: restored from a backup, moved, or copied.</summary>
/// <param name="Command">For the operation log.</param>
/// <param name="User">Who asks.</param>
/// <param name="AlsoWrite">What becomes visible together with it, for example where the database is now.</param>
public sealed record AttachRequest(string Command, Author User, IReadOnlyList<DocumentChange> AlsoWrite);

/// <summary>How attaching ended; main and the live database are at the head afterwards.</summary>
/// <param name="Head">Main's head.</param>
/// <param name="Commit">The commit that holds what was found in the database; null where that was nothing new.</param>
/// <param name="Branch">The branch that keeps it until it is merged; null where main holds it.</param>
public sealed record AttachOutcome(CommitId Head, CommitId? Commit, BranchName? Branch);

/// <summary>What the repository knows of the state that a live database claims.</summary>
/// <param name="State">As it is written there; null if nothing is.</param>
/// <param name="Commit">The commit it names, if the repository has it.</param>
public sealed record LiveStanding(LiveState? State, CommitId? Commit)
{
    public static LiveStanding Of(LiveContext context, LiveState? state) => new(state,
        state is not null && Hash.TryParse(state.Commit, out var hash) && context.Repository.Store.ReadCommit(hash) is not null ? new CommitId(hash) : null);

    /// <summary>Throws kind Refused where no decision can make the database this repository's: <c>live.other-repository</c>, <c>live.private</c>.</summary>
    public void RefuseForeign(LiveContext context)
    {
        if (State is null) return;
        if (State.RepositoryId != context.Identity.Id)
        {
            throw new DbVcException(FailureKind.Refused, "live.other-repository", "This database belongs to another db-vc repository; two cannot version it.",
                where: $"{context.Identity.Display}, repository {State.RepositoryId}",
                hint: "Use that repository. If it is gone, drop the table _dbvc_state from the database and attach again.");
        }

        if (State.DatabaseId.Length != context.Identity.DatabaseId.Length)
        {
            throw new DbVcException(FailureKind.Refused, "live.private", "This is not the live database but a private copy: of a branch, or of main.",
                where: context.Identity.Display, hint: "Name the live database with --database.");
        }
    }
}

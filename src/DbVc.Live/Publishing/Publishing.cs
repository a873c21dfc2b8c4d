using DbVc.Model;

namespace DbVc.Live;

/// <summary>What a verb wants main (or another branch) to become, given where it is now.</summary>
/// <param name="Commit">The commit to make; its chunks are published already.</param>
/// <param name="AlsoWrite">More that becomes visible together with the move of the branch, for example that a merge is done; kept with the intent, so
/// that a crash loses none of it.</param>
public sealed record PublishPlan(Commit Commit, IReadOnlyList<DocumentChange>? AlsoWrite = null);

/// <summary>Asks for one move of a branch that has a database behind it.</summary>
/// <param name="Branch">The branch to move.</param>
/// <param name="Command">For the operation log.</param>
/// <param name="Actor">For the operation log.</param>
/// <param name="Plan">Called with the branch's head once outside changes are captured; called again if rows moved meanwhile. Null: nothing to do.</param>
public sealed record PublishRequest(BranchName Branch, string Command, string Actor, Func<CommitId, PublishPlan?> Plan);

/// <summary>How publishing ended. No commit and no violation means there was nothing to do.</summary>
/// <param name="Commit">The branch's new head.</param>
/// <param name="Before">The head it had before.</param>
/// <param name="Violations">Constraints the result would break; nothing was changed then.</param>
public sealed record PublishOutcome(CommitId? Commit, CommitId Before, IReadOnlyList<ConstraintViolation> Violations);

/// <summary>Asks for a commit of what a branch's database holds now.</summary>
/// <param name="Branch">Main means the live database.</param>
/// <param name="Command">For the operation log.</param>
/// <param name="Author">Who made the changes.</param>
/// <param name="Message">What and why.</param>
public sealed record CaptureRequest(BranchName Branch, string Command, Author Author, string Message)
{
    /// <summary>For an agent's commit.</summary>
    public Provenance? Provenance { get; init; }

    /// <summary>The branch's pipeline files as they are now; null leaves them as they were.</summary>
    public PipelineFiles? Files { get; init; }

    /// <summary>Only these tables can have changed; null reads all, empty reads none.</summary>
    public IReadOnlySet<string>? Tables { get; init; }

    /// <summary>Changes that nobody committed.</summary>
    public static CaptureRequest Outside(BranchName branch) => new(branch, "capture", Author.External, "Changes made outside db-vc");
}

/// <summary>The result of a capture.</summary>
/// <param name="Head">The branch's head afterwards.</param>
/// <param name="Before">The head before, if a commit was made; null when nothing differed.</param>
public sealed record CaptureOutcome(CommitId Head, CommitId? Before);

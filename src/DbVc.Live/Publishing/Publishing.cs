using DbVc.Model;
using DbVc.Store;
using DbVc.VersionControl;

namespace DbVc.Live;

/// <summary>What a verb wants main (or another branch) to become, given where it is now.</summary>
/// <param name="Commit">The commit to make; its chunks are published already.</param>
/// <param name="AlsoWrite">More that becomes visible together with the move of the branch, for example that a merge is done; kept with the intent, so
/// that a crash loses none of it.</param>
public sealed record PublishPlan(Commit Commit, IReadOnlyList<DocumentChange>? AlsoWrite = null);

/// <summary>Asks to change what a branch's database holds beyond its head; the branch stays where it is.</summary>
/// <param name="Plan">Called with the head, what the database holds now, and a writer for what it shall hold. Null: nothing to do.</param>
public sealed record RewriteRequest(BranchName Branch, string Command, string Actor, Func<CommitId, Snapshot, IChunkWriter, RewritePlan?> Plan)
{
    /// <summary>What it says for itself.</summary>
    public IPublishPermit? Permit { get; init; }
}

/// <summary>What the database shall hold, the commits that are made with it, and the refs that move with it.</summary>
public sealed record RewritePlan(Snapshot After, IReadOnlyList<Commit> Commits, IReadOnlyList<RefChange> Moves)
{
    /// <summary>More that becomes visible together with it.</summary>
    public IReadOnlyList<DocumentChange> AlsoWrite { get; init; } = [];
}

/// <summary>How rewriting ended.</summary>
/// <param name="Changed">The plan was carried out.</param>
/// <param name="Head">The branch's head, before and after.</param>
/// <param name="Before">What the database held.</param>
/// <param name="After">What it holds now.</param>
/// <param name="Violations">Constraints the result would break; nothing was changed then.</param>
public sealed record RewriteOutcome(bool Changed, CommitId Head, Snapshot Before, Snapshot After, IReadOnlyList<ConstraintViolation> Violations);

/// <summary>Asks for one move of a branch that has a database behind it.</summary>
/// <param name="Branch">The branch to move.</param>
/// <param name="Command">For the operation log.</param>
/// <param name="Actor">For the operation log.</param>
/// <param name="Plan">Called with the branch's head once outside changes are captured; called again if rows moved meanwhile. Null: nothing to do.</param>
public sealed record PublishRequest(BranchName Branch, string Command, string Actor, Func<CommitId, PublishPlan?> Plan)
{
    /// <summary>What it says for itself.</summary>
    public IPublishPermit? Permit { get; init; }

    /// <summary>The database holds it already, and it is only written down.</summary>
    internal bool IsCapture { get; init; }
}

/// <summary>How publishing ended. No commit and no violation means there was nothing to do.</summary>
/// <param name="Commit">The branch's new head.</param>
/// <param name="Before">The head it had before.</param>
/// <param name="Violations">Constraints the result would break; nothing was changed then.</param>
public sealed record PublishOutcome(CommitId? Commit, CommitId Before, IReadOnlyList<ConstraintViolation> Violations)
{
    /// <summary>Tables whose changed rows were counted on the way from the head before to the new one; what is not here is not known.</summary>
    public IReadOnlyDictionary<string, RowsChanged> Counted { get; init; } = new Dictionary<string, RowsChanged>();
}

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

    /// <summary>The head that the branch must have; null for any. Another one is refused with kind Conflict, <c>branch.moved</c>.</summary>
    public CommitId? Expected { get; init; }

    /// <summary>When it was made; null for now. Later than its parent in any case.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>Changes that nobody committed.</summary>
    public static CaptureRequest Outside(BranchName branch) => new(branch, "capture", Author.External, "Changes made outside db-vc");
}

/// <summary>The result of a capture.</summary>
/// <param name="Head">The branch's head afterwards.</param>
/// <param name="Before">The head before, if a commit was made; null when nothing differed.</param>
public sealed record CaptureOutcome(CommitId Head, CommitId? Before);

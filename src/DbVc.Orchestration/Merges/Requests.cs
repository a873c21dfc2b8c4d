using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>Asks for a three-way merge of a branch into another (main unless said otherwise).</summary>
/// <param name="DryRun">Plan and report only; nothing changes.</param>
/// <param name="Policies">Column policies such as <c>stock.quantity=delta</c>, over those of the configuration.</param>
public sealed record MergeRequest(BranchName Source, BranchName Target, bool DryRun, IReadOnlyList<string> Policies)
{
    /// <summary>Why an administrator merges in spite of gates and approvals; null for no override. Constraints, invariants and conflicts it leaves
    /// alone.</summary>
    public string? Override { get; init; }

    /// <summary>A person's word that what the change takes away may go.</summary>
    public bool AllowDestructive { get; init; }

    /// <summary>Whether a merge that meets conflicts stays in progress; if not, they are reported and nothing is kept.</summary>
    public bool KeepsConflicts { get; init; } = true;
}

/// <summary>How a merge ended.</summary>
public enum MergeState
{
    Merged,
    UpToDate,
    Conflicts,
    Refused,
}

/// <summary>What a merge did, would do, or met.</summary>
public sealed record MergeReport
{
    public required MergeState State { get; init; }

    public CommitId? Commit { get; init; }

    /// <summary>Of the new commit.</summary>
    public IReadOnlyList<CommitId> Parents { get; init; } = [];

    /// <summary>The commit that was repeated or taken back, where it was no merge of a branch.</summary>
    public CommitId? Origin { get; init; }

    /// <summary>The id of the merge in progress, when there are conflicts.</summary>
    public string? Merge { get; init; }

    public bool DryRun { get; init; }

    public IReadOnlyList<TableChange> Tables { get; init; } = [];

    /// <summary>The first conflicts; the rest is in <c>conflicts list</c>.</summary>
    public IReadOnlyList<Conflict> Conflicts { get; init; } = [];

    /// <summary>How many conflicts there are.</summary>
    public int ConflictCount { get; init; }

    /// <summary>Rows of the source that got a new key, because the target has another row under theirs.</summary>
    public IReadOnlyList<KeyChange> Rekeyed { get; init; } = [];

    public IReadOnlyList<ConstraintViolation> Violations { get; init; } = [];

    /// <summary>What it takes away that only history brings back; where it was not allowed, the reason for refusing it.</summary>
    public IReadOnlyList<DestructiveChange> Destructive { get; init; } = [];

    /// <summary>Why it was refused: gates that failed or were not run on this head.</summary>
    public IReadOnlyList<GateSummary> Gates { get; init; } = [];

    /// <summary>Who approved, where the target's rules ask for approvals; null where they do not.</summary>
    public ApprovalState? Approvals { get; init; }

    /// <summary>Whether nothing is missing but a request for it, where the target's rules ask for one.</summary>
    public bool LacksRequest { get; init; }

    /// <summary>Who said no to what is merged.</summary>
    public IReadOnlyList<Rejection> Rejections { get; init; } = [];

    /// <summary>Why it went past the target's rules; null for any other merge.</summary>
    public string? Override { get; init; }

    /// <summary>What it went past then, in words; empty for any other merge.</summary>
    public IReadOnlyList<string> PassedOver { get; init; } = [];

    /// <summary>One sentence for a person.</summary>
    public string Message { get; init; } = "";
}

/// <summary>A merge that waits for its conflicts to be resolved; survives restarts.</summary>
public sealed record MergeStatus(string Id, BranchName Source, BranchName Target, int Conflicts, int Open, DateTimeOffset Started)
{
    /// <summary>The command that began it; where that is no merge and not the queue, the source is a commit, by the first digits of its id.</summary>
    public string Verb { get; init; } = "merge";
}

/// <summary>A page of conflicts.</summary>
/// <param name="Next">Pass as <c>after</c> to go on; null at the end.</param>
public sealed record ConflictPage(string Merge, IReadOnlyList<ConflictView> Conflicts, string? Next);

/// <summary>A conflict with what was decided about it, and who set each side.</summary>
public sealed record ConflictView(Conflict Conflict, Resolution? Resolution, ConflictTouch Source, ConflictTouch Target)
{
    /// <summary>What an agent would take; it decides nothing.</summary>
    public ConflictProposal? Proposal { get; init; }
}

/// <summary>What was proposed about a merge.</summary>
/// <param name="Merge">Its id.</param>
/// <param name="Open">Conflicts that nobody decided.</param>
/// <param name="Proposed">Those about which something is proposed.</param>
public sealed record ProposalReport(string Merge, int Open, int Proposed);

/// <summary>Who last touched the place of a conflict on one side.</summary>
public sealed record ConflictTouch(CommitId Commit, Author Author, DateTimeOffset Time);

/// <summary>Decides one conflict or all open ones of a merge.</summary>
/// <param name="Id">A conflict's id; null for all.</param>
/// <param name="Resolution">What to take; null for what is proposed.</param>
public sealed record ResolveRequest(string? Merge, string? Id, Resolution? Resolution);

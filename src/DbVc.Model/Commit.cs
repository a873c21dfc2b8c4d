namespace DbVc.Model;

/// <summary>One version of the whole database and its pipeline files. Immutable; named by its canonical bytes.</summary>
public sealed record Commit
{
    /// <summary>The hash of the snapshot chunk.</summary>
    public required Hash Snapshot { get; init; }

    /// <summary>No parent for the first commit, two for a merge: target first, then source.</summary>
    public required IReadOnlyList<CommitId> Parents { get; init; }

    public required Author Author { get; init; }

    /// <summary>UTC; always later than every parent's, whatever the clock says.</summary>
    public required DateTimeOffset Time { get; init; }

    public required string Message { get; init; }

    /// <summary>The commit this one repeats (cherry-pick), undoes (revert) or returns to (rollback).</summary>
    public CommitId? Origin { get; init; }

    /// <summary>How an agent came to it.</summary>
    public Provenance? Provenance { get; init; }

    /// <summary>The hash of the gate report that allowed a merge.</summary>
    public Hash? Evidence { get; init; }
}

/// <summary>Where an agent's commit came from.</summary>
/// <param name="Task">The task's id.</param>
/// <param name="Model">The model that drove it.</param>
/// <param name="PromptHash">Hash of the prompt in hexadecimal digits; the prompt itself is in the transcript.</param>
/// <param name="ToolCalls">Tool calls made up to this commit.</param>
/// <param name="Tokens">Tokens spent up to this commit.</param>
public sealed record Provenance(string Task, string? Model = null, string? PromptHash = null, int ToolCalls = 0, long Tokens = 0);

/// <summary>A commit with its name.</summary>
public sealed record NamedCommit(CommitId Id, Commit Commit);

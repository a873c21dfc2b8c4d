using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>Asks to repeat what a commit changed on another branch.</summary>
/// <param name="Revision">The commit.</param>
/// <param name="Target">The branch that gets the change.</param>
public sealed record CherryPickRequest(string Revision, BranchName Target)
{
    /// <summary>Only this table; null for all.</summary>
    public string? Table { get; init; }

    /// <summary>Only the rows with these keys; needs a table.</summary>
    public IReadOnlyList<string> Keys { get; init; } = [];

    /// <summary>For a merge: which parent the change is counted from, beginning with 1.</summary>
    public int? Mainline { get; init; }

    public bool DryRun { get; init; }

    /// <summary>A person's word that what the change takes away may go.</summary>
    public bool AllowDestructive { get; init; }
}

/// <summary>Asks to take back what a commit changed; what came after it stays.</summary>
public sealed record RevertRequest(string Revision, BranchName Target)
{
    /// <summary>For a merge: which parent it is taken back to, beginning with 1.</summary>
    public int? Mainline { get; init; }

    public bool DryRun { get; init; }
}

/// <summary>Asks a branch to return to the content of an earlier commit, by a new commit.</summary>
public sealed record RollbackRequest(string Revision, bool DryRun)
{
    public BranchName Target { get; init; } = BranchName.Main;
}

/// <summary>What undoing an operation did.</summary>
/// <param name="Operation">The number of the operation that was undone.</param>
/// <param name="Command">What it had been.</param>
/// <param name="Moves">What moved back, one line for each ref.</param>
/// <param name="Main">How main got back, where main was moved.</param>
public sealed record UndoReport(long Operation, string Command, IReadOnlyList<string> Moves, MergeReport? Main);

/// <summary>Changes that were set aside.</summary>
/// <param name="Number">Its name.</param>
/// <param name="Commit">The commit that holds what the live database held.</param>
public sealed record StashReport(long Number, NamedCommit Commit, IReadOnlyList<TableChange> Tables);

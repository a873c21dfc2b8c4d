using DbVc.Live;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>Which command carries a change over by a three-way merge.</summary>
internal enum ReplayVerb
{
    CherryPick,
    Revert,
    Undo,
    StashApply,
    StashPop,
}

/// <summary>
/// A change that is carried over to a branch: the difference of two commits, or a part of it. Kept with a merge in progress; everything it
/// needs is named by commits, so it can be computed again at any time.
/// </summary>
/// <param name="Verb">What it is for.</param>
/// <param name="Before">The commit the change starts from; null for the empty database.</param>
/// <param name="After">The commit the change leads to.</param>
/// <param name="Command">For the operation log.</param>
/// <param name="Message">Of the new commit.</param>
internal sealed record ReplayRecord(ReplayVerb Verb, string? Before, string After, string Command, string Message)
{
    /// <summary>The commit that is repeated or undone, for the new commit's origin.</summary>
    public string? Origin { get; init; }

    public string? Table { get; init; }

    public IReadOnlyList<string> Keys { get; init; } = [];

    /// <summary>The gate report that allowed it.</summary>
    public string? Evidence { get; init; }

    /// <summary>A person's word that what the change takes away may go.</summary>
    public bool AllowDestructive { get; init; }

    /// <summary>The ref of a stash that comes or goes with it.</summary>
    public RefChange? Move { get; init; }

    /// <summary>True where it makes a commit; a stash only changes the live database.</summary>
    public bool MakesCommit => Verb is not (ReplayVerb.StashApply or ReplayVerb.StashPop);

    public string Name => Verb switch
    {
        ReplayVerb.CherryPick => "cherry-pick",
        ReplayVerb.Revert => "revert",
        ReplayVerb.Undo => "undo",
        ReplayVerb.StashApply => "stash apply",
        _ => "stash pop",
    };

    public CommitId? OriginId => Origin is null ? null : CommitId.Parse(Origin);
}

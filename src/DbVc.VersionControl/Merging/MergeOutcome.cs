using DbVc.Model;

namespace DbVc.VersionControl;

/// <summary>The result of a three-way merge of two snapshots over their base.</summary>
/// <param name="Merged">The merged snapshot; where a conflict is open it holds the target's side.</param>
/// <param name="Conflicts">Open conflicts in table and key order; empty means the merge is clean.</param>
public sealed record MergeOutcome(Snapshot Merged, IReadOnlyList<Conflict> Conflicts);

/// <summary>Every way in which the two sides can have changed one row; docs/merge.md says the same in a table.</summary>
internal enum RowMergeCase
{
    /// <summary>Only the source changed it: the source's row.</summary>
    SourceOnly,

    /// <summary>Only the target changed it: the target's row.</summary>
    TargetOnly,

    /// <summary>Both made the same change: one change.</summary>
    Convergent,

    /// <summary>Both modified it, or both added it: merged cell by cell, cells that differ go to the column's policy.</summary>
    Cells,

    /// <summary>Both added a different row under a key that the database hands out: two rows that mean different things, a row conflict.</summary>
    SameNewKey,

    /// <summary>One deleted what the other modified: a row conflict.</summary>
    DeleteModify,
}

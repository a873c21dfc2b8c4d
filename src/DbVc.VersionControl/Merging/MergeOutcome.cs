using DbVc.Model;

namespace DbVc.VersionControl;

/// <summary>The result of a three-way merge of two snapshots over their base.</summary>
/// <param name="Merged">The merged snapshot; where a conflict is open it holds the target's side.</param>
/// <param name="Conflicts">Open conflicts in table and key order; empty means the merge is clean.</param>
/// <param name="Rekeyed">Rows of the source that got a new key, because the target has another row under theirs.</param>
public sealed record MergeOutcome(Snapshot Merged, IReadOnlyList<Conflict> Conflicts, IReadOnlyList<KeyChange> Rekeyed);

/// <summary>
/// Every way in which the two sides can have changed one row; docs/merge.md says the same in a table. Afterwards <see cref="CascadeCheck"/>
/// looks for rows that one side added or changed and whose parent the other side took away.
/// </summary>
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

    /// <summary>Both added a row under a key that the database hands out: two rows, noted; the merge starts again once the source's has a new key.</summary>
    TwoRows,

    /// <summary>Both added a row under a key that the database hands out, and no key is left to give the source's: a row conflict.</summary>
    SameNewKey,

    /// <summary>One deleted what the other modified: a row conflict.</summary>
    DeleteModify,

    /// <summary>Identical rows without a whole key: both changes of their number add up.</summary>
    Counts,
}

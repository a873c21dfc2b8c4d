using DbVc.Model;

namespace DbVc.VersionControl;

/// <summary>The two sides of a merge that have a history of their own since the base.</summary>
public enum MergeSide
{
    /// <summary>What is merged.</summary>
    Source,

    /// <summary>What receives it.</summary>
    Target,
}

/// <summary>A cell, or with column 0 a whole row.</summary>
/// <param name="Table">The table's name.</param>
/// <param name="Key">The row's encoded key.</param>
/// <param name="Column">The column's id.</param>
public readonly record struct CellPlace(string Table, ReadOnlyMemory<byte> Key, int Column)
{
    /// <summary>The table's id, which survives renames; empty where only its name is known.</summary>
    public string TableId { get; init; } = "";
}

/// <summary>What a merge asks of the histories behind its sides; without one it knows contents only.</summary>
public interface IMergeHistory
{
    /// <summary>The last commit that touched the place on that side; null if that cannot be told.</summary>
    NamedCommit? FindCommit(MergeSide side, CellPlace place);

    /// <summary>True where one side's change of the place repeats a commit of the other (cherry-pick): the same change, not a second one.</summary>
    bool MeetsItself(CellPlace place);
}

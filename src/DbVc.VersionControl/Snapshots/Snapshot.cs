using DbVc.Model;

namespace DbVc.VersionControl;

/// <summary>
/// A database and its pipeline files at one moment: a tree of schema objects and tables, and a tree of files.
/// </summary>
/// <param name="Objects">Keys <c>table/NAME</c>, <c>index/NAME</c>, <c>view/NAME</c>, <c>trigger/NAME</c>.</param>
/// <param name="Files">Keys are paths such as <c>pipelines/users/metadata.json</c>.</param>
public sealed record Snapshot(TreeRoot Objects, TreeRoot Files)
{
    public static Snapshot Empty { get; } = new(default, default);
}

/// <summary>One table in a snapshot.</summary>
/// <param name="Schema">With column ids.</param>
/// <param name="Rows">The tree of encoded rows.</param>
/// <param name="Count">How many rows the table has (identical rows of a keyless table counted each).</param>
public sealed record TableSnapshot(TableSchema Schema, TreeRoot Rows, long Count);

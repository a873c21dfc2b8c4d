using DbVc.Model;
using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>
/// Merges source into target over their base: definitions first, then rows, then files. Whatever only one side changed is taken as it is,
/// without being read; only tables that both sides changed are merged row by row.
/// </summary>
/// <param name="chunks">Where the merged trees are written; the caller publishes them.</param>
/// <param name="policies">The policy of each column.</param>
/// <param name="decisions">What was decided about a conflict, by its id; null while it is open.</param>
public sealed class ThreeWayMerge(IChunkWriter chunks, MergePolicies policies, Func<string, Resolution?> decisions)
{
    public MergeOutcome Run(Snapshot start, Snapshot source, Snapshot target)
    {
        var conflicts = new ConflictLog(decisions);
        var editor = new SnapshotEditor(chunks, target);
        var tables = new SchemaMerge(chunks, conflicts).Run(start.Objects, source.Objects, target.Objects, editor);
        foreach (var sides in tables) editor.PutTable(new TableMerge(chunks, sides, policies, conflicts).Run());
        new FileMerge(chunks, conflicts).Run(start.Files, source.Files, target.Files, editor);
        return new MergeOutcome(editor.Finish(), conflicts.Open);
    }
}

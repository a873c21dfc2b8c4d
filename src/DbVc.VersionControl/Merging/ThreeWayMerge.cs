using DbVc.Model;
using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>
/// Merges source into target over their base: definitions first, then keys, rows, what one side's deletes do to the other's rows, and files.
/// Whatever only one side changed is taken as it is, without being read; only tables that both sides changed are merged row by row.
/// </summary>
/// <param name="chunks">Where the merged trees are written; the caller publishes them.</param>
/// <param name="policies">The policy of each column.</param>
/// <param name="decisions">What was decided about a conflict, by its id; null while it is open.</param>
/// <param name="history">Who changed what on both sides; without it <c>latest</c> is a conflict, and a cherry-pick is not recognized.</param>
public sealed class ThreeWayMerge(
    IChunkWriter chunks, MergePolicies policies, Func<string, Resolution?> decisions, IMergeHistory? history = null)
{
    /// <summary>The engine's language; without it a table whose definition both sides changed is merged by a person.</summary>
    public ISchemaDialect? Dialect { get; init; }

    /// <summary>The highest key that the engine ever handed out in a table, by its name; 0 where it does not remember.</summary>
    public Func<string, long> HighestKey { get; init; } = _ => 0;

    /// <summary>The merged snapshot and what could not be decided.</summary>
    public MergeOutcome Run(Snapshot start, Snapshot source, Snapshot target)
    {
        var conflicts = new ConflictLog(decisions);
        var editor = new SnapshotEditor(chunks, target);
        var dialect = Dialect ?? PlainDialect.Instance;
        var work = new MergeWork(chunks, policies, conflicts, history)
        {
            HighestKey = HighestKey,
            Doubled = new DoubledKeys(),
            HoldsJson = dialect.HoldsJson,
        };
        var schema = new SchemaMerge(work, dialect);
        var tables = schema.Run(start.Objects, source.Objects, target.Objects, editor);
        work = work with { Policies = policies.Follow(tables) };
        var inSchema = conflicts.Open.Count;
        var merged = MergeTables(work, tables, new MergedTables(chunks, schema.TargetOnly));
        var keys = KeyMap.Plan(work, tables);
        if (keys.IsNeeded)
        {
            // Once more, over a source that never used those keys. Rare, so nobody pays for it beforehand.
            conflicts.ReturnTo(inSchema);
            merged = MergeTables(work with { Doubled = null }, keys.Tables, new MergedTables(chunks, schema.TargetOnly));
        }

        new CascadeCheck(work, merged).Run();
        foreach (var table in merged.Changed) editor.PutTable(table);
        new FileMerge(chunks, conflicts).Run(start.Files, source.Files, target.Files, editor);
        return new MergeOutcome(editor.Finish(), conflicts.Open, keys.Changes);
    }

    private static MergedTables MergeTables(MergeWork work, IReadOnlyList<TableSides> tables, MergedTables merged)
    {
        foreach (var sides in tables) merged.Add(sides, new TableMerge(work, sides).Run());
        return merged;
    }
}

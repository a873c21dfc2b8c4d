using DbVc.Model;

namespace DbVc.VersionControl;

/// <summary>
/// Merges definitions: tables part by part, indexes, views and triggers each as one text. What it can settle alone goes to the editor;
/// tables whose rows must be merged are handed on, all three states brought to the merged definition.
/// A table that waits for a decision keeps everything of the target's side until then, rows included.
/// </summary>
internal sealed class SchemaMerge(MergeWork work, ISchemaDialect dialect)
{
    private readonly List<TableSides> _targetOnly = [];

    /// <summary>The tables whose rows only the target changed, under their merged names. They are written already.</summary>
    public IReadOnlyList<TableSides> TargetOnly => _targetOnly;

    /// <summary>The tables that the source changed and both sides still have, or that only the source has.</summary>
    public IReadOnlyList<TableSides> Run(TreeRoot start, TreeRoot source, TreeRoot target, SnapshotEditor editor)
    {
        if (start == source) return [];
        var changes = SchemaChanges.Read(work.Chunks, start, source, target);
        var decisions = new SchemaDecisions(work.Conflicts);
        var planner = new SchemaPlanner(work.Chunks, dialect, new TreeRoots(start, source, target), changes);
        while (true)
        {
            var plan = planner.Run(decisions);
            if (decisions.Settle(plan.Contradictions)) continue;
            var converted = plan.Tables.Where(t => NeedsRows(t, decisions)).ToDictionary(t => t, t => Convert(t, planner));

            // A key that rows do not have is a contradiction like any other: think again, knowing it.
            if (converted.Values.Any(t => t is null)) continue;
            Write(plan, decisions, editor);
            return Rows(plan, converted!, editor);
        }
    }

    private static bool NeedsRows(MergedDefinition table, SchemaDecisions decisions) =>
        table.Schema is not null && !decisions.IsOpen(SchemaPlan.PlaceOf(table.Triple)) && !IsTargetAsItIs(table);

    private static bool IsTargetAsItIs(MergedDefinition table) =>
        table.Triple is { Target: { } target, Base: var start, Source: var source } && SchemaEquality.Same(target.Schema, table.Schema)
        && (source is null || (start is not null && source.Rows == start.Rows));

    /// <summary>Null where rows do not have the merged key each for itself; the planner knows it then.</summary>
    private TableSides? Convert(MergedDefinition table, SchemaPlanner planner)
    {
        using var rows = new SideRows(work, dialect, table);
        try
        {
            if (!rows.LacksKey()) return rows.Build();
        }
        catch (DbVcException failure) when (failure.Code == "table.duplicate-key" && !planner.KeyClashes.Contains(table.Triple))
        {
            // Told below.
        }

        return planner.KeyClashes.Add(table.Triple) ? null : rows.Build();
    }

    private static void Write(SchemaPlan plan, SchemaDecisions decisions, SnapshotEditor editor)
    {
        foreach (var table in plan.Tables.Where(t => !decisions.IsOpen(SchemaPlan.PlaceOf(t.Triple))))
        {
            if (table.Triple.Target is { } target && target.Schema.Name != table.Schema?.Name) editor.DropTable(target.Schema.Name);
        }

        foreach (var (item, merged) in plan.Objects)
        {
            if (merged == item.Target || decisions.IsOpen(SchemaPlan.PlaceOf(item))) continue;
            if (merged is null) editor.DropObject(item.Any);
            else editor.PutObject(merged);
        }
    }

    /// <summary>What only one side's rows make up is written; the rest is left to the merge of rows.</summary>
    private List<TableSides> Rows(SchemaPlan plan, Dictionary<MergedDefinition, TableSides> converted, SnapshotEditor editor)
    {
        var merges = new List<TableSides>();
        foreach (var table in plan.Tables)
        {
            if (!converted.TryGetValue(table, out var sides))
            {
                if (table is { Schema: not null, Triple.Target: not null } && TableSides.AsOnTarget(table.Triple) is { } kept) _targetOnly.Add(kept);
                continue;
            }

            var isTargetOnly = table.Triple.Source is null || (sides.Base is not null && sides.Source.Rows == sides.Base.Rows);
            if (isTargetOnly) editor.PutTable(sides.Target with { Schema = sides.Merged });
            (isTargetOnly ? _targetOnly : merges).Add(sides);
        }

        return merges;
    }
}

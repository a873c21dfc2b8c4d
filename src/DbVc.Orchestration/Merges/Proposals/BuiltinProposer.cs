using DbVc.Model;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>Proposes by rules, the first that fits: no model, no network, the same each time, and silent where none fits.</summary>
internal static class BuiltinProposer
{
    /// <summary>Who it says it is.</summary>
    public const string Name = "builtin";

    /// <summary>In the order in which they are asked.</summary>
    private static readonly IReadOnlyList<(ConflictKind Kind, Func<Conflict, ConflictRows, Proposed?> Rule)> s_rules =
    [
        (ConflictKind.Cell, CellProposals.SameButForForm),
        (ConflictKind.Cell, CellProposals.OnlyOneChangedMore),
        (ConflictKind.Cell, CellProposals.Filled),
        (ConflictKind.Cell, CellProposals.CountedOn),
        (ConflictKind.Cell, CellProposals.LaterTime),
        (ConflictKind.Cell, CellProposals.LaterRow),
        (ConflictKind.Row, RowProposals.FormOfDeleted),
        (ConflictKind.Row, RowProposals.KeepChanged),
        (ConflictKind.File, FileProposals.SameButForSpace),
        (ConflictKind.File, FileProposals.HoldsOther),
    ];

    public static ConflictProposal? Propose(Conflict conflict, ConflictRows rows)
    {
        foreach (var (_, rule) in s_rules.Where(r => r.Kind == conflict.Kind))
        {
            if (rule(conflict, rows) is { } found) return new ConflictProposal(conflict.Id, Name, found.Resolution, found.Reason);
        }

        return null;
    }
}

/// <summary>What a rule found.</summary>
internal sealed record Proposed(Resolution Resolution, string Reason)
{
    public static Proposed Take(bool source, string reason) => new(new Resolution(source ? ResolutionKind.Source : ResolutionKind.Target), reason);
}

/// <summary>The whole rows that a conflict is about.</summary>
/// <param name="Find">By side: the row with the conflict's key; null where there is none.</param>
internal sealed record ConflictRows(Func<Conflict, bool, IReadOnlyList<NamedValue>?> Find)
{
    public static ConflictRows Of(WorkspaceContext context, MergeRecord merge)
    {
        var source = new Lazy<SnapshotReader?>(() => Open(context, merge.SourceHead));
        var target = new Lazy<SnapshotReader?>(() => Open(context, merge.TargetHead));
        return new ConflictRows((conflict, isSource) => (isSource ? source : target).Value is { } side ? Read(side, conflict) : null);
    }

    private static SnapshotReader? Open(WorkspaceContext context, string commit) =>
        context.Repository.Store.ReadCommit(CommitId.Parse(commit).Hash) is null ? null : context.Repository.ReadSnapshot(CommitId.Parse(commit));

    /// <summary>Null as well where the row has another key on this side.</summary>
    private static List<NamedValue>? Read(SnapshotReader side, Conflict conflict)
    {
        if (conflict.Key.Count == 0 || side.FindTable(conflict.Table) is not { Schema.HasKey: true } table) return null;
        var key = KeyCodec.Encode([.. conflict.Key.Select(part => part.Value)]);
        if (!ProllyTree.TryGet(side.Chunks, table.Rows, key, out var row)) return null;
        var values = new TableEncoder(table.Schema).Decode(side.Chunks, key, row).Values;
        return [.. table.Schema.StoredColumns.Select((column, i) => new NamedValue(column.Name, values[i]))];
    }
}

using System.Text.Json.Nodes;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Documents;

/// <summary>Merges and conflicts as documents.</summary>
internal static class MergeShapes
{
    public static MergeDocument ToJson(this MergeReport report) => new(
        Status: report.State,
        Commit: report.Commit,
        Parents: report.Parents,
        Origin: report.Origin,
        Merge: report.Merge,
        DryRun: report.DryRun,
        Message: report.Message,
        Tables: report.Tables.ToJson(),
        Conflicts: Json.List(report.Conflicts, ToJson),
        ConflictCount: report.ConflictCount,
        Rekeyed: Json.List(report.Rekeyed, change => new RekeyedDocument(change.Table, Json.Row(change.Before), Json.Row(change.NewKey))),
        Violations: Json.List(report.Violations, ToJson),
        Gates: Json.List(report.Gates, AgentShapes.ToJson),
        Destructive: Json.List(report.Destructive,
            change => new DestructiveDocument(change.Kind, change.Table, change.Column, change.Rows, change.Message)))
    {
        Approvals = report.Approvals?.ToJson(),
        Override = report.Override,
        PassedOver = report.Override is null ? null : report.PassedOver,
        Rejections = report.Rejections.ToJson(),
    };

    /// <summary>Of a cherry-pick, a revert or a stash: a commit like any other, or what stood in its way.</summary>
    public static Document ToReplayJson(this MergeReport report) =>
        report is { State: MergeState.UpToDate, DryRun: false } ? new NoReplayDocument(null, report.State) : report.ToJson();

    public static ViolationDocument ToJson(this ConstraintViolation violation) => new(violation.Constraint, violation.Table, violation.Key, violation.Message,
        Json.List(violation.Rows, row => new ViolatingRowDocument(row.Table, Json.Row(row.Key), row.Exists, row.Side, row.Commit)));

    public static MergeStatusDocument ToJson(this MergeStatus merge) =>
        new(merge.Id, merge.Verb, merge.Source.Text, merge.Target.Text, merge.Conflicts, merge.Open, merge.Started);

    public static MergesDocument ToJson(this IEnumerable<MergeStatus> merges) => new(Json.List(merges, ToJson));

    public static ConflictsDocument ToJson(this ConflictPage page) => new(page.Merge, Json.List(page.Conflicts, ToJson), page.Next);

    public static ProposalsDocument ToJson(this ProposalReport report) => new(report.Merge, report.Open, report.Proposed);

    public static OpenConflictDocument ToJson(this ConflictView view)
    {
        var conflict = view.Conflict.ToJson();
        return new OpenConflictDocument(
            conflict.Id, conflict.Kind, conflict.Table, conflict.Key, conflict.Column, conflict.Path, conflict.Cause, conflict.CanTakeBoth, conflict.Parts,
            conflict.Base, conflict.Source, conflict.Target,
            view.Source.Commit, view.Target.Commit, view.Source.Author.ToJson(), view.Target.Author.ToJson(), view.Source.Time, view.Target.Time,
            view.Resolution is { } taken ? new ResolutionDocument(taken.Kind, Cell(taken)) : null,
            view.Proposal is { } proposal
                ? new ProposalDocument(proposal.By, proposal.Resolution.Kind, Cell(proposal.Resolution), proposal.Reason)
                : null);
    }

    public static ConflictDocument ToJson(this Conflict conflict) => new(conflict.Id, conflict.Kind, conflict.Table, Json.Row(conflict.Key), conflict.Column,
        conflict.Path, conflict.Cause, conflict.CanTakeBoth, conflict.Parts,
        Side(conflict, conflict.Base), Side(conflict, conflict.Source), Side(conflict, conflict.Target));

    private static Value Cell(Resolution resolution) => resolution.Value ?? Value.Null;

    /// <summary>A row is an object; a cell, a statement or a text is its value; a place in a document is what stands there.</summary>
    private static JsonNode? Side(Conflict conflict, IReadOnlyList<NamedValue>? values) => values switch
    {
        null or [] => null,
        [var only] when conflict.Path is not null => JsonNode.Parse(only.Value.AsText),
        [var only] when conflict.Kind != ConflictKind.Row => Json.Of(only.Value),
        _ => new JsonObject(values.Select(cell => KeyValuePair.Create(cell.Name, Json.Of(cell.Value)))),
    };
}

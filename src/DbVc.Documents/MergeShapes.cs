using System.Text.Json.Nodes;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Documents;

/// <summary>Merges and conflicts as documents.</summary>
internal static class MergeShapes
{
    public static JsonObject ToJson(this MergeReport report)
    {
        var document = Describe(report);
        if (report.Approvals is { } approvals) document["approvals"] = approvals.ToJson();
        if (report.Override is { } reason)
        {
            document["override"] = reason;
            document["passedOver"] = Json.Array(report.PassedOver);
        }

        return document.WithRejections(report.Rejections);
    }

    private static JsonObject Describe(MergeReport report) => new()
    {
        ["status"] = Json.Name(report.State),
        ["commit"] = report.Commit?.ToString(),
        ["parents"] = Json.Array(report.Parents.Select(parent => parent.ToString())),
        ["origin"] = report.Origin?.ToString(),
        ["merge"] = report.Merge,
        ["dryRun"] = report.DryRun,
        ["message"] = report.Message,
        ["tables"] = report.Tables.ToJson(),
        ["conflicts"] = Json.Array(report.Conflicts, conflict => conflict.ToJson()),
        ["conflictCount"] = report.ConflictCount,
        ["rekeyed"] = Json.Array(report.Rekeyed, change => new JsonObject
        {
            ["table"] = change.Table,
            ["before"] = Json.Row(change.Before),
            ["after"] = Json.Row(change.NewKey),
        }),
        ["violations"] = Json.Array(report.Violations, violation => violation.ToJson()),
        ["gates"] = Json.Array(report.Gates, gate => gate.ToJson()),
        ["destructive"] = Json.Array(report.Destructive, change => new JsonObject
        {
            ["kind"] = change.Kind,
            ["table"] = change.Table,
            ["column"] = change.Column,
            ["rows"] = change.Rows,
            ["message"] = change.Message,
        }),
    };

    /// <summary>Of a cherry-pick, a revert or a stash: a commit like any other, or what stood in its way.</summary>
    public static JsonObject ToReplayJson(this MergeReport report)
    {
        var document = report.ToJson();
        return report is { State: MergeState.UpToDate, DryRun: false } ? new JsonObject { ["commit"] = null, ["status"] = Json.Name(report.State) } : document;
    }

    public static JsonObject ToJson(this ConstraintViolation violation) => new()
    {
        ["constraint"] = violation.Constraint,
        ["table"] = violation.Table,
        ["key"] = violation.Key,
        ["message"] = violation.Message,
        ["rows"] = Json.Array(violation.Rows, row => new JsonObject
        {
            ["table"] = row.Table,
            ["key"] = Json.Row(row.Key),
            ["exists"] = row.Exists,
            ["side"] = row.Side,
            ["commit"] = row.Commit?.ToString(),
        }),
    };

    public static JsonObject ToJson(this MergeStatus merge) => new()
    {
        ["merge"] = merge.Id,
        ["verb"] = merge.Verb,
        ["source"] = merge.Source.Text,
        ["target"] = merge.Target.Text,
        ["conflicts"] = merge.Conflicts,
        ["open"] = merge.Open,
        ["started"] = Json.Time(merge.Started),
    };

    public static JsonObject ToJson(this ConflictPage page) => new()
    {
        ["merge"] = page.Merge,
        ["conflicts"] = Json.Array(page.Conflicts, conflict => conflict.ToJson()),
        ["next"] = page.Next,
    };

    public static JsonObject ToJson(this ConflictView view)
    {
        var document = view.Conflict.ToJson();
        document["sourceCommit"] = view.Source.Commit.ToString();
        document["targetCommit"] = view.Target.Commit.ToString();
        document["sourceAuthor"] = view.Source.Author.ToJson();
        document["targetAuthor"] = view.Target.Author.ToJson();
        document["sourceTime"] = Json.Time(view.Source.Time);
        document["targetTime"] = Json.Time(view.Target.Time);
        document["resolution"] = view.Resolution is { } taken
            ? new JsonObject { ["take"] = Json.Name(taken.Kind), ["value"] = taken.Value is { } value ? Json.Of(value) : null }
            : null;
        document["proposal"] = view.Proposal is { } proposal
            ? new JsonObject
            {
                ["by"] = proposal.By,
                ["take"] = Json.Name(proposal.Resolution.Kind),
                ["value"] = proposal.Resolution.Value is { } proposed ? Json.Of(proposed) : null,
                ["reason"] = proposal.Reason,
            }
            : null;
        return document;
    }

    private static JsonObject ToJson(this Conflict conflict) => new()
    {
        ["id"] = conflict.Id,
        ["kind"] = Json.Name(conflict.Kind),
        ["table"] = conflict.Table,
        ["key"] = Json.Row(conflict.Key),
        ["column"] = conflict.Column,
        ["path"] = conflict.Path,
        ["cause"] = conflict.Cause,
        ["canTakeBoth"] = conflict.CanTakeBoth,
        ["parts"] = Json.Array(conflict.Parts, part => JsonValue.Create(part)),
        ["base"] = Side(conflict, conflict.Base),
        ["source"] = Side(conflict, conflict.Source),
        ["target"] = Side(conflict, conflict.Target),
    };

    /// <summary>A row is an object; a cell, a statement or a text is its value; a place in a document is what stands there.</summary>
    private static JsonNode? Side(Conflict conflict, IReadOnlyList<NamedValue>? values) => values switch
    {
        null or [] => null,
        [var only] when conflict.Path is not null => JsonNode.Parse(only.Value.AsText),
        [var only] when conflict.Kind != ConflictKind.Row => Json.Of(only.Value),
        _ => Json.Row(values),
    };
}

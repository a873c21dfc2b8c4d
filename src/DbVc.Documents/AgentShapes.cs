using System.Text.Json.Nodes;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Documents;

/// <summary>Tasks, gates and reviews as documents.</summary>
internal static class AgentShapes
{
    public static JsonObject ToJson(this AgentReport report) => new JsonObject
    {
        ["task"] = report.Task,
        ["branch"] = report.Branch,
        ["state"] = Json.Name(report.State),
        ["text"] = report.Text,
        ["model"] = report.IsRun ? null : report.Model,
        ["pipeline"] = report.Pipeline,
        ["batch"] = report.Batch,
        ["created"] = Json.Time(report.Created),
        ["assumptions"] = Json.Array(report.Assumptions),
        ["steps"] = Json.Array(report.Steps, step => new JsonObject
        {
            ["name"] = step.Name,
            ["state"] = step.State,
            ["seconds"] = Json.Number(step.Seconds),
            ["summary"] = step.Summary,
        }),
        ["gates"] = Json.Array(report.Gates, gate => gate.ToJson()),
        ["tests"] = report.Tests?.ToJson(),
        ["rows"] = report.Rows is { } rows ? rows.ToJson(report.RowsPerSecond) : null,
        ["changes"] = report.Changes is { } changes ? new JsonObject
        {
            ["records"] = changes.Records,
            ["whole"] = changes.IsWhole,
            ["steps"] = Json.Array(changes.Steps, ToJson),
        } : null,
        ["firstFailures"] = Json.Array(report.FirstFailures, failure => failure.ToJson()),
        ["lines"] = report.Lines?.ToJson(),
        ["cost"] = new JsonObject { ["tokens"] = report.Cost.Tokens, ["usd"] = report.Cost.Usd, ["saved"] = report.Cost.Saved },
        ["limits"] = report.Limits,
        ["questions"] = Json.Array(report.Questions, question => new JsonObject { ["question"] = question.Text, ["answer"] = question.Answer }),
        ["end"] = report.End,
        ["evidence"] = report.Evidence,
        ["error"] = report.Error,
    }.WithOverride(report.Override);

    public static JsonObject ToJson(this LineCounts lines) => new() { ["generated"] = lines.Generated, ["changed"] = lines.Changed };

    public static JsonObject ToJson(this RepeatedTask report) => new()
    {
        ["task"] = report.Task,
        ["branch"] = report.Branch,
        ["same"] = report.IsSame,
        ["runs"] = Json.Array(report.Runs, run => new JsonObject
        {
            ["start"] = run.Start.ToString(),
            ["same"] = run.IsSame,
            ["calls"] = Json.Array(run.Calls, call => new JsonObject
            {
                ["tool"] = call.Tool,
                ["same"] = call.IsSame,
                ["then"] = call.Then.ToJson(),
                ["now"] = call.Now?.ToJson(),
            }),
        }),
    };

    private static JsonObject ToJson(this CallOutcome call) => new()
    {
        ["state"] = call.State,
        ["commit"] = call.Commit,
        ["at"] = Json.Time(call.At),
        ["summary"] = call.Summary,
    };

    public static JsonObject ToJson(this ChangedCells step) => new()
    {
        ["step"] = step.Step,
        ["field"] = step.Field,
        ["operation"] = step.Operation,
        ["changed"] = step.Changed,
        ["of"] = step.Of,
    };

    public static JsonObject ToJson(this GateSummary gate) => new()
    {
        ["name"] = gate.Name,
        ["passed"] = gate.Passed,
        ["notRun"] = gate.NotRun,
        ["seconds"] = Json.Number(gate.Seconds),
        ["summary"] = gate.Summary,
        ["findings"] = Json.Array(gate.Findings, finding => new JsonObject
        {
            ["message"] = finding.Message,
            ["file"] = finding.File,
            ["line"] = finding.Line,
            ["rule"] = finding.Rule,
            ["row"] = finding.Row,
        }),
    };

    /// <summary>True when a merge now would succeed.</summary>
    public static bool IsReady(this ReviewReport review) => review.Plan.State == MergeState.Merged;

    public static JsonObject ToJson(this ReviewReport review) => new JsonObject
    {
        ["branch"] = review.Branch.ToJson(),
        ["ready"] = review.IsReady(),
        ["task"] = review.Task?.ToJson(),
        ["gatesAtHead"] = review.AreGatesAtHead,
        ["diff"] = review.Diff.ToJson(),
        ["plan"] = review.Plan.ToJson(),
    }.WithOverride(review.Branch.Override);

    private static JsonObject ToJson(this TestSummary tests) => new()
    {
        ["passed"] = tests.Passed,
        ["total"] = tests.Total,
        ["lineCoverage"] = Json.Number(tests.LineCoverage),
        ["branchCoverage"] = Json.Number(tests.BranchCoverage),
        ["mutationScore"] = Json.Number(tests.MutationScore),
    };

    private static JsonObject ToJson(this RowCounts rows, double perSecond) => new()
    {
        ["read"] = rows.Read,
        ["loaded"] = rows.Loaded,
        ["replaced"] = rows.Replaced,
        ["rejected"] = rows.Rejected,
        ["filtered"] = rows.Filtered,
        ["perSecond"] = Json.Number(perSecond),
    };

    private static JsonObject ToJson(this RowFailure failure) => new()
    {
        ["record"] = failure.Record,
        ["line"] = failure.Line,
        ["field"] = failure.Field,
        ["rule"] = failure.Rule,
        ["value"] = failure.Value,
        ["message"] = failure.Message,
    };
}

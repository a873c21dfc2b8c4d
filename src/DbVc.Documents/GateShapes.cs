using System.Text.Json.Nodes;
using DbVc.Orchestration;

namespace DbVc.Documents;

/// <summary>What gates said, and the evidence that is kept of it, as documents.</summary>
internal static class GateShapes
{
    public static JsonObject ToJson(this GateRunReport report) => new()
    {
        ["branch"] = report.Branch,
        ["passed"] = report.Passed,
        ["committed"] = report.Committed?.ToString(),
        ["gates"] = Json.Array(report.Gates, gate => gate.ToJson()),
    };

    public static JsonObject ToJson(this EvidenceReport report) => new()
    {
        ["commit"] = report.Commit.ToString(),
        ["evidence"] = report.Hash,
        ["branch"] = report.Branch,
        ["task"] = report.Task,
        ["time"] = Json.Time(report.Time),
        ["passed"] = report.Passed,
        ["sandbox"] = report.Sandbox,
        ["leftOut"] = Json.Array(report.LeftOut),
        ["sampleStored"] = report.IsSampleStored,
        ["fileEdited"] = report.IsFileEdited,
        ["gates"] = Json.Array(report.Gates, gate => gate.ToJson()),
    };

    public static JsonObject ToJson(this EvidenceVerification verification) => new()
    {
        ["commit"] = verification.Commit.ToString(),
        ["evidence"] = verification.Hash,
        ["confirmed"] = verification.IsConfirmed,
        ["fileEdited"] = verification.IsFileEdited,
        ["repeated"] = Json.Array(verification.Repeated),
        ["notRepeated"] = Json.Array(verification.NotRepeated, pair => new JsonObject { ["gate"] = pair.Key, ["reason"] = pair.Value }),
        ["differences"] = Json.Array(verification.Differences, difference => new JsonObject
        {
            ["gate"] = difference.Gate,
            ["what"] = difference.What,
            ["before"] = difference.Before,
            ["after"] = difference.After,
        }),
    };
}

using System.Text.Json.Nodes;
using DbVc.Orchestration;

namespace DbVc.Documents;

/// <summary>What models cost, as a document.</summary>
internal static class CostShapes
{
    public static JsonObject ToJson(this CostReport report) => new()
    {
        ["total"] = report.Total.ToJson(),
        ["tasks"] = Json.Array(report.Tasks, ToJson),
        ["models"] = Json.Array(report.Models, ToJson),
        ["months"] = Json.Array(report.Months, ToJson),
    };

    private static JsonObject ToJson(this CostLine line) => new()
    {
        ["name"] = line.Name,
        ["answers"] = line.Answers,
        ["reused"] = line.Reused,
        ["savedUsd"] = line.Saved,
        ["unsettled"] = line.Unsettled,
        ["unpriced"] = line.Unpriced,
        ["inputTokens"] = line.Input,
        ["cachedTokens"] = line.Cached,
        ["outputTokens"] = line.Output,
        ["usd"] = line.Usd,
    };
}

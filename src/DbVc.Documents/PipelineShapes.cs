using System.Text.Json.Nodes;
using DbVc.Orchestration;

namespace DbVc.Documents;

/// <summary>Deployed pipelines as documents.</summary>
internal static class PipelineShapes
{
    public static JsonObject Pipeline(PipelineReport pipeline) => new()
    {
        ["name"] = pipeline.Name,
        ["table"] = pipeline.Table,
        ["source"] = pipeline.Source,
        ["problem"] = pipeline.Problem,
        ["runs"] = pipeline.Runs,
        ["last"] = pipeline.Last?.ToJson(),
    };

    public static JsonObject Quarantine(QuarantineReport report) => new()
    {
        ["pipeline"] = report.Pipeline,
        ["open"] = report.Open,
        ["byRule"] = new JsonObject(report.ByRule.OrderBy(r => r.Key, StringComparer.Ordinal).Select(r => KeyValuePair.Create(r.Key, (JsonNode?)r.Value))),
        ["records"] = Json.Array(report.First, record => new JsonObject
        {
            ["run"] = record.Run,
            ["record"] = record.Record,
            ["line"] = record.Line,
            ["raw"] = record.Raw,
            ["whole"] = record.IsWhole,
            ["reasons"] = Json.Array(record.Reasons, reason => new JsonObject
            {
                ["field"] = reason.Field,
                ["rule"] = reason.Rule,
                ["value"] = reason.Value,
                ["message"] = reason.Message,
            }),
        }),
    };

    public static JsonObject Run(PipelineRunReport report) => new()
    {
        ["pipeline"] = report.Pipeline,
        ["run"] = report.Run?.ToJson(),
        ["merge"] = report.Merged?.ToJson(),
        ["loadedBefore"] = report.LoadedBefore is not { } before ? null : new JsonObject
        {
            ["content"] = before.Content,
            ["name"] = before.Name,
            ["bytes"] = before.Bytes,
            ["records"] = before.Records,
            ["run"] = before.Run,
        },
        ["nothingNew"] = report.NothingNew,
    };
}

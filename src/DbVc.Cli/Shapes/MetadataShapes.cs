using System.Text.Json.Nodes;
using DbVc.Orchestration;

namespace DbVc.Cli;

/// <summary>Metadata as documents of --json.</summary>
internal static class MetadataShapes
{
    public static JsonObject Explanation(MetadataExplanation explanation) => new()
    {
        ["source"] = explanation.Source,
        ["destination"] = explanation.Destination,
        ["fields"] = Json.Array(explanation.Fields, field => new JsonObject
        {
            ["name"] = field.Name,
            ["type"] = field.Type,
            ["notes"] = Json.Array(field.Notes),
        }),
        ["steps"] = Json.Array(explanation.Steps),
        ["rules"] = Json.Array(explanation.Rules, rule => new JsonObject
        {
            ["text"] = rule.Text,
            ["written"] = rule.Written,
            ["effect"] = rule.Effect,
            ["code"] = rule.Condition,
            ["broken"] = rule.Broken,
            ["first"] = Json.Array(rule.First, record => new JsonObject
            {
                ["record"] = record.Record,
                ["line"] = record.Line,
                ["value"] = record.Value,
            }),
        }),
        ["assumptions"] = Json.Array(explanation.Assumptions),
        ["preview"] = explanation.Preview is not { } preview ? null : new JsonObject
        {
            ["records"] = preview.Records,
            ["whole"] = preview.IsWhole,
            ["loaded"] = preview.Loaded,
            ["rejected"] = preview.Rejected,
            ["leftOut"] = preview.LeftOut,
        },
        ["unreadable"] = explanation.Unreadable?.Message,
    };
}

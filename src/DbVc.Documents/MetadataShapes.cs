using System.Text.Json.Nodes;
using DbVc.Orchestration;

namespace DbVc.Documents;

/// <summary>Metadata as documents of --json.</summary>
internal static class MetadataShapes
{
    public static JsonObject Validation(string file, MetadataReport report) => new()
    {
        ["file"] = file,
        ["ok"] = report.Problems.Count == 0,
        ["problems"] = Json.Array(report.Problems, problem => new JsonObject
        {
            ["path"] = problem.Path,
            ["line"] = problem.Line,
            ["column"] = problem.Column,
            ["message"] = problem.Message,
            ["suggestion"] = problem.Suggestion,
        }),
        ["assumptions"] = Json.Array(report.Assumptions),
    };

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
        ["changes"] = Json.Array(explanation.Changes, step => step.ToJson()),
        ["reshaped"] = Json.Array(explanation.Reshaped),
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
        ["preview"] = explanation.Preview is { } preview ? Preview(preview) : null,
        ["unreadable"] = explanation.Unreadable?.Message,
    };

    public static JsonObject Inference(InferenceReport report) => new()
    {
        ["file"] = report.File,
        ["source"] = report.Proposal.Source,
        ["table"] = report.Proposal.Table,
        ["records"] = report.Proposal.Records,
        ["whole"] = report.Proposal.IsWhole,
        ["fields"] = Json.Array(report.Proposal.Fields, field => new JsonObject
        {
            ["name"] = field.Name,
            ["column"] = field.Column,
            ["type"] = field.Type,
            ["key"] = field.IsKey,
            ["nullable"] = field.IsNullable,
            ["steps"] = Json.Array(field.Steps),
            ["evidence"] = Json.Array(field.Evidence),
        }),
        ["rules"] = Json.Array(report.Proposal.Rules, rule => new JsonObject
        {
            ["text"] = rule.Text,
            ["severity"] = rule.Severity,
            ["confidence"] = rule.Confidence,
            ["evidence"] = rule.Evidence,
        }),
        ["questions"] = Json.Array(report.Proposal.Questions, question => new JsonObject
        {
            ["field"] = question.Field,
            ["text"] = question.Text,
            ["choices"] = Json.Array(question.Choices),
            ["assumed"] = question.Assumed,
        }),
        ["findings"] = Json.Array(report.Proposal.Findings),
        ["preview"] = Preview(report.Preview),
        ["metadata"] = JsonNode.Parse(report.Proposal.Json),
    };

    private static JsonObject Preview(PreviewCounts preview) => new()
    {
        ["records"] = preview.Records,
        ["whole"] = preview.IsWhole,
        ["loaded"] = preview.Loaded,
        ["rejected"] = preview.Rejected,
        ["leftOut"] = preview.LeftOut,
    };
}

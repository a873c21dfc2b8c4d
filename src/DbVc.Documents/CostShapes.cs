using System.ComponentModel;
using DbVc.Orchestration;

namespace DbVc.Documents;

/// <summary>What models cost, as a document.</summary>
internal static class CostShapes
{
    public static CostsDocument ToJson(this CostReport report) =>
        new(report.Total.ToJson(), Json.List(report.Tasks, ToJson), Json.List(report.Models, ToJson), Json.List(report.Months, ToJson));

    private static CostSumDocument ToJson(this CostLine line) => new(line.Name, line.Answers, line.Reused, line.Saved, line.Unsettled, line.Unpriced,
        line.Input, line.Cached, line.Output, line.Usd);
}

[Description("What models cost.")]
internal sealed record CostsDocument(
    [Description("Of everything.")] CostSumDocument Total,
    [Description("By task.")] IReadOnlyList<CostSumDocument> Tasks,
    [Description("By model.")] IReadOnlyList<CostSumDocument> Models,
    [Description("By month, as 2026-01.")] IReadOnlyList<CostSumDocument> Months) : Document;

[Description("What some answers of models cost together.")]
internal sealed record CostSumDocument(
    [Description("Of what.")] string Name,
    [Description("Answers of models.")] int Answers,
    [Description("Answers that came from the cache.")] int Reused,
    [Description("US dollars that these did not cost.")] decimal SavedUsd,
    [Description("Calls whose end is not known, and so their cost.")] int Unsettled,
    [Description("Answers of models without a price.")] int Unpriced,
    [Description("Tokens read.")] long InputTokens,
    [Description("Of these, read from the vendor's cache.")] long CachedTokens,
    [Description("Tokens written.")] long OutputTokens,
    [Description("US dollars.")] decimal Usd) : Document;

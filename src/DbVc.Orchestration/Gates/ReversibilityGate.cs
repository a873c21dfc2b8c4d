using System.Text.Json.Nodes;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>What the branch changes can be taken back; what goes away on the way is named.</summary>
public sealed class ReversibilityGate : IGate
{
    public string Name => "reversibility";

    public GateResult Run(GateContext context)
    {
        var (outcome, destructive) = (context.Reversed, context.Destructive);
        var findings = (outcome?.Failed ?? []).Select(s => new GateFinding($"To {s.Name}: {s.Problem}") { Rule = "reversibility." + s.Name.Replace(' ', '-') });
        var evidence = new JsonObject
        {
            ["tables"] = outcome is null ? null : new JsonArray([.. outcome.Tables.Select(t => (JsonNode)t)]),
            ["destructive"] = new JsonArray([.. destructive.Select(d => (JsonNode)new JsonObject
            {
                ["kind"] = d.Kind,
                ["table"] = d.Table,
                ["column"] = d.Column,
                ["rows"] = d.Rows,
            })]),
        };
        var tables = outcome?.Tables.Count ?? 0;
        var summary = outcome is null ? "rows only, by code that was merged"
            : outcome.Failed.Count > 0 ? "cannot be taken back"
            : $"applied, taken back, applied again ({Quantity.Of(tables, "table")})";
        if (destructive.Count > 0) summary += $"; wants a person's word for {Quantity.Of(destructive.Count, "destructive change")}";
        var result = GateResult.Of(Name, summary, [.. findings], evidence);
        // Whether something may go is no property of the code: the merge asks for it.
        return result with
        {
            Findings = [.. result.Findings, .. destructive.Select(d => new GateFinding($"It {d.Message}.") { Rule = "destructive." + d.Kind })],
        };
    }
}

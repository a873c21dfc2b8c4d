using System.Text.Json.Nodes;
using DbVc.Model;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>What the data quality gate says about rows as a whole: rules about the table, and what is other than in the run before.</summary>
internal static class TableRuleFindings
{
    /// <summary>Rules that the run breaks.</summary>
    public static IEnumerable<GateFinding> Objections(SampleRun run) =>
        run.TableRules.Where(r => r.IsBroken && r.Rule.Severity == RuleSeverity.Fail).Select(ToFinding);

    /// <summary>What is for a reviewer to know, and refuses nothing.</summary>
    public static IEnumerable<GateFinding> Remarks(SampleRun run) =>
    [
        .. run.TableRules.Where(Warns).Select(ToFinding),
        .. run.TableRules.Where(r => r.Holds is null)
            .Select(r => new GateFinding($"There was nothing to judge for: {r.Rule.Text} ({r.Found}).") { Rule = r.Rule.Name }),
        // Data may change.
        .. run.Drift.Select(d => new GateFinding(d.Message) { Rule = "drift." + d.Kind, Foreign = d.Message }),
    ];

    /// <summary>The end of the gate's line; empty when there is nothing to say.</summary>
    public static string Summary(SampleRun run)
    {
        var warnings = run.TableRules.Where(Warns).Select(r => $"; warning: {r.Rule.Message}");
        var fields = run.Drift.Select(d => d.Field).Distinct().ToList();
        return string.Concat(warnings) + (fields.Count == 0 ? "" : $"; other than before: {string.Join(", ", fields)}");
    }

    public static JsonArray Describe(SampleRun run) => new([.. run.TableRules.Select(r => (JsonNode)new JsonObject
    {
        ["rule"] = r.Rule.Name,
        ["text"] = r.Rule.Text,
        ["field"] = r.Rule.ReportedField,
        ["severity"] = RuleSeverities.NameOf(r.Rule.Severity),
        ["holds"] = r.Holds,
        ["found"] = r.Found,
    })]);

    private static bool Warns(TableOutcome outcome) => outcome.IsBroken && outcome.Rule.Severity == RuleSeverity.Warn;

    private static GateFinding ToFinding(TableOutcome outcome) =>
        new($"{outcome.Rule.Message}: {outcome.Found}") { Rule = outcome.Rule.Name, Foreign = outcome.Found };
}

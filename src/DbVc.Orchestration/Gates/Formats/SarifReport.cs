using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using DbVc.Agents;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>A gate report as SARIF 2.1.0 (OASIS), as code hosts show findings beside the lines that they are about.</summary>
internal static class SarifReport
{
    private static readonly JsonSerializerOptions s_options = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>UTF-8; secrets masked.</summary>
    public static byte[] Write(GateReport report, SecretMask mask)
    {
        var findings = report.Gates.SelectMany(gate => gate.Findings.Select(finding => (Gate: gate, Finding: finding))).ToList();
        var rules = findings.Select(f => RuleOf(f.Gate, f.Finding)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var document = new JsonObject
        {
            ["$schema"] = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
            ["version"] = "2.1.0",
            ["runs"] = new JsonArray(new JsonObject
            {
                ["tool"] = new JsonObject
                {
                    ["driver"] = new JsonObject
                    {
                        ["name"] = "db-vc",
                        ["rules"] = new JsonArray([.. rules.Select(rule => (JsonNode)new JsonObject { ["id"] = rule })]),
                    },
                },
                ["automationDetails"] = new JsonObject { ["id"] = $"db-vc/{report.Branch}/{report.Task}" },
                ["invocations"] = new JsonArray(new JsonObject
                {
                    ["executionSuccessful"] = true,
                    ["startTimeUtc"] = report.Time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture),
                }),
                ["columnKind"] = "utf16CodeUnits",
                ["results"] = new JsonArray([.. findings.Select(f => (JsonNode)Result(f.Gate, f.Finding, rules, mask))]),
                ["properties"] = new JsonObject { ["passed"] = report.Passed, ["code"] = report.Code, ["metadata"] = report.Metadata },
            }),
        };
        return Encoding.UTF8.GetBytes(document.ToJsonString(s_options) + "\n");
    }

    private static JsonObject Result(GateResult gate, GateFinding finding, List<string> rules, SecretMask mask)
    {
        var rule = RuleOf(gate, finding);
        var result = new JsonObject
        {
            ["ruleId"] = rule,
            ["ruleIndex"] = rules.IndexOf(rule),
            // What a gate remarks though it passed refuses nothing.
            ["level"] = gate.Passed ? "note" : "error",
            ["message"] = new JsonObject { ["text"] = mask.Mask(finding.Message) },
            ["properties"] = new JsonObject { ["gate"] = gate.Name, ["record"] = finding.Row },
        };
        // Code hosts show nothing that has no place; what is no line's is said of the pipeline's own description.
        var uri = Uri.EscapeDataString(finding.File ?? BranchPath.MetadataFile).Replace("%2F", "/", StringComparison.Ordinal);
        var place = new JsonObject { ["artifactLocation"] = new JsonObject { ["uri"] = uri } };
        if (finding.Line is { } line) place["region"] = new JsonObject { ["startLine"] = line };
        result["locations"] = new JsonArray(new JsonObject { ["physicalLocation"] = place });
        return result;
    }

    /// <summary>Findings without a rule of their own are the gate's.</summary>
    private static string RuleOf(GateResult gate, GateFinding finding) =>
        string.IsNullOrWhiteSpace(finding.Rule) ? "gate." + gate.Name.Replace(' ', '-') : finding.Rule;
}

using System.Text.Json.Nodes;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>Compares two gate reports in what does not depend on time, chance or the machine.</summary>
internal static class EvidenceComparison
{
    /// <summary>By gate: the members of its evidence that the same code and sample give again, with dots for members of members.</summary>
    private static readonly Dictionary<string, string[]> s_repeatable = new()
    {
        ["syntax"] = ["files", "errors", "definition"],
        ["lint"] = ["errors", "warnings"],
        ["unit"] = ["passed", "total", "lineCoverage", "branchCoverage", "mutationScore", "mutants", "files"],
        ["integration"] =
        [
            "trial.sample", "trial.read", "trial.loaded", "trial.rejected", "trial.filtered", "trial.content", "trial.quarantine", "trial.rejectedByRule",
        ],
        ["security"] = ["findings", "excused", "sandbox"],
        ["reversibility"] = ["tables", "destructive"],
    };

    /// <summary>Gates whose word can be had again; the others judged a source that is not kept, or time.</summary>
    public static bool IsRepeatable(string gate) => s_repeatable.ContainsKey(gate);

    /// <summary>Of the gates that both hold. Integration is compared by its trial: the source that it judged besides is not kept.</summary>
    public static IReadOnlyList<EvidenceDifference> Between(GateReport before, GateReport after)
    {
        var differences = new List<EvidenceDifference>();
        foreach (var now in after.Gates)
        {
            var then = before.Gates.FirstOrDefault(g => g.Name == now.Name);
            if (then is null) continue;
            if (now.Name != "integration")
            {
                Compare(differences, now.Name, "decision", then.Decision.ToString(), now.Decision.ToString());
                Compare(differences, now.Name, "findings", Text(then.Findings), Text(now.Findings));
            }

            foreach (var member in s_repeatable[now.Name]) Compare(differences, now.Name, member, Text(then.Evidence, member), Text(now.Evidence, member));
        }

        return differences;
    }

    private static void Compare(List<EvidenceDifference> differences, string gate, string what, string before, string after)
    {
        if (before != after) differences.Add(new EvidenceDifference(gate, what, before, after));
    }

    private static string Text(IReadOnlyList<GateFinding> findings) =>
        string.Join('\n', findings.Select(ResultsFolder.Describe).Order(StringComparer.Ordinal));

    private static string Text(JsonObject evidence, string member)
    {
        JsonNode? found = evidence;
        foreach (var name in member.Split('.')) found = (found as JsonObject)?[name];
        return GateReport.Canonical(found);
    }
}

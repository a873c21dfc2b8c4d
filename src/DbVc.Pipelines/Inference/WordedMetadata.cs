using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using DbVc.Model;

namespace DbVc.Pipelines;

/// <summary>A proposal together with what a person said in words.</summary>
public static class WordedMetadata
{
    private static readonly JsonSerializerOptions s_options = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>
    /// The proposal's metadata with the clauses in it. What the data suggests about a field gives way to what the person says about it. Throws usage failure
    /// <c>task.words</c> for a clause that is not understood, with the nearest known forms.
    /// </summary>
    /// <param name="proposal">What the data says.</param>
    /// <param name="clauses">What the person says.</param>
    /// <param name="recall">What else is said about a rule that is not understood; null for nothing.</param>
    public static string Write(MetadataProposal proposal, string clauses, Func<string, string?>? recall = null)
    {
        if (clauses.Length == 0) return proposal.Json;
        var fields = MetadataReader.Read(proposal.Json, "proposal.json").Fields;
        try
        {
            var read = new ClauseReader(fields).Read(clauses);
            var root = JsonNode.Parse(proposal.Json)!;
            var rules = root["validations"]!.AsArray();
            for (var i = proposal.Rules.Count - 1; i >= 0; i--)
            {
                if (RuleParser.Parse(proposal.Rules[i].Text, fields) is [{ Fields: [var field] }] && read.Fields.Contains(field.Name)) rules.RemoveAt(i);
            }

            foreach (var rule in read.Rules) rules.Add((JsonNode)rule);
            foreach (var step in read.Steps) root["preprocessing"]!.AsArray().Add((JsonNode)step);
            return root.ToJsonString(s_options) + "\n";
        }
        catch (RuleException e)
        {
            throw new DbVcException(FailureKind.Usage, "task.words", e.Message.TrimEnd('.') + ".", "--task",
                MetadataReader.Suggest(e.Suggestion ?? $"The fields are {string.Join(", ", fields.Select(f => f.Name))}.",
                    e.Sentence is { } sentence ? recall?.Invoke(sentence) : null), e);
        }
    }
}

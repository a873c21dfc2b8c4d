using System.Text.Json;
using DbVc.Model;

namespace DbVc.Agents;

/// <summary>The metadata of a task and the one answer to every argument that repeats a part of it: the same, or refused.</summary>
public sealed class PinnedMetadata
{
    private readonly JsonElement _given;

    /// <param name="text">The metadata as the person gave it; a JSON object, as <paramref name="analysis"/> found.</param>
    /// <param name="analysis">Its normal form.</param>
    public PinnedMetadata(string text, MetadataAnalysis analysis)
    {
        Analysis = analysis;
        try
        {
            using var document = JsonDocument.Parse(text);
            _given = document.RootElement.Clone();
        }
        catch (JsonException failure)
        {
            throw new DbVcException(FailureKind.Failed, "metadata.json", "The metadata is no JSON.",
                $"line {failure.LineNumber + 1}, byte {failure.BytePositionInLine + 1}", "Check it with: db-vc metadata validate", failure);
        }
    }

    public MetadataAnalysis Analysis { get; }

    public void CheckWhole(string parameter, JsonElement metadata) => Refuse(parameter, JsonDifference.Find(_given, metadata));

    public void CheckSourceType(string parameter, string sourceType) => CheckText(parameter, Analysis.SourceType, sourceType);

    public void CheckDestination(string parameter, string destination) => CheckText(parameter, Analysis.Destination, destination);

    public void CheckSchema(string parameter, JsonElement schema) => CheckPart(parameter, "schema", Analysis.Schema, schema);

    public void CheckRules(string parameter, JsonElement rules) => CheckPart(parameter, "validations", Analysis.Rules, rules);

    public void CheckTransformations(string parameter, JsonElement steps) =>
        CheckPart(parameter, "preprocessing", Analysis.Transformations, steps);

    private static void CheckText(string parameter, string expected, string actual)
    {
        if (actual != expected) Refuse(parameter, $"expected '{OneLine.Of(expected, 80)}', got '{OneLine.Of(actual, 80)}'");
    }

    // Both spellings of the same thing are right: the one in the metadata and the normal form that analyze_metadata answers with.
    private void CheckPart(string parameter, string member, JsonElement normal, JsonElement actual)
    {
        var difference = JsonDifference.Find(normal, actual);
        if (difference is null) return;
        if (_given.TryGetProperty(member, out var given) && JsonDifference.Find(given, actual) is null) return;
        Refuse(parameter, difference);
    }

    private static void Refuse(string parameter, string? difference)
    {
        if (difference is null) return;
        throw new DbVcException(FailureKind.Refused, "agent.pinned", $"This differs from the pinned metadata: {difference}.", parameter,
            "Pass the value exactly as analyze_metadata answered it.");
    }
}

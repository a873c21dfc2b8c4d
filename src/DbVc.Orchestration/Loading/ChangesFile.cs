using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>What the steps of preprocessing changed, as <c>results/changes.json</c>.</summary>
internal static class ChangesFile
{
    private static readonly JsonSerializerOptions s_options = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Written whole or not at all; where nothing was counted there is none.</summary>
    public static void Write(string path, ChangeCounts? changes)
    {
        if (changes is null)
        {
            File.Delete(path);
            return;
        }

        var document = new JsonObject
        {
            ["records"] = changes.Records,
            ["whole"] = changes.IsWhole,
            ["steps"] = new JsonArray([.. changes.Steps.Select(Describe)]),
        };
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        WholeFile.Write(path, Encoding.UTF8.GetBytes(document.ToJsonString(s_options) + "\n"));
    }

    private static JsonNode Describe(ChangedCells step) => new JsonObject
    {
        ["step"] = step.Step,
        ["field"] = step.Field,
        ["operation"] = step.Operation,
        ["changed"] = step.Changed,
        ["of"] = step.Of,
    };
}

using System.Text.Json;
using System.Text.Json.Serialization;

namespace DbVc.Documents;

/// <summary>What the command line tells the program that speaks MCP.</summary>
/// <param name="Folder">The repository.</param>
/// <param name="Files">The folder whose files may be read as metadata and sources.</param>
/// <param name="WorkerFolder">Where the sandboxed worker lies.</param>
/// <param name="Write">Patterns of branches that may be changed.</param>
/// <param name="Urls">Where to listen; none for standard input and output.</param>
/// <param name="Hosts">Names by which clients call it, beside those of the addresses.</param>
/// <param name="AuthorName">Whose commits it makes where the repository knows nobody.</param>
/// <param name="AuthorMail">May be empty.</param>
internal sealed record McpSettings(
    string Folder, string Files, string WorkerFolder, IReadOnlyList<string> Write, IReadOnlyList<string> Urls, IReadOnlyList<string> Hosts,
    string AuthorName, string AuthorMail)
{
    /// <summary>Null for what is none.</summary>
    public static McpSettings? TryParse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, McpSettingsJson.Default.McpSettings);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public override string ToString() => JsonSerializer.Serialize(this, McpSettingsJson.Default.McpSettings);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(McpSettings))]
internal sealed partial class McpSettingsJson : JsonSerializerContext;

using System.Text.Json;
using System.Text.Json.Serialization;

namespace DbVc.Documents;

/// <summary>What the command line tells the program that serves HTTP.</summary>
/// <param name="Folder">The repository.</param>
/// <param name="WorkerFolder">Where the sandboxed worker lies.</param>
/// <param name="Urls">Where to listen.</param>
/// <param name="Hosts">Names by which clients call it, beside those of the addresses.</param>
/// <param name="AuthorName">Whose commits it makes where the repository knows nobody.</param>
/// <param name="AuthorMail">May be empty.</param>
internal sealed record ServerSettings(
    string Folder, string WorkerFolder, IReadOnlyList<string> Urls, IReadOnlyList<string> Hosts, string AuthorName, string AuthorMail)
{
    /// <summary>The file with the certificate of the addresses that begin with https, and its chain, as PEM.</summary>
    public string? Certificate { get; init; }

    /// <summary>The file with its key, as PEM; null where it stands in the same file.</summary>
    public string? Key { get; init; }

    /// <summary>Whether it also does what waits, as db-vc work does.</summary>
    public bool Works { get; init; } = true;

    /// <summary>Null for what is none.</summary>
    public static ServerSettings? TryParse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, ServerSettingsJson.Default.ServerSettings);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public override string ToString() => JsonSerializer.Serialize(this, ServerSettingsJson.Default.ServerSettings);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ServerSettings))]
internal sealed partial class ServerSettingsJson : JsonSerializerContext;

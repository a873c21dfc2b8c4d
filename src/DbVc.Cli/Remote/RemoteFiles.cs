using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DbVc.Model;

namespace DbVc.Cli;

/// <summary>Brings files of this machine to the server, and knows where those come that are made there.</summary>
internal sealed partial class RemoteFiles(HttpClient client, CancellationToken stop)
{
    /// <summary>Brings a file, and what it names as its source if that lies here, too; an address stays what it is. The name that it has on the server. Throws
    /// usage failure <c>file.missing</c>, and what the server says.</summary>
    public async Task<string> BringAsync(string path)
    {
        if (path.Contains("://", StringComparison.Ordinal)) return path;
        if (!File.Exists(path))
        {
            throw new DbVcException(FailureKind.Usage, "file.missing", $"There is no file '{path}'.", path,
                "Name a file; folders and patterns are understood on the machine of the repository alone.");
        }

        var name = await SendAsync(path).ConfigureAwait(false);
        if (FindSource(path) is { } source && source != Path.GetFullPath(path)) await SendAsync(source).ConfigureAwait(false);
        return name;
    }

    /// <summary>Where a file is to lie here that is made there. Throws usage failure <c>file.exists</c>.</summary>
    public static string PlaceFor(JsonObject body, string parameter)
    {
        var place = Path.GetFullPath((string)body[parameter]!);
        if (File.Exists(place)) throw new DbVcException(FailureKind.Usage, "file.exists", $"'{place}' exists already.", place, "Give another name.");
        body[parameter] = Path.GetFileName(place);
        return place;
    }

    /// <summary>Files of one folder come into one folder, so that they find each other there.</summary>
    private async Task<string> SendAsync(string path)
    {
        var full = Path.GetFullPath(path);
        var folder = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Environment.MachineName}:{Path.GetDirectoryName(full)}")))[..16];
        var name = $"{folder}/{Path.GetFileName(full)}";
        using var content = new StreamContent(File.OpenRead(full));
        using var response =
            await client.PutAsync($"/api/v1/files/{folder}/{Uri.EscapeDataString(Path.GetFileName(full))}", content, stop).ConfigureAwait(false);
        if (response.IsSuccessStatusCode) return name;
        var problem = response.Content.Headers.ContentType?.MediaType == "application/problem+json"
            ? await response.Content.ReadFromJsonAsync<JsonObject>(stop).ConfigureAwait(false) : null;
        throw new DbVcException((FailureKind)((int?)problem?["exit"] ?? (int)FailureKind.Failed), (string?)problem?["code"] ?? "server.other",
            (string?)problem?["message"] ?? $"The server does not take the file: {(int)response.StatusCode}.", path, (string?)problem?["hint"]);
    }

    /// <summary>A file beside metadata that it names as its source; whatever else the metadata is, the server says.</summary>
    private static string? FindSource(string path)
    {
        if (Path.GetExtension(path).ToLowerInvariant() is not (".json" or ".yaml" or ".yml") || new FileInfo(path).Length > 1024 * 1024) return null;
        if (Locations().Match(File.ReadAllText(path)) is not { Success: true } match) return null;
        var location = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, match.Groups[1].Value.Trim());
        return File.Exists(location) && Path.GetDirectoryName(location) == Path.GetDirectoryName(Path.GetFullPath(path)) ? location : null;
    }

    [GeneratedRegex("""["']?location["']?\s*:\s*["']?([^"'\r\n,}]+)""")]
    private static partial Regex Locations();
}

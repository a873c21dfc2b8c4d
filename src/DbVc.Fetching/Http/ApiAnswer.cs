using System.Globalization;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DbVc.Pipelines;
using DbVc.PipelineRuntime;

namespace DbVc.Fetching;

/// <summary>One page as a server gave it: its records, and whatever else it says.</summary>
internal sealed class ApiAnswer : IDisposable
{
    private static readonly JsonDocumentOptions s_options = new() { MaxDepth = 512 };

    private readonly JsonDocument? _body;
    private readonly HttpResponseHeaders _headers;
    private readonly string _where;

    private ApiAnswer(JsonDocument? body, HttpResponseHeaders headers, Uri address, string where)
    {
        (_body, _headers, Address, _where) = (body, headers, address, where);
    }

    /// <summary>Where it came from: relative addresses in it begin there.</summary>
    public Uri Address { get; }

    /// <summary>Reads a body. Throws <c>fetch.html</c>; a body that is no JSON may have been cut off, and is tried again.</summary>
    /// <param name="body">All of it.</param>
    /// <param name="response">Its headers.</param>
    /// <param name="where">What is asked, for messages.</param>
    public static ApiAnswer Read(ReadOnlyMemory<byte> body, HttpResponseMessage response, string where)
    {
        var text = body.Span.StartsWith(Encoding.UTF8.Preamble) ? body[3..] : body;
        var start = text.Span.TrimStart(" \t\r\n"u8);
        var address = response.RequestMessage!.RequestUri!;
        if (start.IsEmpty && response.StatusCode == System.Net.HttpStatusCode.NoContent) return new ApiAnswer(null, response.Headers, address, where);
        if (start.IsEmpty) throw new PassingFailure("fetch.empty", "The server answered with nothing.");
        if (start[0] == (byte)'<')
        {
            throw FetchFailure.Failed("fetch.html", "The server answered with a web page and not with JSON.", where,
                "It may want a login, or the location is the page for people.");
        }

        try
        {
            return new ApiAnswer(JsonDocument.Parse(text, s_options), response.Headers, address, where);
        }
        catch (JsonException failure)
        {
            throw new PassingFailure("fetch.not-json", "The server's answer is no JSON, or was cut off.", inner: failure);
        }
    }

    /// <summary>The records as they were written. Throws <c>fetch.records</c>.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Records(string path)
    {
        if (_body is null || FindList(path) is not { } list) return [];
        return [.. list.EnumerateArray().Select(item => (ReadOnlyMemory<byte>)JsonMarshal.GetRawUtf8Value(item).ToArray())];
    }

    /// <summary>Tells pages apart by their records.</summary>
    public static string HashOf(IReadOnlyList<ReadOnlyMemory<byte>> records)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var record in records)
        {
            hash.AppendData(record.Span);
            hash.AppendData("\n"u8);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 12));
    }

    /// <summary>The JSON of a text or number at a place; null where there is none, or nothing in it.</summary>
    public string? Scalar(ApiPlace place)
    {
        if (place.Header is { } name) return Header(name) is { Length: > 0 } value ? Quote(value) : null;
        return Find(place.Path!) is { } found ? Scalar(found) : null;
    }

    /// <summary>A number at a place.</summary>
    public long? Number(ApiPlace place) =>
        Scalar(place) is { } text && long.TryParse(Unquote(text), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>Yes or no at a path; null where neither is there.</summary>
    public bool? Truth(string path) => Find(path) is not { } found ? null : found.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.String when bool.TryParse(found.GetString(), out var truth) => truth,
        JsonValueKind.Number => found.GetRawText() != "0",
        _ => null,
    };

    /// <summary>The address that the header Link calls next.</summary>
    public string? LinkedNext => _headers.TryGetValues("Link", out var values) ? LinkHeader.FindNext(string.Join(", ", values)) : null;

    /// <summary>The JSON of a text or number in the last record; null where it has none.</summary>
    public static string? Scalar(ReadOnlyMemory<byte> record, string path)
    {
        using var document = JsonDocument.Parse(record, s_options);
        return Find(document.RootElement, path) is { } found ? Scalar(found) : null;
    }

    public static string Quote(string text) => $"\"{JsonEncodedText.Encode(text)}\"";

    /// <summary>A text or number as an address has it.</summary>
    public static string Unquote(string json) => json.StartsWith('"') ? JsonSerializer.Deserialize(json, FetchJson.Default.String)! : json;

    public void Dispose() => _body?.Dispose();

    private string? Header(string name) => _headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;

    private static string? Scalar(JsonElement found) => found.ValueKind switch
    {
        JsonValueKind.String when found.GetString()!.Length > 0 => Quote(found.GetString()!),
        JsonValueKind.Number => found.GetRawText(),
        _ => null,
    };

    private JsonElement? FindList(string path)
    {
        var root = _body!.RootElement;
        if (path.Length > 0)
        {
            if (Find(path) is { ValueKind: JsonValueKind.Array or JsonValueKind.Null } named) return named.ValueKind == JsonValueKind.Array ? named : null;
            throw Missing($"The answer has no list at '{path}'", root);
        }

        if (root.ValueKind == JsonValueKind.Array) return root;
        if (root.ValueKind != JsonValueKind.Object) throw Missing("The answer is neither a list nor an object", root);
        var lists = root.EnumerateObject().Where(m => m.Value.ValueKind == JsonValueKind.Array).ToList();
        return lists.Count == 1 ? lists[0].Value : throw Missing($"The answer is an object with {(lists.Count == 0 ? "no list" : "several lists")}", root);
    }

    private Model.DbVcException Missing(string what, JsonElement root)
    {
        var names = root.ValueKind == JsonValueKind.Object
            ? $"; it has {string.Join(", ", root.EnumerateObject().Take(10).Select(m => $"'{m.Name}'"))}"
            : "";
        return FetchFailure.Failed("fetch.records", $"{what}{names}.", _where, "Say where the records are, for example \"records\": \"data.items\".");
    }

    private JsonElement? Find(string path) => _body is null ? null : Find(_body.RootElement, path);

    private static JsonElement? Find(JsonElement at, string path)
    {
        if (!JsonPath.TryParse(path, out var steps)) return null;
        foreach (var step in steps)
        {
            switch (step)
            {
                case string name when at.ValueKind == JsonValueKind.Object && at.TryGetProperty(name, out var member):
                    at = member;
                    break;
                case int index when at.ValueKind == JsonValueKind.Array && index < at.GetArrayLength():
                    at = at[index];
                    break;
                default:
                    return null;
            }
        }

        return at;
    }
}

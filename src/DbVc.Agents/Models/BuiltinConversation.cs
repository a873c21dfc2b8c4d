using System.Text.Json;
using Microsoft.Extensions.AI;

namespace DbVc.Agents;

/// <summary>A conversation as the built-in model reads it: the metadata, and which call got which result.</summary>
internal sealed record BuiltinConversation(string? Metadata, IReadOnlyList<Exchange> Exchanges)
{
    public static BuiltinConversation Read(IEnumerable<ChatMessage> messages)
    {
        var all = messages as IReadOnlyCollection<ChatMessage> ?? [.. messages];
        var results = new Dictionary<string, JsonElement>();
        foreach (var result in all.SelectMany(m => m.Contents).OfType<FunctionResultContent>()) results[result.CallId] = ToJson(result.Result);
        var calls = all.SelectMany(m => m.Contents).OfType<FunctionCallContent>();
        return new BuiltinConversation(
            AgentPrompt.FindMetadata(all), [.. calls.Select(c => new Exchange(c.Name, results.GetValueOrDefault(c.CallId)))]);
    }

    /// <summary>The latest result of a tool that was no error.</summary>
    public JsonElement? FindResult(string tool) => Exchanges.LastOrDefault(e => e.Tool == tool && !e.IsError)?.Result;

    private static JsonElement ToJson(object? result)
    {
        if (result is JsonElement element && element.ValueKind != JsonValueKind.String) return element;
        try
        {
            using var document = JsonDocument.Parse(result?.ToString() ?? "");
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return default;
        }
    }
}

/// <summary>A call and its result; the result is undefined if there is none or it is no JSON.</summary>
internal sealed record Exchange(string Tool, JsonElement Result)
{
    public JsonElement? Error =>
        Result.ValueKind == JsonValueKind.Object && Result.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object ? error : null;

    public bool IsError => Result.ValueKind != JsonValueKind.Object || Error is not null;

    /// <summary>The same call may work a moment later.</summary>
    public bool IsRetryable => Error is { } error && error.TryGetProperty("retryable", out var retryable) && retryable.ValueKind == JsonValueKind.True;

    /// <summary>The named flag of the result; null if it has none.</summary>
    public bool? Flag(string name) => Result.ValueKind == JsonValueKind.Object && Result.TryGetProperty(name, out var flag)
        && flag.ValueKind is JsonValueKind.True or JsonValueKind.False ? flag.GetBoolean() : null;

    /// <summary>The named text of the error or the result; empty if there is none.</summary>
    public string Text(string name)
    {
        var owner = Error ?? Result;
        return owner.ValueKind == JsonValueKind.Object && owner.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String
            ? text.GetString()! : "";
    }
}

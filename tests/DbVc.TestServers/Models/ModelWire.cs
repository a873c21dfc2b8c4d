using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DbVc.TestServers;

/// <summary>A call as it goes over the wire: arguments are text, as a model wrote them.</summary>
public sealed record WireCall(string Id, string Tool, string Arguments);

/// <summary>What a model answers.</summary>
public sealed record WireAnswer(string Text, params IReadOnlyList<WireCall> Calls)
{
    /// <summary>What it says in place of an answer.</summary>
    public string? Refusal { get; init; }

    /// <summary>Whether it met the longest that it may become.</summary>
    public bool IsCutShort { get; init; }

    public int InputTokens { get; init; } = 12;

    public int OutputTokens { get; init; } = 5;
}

/// <summary>A message as a server got it.</summary>
public sealed record WireMessage(string Role, string Text, IReadOnlyList<WireCall> Calls, IReadOnlyList<(string Id, string Text)> Results);

/// <summary>What a server got.</summary>
public sealed record WireQuestion(string Model, IReadOnlyList<WireMessage> Messages, IReadOnlyList<string> Tools, IReadOnlyList<string> StrictTools);

/// <summary>What can be wrong, in each vendor's words.</summary>
public enum WireError
{
    Invalid,
    Key,
    Unpaid,
    Forbidden,
    UnknownModel,
    TooLong,
    TooMany,
    Broken,
    Busy,
}

/// <summary>A vendor's wire format, from the server's side.</summary>
public abstract class ModelWire
{
    /// <summary>Every protocol that the suite speaks.</summary>
    public static IReadOnlyList<ModelWire> All { get; } = [new OpenAiWire(), new AnthropicWire()];

    /// <summary>As in <c>config.yaml</c>.</summary>
    public abstract string Word { get; }

    /// <summary>The path below the base address.</summary>
    public abstract string Path { get; }

    /// <summary>What is added to a server's root for the base address.</summary>
    public abstract string Base { get; }

    /// <summary>The header that carries a key, and how.</summary>
    public abstract (string Header, string Before) Key { get; }

    public static ModelWire Of(string word) => All.First(w => w.Word == word);

    /// <summary>The events of an answer, in order.</summary>
    public abstract IReadOnlyList<string> Events(WireAnswer answer);

    /// <summary>An event that says that something is wrong.</summary>
    public abstract string ErrorEvent(WireError error);

    /// <summary>The answer of a server that will not, or cannot.</summary>
    public abstract ApiReply Error(WireError error, params (string Name, string Value)[] headers);

    /// <summary>Reads a request.</summary>
    public abstract WireQuestion Read(string body);

    public ApiReply Answer(WireAnswer answer) => Stream(Events(answer));

    public static ApiReply Stream(IEnumerable<string> events) => new(200, string.Concat(events))
    {
        Headers = new Dictionary<string, string> { ["Content-Type"] = "text/event-stream; charset=utf-8" },
    };

    protected static string Quote(string text) => JsonSerializer.Serialize(text);

    /// <summary>Arguments come in pieces, cut anywhere.</summary>
    protected static IEnumerable<string> Pieces(string text)
    {
        for (var at = 0; at < text.Length; at += 7) yield return text.Substring(at, Math.Min(7, text.Length - at));
    }

    protected static ApiReply Json(int status, string body, (string Name, string Value)[] headers) => ApiReply.Json(body, headers) with { Status = status };

    protected static string Text(JsonNode? content) => content switch
    {
        null => "",
        JsonValue value => value.ToString(),
        JsonArray parts => string.Concat(parts.Where(p => (string?)p!["type"] == "text").Select(p => (string?)p!["text"])),
        _ => throw new InvalidDataException("content is " + content.ToJsonString()),
    };

    /// <summary>JSON on one line, with values in the places of names in pointed brackets.</summary>
    protected static string Fill(string template, params IEnumerable<(string Name, object Value)> values)
    {
        foreach (var (name, value) in values)
            template = template.Replace($"<{name}>", Convert.ToString(value, CultureInfo.InvariantCulture), StringComparison.Ordinal);
        return template.ReplaceLineEndings("");
    }

    protected static string Event(string name, string data) => $"event: {name}\ndata: {data}\n\n";
}

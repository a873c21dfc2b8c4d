using System.Text.Json.Nodes;

namespace DbVc.TestServers;

/// <summary>Chat completions, as OpenAI and most servers stream them.</summary>
internal sealed class OpenAiWire : ModelWire
{
    public override string Word => "openai";

    public override string Path => "/v1/chat/completions";

    public override string Base => "/v1";

    public override (string Header, string Before) Key => ("Authorization", "Bearer ");

    public override IReadOnlyList<string> Events(WireAnswer answer)
    {
        var events = new List<string> { Chunk("""{"role":"assistant","content":""}""") };
        if (answer.Text.Length > 0) events.AddRange(Pieces(answer.Text).Select(p => Chunk($$"""{"content":{{Quote(p)}}}""")));
        if (answer.Refusal is { } refusal) events.Add(Chunk($$"""{"refusal":{{Quote(refusal)}}}"""));
        for (var i = 0; i < answer.Calls.Count; i++)
        {
            var call = answer.Calls[i];
            events.Add(Chunk(Fill("""{"tool_calls":[{"index":<i>,"id":<id>,"type":"function","function":{"name":<tool>,"arguments":""}}]}""",
                ("i", i), ("id", Quote(call.Id)), ("tool", Quote(call.Tool)))));
            events.AddRange(Pieces(call.Arguments).Select(p => Chunk(Fill("""{"tool_calls":[{"index":<i>,"function":{"arguments":<piece>}}]}""",
                ("i", i), ("piece", Quote(p))))));
        }

        var finish = answer.IsCutShort ? "length" : answer.Calls.Count > 0 ? "tool_calls" : "stop";
        events.Add(Chunk("{}", $"\"{finish}\""));
        events.Add("data: " + Fill("""
            {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"m-1","choices":[],
            "usage":{"prompt_tokens":<in>,"completion_tokens":<out>,"total_tokens":<all>}}
            """, ("in", answer.InputTokens), ("out", answer.OutputTokens), ("all", answer.InputTokens + answer.OutputTokens)) + "\n\n");
        events.Add("data: [DONE]\n\n");
        return events;
    }

    public override string ErrorEvent(WireError error) => $"data: {Body(error)}\n\n";

    public override ApiReply Error(WireError error, params (string Name, string Value)[] headers) => Json(error switch
    {
        WireError.Invalid or WireError.TooLong => 400,
        WireError.Key => 401,
        WireError.Forbidden => 403,
        WireError.UnknownModel => 404,
        WireError.TooMany or WireError.Unpaid => 429,
        WireError.Busy => 503,
        _ => 500,
    }, Body(error), headers);

    public override WireQuestion Read(string body)
    {
        var root = JsonNode.Parse(body)!;
        if ((bool?)root["stream"] != true) throw new InvalidDataException("no stream was asked for");
        var tools = root["tools"]?.AsArray().Select(t => t!["function"]!).ToList() ?? [];
        return new WireQuestion((string)root["model"]!, [.. root["messages"]!.AsArray().Select(m => Message(m!))],
            [.. tools.Select(t => (string)t["name"]!)], [.. tools.Where(t => (bool?)t["strict"] == true).Select(t => (string)t["name"]!)]);
    }

    private static WireMessage Message(JsonNode message)
    {
        var role = (string)message["role"]!;
        var text = Text(message["content"]);
        if (role == "tool") return new WireMessage(role, "", [], [((string)message["tool_call_id"]!, text)]);
        var calls = message["tool_calls"]?.AsArray().Select(c => new WireCall(
            (string)c!["id"]!, (string)c["function"]!["name"]!, (string)c["function"]!["arguments"]!));
        return new WireMessage(role, text, [.. calls ?? []], []);
    }

    private static string Chunk(string delta, string finish = "null") => "data: " + Fill("""
        {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"m-1",
        "choices":[{"index":0,"delta":<delta>,"finish_reason":<finish>}]}
        """, ("delta", delta), ("finish", finish)) + "\n\n";

    private static string Body(WireError error)
    {
        var (type, code, message) = error switch
        {
            WireError.Invalid => ("invalid_request_error", null, "Invalid schema for function: 'strict' is not supported."),
            WireError.Key => ("invalid_request_error", "invalid_api_key", "Incorrect API key provided: KEY."),
            WireError.Unpaid => ("insufficient_quota", "insufficient_quota", "You exceeded your current quota, please check your plan and billing details."),
            WireError.Forbidden => ("invalid_request_error", null, "Your key has no access to this model."),
            WireError.UnknownModel => ("invalid_request_error", "model_not_found", "The model `m` does not exist."),
            WireError.TooLong => ("invalid_request_error", "context_length_exceeded", "This model's maximum context length is 8192 tokens."),
            WireError.TooMany => ("requests", "rate_limit_exceeded", "Rate limit reached."),
            WireError.Busy => ("server_error", null, "The engine is currently overloaded."),
            _ => ("server_error", (string?)null, "The server had an error."),
        };
        return Fill("""{"error":{"message":<message>,"type":<type>,"param":null,"code":<code>}}""",
            ("message", Quote(message)), ("type", Quote(type)), ("code", code is null ? "null" : Quote(code)));
    }
}

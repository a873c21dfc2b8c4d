using System.Text.Json.Nodes;

namespace DbVc.TestServers;

/// <summary>Messages, as Anthropic streams them.</summary>
internal sealed class AnthropicWire : ModelWire
{
    public override string Word => "anthropic";

    public override string Path => "/v1/messages";

    public override string Base => "";

    public override (string Header, string Before) Key => ("x-api-key", "");

    public override IReadOnlyList<string> Events(WireAnswer answer)
    {
        var events = new List<string>
        {
            Event("message_start", Fill("""
                {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"m-1","content":[],
                "stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":<in>,"output_tokens":1}}}
                """, ("in", answer.InputTokens))),
            Event("ping", """{"type":"ping"}"""),
        };
        var index = 0;
        if (answer.Text.Length > 0)
        {
            AddBlock(events, index++, """{"type":"text","text":""}""", Pieces(answer.Text).Select(p => $$"""{"type":"text_delta","text":{{Quote(p)}}}"""));
        }

        foreach (var call in answer.Calls)
        {
            AddBlock(events, index++, Fill("""{"type":"tool_use","id":<id>,"name":<tool>,"input":{}}""", ("id", Quote(call.Id)), ("tool", Quote(call.Tool))),
                Pieces(call.Arguments).Select(p => $$"""{"type":"input_json_delta","partial_json":{{Quote(p)}}}"""));
        }

        var stop = answer.Refusal is not null ? "refusal" : answer.IsCutShort ? "max_tokens" : answer.Calls.Count > 0 ? "tool_use" : "end_turn";
        events.Add(Event("message_delta", Fill("""
            {"type":"message_delta","delta":{"stop_reason":<stop>,"stop_sequence":null},"usage":{"output_tokens":<out>}}
            """, ("stop", Quote(stop)), ("out", answer.OutputTokens))));
        events.Add(Event("message_stop", """{"type":"message_stop"}"""));
        return events;
    }

    public override string ErrorEvent(WireError error) => Event("error", Body(error));

    public override ApiReply Error(WireError error, params (string Name, string Value)[] headers) => Json(error switch
    {
        WireError.Invalid or WireError.TooLong => 400,
        WireError.Key => 401,
        WireError.Unpaid => 402,
        WireError.Forbidden => 403,
        WireError.UnknownModel => 404,
        WireError.TooMany => 429,
        WireError.Busy => 529,
        _ => 500,
    }, Body(error), headers);

    public override WireQuestion Read(string body)
    {
        var root = JsonNode.Parse(body)!;
        if ((bool?)root["stream"] != true) throw new InvalidDataException("no stream was asked for");
        if (root["max_tokens"] is null) throw new InvalidDataException("max_tokens is missing");
        var system = new WireMessage("system", Text(root["system"]), [], []);
        var tools = root["tools"]?.AsArray().ToList() ?? [];
        return new WireQuestion((string)root["model"]!, [system, .. root["messages"]!.AsArray().Select(m => Message(m!))],
            [.. tools.Select(t => (string)t!["name"]!)], [.. tools.Where(t => (bool?)t!["strict"] == true).Select(t => (string)t!["name"]!)]);
    }

    private static WireMessage Message(JsonNode message)
    {
        var parts = message["content"] as JsonArray ?? [];
        if (message["content"] is JsonArray { Count: 0 }) throw new InvalidDataException("a message is empty");
        var calls = parts.Where(p => (string?)p!["type"] == "tool_use")
            .Select(p => new WireCall((string)p!["id"]!, (string)p["name"]!, p["input"]!.ToJsonString()));
        var results = parts.Where(p => (string?)p!["type"] == "tool_result").Select(p => ((string)p!["tool_use_id"]!, Text(p["content"])));
        return new WireMessage((string)message["role"]!, Text(message["content"]), [.. calls], [.. results]);
    }

    private static void AddBlock(List<string> events, int index, string start, IEnumerable<string> deltas)
    {
        events.Add(Event("content_block_start",
            Fill("""{"type":"content_block_start","index":<i>,"content_block":<start>}""", ("i", index), ("start", start))));
        events.AddRange(deltas.Select(d => Event("content_block_delta",
            Fill("""{"type":"content_block_delta","index":<i>,"delta":<delta>}""", ("i", index), ("delta", d)))));
        events.Add(Event("content_block_stop", Fill("""{"type":"content_block_stop","index":<i>}""", ("i", index))));
    }

    private static string Body(WireError error)
    {
        var (type, message) = error switch
        {
            WireError.Invalid => ("invalid_request_error", "tools.0.strict: Extra inputs are not permitted"),
            WireError.Key => ("authentication_error", "invalid x-api-key KEY"),
            WireError.Unpaid => ("billing_error", "Your credit balance is too low."),
            WireError.Forbidden => ("permission_error", "Your key may not use this model."),
            WireError.UnknownModel => ("not_found_error", "model: m"),
            WireError.TooLong => ("invalid_request_error", "prompt is too long: 213462 tokens > 200000 maximum"),
            WireError.TooMany => ("rate_limit_error", "Number of requests has exceeded your rate limit."),
            WireError.Busy => ("overloaded_error", "Overloaded"),
            _ => ("api_error", "Internal server error"),
        };
        return Fill("""{"type":"error","error":{"type":<type>,"message":<message>},"request_id":"req_1"}""",
            ("type", Quote(type)), ("message", Quote(message)));
    }
}

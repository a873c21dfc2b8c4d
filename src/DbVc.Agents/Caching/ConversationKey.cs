using System.Text.Json;
using System.Text.Json.Nodes;
using DbVc.Model;
using Microsoft.Extensions.AI;

namespace DbVc.Agents;

/// <summary>
/// Names a question by what it says: model, conversation and tools. What differs between two runs of one task on one input, and means nothing to the answer, is
/// left out: the task's name, its branch, commits, and how long something took.
/// </summary>
public static class ConversationKey
{
    private const int Version = 1;

    private static readonly string[] s_measured = ["commit", "rows_per_second", "seconds"];

    /// <param name="model">Its name, with its provider.</param>
    /// <param name="messages">All of the conversation.</param>
    /// <param name="tools">What may be called.</param>
    public static Hash Of(string model, IEnumerable<ChatMessage> messages, IEnumerable<AITool> tools)
    {
        var key = new JsonObject
        {
            ["v"] = Version,
            ["model"] = model,
            ["messages"] = new JsonArray([.. messages.Select(m => (JsonNode)new JsonObject
            {
                ["role"] = m.Role.Value,
                ["contents"] = new JsonArray([.. m.Contents.Select(Describe)]),
            })]),
            ["tools"] = new JsonArray([.. tools.OfType<AIFunctionDeclaration>().Select(t => (JsonNode)new JsonObject
            {
                ["name"] = t.Name,
                ["description"] = t.Description,
                ["schema"] = JsonSerializer.SerializeToNode(t.JsonSchema),
            })]),
        };
        return Hash.Of(JsonSerializer.SerializeToUtf8Bytes(key));
    }

    /// <summary>The arguments of a call as another run of the task would give them: its own branch, its own commit.</summary>
    /// <param name="call">As it was kept.</param>
    /// <param name="messages">The conversation of the other run.</param>
    public static FunctionCallContent Adapt(FunctionCallContent call, IReadOnlyList<ChatMessage> messages)
    {
        if (call.Arguments is null || call.Name is not (ToolCatalog.ExecuteInBranch or ToolCatalog.ValidateResults)) return call;
        var arguments = ToJson(call);
        var (member, results, tool) = call.Name == ToolCatalog.ExecuteInBranch
            ? (arguments, (string[])["branch_name"], ToolCatalog.AnalyzeMetadata)
            : (arguments["actual_results"] as JsonObject, s_measured, ToolCatalog.ExecuteInBranch);
        if (member is null || FindResult(messages, tool) is not { } latest) return call;
        foreach (var name in results)
        {
            if (member.ContainsKey(name) && latest.TryGetPropertyValue(name, out var now)) member[name] = now?.DeepClone();
        }

        return new FunctionCallContent(call.CallId, call.Name, arguments.ToDictionary(a => a.Key, a => (object?)JsonSerializer.SerializeToElement(a.Value)));
    }

    private static JsonNode? Describe(AIContent content) => content switch
    {
        TextContent text => AgentPrompt.WithoutName(text.Text),
        FunctionCallContent call => new JsonObject { ["id"] = call.CallId, ["call"] = call.Name, ["arguments"] = WithoutRun(call) },
        FunctionResultContent result => new JsonObject { ["id"] = result.CallId, ["result"] = WithoutRun(result) },
        _ => JsonSerializer.SerializeToNode(content, AIJsonUtilities.DefaultOptions),
    };

    private static JsonObject WithoutRun(FunctionCallContent call)
    {
        var arguments = ToJson(call);
        if (call.Name == ToolCatalog.ExecuteInBranch) arguments.Remove("branch_name");
        if (call.Name == ToolCatalog.ValidateResults && arguments["actual_results"] is JsonObject claimed) Remove(claimed, s_measured);
        return arguments;
    }

    /// <summary>Only members that tools of ours write: below them lies data, whose columns may have any name.</summary>
    private static JsonNode? WithoutRun(FunctionResultContent result)
    {
        if (Parse(result) is not { } answer) return result.Result?.ToString();
        Remove(answer, [.. s_measured, "branch_name"]);
        if (answer["gates"] is not JsonArray gates) return WithoutTime(answer);
        foreach (var gate in gates.OfType<JsonObject>()) WithoutTime(gate);
        return answer;
    }

    /// <summary>What a gate that passed says of itself is how fast it was, and the like.</summary>
    private static JsonObject WithoutTime(JsonObject gate)
    {
        if (gate["passed"] is not JsonValue passed || passed.GetValueKind() != JsonValueKind.True) Remove(gate, ["seconds"]);
        else Remove(gate, ["seconds", "summary"]);
        return gate;
    }

    private static void Remove(JsonObject from, IEnumerable<string> names)
    {
        foreach (var name in names) from.Remove(name);
    }

    private static JsonObject? FindResult(IReadOnlyList<ChatMessage> messages, string tool)
    {
        var ids = messages.SelectMany(m => m.Contents).OfType<FunctionCallContent>().Where(c => c.Name == tool).Select(c => c.CallId).ToHashSet();
        return messages.SelectMany(m => m.Contents).OfType<FunctionResultContent>().Where(r => ids.Contains(r.CallId)).Select(Parse)
            .LastOrDefault(r => r is not null && !r.ContainsKey("error"));
    }

    private static JsonObject? Parse(FunctionResultContent result)
    {
        try
        {
            return JsonNode.Parse(result.Result?.ToString() ?? "") as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static JsonObject ToJson(FunctionCallContent call) =>
        JsonSerializer.SerializeToNode(call.Arguments ?? new Dictionary<string, object?>(), AIJsonUtilities.DefaultOptions) as JsonObject ?? [];
}

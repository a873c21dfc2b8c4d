using System.Text.Json;
using DbVc.Agents;
using DbVc.TestServers;
using Microsoft.Extensions.AI;

namespace DbVc.SystemTests;

/// <summary>A model that knows its work, as a server sees it: what came over the wire, and what is called next.</summary>
internal static class ModelConversation
{
    /// <summary>What <c>builtin</c> would call.</summary>
    public static IReadOnlyList<WireCall> Work(IReadOnlyList<WireMessage> messages)
    {
        using var model = new BuiltinChatClient();
        var answer = model.GetResponseAsync(messages.Select(Read)).GetAwaiter().GetResult();
        var calls = answer.Messages.SelectMany(m => m.Contents).OfType<FunctionCallContent>();
        return [.. calls.Select(c => new WireCall(c.CallId, c.Name, JsonSerializer.Serialize(c.Arguments)))];
    }

    private static ChatMessage Read(WireMessage message)
    {
        List<AIContent> contents = message.Text.Length > 0 ? [new TextContent(message.Text)] : [];
        contents.AddRange(message.Calls.Select(c => new FunctionCallContent(c.Id, c.Tool,
            JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(c.Arguments)!.ToDictionary(a => a.Key, a => (object?)a.Value))));
        contents.AddRange(message.Results.Select(r => new FunctionResultContent(r.Id, r.Text)));
        return new ChatMessage(message.Results.Count > 0 ? ChatRole.Tool : new ChatRole(message.Role), contents);
    }
}

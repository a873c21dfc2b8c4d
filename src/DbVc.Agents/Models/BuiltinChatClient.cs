using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace DbVc.Agents;

/// <summary>
/// The model that needs no network and no key: it looks at the conversation so far and calls the next tool. It knows the order of the work;
/// what rules mean is known by the tools. The same conversation always gets the same answer.
/// </summary>
public sealed class BuiltinChatClient : IChatClient
{
    /// <summary>The model's name in configuration and provenance.</summary>
    public const string ModelName = "builtin";

    private static readonly ChatClientMetadata Metadata = new(ModelName, null, ModelName);

    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var conversation = BuiltinConversation.Read(messages);
        return Task.FromResult(Answer(BuiltinPlan.Next(conversation), conversation));
    }

    internal static ChatResponse Answer(BuiltinStep next, BuiltinConversation conversation)
    {
        var call = new FunctionCallContent($"call-{conversation.Exchanges.Count + 1}", next.Tool, next.Arguments);
        return new ChatResponse(new ChatMessage(ChatRole.Assistant, [new TextContent(next.Say), call]))
        {
            ModelId = ModelName,
            FinishReason = ChatFinishReason.ToolCalls,
            Usage = new UsageDetails { InputTokenCount = 0, OutputTokenCount = 0, TotalTokenCount = 0 },
        };
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var response = await GetResponseAsync(messages, options, cancellationToken);
        foreach (var update in response.ToChatResponseUpdates()) yield return update;
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        if (serviceKey is not null) return null;
        return serviceType == typeof(ChatClientMetadata) ? Metadata : serviceType.IsInstanceOfType(this) ? this : null;
    }

    public void Dispose()
    {
    }
}

using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace DbVc.Agents;

/// <summary>Answers what was answered before from the cache; such an answer has no tokens.</summary>
/// <param name="model">The name by which the model is asked.</param>
/// <param name="mayReuse">Whether answers of before do; else they are only kept.</param>
/// <param name="reused">Hears of each answer that did, with the tokens that it cost then.</param>
public sealed class CachingChatClient(IChatClient inner, AnswerCache cache, string model, bool mayReuse, Action<UsageDetails> reused)
    : DelegatingChatClient(inner)
{
    public override async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var asked = messages.ToList();
        var key = ConversationKey.Of(model, asked, options?.Tools ?? []);
        if (mayReuse && cache.Find(key) is { } known) return Reuse(known, asked);
        var answer = await base.GetResponseAsync(asked, options, cancellationToken).ConfigureAwait(false);
        cache.Keep(key, answer);
        return answer;
    }

    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var response = await GetResponseAsync(messages, options, cancellationToken).ConfigureAwait(false);
        foreach (var update in response.ToChatResponseUpdates()) yield return update;
    }

    private ChatResponse Reuse(ChatResponse known, List<ChatMessage> asked)
    {
        reused(known.Usage ?? new UsageDetails());
        known.Usage = new UsageDetails { InputTokenCount = 0, OutputTokenCount = 0, TotalTokenCount = 0 };
        foreach (var message in known.Messages)
            message.Contents = [.. message.Contents.Select(c => c is FunctionCallContent call ? ConversationKey.Adapt(call, asked) : c)];
        return known;
    }
}

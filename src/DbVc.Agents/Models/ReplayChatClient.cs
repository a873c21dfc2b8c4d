using System.Runtime.CompilerServices;
using DbVc.Model;
using Microsoft.Extensions.AI;

namespace DbVc.Agents;

/// <summary>Gives the answers of an earlier run again, one after the other, whatever is asked.</summary>
public sealed class ReplayChatClient(IReadOnlyList<ChatResponse> answers) : IChatClient
{
    private int _next;

    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        if (_next < answers.Count) return Task.FromResult(answers[_next++]);
        throw Ended();
    }

    internal static DbVcException Ended() =>
        new(FailureKind.Failed, "agent.replay-ended", "The replayed log holds no more answers: the run went another way this time.");

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var response = await GetResponseAsync(messages, options, cancellationToken);
        foreach (var update in response.ToChatResponseUpdates()) yield return update;
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
    }
}

using System.ClientModel;
using System.ClientModel.Primitives;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using OpenAI;
using OpenAI.Chat;

namespace DbVc.Models;

/// <summary>Chat completions through OpenAI's package. Alone in its file, so that the package is loaded only where it is used.</summary>
internal static class OpenAiProtocol
{
    public static IChatClient Open(ModelChoice choice, HttpClient client) => new RefusingChatClient(new ChatClient(
        choice.Model,
        // The package insists on a key; the real one is added below it.
        new ApiKeyCredential("none"),
        new OpenAIClientOptions
        {
            Endpoint = choice.Provider.BaseUrl,
            Transport = new HttpClientPipelineTransport(client),
            RetryPolicy = new ClientRetryPolicy(0),
            NetworkTimeout = Timeout.InfiniteTimeSpan,
            EnableDistributedTracing = false,
        }).AsIChatClient());

    /// <summary>Passes on a refusal, which the package leaves out of a stream.</summary>
    private sealed class RefusingChatClient(IChatClient inner) : DelegatingChatClient(inner)
    {
        public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<Microsoft.Extensions.AI.ChatMessage> messages, ChatOptions? options = null,
            [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await foreach (var update in base.GetStreamingResponseAsync(messages, options, cancellationToken).ConfigureAwait(false))
            {
                if (update.RawRepresentation is StreamingChatCompletionUpdate { RefusalUpdate: { Length: > 0 } refusal }
                    && !update.Contents.OfType<ErrorContent>().Any()) update.Contents.Add(new ErrorContent(refusal));
                yield return update;
            }
        }
    }
}

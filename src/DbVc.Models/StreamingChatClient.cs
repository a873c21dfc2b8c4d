using System.Text.Json;
using DbVc.Model;
using Microsoft.Extensions.AI;

namespace DbVc.Models;

/// <summary>Asks once, listens to the end, and gives the answer only if it is whole.</summary>
internal sealed class StreamingChatClient(IChatClient inner, ModelSettings settings, ModelFailures failures) : WholeAnswerClient(inner)
{
    public override async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var asked = options?.Clone() ?? new ChatOptions();
        asked.MaxOutputTokens ??= settings.MaxOutputTokens;
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(settings.Timeout);
        var updates = new List<ChatResponseUpdate>();
        try
        {
            await foreach (var update in InnerClient.GetStreamingResponseAsync(messages, asked, limited.Token).ConfigureAwait(false)) updates.Add(update);
        }
        catch (Exception failure)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw Translate(failure, limited.IsCancellationRequested);
        }

        var answer = updates.ToChatResponse();
        Judge(answer);
        Mend(answer);
        return answer;
    }

    /// <summary>The packages wrap what happens below them; what they make of it themselves is that they did not understand the answer.</summary>
    private Exception Translate(Exception failure, bool isLate)
    {
        if (isLate) return new PassingFailure("model.timeout", $"No whole answer came within {settings.Timeout.TotalSeconds:0} seconds.");
        for (var inner = failure; inner is not null; inner = inner.InnerException)
        {
            if (inner is DbVcException or PassingFailure or ContextOverflow or RefusedRequest) return inner;
            if (inner is IOException or HttpRequestException) return new PassingFailure("model.cut", "The answer was cut off.");
        }

        return Protocol($"What came cannot be read ({failure.GetType().Name}).");
    }

    private void Judge(ChatResponse answer)
    {
        var contents = answer.Messages.SelectMany(m => m.Contents).ToList();
        var refusal = string.Concat(contents.OfType<ErrorContent>().Select(e => e.Message));
        var calls = contents.OfType<FunctionCallContent>().ToList();
        if (answer.FinishReason == ChatFinishReason.ContentFilter || refusal.Length > 0)
        {
            throw failures.Final("model.refused", $"The model will not answer; it says {failures.Quote(refusal.Length > 0 ? refusal : answer.Text)}.",
                "Look at the task and its metadata for what it may object to, or use another model.");
        }

        if (answer.FinishReason is null)
        {
            throw contents.Count == 0 && answer.ModelId is null
                ? Protocol("Not one event of the protocol came.")
                : new PassingFailure("model.cut", "The answer was cut off.");
        }

        if (answer.FinishReason == ChatFinishReason.Length)
        {
            throw failures.Final("model.length", "The answer ended in its middle: it met the longest that an answer, or the model's context, may become.",
                "Raise llm.max_output_tokens, or use a model with a longer context.");
        }

        if (calls.Count == 0 && string.IsNullOrWhiteSpace(answer.Text)) throw new PassingFailure("model.empty", "The answer is empty.");
        if (!failures.HoldsKey(answer.Text + string.Concat(calls.Select(Write)))) return;
        throw failures.Final("model.key-echoed", "The answer holds the key with which it was asked; it is not used.",
            "Do not trust this server: change the key.");
    }

    private static string Write(FunctionCallContent call) =>
        $"{call.Name} {call.CallId} {JsonSerializer.Serialize(call.Arguments, AIJsonUtilities.DefaultOptions)}";

    /// <summary>
    /// A provider refuses a conversation with empty texts, calls without arguments, or two calls of one id, also if a server of its kind made them.
    /// </summary>
    private static void Mend(ChatResponse answer)
    {
        var ids = new HashSet<string>();
        foreach (var message in answer.Messages)
        {
            for (var i = message.Contents.Count - 1; i >= 0; i--)
            {
                if (message.Contents[i] is TextContent { Text: "" }) message.Contents.RemoveAt(i);
            }

            for (var i = 0; i < message.Contents.Count; i++)
            {
                if (message.Contents[i] is not FunctionCallContent call) continue;
                call.Arguments ??= new Dictionary<string, object?>();
                if (call.CallId.Length > 0 && ids.Add(call.CallId)) continue;
                var id = Enumerable.Range(1, ids.Count + 1).Select(n => $"call-{n}").First(ids.Add);
                message.Contents[i] = new FunctionCallContent(id, call.Name, call.Arguments) { Exception = call.Exception };
            }
        }
    }

    private DbVcException Protocol(string message) => failures.Final("model.protocol", message,
        $"Check base_url and protocol of the provider '{failures.Choice.Provider.Name}' in .db-version-control/config.yaml.");
}

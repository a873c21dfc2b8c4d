using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using DbVc.Model;
using DbVc.Models;
using Microsoft.Extensions.AI;

namespace DbVc.Orchestration;

/// <summary>Reserves the most that an answer can cost before it is asked for, and writes down what it did cost.</summary>
internal sealed class MeteredChatClient(IChatClient inner, CostLedger ledger, string task, string model, MeteredChatClient.Terms terms)
    : DelegatingChatClient(inner)
{
    // Failures after which a provider may all the same have been paid; of the others it is certain that no answer was given.
    private static readonly string[] s_paid =
        ["model.cut", "model.timeout", "model.empty", "model.refused", "model.length", "model.answer-size", "model.key-echoed", "model.unavailable"];

    private int _counted;
    private long _billed;

    /// <summary>What holds for every answer.</summary>
    internal sealed record Terms(ModelPrice? Price, CostBudget Budget, int MaxOutputTokens);

    /// <summary>What all answers cost so far; null where no price is known.</summary>
    public decimal? Usd { get; private set; } = terms.Price is null ? null : 0;

    /// <summary>The name by which it is asked.</summary>
    public string Model => model;

    /// <summary>An answer of before did: writes down what it would have cost, and returns that.</summary>
    public decimal Reuse(UsageDetails usage)
    {
        var saved = terms.Price?.Of(usage.InputTokenCount ?? 0, usage.CachedInputTokenCount ?? 0, usage.OutputTokenCount ?? 0) ?? 0;
        ledger.NoteReuse(task, model, saved);
        return saved;
    }

    public override async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var asked = messages.ToList();
        var id = ledger.Reserve(task, model, terms.Price?.Of(MostInput(asked, options), 0, terms.MaxOutputTokens), terms.Budget);
        var answer = await AskAsync(id, asked, options, cancellationToken).ConfigureAwait(false);
        var tokens = (Input: answer.Usage?.InputTokenCount ?? 0, Cached: answer.Usage?.CachedInputTokenCount ?? 0, Output: answer.Usage?.OutputTokenCount ?? 0);
        var usd = terms.Price?.Of(tokens.Input, tokens.Cached, tokens.Output);
        ledger.Settle(id, task, model, usd, tokens);
        (Usd, _counted, _billed) = (Usd + usd, asked.Count, tokens.Input);
        return answer;
    }

    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var response = await GetResponseAsync(messages, options, cancellationToken).ConfigureAwait(false);
        foreach (var update in response.ToChatResponseUpdates()) yield return update;
    }

    private async Task<ChatResponse> AskAsync(string id, List<ChatMessage> asked, ChatOptions? options, CancellationToken cancel)
    {
        try
        {
            return await base.GetResponseAsync(asked, options, cancel).ConfigureAwait(false);
        }
        catch (DbVcException failure) when (!s_paid.Contains(failure.Code))
        {
            ledger.Settle(id, task, model, 0, default);
            throw;
        }
    }

    /// <summary>What was billed last time, and a token for each byte that is new: no tokenizer makes more of it.</summary>
    private long MostInput(List<ChatMessage> messages, ChatOptions? options)
    {
        var known = _billed > 0 && _counted <= messages.Count ? _counted : 0;
        var bytes = messages.Skip(known).Sum(m => 16 + m.Contents.Sum(SizeOf));
        if (known == 0) bytes += options?.Tools?.OfType<AIFunctionDeclaration>().Sum(t => SizeOf(t.Name + t.Description + t.JsonSchema.GetRawText())) ?? 0;
        return (known == 0 ? 0 : _billed) + bytes;
    }

    private static int SizeOf(AIContent content) => 16 + content switch
    {
        TextContent text => SizeOf(text.Text),
        FunctionResultContent { Result: string text } => SizeOf(text),
        FunctionCallContent call => SizeOf(call.Name + JsonSerializer.Serialize(call.Arguments, AIJsonUtilities.DefaultOptions)),
        _ => 0,
    };

    private static int SizeOf(string text) => Encoding.UTF8.GetByteCount(text);
}

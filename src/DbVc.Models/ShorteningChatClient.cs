using System.Globalization;
using Microsoft.Extensions.AI;

namespace DbVc.Models;

/// <summary>
/// Where a conversation is longer than the model reads, long results and arguments are shortened, older ones first, and it is asked again. What a
/// conversation becomes depends on nothing but the conversation and how often it was too long. The log keeps the whole.
/// </summary>
internal sealed class ShorteningChatClient(IChatClient inner, ModelFailures failures, Action<string> notice) : WholeAnswerClient(inner)
{
    // What is left of a text, and of the newest one.
    private static readonly (int Older, int Newest)[] s_levels =
        [(int.MaxValue, int.MaxValue), (4000, int.MaxValue), (1000, 16_000), (200, 4000), (80, 1000)];

    private int _level;

    public override async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var whole = messages.ToList();
        while (true)
        {
            try
            {
                return await InnerClient.GetResponseAsync(Shorten(whole, s_levels[_level]), options, cancellationToken).ConfigureAwait(false);
            }
            catch (ContextOverflow) when (_level + 1 < s_levels.Length)
            {
                _level++;
                notice(string.Create(CultureInfo.InvariantCulture,
                    $"The conversation is longer than the model reads; older results are shortened to {s_levels[_level].Older} characters."));
            }
            catch (ContextOverflow overflow)
            {
                throw failures.Final("model.context",
                    $"The conversation is longer than the model reads, also with its results shortened; it says {overflow.Message}.",
                    "Use a model with a longer context, or give the task smaller metadata.");
            }
        }
    }

    internal static IReadOnlyList<ChatMessage> Shorten(IReadOnlyList<ChatMessage> messages, (int Older, int Newest) most)
    {
        if (most.Older == int.MaxValue) return messages;
        return [.. messages.Select((message, i) => Shorten(message, i == messages.Count - 1 ? most.Newest : most.Older))];
    }

    private static ChatMessage Shorten(ChatMessage message, int most)
    {
        if (!message.Contents.Any(c => IsLong(c, most))) return message;
        var shorter = message.Clone();
        shorter.Contents = [.. message.Contents.Select(c => Shorten(c, most))];
        return shorter;
    }

    private static bool IsLong(AIContent content, int most) => content switch
    {
        FunctionResultContent { Result: string text } => text.Length > most,
        FunctionCallContent { Arguments: { } arguments } => arguments.Values.Any(v => TextOf(v) is { } text && text.Length > most),
        _ => false,
    };

    private static AIContent Shorten(AIContent content, int most) => content switch
    {
        FunctionResultContent { Result: string text } result => new FunctionResultContent(result.CallId, Cut(text, most)),
        FunctionCallContent { Arguments: { } arguments } call => new FunctionCallContent(call.CallId, call.Name,
            arguments.ToDictionary(a => a.Key, a => TextOf(a.Value) is { } text && text.Length > most ? Cut(text, most) : a.Value)),
        _ => content,
    };

    /// <summary>The text of a value, or of the JSON that it is.</summary>
    private static string? TextOf(object? value) => value switch
    {
        string text => text,
        System.Text.Json.JsonElement { ValueKind: System.Text.Json.JsonValueKind.String } text => text.GetString(),
        System.Text.Json.JsonElement json => json.GetRawText(),
        _ => null,
    };

    private static string Cut(string text, int most)
    {
        if (text.Length <= most) return text;
        var end = char.IsHighSurrogate(text[most - 1]) ? most - 1 : most;
        return string.Create(CultureInfo.InvariantCulture,
            $"{text[..end]}… [shortened: the first {end} of {text.Length} characters, {text.Count(c => c == '\n') + 1} lines]");
    }
}

using Microsoft.Extensions.AI;

namespace DbVc.Models;

/// <summary>What is different about protocols: everything else is the same for all.</summary>
/// <param name="Protocol">Which.</param>
/// <param name="Word">As people write it in <c>config.yaml</c>.</param>
/// <param name="KeyHeader">The headers that carry a key.</param>
/// <param name="Headers">What every request has besides.</param>
/// <param name="Open">The package's client, over what connects it.</param>
internal sealed record ProtocolEntry(
    ModelProtocol Protocol, string Word, Func<string, (string Name, string Value)> KeyHeader, IReadOnlyList<(string Name, string Value)> Headers,
    Func<ModelChoice, HttpClient, IChatClient> Open);

/// <summary>Every protocol.</summary>
public static class ProtocolTable
{
    internal static IReadOnlyList<ProtocolEntry> All { get; } =
    [
        new(ModelProtocol.OpenAi, "openai", key => ("Authorization", "Bearer " + key), [], OpenAiProtocol.Open),
        new(ModelProtocol.Anthropic, "anthropic", key => ("x-api-key", key), [("anthropic-version", "2023-06-01")], AnthropicProtocol.Open),
    ];

    /// <summary>The words that name protocols.</summary>
    public static IReadOnlyList<string> Words => [.. All.Select(p => p.Word)];

    /// <summary>The protocol of a word; null where there is none.</summary>
    public static ModelProtocol? Find(string word) => All.FirstOrDefault(p => p.Word == word)?.Protocol;

    /// <summary>The word of a protocol.</summary>
    public static string WordOf(ModelProtocol protocol) => All.First(p => p.Protocol == protocol).Word;

    internal static IChatClient Open(ModelChoice choice, ModelSettings settings, ModelOptions options, ModelFailures failures)
    {
        var entry = All.First(p => p.Protocol == choice.Provider.Protocol);
        var headers = entry.Headers.ToList();
        if (choice.Key is { } key) headers.Add(choice.Provider.KeyHeader is { } name ? (name, key) : entry.KeyHeader(key));
        // Time is limited where answers are assembled.
        var client = new HttpClient(new ProviderHandler(choice, settings, options, failures, headers)) { Timeout = Timeout.InfiniteTimeSpan };
        return new OwningChatClient(entry.Open(choice, client), client);
    }

    /// <summary>Closes the connections with the client.</summary>
    private sealed class OwningChatClient(IChatClient inner, HttpClient client) : DelegatingChatClient(inner)
    {
        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            if (disposing) client.Dispose();
        }
    }
}

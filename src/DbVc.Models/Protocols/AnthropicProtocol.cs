using Anthropic;
using Microsoft.Extensions.AI;

namespace DbVc.Models;

/// <summary>Messages through Anthropic's package. Alone in its file, so that the package is loaded only where it is used.</summary>
internal static class AnthropicProtocol
{
    public static IChatClient Open(ModelChoice choice, HttpClient client) => new AnthropicClient
    {
        // The package looks for keys by itself where it has none; the real one is added below it.
        ApiKey = "none",
        BaseUrl = WithoutVersion(choice.Provider.BaseUrl.ToString()),
        HttpClient = client,
        MaxRetries = 0,
        Timeout = TimeSpan.FromDays(1),
    }.AsIChatClient(choice.Model);

    /// <summary>The package adds the version that people may have copied along.</summary>
    private static string WithoutVersion(string address)
    {
        var bare = address.TrimEnd('/');
        return bare.EndsWith("/v1", StringComparison.Ordinal) ? bare[..^"/v1".Length] : bare;
    }
}

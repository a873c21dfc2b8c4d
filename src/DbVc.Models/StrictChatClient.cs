using System.Text.Json;
using Microsoft.Extensions.AI;

namespace DbVc.Models;

/// <summary>Asks the server to hold the model to the schemas of tools, where they can be held to; a server that does not take that is asked without.</summary>
internal sealed class StrictChatClient(IChatClient inner, bool strict, Action<string> notice) : WholeAnswerClient(inner)
{
    private bool _strict = strict;

    public override async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        try
        {
            if (!_strict || options?.Tools is not { } tools)
                return await InnerClient.GetResponseAsync(messages, options, cancellationToken).ConfigureAwait(false);
            var asked = options.Clone();
            asked.Tools = [.. tools.Select(t => t is AIFunctionDeclaration f && IsClosed(f.JsonSchema) ? new StrictDeclaration(f) : t)];
            try
            {
                return await InnerClient.GetResponseAsync(messages, asked, cancellationToken).ConfigureAwait(false);
            }
            catch (RefusedRequest)
            {
                var answer = await InnerClient.GetResponseAsync(messages, options, cancellationToken).ConfigureAwait(false);
                _strict = false;
                notice("The server does not take strict schemas; it is asked without.");
                return answer;
            }
        }
        catch (RefusedRequest refused)
        {
            throw refused.Failure;
        }
    }

    /// <summary>Whether a schema says everything, as servers want it: every parameter required and none of them open.</summary>
    private static bool IsClosed(JsonElement schema) =>
        schema.TryGetProperty("properties", out var properties) && schema.TryGetProperty("required", out var required)
        && schema.TryGetProperty("additionalProperties", out var more) && more.ValueKind == JsonValueKind.False
        && required.GetArrayLength() == properties.EnumerateObject().Count()
        && properties.EnumerateObject().All(p => p.Value.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String
            && type.GetString() is "string" or "integer" or "number" or "boolean");

    private sealed class StrictDeclaration(AIFunctionDeclaration declaration) : AIFunctionDeclaration
    {
        // Each package knows it by another name.
        private static readonly Dictionary<string, object?> s_strict = new() { ["strict"] = true, ["Strict"] = true };

        public override string Name => declaration.Name;

        public override string Description => declaration.Description;

        public override JsonElement JsonSchema => declaration.JsonSchema;

        public override IReadOnlyDictionary<string, object?> AdditionalProperties => s_strict;
    }
}

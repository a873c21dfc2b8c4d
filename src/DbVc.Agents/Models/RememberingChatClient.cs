using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace DbVc.Agents;

/// <summary>
/// Does again what was merged for the very same metadata: the order of the work that <c>builtin</c> knows, and the files as they were merged. The model
/// is asked from where that does not do: as soon as a tool fails or a gate refuses.
/// </summary>
/// <param name="inner">The model.</param>
/// <param name="files">Those that were merged and that no generator makes, written after the tests.</param>
public sealed class RememberingChatClient(IChatClient inner, IReadOnlyList<BranchFile> files) : DelegatingChatClient(inner)
{
    /// <summary>Whether the model had to be asked.</summary>
    public bool IsAsked { get; private set; }

    public override async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var asked = messages.ToList();
        if (!IsAsked && Next(BuiltinConversation.Read(asked)) is { } known) return known;
        IsAsked = true;
        return await base.GetResponseAsync(asked, options, cancellationToken).ConfigureAwait(false);
    }

    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var response = await GetResponseAsync(messages, options, cancellationToken).ConfigureAwait(false);
        foreach (var update in response.ToChatResponseUpdates()) yield return update;
    }

    private ChatResponse? Next(BuiltinConversation conversation)
    {
        var step = BuiltinPlan.Next(conversation);
        if (step.IsGivingUp) return null;
        var written = conversation.Exchanges.Count(e => e.Tool == ToolCatalog.WriteFile && !e.IsError);
        if (step.Tool == ToolCatalog.ExecuteInBranch && written < files.Count)
        {
            step = new BuiltinStep("As it was merged before.", ToolCatalog.WriteFile,
                new() { ["path"] = files[written].Path.Text, ["content"] = files[written].Text });
        }

        return BuiltinChatClient.Answer(step, conversation);
    }
}

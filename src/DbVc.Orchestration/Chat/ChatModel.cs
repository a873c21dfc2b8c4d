using System.Globalization;
using System.Text.Json.Nodes;
using DbVc.Agents;
using DbVc.Model;
using Microsoft.Extensions.AI;

namespace DbVc.Orchestration;

/// <summary>
/// Has a model answer a sentence that the grammar does not know. It may read what the person may read, masked as the configuration says; the first call that
/// would change something becomes a proposal, and only a person carries that out.
/// </summary>
/// <param name="desk">Answers and proposes, through the guard.</param>
/// <param name="context">Of the workspace.</param>
/// <param name="name">Of the model, from <see cref="ModelDesk.Require"/>.</param>
internal sealed class ChatModel(ChatDesk desk, WorkspaceContext context, string name)
{
    private const int MostQuestions = 12;
    private const int MostLines = 60;
    private const int MostResult = 20_000;

    private readonly SecretMask _mask = SecretMask.FromEnvironment();
    private readonly List<string> _looked = [];

    public ChatReply Answer(string sentence, ChatCall call)
    {
        var limits = context.Configuration.Limits;
        using var clock = new CancellationTokenSource(limits.WallTime, context.Options.Clock);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(call.Cancel, clock.Token);
        call.Talk.CostName ??= string.Create(CultureInfo.InvariantCulture, $"chat-{context.Options.Clock.GetUtcNow():yyyyMMdd-HHmmss}");
        using var model = context.Models.Open(name, call.Talk.CostName, call.Progress.Message, mayReuse: false);
        var messages = ChatPrompt.Build(sentence, call.Talk.Describe()).ToList();
        var options = new ChatOptions { Tools = [.. ChatTools.All.Select(t => t.Declaration)], ToolMode = ChatToolMode.Auto };
        var (tokens, errors) = (0L, 0);
        try
        {
            for (var asked = 0; asked < Math.Min(MostQuestions, limits.Iterations); asked++)
            {
                if (tokens >= limits.Tokens) throw Stopped($"The limit of {limits.Tokens} tokens was met.");
                var answer = model.Client.GetResponseAsync(messages, options, stop.Token).WaitAsync(stop.Token).GetAwaiter().GetResult();
                tokens += Math.Max(0, answer.Usage?.TotalTokenCount ?? 0);
                messages.AddRange(answer.Messages);
                var calls = answer.Messages.SelectMany(m => m.Contents).OfType<FunctionCallContent>().Where(c => !c.InformationalOnly).ToList();
                if (calls.Count == 0 && answer.Text.Trim().Length > 0) return Say(answer.Text);
                if (calls.Count == 0) messages.Add(new ChatMessage(ChatRole.User, ChatPrompt.Reminder));
                var (results, proposal, failed) = Run(calls, call with { Cancel = stop.Token }, limits.CallsPerAnswer);
                if (proposal is not null) return proposal;
                if (calls.Count > 0) messages.Add(new ChatMessage(ChatRole.Tool, results));
                errors = failed || calls.Count == 0 ? errors + 1 : 0;
                if (errors >= limits.ConsecutiveErrors) throw Stopped($"{errors} answers in a row failed.");
            }

            throw Stopped($"The model was asked {Math.Min(MostQuestions, limits.Iterations)} times and did not finish.");
        }
        catch (OperationCanceledException) when (clock.IsCancellationRequested && !call.Cancel.IsCancellationRequested)
        {
            throw Stopped($"The limit of {limits.WallTime.TotalSeconds:0} seconds was met.");
        }
    }

    /// <summary>A result for every call; what would change something ends it, and is shown to the person whole.</summary>
    private (List<AIContent> Results, ChatReply? Proposal, bool Failed) Run(IReadOnlyList<FunctionCallContent> calls, ChatCall call, int most)
    {
        var (results, failed) = (new List<AIContent>(), false);
        foreach (var (position, wanted) in calls.Index())
        {
            JsonObject said;
            try
            {
                if (position >= most) throw new DbVcException(FailureKind.Refused, "chat.not-run", $"One answer may hold {most} calls.");
                var (verb, slots) = ChatTools.Read(wanted);
                var reply = desk.Answer(verb, slots, verb.Changes ? call with { Shown = Disclosure.Everything } : call);
                if (reply.Kind == ChatKind.Proposal) return ([], reply with { Model = name }, false);
                // What it would have proposed cannot be done: whoever asked sees why, and the model gets no unmasked word of it.
                if (verb.Changes) return ([], reply with { Model = name }, false);
                said = Describe(reply);
                if (reply.CommandLine is { } line && !_looked.Contains(line)) _looked.Add(line);
                failed |= reply.Failure is not null;
            }
            catch (DbVcException failure)
            {
                failed = true;
                said = new JsonObject { ["error"] = failure.Code, ["message"] = call.Foreign(failure.Message), ["hint"] = failure.Hint };
            }

            results.Add(new FunctionResultContent(wanted.CallId, _mask.Mask(ChatShown.Cut(said.ToJsonString(), MostResult))));
        }

        return (results, null, failed);
    }

    private static JsonObject Describe(ChatReply reply) => new()
    {
        ["command"] = reply.CommandLine,
        ["lines"] = new JsonArray([.. reply.Lines.Take(MostLines).Select(l => (JsonNode?)l.ToString())]),
        ["more"] = Math.Max(0, reply.Lines.Count - MostLines),
    };

    private ChatReply Say(string words)
    {
        var text = new ChatText().Each([.. words.Trim().Split('\n')], line => ChatText.Line(line.TrimEnd()), MostLines);
        text.Quiet(_looked.Count == 0 ? $"These are words of {name}, which looked at nothing." : $"These are words of {name}, which looked at:");
        foreach (var line in _looked) text.Quiet("  " + line);
        return new ChatReply { Kind = ChatKind.Answer, Verb = "model", Lines = text.Lines, Model = name };
    }

    private static DbVcException Stopped(string why) => new(FailureKind.Failed, "chat.stopped", $"The model gave no answer. {why}",
        hint: "Say it otherwise; 'help' lists what is understood without a model.");
}

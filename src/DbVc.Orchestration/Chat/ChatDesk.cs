using DbVc.Agents;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>
/// Answers sentences. What only reads is answered at once, with the command that says the same; what changes something is shown, and done when somebody
/// says yes to exactly that. Whoever asks may do here what their commands may do, and nothing else: each verb passes the same guard, through the same desks.
/// </summary>
public sealed class ChatDesk
{
    private readonly Workspace _workspace;
    private readonly WorkspaceContext _context;

    internal ChatDesk(Workspace workspace, WorkspaceContext context) => (_workspace, _context) = (workspace, context);

    /// <summary>What a sentence asks. Any text is a sentence; none changes anything.</summary>
    /// <param name="sentence">What a person wrote.</param>
    /// <param name="talk">What was spoken of before.</param>
    /// <param name="progress">Hears of what is looked at.</param>
    /// <param name="cancel">Ends it.</param>
    /// <param name="model">Who answers what the grammar does not know; null for the configured model.</param>
    public ChatReply Ask(string sentence, Conversation talk, IAgentProgress progress, CancellationToken cancel, string? model = null) => Remembering(talk, () =>
    {
        if (sentence.Length > Sentence.MostCharacters)
            return Unknown($"A sentence has at most {Quantity.Of(Sentence.MostCharacters)} characters; this one has {Quantity.Of(sentence.Length)}.", null);
        var read = Sentence.Read(sentence);
        if (read.Words.All(w => w.IsNoise)) return ChatHelp.Greet();
        var call = Open(talk, progress, cancel);
        // What the grammar knows costs nothing, and nothing of it is sent anywhere.
        var reply = Understand(read, call);
        if (reply.Kind != ChatKind.Unknown || _context.Models.Require(model) is not { } name || name == BuiltinChatClient.ModelName) return reply;
        return new ChatModel(this, _context, name).Answer(sentence, call with { Shown = Disclosure.By(_context.Configuration.Disclosure) });
    });

    /// <summary>Carries out what somebody said yes to. Where things moved since it was shown, it is shown anew instead.</summary>
    /// <param name="proposal">From <see cref="Ask"/>.</param>
    /// <param name="talk">What was spoken of.</param>
    /// <param name="progress">Hears of what is done.</param>
    /// <param name="cancel">Ends it.</param>
    public ChatReply Carry(ChatReply proposal, Conversation talk, IAgentProgress progress, CancellationToken cancel) => Remembering(talk, () =>
    {
        var verb = ChatVerbs.All.FirstOrDefault(v => v.Name == proposal.Verb);
        if (proposal.Kind != ChatKind.Proposal || verb?.Act is null) throw new ArgumentException("Only a proposal can be carried out.", nameof(proposal));
        var call = Open(talk, progress, cancel) with { Arguments = proposal.Arguments };
        var anew = Answer(verb, call);
        if (!anew.ShowsTheSame(proposal)) return anew with { IsShownAnew = true };
        var done = verb.Act(call);
        return done with
        {
            Verb = verb.Name,
            Arguments = call.Arguments,
            Command = proposal.Command,
            Kind = done.Failure is null ? ChatKind.Done
            : ChatKind.Failed
        };
    });

    /// <summary>The first verb that a sentence fits and whose slots stand for something that is there.</summary>
    private ChatReply Understand(Sentence sentence, ChatCall call)
    {
        DbVcException? wrong = null;
        foreach (var (verb, pattern, slots) in Candidates(sentence))
        {
            call.Cancel.ThrowIfCancellationRequested();
            try
            {
                return Answer(verb, call with { Arguments = Resolve(verb, slots, call) });
            }
            catch (DbVcException e) when (e.Kind == FailureKind.Usage)
            {
                // Another verb may be meant, of which what is named here is there.
                if (pattern.IsVague && e.Code is ChatNames.Missing or ChatNames.Unmeant or "revision.unknown") continue;
                if (wrong is null || (e.Code == ChatNames.Near && wrong.Code != e.Code)) wrong = e;
            }
        }

        if (wrong is null) return ChatHelp.NotUnderstood(sentence);
        call.Talk.Failure = wrong;
        return Unknown(wrong.Message, wrong.Hint);
    }

    private static ChatReply Remembering(Conversation talk, Func<ChatReply> answer)
    {
        try
        {
            var reply = answer();
            if (reply.Kind != ChatKind.Unknown) talk.Failure = null;
            if (reply.Verb != "why") talk.Refused = reply.Kind == ChatKind.Failed ? reply.Arguments.Find("branch") : null;
            return reply;
        }
        catch (DbVcException e)
        {
            talk.Failure = e;
            throw;
        }
    }

    private ChatCall Open(Conversation talk, IAgentProgress progress, CancellationToken cancel) =>
        new(_workspace, _context, new ChatNames(_workspace, talk, _context.Options.Clock), talk, ChatArguments.None, progress, cancel)
        {
            Shown = Disclosure.Everything,
        };

    /// <summary>What a verb answers whose slots a model filled.</summary>
    internal ChatReply Answer(ChatVerb verb, IReadOnlyDictionary<string, SlotText> slots, ChatCall call) =>
        Answer(verb, call with { Arguments = Resolve(verb, slots, call) });

    /// <summary>The table says who may; so does every desk that the verb goes to.</summary>
    private ChatReply Answer(ChatVerb verb, ChatCall call)
    {
        _workspace.Access.RequireVerb(verb.Action);
        var reply = verb.Answer(call) with { Verb = verb.Name, Arguments = call.Arguments };
        return reply.Kind == ChatKind.Proposal && !verb.Changes
            ? throw new InvalidOperationException($"The verb {verb.Name} proposes what it cannot do.")
            : reply;
    }

    private static IEnumerable<(ChatVerb Verb, ChatPattern Pattern, IReadOnlyDictionary<string, SlotText> Slots)> Candidates(Sentence sentence) =>
        from verb in ChatVerbs.All
        from pattern in verb.Patterns
        from slots in pattern.Match(sentence)
        select (verb, pattern, slots);

    private static ChatArguments Resolve(ChatVerb verb, IReadOnlyDictionary<string, SlotText> said, ChatCall call)
    {
        var found = new Dictionary<string, string>();
        foreach (var slot in verb.Slots)
        {
            if (!said.TryGetValue(slot.Name, out var text)) continue;
            found[slot.Name] = call.Names.Resolve(slot, text, found);
        }

        foreach (var slot in verb.Slots)
            if (found.TryGetValue(slot.Name, out var value)
                && slot.Kind is not (SlotKind.Text or SlotKind.Number or SlotKind.NewBranch)) Remember(call.Talk, slot.Kind, value);
        return new ChatArguments(found);
    }

    private static void Remember(Conversation talk, SlotKind kind, string value)
    {
        talk.Name(kind, value);
        // A task is known by its branch, and a branch stands for its newest commit.
        if (kind is SlotKind.Task or SlotKind.Branch)
            foreach (var other in new[] { SlotKind.Task, SlotKind.Branch, SlotKind.Revision }) talk.Name(other, value);
    }

    private static ChatReply Unknown(string message, string? hint) => new()
    {
        Kind = ChatKind.Unknown,
        Failure = FailureKind.Usage,
        Lines = [new ChatLine(ChatTone.Bad, [message]), .. hint is null ? [] : (ChatLine[])[new ChatLine(ChatTone.Quiet, [hint])]],
    };
}

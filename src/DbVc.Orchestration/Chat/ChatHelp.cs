using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>What chat says of itself.</summary>
internal static class ChatHelp
{
    private const int MostNear = 3;

    /// <summary>Words that bear nothing.</summary>
    public static ChatReply Greet() => new()
    {
        Kind = ChatKind.Answer,
        Verb = "help",
        Lines = new ChatText().Say("Ask me about this repository, or say what to do. 'help' lists all that I know.").Lines,
    };

    public static ChatReply Show()
    {
        var text = new ChatText().Say("I know the verbs of db-vc, and these sentences, or others like them. What changes something I show first, and ask.");
        foreach (var (title, verbs) in ChatVerbs.Groups)
        {
            text.Say("").Say(title);
            text.Each(verbs, v => new ChatLine(ChatTone.Plain, ["  " + v.Example, v.Says]), int.MaxValue);
        }

        return new ChatReply { Kind = ChatKind.Answer, Verb = "help", Lines = text.Lines, Command = ["--help"] };
    }

    /// <summary>Nothing is guessed: the sentences nearest to it are named.</summary>
    public static ChatReply NotUnderstood(Sentence sentence)
    {
        var said = sentence.Words.Where(w => !w.IsNoise && !ChatWords.Little.Contains(w.Plain)).Select(w => w.Plain).ToHashSet();
        var near = ChatVerbs.All.Select(v => (Verb: v, Score: v.Patterns.Max(p => p.NearnessTo(said)))).Where(v => v.Score > 0)
            .OrderByDescending(v => v.Score).Take(MostNear).Select(v => v.Verb).ToList();
        var text = new ChatText().Bad("I don't know that.");
        if (near.Count > 0) text.Say("Nearest to it are:").Each(near, v => new ChatLine(ChatTone.Plain, ["  " + v.Example, v.Says]));
        text.Quiet("'help' lists all that I know.");
        return new ChatReply { Kind = ChatKind.Unknown, Lines = text.Lines, Failure = FailureKind.Usage };
    }
}

namespace DbVc.Orchestration;

/// <summary>
/// Everything that chat can do: the one table from which sentences are understood, help is written and a model's tools are made. Where a sentence fits
/// several, the first whose slots stand for something that is there is meant: what is narrow stands before what is wide.
/// </summary>
internal static class ChatVerbs
{
    /// <summary>In the order in which help shows them.</summary>
    public static IReadOnlyList<(string Title, IReadOnlyList<ChatVerb> Verbs)> Groups { get; } =
    [
        ("See what is", [Help, .. LookVerbs.All, .. BranchVerbs.Questions, .. QueueVerbs.Questions]),
        ("Look back", HistoryVerbs.All),
        ("Tasks of agents", [.. TaskVerbs.All]),
        ("Branches and merges", [.. BranchVerbs.Acts, .. QueueVerbs.Acts]),
        ("Take back", [.. TakeBackVerbs.Questions, .. TakeBackVerbs.Acts]),
        ("Metadata", MetadataVerbs.All),
    ];

    /// <summary>In the order in which they are tried: those whose patterns fit nearly anything last.</summary>
    public static IReadOnlyList<ChatVerb> All { get; } = [.. Groups.SelectMany(g => g.Verbs).OrderBy(v => v.IsLast)];

    private static ChatVerb Help => new("help", "status", "All that I know.", _ => ChatHelp.Show())
    {
        Patterns = ChatVerb.Forms("help", "what can you do", "what do you know", "what can i|we says", "show? help", "show? commands", "what is you",
            "who is you", "commands", "?"),
        Example = "help",
    };
}

namespace DbVc.Orchestration;

/// <summary>One thing that chat can do: a row of <see cref="ChatVerbs"/>.</summary>
/// <param name="Name">As models call it.</param>
/// <param name="Action">The command whose permission it takes, as <see cref="AccessTable"/> has it.</param>
/// <param name="Says">What it does, in one sentence.</param>
/// <param name="Answer">The answer; of a verb that changes something, what it would do.</param>
internal sealed record ChatVerb(string Name, string Action, string Says, Func<ChatCall, ChatReply> Answer)
{
    /// <summary>Changes something, once a person said yes; null for a question.</summary>
    public Func<ChatCall, ChatReply>? Act { get; init; }

    /// <summary>In the order in which they are looked up: what one means may hang on those before it.</summary>
    public IReadOnlyList<ChatSlot> Slots { get; init; } = [];

    /// <summary>The sentences that mean it.</summary>
    public required IReadOnlyList<ChatPattern> Patterns { get; init; }

    /// <summary>A sentence that means it, for help.</summary>
    public required string Example { get; init; }

    /// <summary>It is tried after all others: its patterns fit nearly anything.</summary>
    public bool IsLast { get; init; }

    public bool Changes => Act is not null;

    public static IReadOnlyList<ChatPattern> Forms(params string[] forms) => [.. forms.Select(ChatPattern.Parse)];
}

/// <summary>A sentence that is being answered.</summary>
/// <param name="Workspace">Open, as whoever asks may use it.</param>
/// <param name="Context">Of the workspace.</param>
/// <param name="Names">What is there.</param>
/// <param name="Talk">What was spoken of before.</param>
/// <param name="Arguments">What was understood.</param>
/// <param name="Progress">Hears of what is done.</param>
/// <param name="Cancel">Ends it.</param>
internal sealed record ChatCall(
    Workspace Workspace, WorkspaceContext Context, ChatNames Names, Conversation Talk, ChatArguments Arguments, IAgentProgress Progress,
        CancellationToken Cancel)
{
    /// <summary>What of values and of other people's words may be shown: to a person all, to a model what the configuration says.</summary>
    public required Agents.Disclosure Shown { get; init; }

    /// <summary>An answer, with the command that says the same.</summary>
    public static ChatReply Reply(ChatText text, params string[] command) =>
        new() { Kind = ChatKind.Answer, Lines = text.Lines, Command = command };

    /// <summary>What would be done, with the command that does the same.</summary>
    public static ChatReply Propose(ChatText text, params string[] command) => Reply(text, command) with { Kind = ChatKind.Proposal };

    /// <summary>Nothing that can be done.</summary>
    public static ChatReply Fail(Model.FailureKind kind, ChatText text, params string[] command) =>
        Reply(text, command) with { Kind = ChatKind.Failed, Failure = kind };

    /// <summary>A value, short and on one line.</summary>
    public string Cell(string column, Model.Value value) =>
        value.IsNull ? "NULL" : ChatShown.Cut(Shown.Cell(column, value.ToString()) ?? "NULL", ChatShown.MostOfValue);

    /// <summary>What somebody else wrote: a message of a commit, an error of generated code; its first line.</summary>
    public string Foreign(string text) => ChatShown.Cut(Shown.Foreign(ChatShown.Title(text)), ChatShown.MostOfLine);
}

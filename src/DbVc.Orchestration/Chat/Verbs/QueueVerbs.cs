using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>The merge queue: who waits in it, and letting them in.</summary>
internal static class QueueVerbs
{
    private static readonly ChatSlot s_branch = new("branch", SlotKind.Branch, "a branch");

    public static IReadOnlyList<ChatVerb> Questions { get; } =
    [
        new("queue_list", "merge queue list", "The branches in the merge queue, in their order.", List)
        {
            Patterns = ChatVerb.Forms("queue", "merge queue", "show? queue", "show? merge queue", "what is in merge? queue", "who is in merge? queue",
                "what branch is in merge? queue", "how is merge? queue", "is merge? queue empty"),
            Example = "what is in the merge queue",
        },
    ];

    public static IReadOnlyList<ChatVerb> Acts { get; } =
    [
        new("queue_add", "merge queue add", "Put a branch at the end of the merge queue.", PlanAdd)
        {
            Act = call => ChatCall.Reply(Entries(call, call.Workspace.Queue.Add([call.Arguments.Branch("branch")]))),
            Slots = [s_branch],
            Patterns = ChatVerb.Forms("queue branch? {branch}", "create branch? {branch} to merge? queue", "put branch? {branch} into|to|in merge? queue",
                "enqueue branch? {branch}", "merge queue create {branch}", "queue branch? {branch} of merge"),
            Example = "put fix-ages into the merge queue",
        },
        new("queue_remove", "merge queue remove", "Take a branch out of the merge queue.", call => ChatCall.Propose(
            new ChatText().Say($"{call.Arguments.Get("branch")} would leave the merge queue; the branch stays as it is."),
            "merge", "queue", "remove", call.Arguments.Get("branch")))
        {
            Act = Remove,
            Slots = [s_branch],
            Patterns = ChatVerb.Forms("take branch? {branch} out of merge? queue", "delete branch? {branch} of merge? queue", "unqueue branch? {branch}",
                "dequeue branch? {branch}", "merge queue delete {branch}"),
            Example = "take fix-ages out of the merge queue",
        },
        new("queue_run", "merge queue run", "Let the branches of the merge queue into main, one after another.", PlanRun)
        {
            Act = Run,
            Patterns = ChatVerb.Forms("run merge? queue", "merge queue run", "merge queue of branch", "work off merge? queue", "empty merge? queue",
                "merge all in queue", "merge what is in queue"),
            Example = "run the merge queue",
        },
    ];

    private static ChatReply List(ChatCall call)
    {
        var entries = call.Workspace.Queue.List();
        return ChatCall.Reply(entries.Count == 0 ? new ChatText().Say("The merge queue is empty.") : Entries(call, entries), "merge", "queue", "list");
    }

    private static ChatReply PlanAdd(ChatCall call)
    {
        var (branch, waiting) = (call.Workspace.Branches.Show(call.Arguments.Branch("branch")), call.Workspace.Queue.List());
        var text = new ChatText().Say(waiting.Count == 0 ? $"{branch.Name} ({branch.Status}) would be the only branch in the merge queue."
            : $"{branch.Name} ({branch.Status}) would come after {Quantity.Of(waiting.Count, "branch", "branches")} in the merge queue.")
            .Quiet("It is merged when the queue is run, and not before.");
        return ChatCall.Propose(text, "merge", "queue", "add", branch.Name);
    }

    private static ChatReply Remove(ChatCall call)
    {
        call.Workspace.Queue.Remove(call.Arguments.Branch("branch"));
        return ChatCall.Reply(new ChatText().Good($"{call.Arguments.Get("branch")} left the merge queue."));
    }

    private static ChatReply PlanRun(ChatCall call)
    {
        var waiting = call.Workspace.Queue.List();
        if (waiting.Count == 0) return ChatCall.Reply(new ChatText().Say("The merge queue is empty."), "merge", "queue", "list");
        var text = new ChatText().Say("Each of these would be brought up to main, judged by its gates, and merged, in this order:");
        return ChatCall.Propose(Entries(call, waiting, text), "merge", "queue", "run");
    }

    private static ChatReply Run(ChatCall call)
    {
        var run = call.Workspace.Queue.Run(call.Progress, _ => { }, call.Cancel);
        var text = Entries(call, run.Entries);
        if (run.Entries.Any(e => e.State == QueueState.Refused)) return ChatCall.Fail(FailureKind.Refused, text);
        return run.Entries.Any(e => e.State == QueueState.Conflicts)
            ? ChatCall.Fail(FailureKind.Conflict, text.Quiet("'what conflicts are there' shows them.")) : ChatCall.Reply(text);
    }

    private static ChatText Entries(ChatCall call, IReadOnlyList<QueueEntry> entries, ChatText? text = null) => (text ?? new ChatText()).Each(entries,
        e => new ChatLine(ToneOf(e.State), [e.Branch, e.State.ToString().ToLowerInvariant(), e.By, e.Reason is { } reason ? call.Foreign(reason) : ""]), 40);

    private static ChatTone ToneOf(QueueState state) => state switch
    {
        QueueState.Landed => ChatTone.Good,
        QueueState.Refused or QueueState.Conflicts => ChatTone.Bad,
        _ => ChatTone.Plain,
    };
}

using System.Globalization;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>Takes back what was done, and says beforehand what that would be.</summary>
internal static class TakeBackVerbs
{
    private static readonly ChatSlot s_revision = new("revision", SlotKind.Revision, "a commit");

    public static IReadOnlyList<ChatVerb> Questions { get; } =
    [
        new("rollback_preview", "rollback", "What a rollback would undo.", call => Rollback(call, isAct: false))
        {
            Slots = [s_revision],
            Patterns = ChatVerb.Forms("what would rollback to commit? {revision} undo|do|changed|revert|delete",
                "what would rollback to commit? {revision}", "what would undo rollback to {revision}",
                "what would i|we lose rollback to {revision}", "what would be lost|undone of|in? rollback to {revision}", "what if i|we rollback to {revision}",
                "what happened if i|we rollback to {revision}", "what would happened if i|we rollback to {revision}", "preview rollback to {revision}",
                "what would rollback of commit? {revision} undo|do"),
            Example = "what would a rollback to HEAD~2 undo",
        },
        new("revert_preview", "revert", "What taking one commit back would change.", call => Revert(call, isAct: false))
        {
            Slots = [s_revision],
            Patterns = ChatVerb.Forms("what would revert commit? {revision} do|changed|undo", "what would revert of commit? {revision} do|changed|undo",
                "what would reverting commit? {revision} do|changed|undo",
                "what if i|we revert commit? {revision}", "preview revert of? {revision}", "what happened if i|we revert commit? {revision}"),
            Example = "what would reverting HEAD do",
        },
    ];

    public static IReadOnlyList<ChatVerb> Acts { get; } =
    [
        new("rollback", "rollback", "Take main back to an earlier commit, by a new one.", call => Rollback(call, isAct: true))
        {
            Act = Rollback,
            Slots = [s_revision],
            Patterns = ChatVerb.Forms("rollback to commit? {revision}", "rollback main to commit? {revision}", "rollback commit? {revision}",
                "bring main back to commit? {revision}"),
            Example = "roll back to HEAD~2",
        },
        new("revert", "revert", "Take back what one commit changed.", call => Revert(call, isAct: true))
        {
            Act = call => BranchVerbs.Ended(call, call.Workspace.Replays.Revert(new RevertRequest(call.Arguments.Get("revision"), BranchName.Main),
                call.Cancel)),
            Slots = [s_revision],
            Patterns = ChatVerb.Forms("revert commit? {revision}", "undo commit {revision}", "delete commit {revision}"),
            Example = "revert HEAD~1",
        },
        new("undo", "undo", "Undo the last operation, or one of the log.", PlanUndo)
        {
            Act = Undo,
            Slots = [new ChatSlot("number", SlotKind.Number, "the operation's number; otherwise the last that moved something").OrNone()],
            Patterns = ChatVerb.Forms("undo", "undo it|that", "undo last operations", "undo last", "undo last thing", "undo operations? {number}",
                "undo what i|we do last?", "revert it|that"),
            Example = "undo",
        },
        new("cherry_pick", "cherry-pick", "Repeat on main what a commit changed elsewhere.", PlanPick)
        {
            Act = call => BranchVerbs.Ended(call, call.Workspace.Replays.CherryPick(Pick(call, isDry: false), call.Cancel)),
            Slots = [s_revision],
            Patterns = ChatVerb.Forms("cherry-pick commit? {revision}", "cherry-pick commit? {revision} into|in|to main"),
            Example = "cherry-pick fix-ages",
        },
    ];

    private static ChatReply Rollback(ChatCall call, bool isAct)
    {
        var revision = call.Arguments.Get("revision");
        var report = call.Workspace.Replays.Rollback(new RollbackRequest(revision, DryRun: true), call.Cancel);
        var target = call.Workspace.History.Find(revision).Commit;
        if (report.Tables.Count == 0) return ChatCall.Reply(new ChatText().Say($"Nothing: main holds exactly what it held at {target.Id.Short}."),
            Command(revision, isDry: true));
        var undone = call.Context.FirstParents(call.Context.Repository.Head(BranchName.Main)).TakeWhile(id => id != target.Id).ToList();
        var text = new ChatText().Say($"A rollback to {target.Id.Short} ({call.Foreign(target.Commit.Message)}) "
                + $"would undo {Quantity.Of(undone.Count, "commit")}:")
            .Each(undone, id => ChatShown.Commit(call, new NamedCommit(id, call.Context.Repository.ReadCommit(id))))
            .Say("and change in main:").Changes(report.Tables).Quiet("It is a new commit: the ones that it undoes stay in the history.");
        return isAct ? ChatCall.Propose(text, Command(revision, isDry: false)) : ChatCall.Reply(text, Command(revision, isDry: true));
    }

    private static string[] Command(string revision, bool isDry) => ["rollback", "--to-commit", revision, .. isDry ? (string[])["--dry-run"] : []];

    private static ChatReply Rollback(ChatCall call)
    {
        var report = call.Workspace.Replays.Rollback(new RollbackRequest(call.Arguments.Get("revision"), DryRun: false), call.Cancel);
        return report.Commit is { } commit ? ChatCall.Reply(new ChatText().Good($"Rolled back by commit {commit.Short}.").Changes(report.Tables))
            : ChatCall.Reply(new ChatText().Say("Main holds exactly that already."));
    }

    private static ChatReply Revert(ChatCall call, bool isAct)
    {
        var revision = call.Arguments.Get("revision");
        var plan = call.Workspace.Replays.Revert(new RevertRequest(revision, BranchName.Main) { DryRun = true }, call.Cancel);
        return Plan(call, plan, $"Taking back {revision} ({call.Foreign(call.Workspace.History.Find(revision).Commit.Commit.Message)})", isAct, "revert",
            revision);
    }

    private static CherryPickRequest Pick(ChatCall call, bool isDry) => new(call.Arguments.Get("revision"), BranchName.Main) { DryRun = isDry };

    private static ChatReply PlanPick(ChatCall call)
    {
        var revision = call.Arguments.Get("revision");
        return Plan(call, call.Workspace.Replays.CherryPick(Pick(call, isDry: true), call.Cancel), $"Repeating {revision}", isAct: true, "cherry-pick",
            revision);
    }

    private static ChatReply Plan(ChatCall call, MergeReport plan, string what, bool isAct, params string[] command)
    {
        string[] dry = [.. command, "--dry-run"];
        return plan.State switch
        {
            MergeState.UpToDate => ChatCall.Reply(new ChatText().Say(plan.Message), dry),
            MergeState.Refused => ChatCall.Fail(FailureKind.Refused, new ChatText().Bad($"{what} is refused: {call.Foreign(plan.Message)}")
                .Merge(call, plan), dry),
            _ when isAct => ChatCall.Propose(new ChatText().Say($"{what} would change in main:").Merge(call, plan), command),
            _ => ChatCall.Reply(new ChatText().Say($"{what} would change in main:").Merge(call, plan), dry),
        };
    }

    private static ChatReply PlanUndo(ChatCall call)
    {
        var operations = call.Workspace.History.Operations(1000);
        var number = call.Arguments.Find("number") is { } text ? long.Parse(text, CultureInfo.InvariantCulture) : (long?)null;
        var operation = number is null ? operations.FirstOrDefault(o => o.Refs.Count > 0) : operations.FirstOrDefault(o => o.Number == number);
        if (operation is null) return ChatCall.Fail(FailureKind.Usage, new ChatText().Bad(number is null ? "There is nothing to undo."
            : $"There is no operation {number}."), "op", "log");
        return ChatCall.Propose(new ChatText()
            .Say($"Operation {operation.Number} would be undone: {call.Foreign(operation.Command)}, by {operation.Actor}, {ChatShown.Time(operation.Time)}")
            .Each(operation.Moves, m => ChatText.Line("  " + m)), "undo", operation.Number.ToString(CultureInfo.InvariantCulture));
    }

    private static ChatReply Undo(ChatCall call)
    {
        var number = call.Arguments.Find("number") is { } text ? long.Parse(text, CultureInfo.InvariantCulture)
            : call.Workspace.History.Operations(1000).First(o => o.Refs.Count > 0).Number;
        var report = call.Workspace.Operations.Undo(number, call.Cancel);
        if (report.Main is { State: MergeState.Conflicts or MergeState.Refused } stopped) return BranchVerbs.Ended(call, stopped);
        return ChatCall.Reply(new ChatText().Good($"Undid operation {report.Operation}: {call.Foreign(report.Command)}")
            .Each(report.Moves, m => ChatText.Line("  " + m))
            .Changes(report.Main?.Tables ?? []));
    }
}

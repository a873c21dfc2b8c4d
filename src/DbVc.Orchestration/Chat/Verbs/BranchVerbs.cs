using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>Branches, merges and what main runs.</summary>
internal static class BranchVerbs
{
    private static readonly ChatSlot s_branch = new("branch", SlotKind.Branch, "a branch");
    private static readonly ChatSlot s_into = new("into", SlotKind.Branch, "the branch that receives the changes; otherwise main");
    private static readonly ChatSlot s_new = new("branch", SlotKind.NewBranch, "the name of the new branch");
    private static readonly ChatSlot s_reason = new("reason", SlotKind.Text, "why, for people and for whoever tries the like");
    private static readonly ChatSlot s_message = new("message", SlotKind.Text, "what was changed and why");

    public static IReadOnlyList<ChatVerb> Questions { get; } =
    [
        new("branch_list", "branch list", "The branches.", List)
        {
            Patterns = ChatVerb.Forms("branch", "show? branch", "what branch is", "what branch do we|i have", "show? all branch",
                "what branch have we|i"),
            Example = "show branches",
        },
        new("branch_show", "branch show", "One branch.", Show)
        {
            Slots = [s_branch],
            Patterns = ChatVerb.Forms("show branch {branch}", "~what is branch {branch}", "~show {branch}", "explain branch {branch}",
                "~where is branch? {branch}", "where is database of branch? {branch}"),
            Example = "show branch fix-ages",
        },
        new("branch_review", "branch review", "What a reviewer needs to know of a branch, and what merging it would do.", Review)
        {
            Slots = [s_branch],
            Patterns = ChatVerb.Forms("review branch? {branch}", "can i|we merge branch? {branch}", "is branch? {branch} ready to|of? merge?",
                "what would merge branch? {branch} do|changed",
                "what would merge of branch? {branch} do", "what would merging branch? {branch} do|changed", "why is branch? {branch} not ready",
                "why can i|we not merge branch? {branch}",
                "~is branch? {branch} ready", "what do review of branch? {branch} says"),
            Example = "review fix-ages",
        },
        new("conflicts", "conflicts list", "The conflicts of merges in progress.", Conflicts)
        {
            Patterns = ChatVerb.Forms("conflicts", "show? conflicts", "what conflicts", "what conflicts is", "what is conflicts",
                "is conflicts", "is any conflicts", "why do it conflicts"),
            Example = "what conflicts are there",
        },
    ];

    public static IReadOnlyList<ChatVerb> Acts { get; } =
    [
        new("branch_create", "branch create", "Make a branch with a database of its own.", PlanCreate)
        {
            Act = call =>
                Done(call,
                $"Made {Name(call, call.Workspace.Branches.Create(call.Arguments.Branch("branch"), call.Arguments.Find("revision"), call.Cancel))}."),
            Slots = [s_new, new ChatSlot("revision", SlotKind.Revision, "where it begins; otherwise main with its live changes").OrNone()],
            Patterns = ChatVerb.Forms("create changed? branch {branch}", "create changed? branch called|named {branch}",
                "create changed? branch {branch} of|at {revision}", "branch create {branch}",
                "create changed? branch called|named {branch} of|at {revision}", "branch off {branch}"),
            Example = "create a branch fix-ages",
        },
        new("branch_delete", "branch delete", "Remove a branch; its commits stay.", PlanDelete)
        {
            Act = Delete,
            Slots = [s_branch],
            Patterns = ChatVerb.Forms("delete branch? {branch}", "branch delete {branch}", "get rid of branch? {branch}", "throw branch? {branch} away",
                "throw away branch? {branch}"),
            Example = "delete branch fix-ages",
        },
        new("branch_rename", "branch rename", "Give a branch another name.", PlanRename)
        {
            Act = call =>
                Done(call,
                $"It is {Name(call, call.Workspace.Branches.Rename(call.Arguments.Branch("from"), call.Arguments.Branch("branch"), call.Cancel))} now."),
            Slots = [s_branch with { Name = "from" }, s_new],
            Patterns = ChatVerb.Forms("rename branch? {from} to|into|as {branch}", "~call branch? {from} {branch}", "rename branch? {from} {branch}"),
            Example = "rename fix-ages to ages-2026",
        },
        new("branch_merge", "branch merge", "Merge a branch into main or into another.", PlanMerge)
        {
            Act = Merge,
            Slots = [s_branch, s_into.OrNone()],
            Patterns = ChatVerb.Forms("merge branch? {branch}", "merge branch? {branch} into|to|in branch? {into}", "branch merge {branch}",
                "bring branch? {branch} into|to|in branch? {into}",
                "merge branch? {branch} into|to|in {into} branch"),
            Example = "merge fix-ages",
        },
        new("branch_approve", "branch approve", "Approve what a branch is now.", PlanApprove)
        {
            Act = Approve,
            Slots = [s_branch],
            Patterns = ChatVerb.Forms("approve branch? {branch}", "branch approve {branch}"),
            Example = "approve fix-ages",
        },
        new("branch_reject", "branch reject", "Reject what a branch is now, and say why.", PlanReject)
        {
            Act = Reject,
            Slots = [s_branch, s_reason],
            Patterns = ChatVerb.Forms("reject branch? {branch} because {reason...}", "branch reject {branch} {reason...}"),
            Example = "reject fix-ages because \"ages over 120 are typing errors\"",
        },
        new("commit", "commit", "Keep what changed in the live database, or in a branch's.", PlanCommit)
        {
            Act = Commit,
            Slots = [s_message, s_branch.OrNone()],
            Patterns = ChatVerb.Forms("commit in branch? {branch} and message? {message...}", "commit branch? {branch} and message {message...}",
                "commit in branch? {branch} as {message...}",
                "commit changed? and message? {message...}", "commit changed? as {message...}", "commit changed? saying|says {message...}",
                "commit message {message...}", "commit {message...}"),
            Example = "commit with message \"ages corrected\"",
        },
        new("tag", "tag", "Give a commit a name that stays.", PlanTag)
        {
            Act = call =>
                Done(call,
                $"{call.Workspace.Tags.Create(TagName.Parse(call.Arguments.Get("name")), call.Arguments.Find("revision") ?? "HEAD").Name} is a tag."),
            Slots = [new ChatSlot("name", SlotKind.Text, "the name"), new ChatSlot("revision", SlotKind.Revision,
                "the commit; otherwise main's head").OrNone()],
            Patterns = ChatVerb.Forms("tag {revision} as {name}", "create tag {name}", "create tag {name} at|in|of {revision}", "tag main? as {name}"),
            Example = "tag HEAD as release-1",
        },
        new("pipeline_run", "pipeline run", "Run a deployed pipeline once more.", PlanRun)
        {
            Act = Run,
            Slots = [new ChatSlot("pipeline", SlotKind.Pipeline, "a pipeline of main")],
            Patterns = ChatVerb.Forms("run pipeline {pipeline}", "pipeline run {pipeline}", "run pipeline {pipeline}", "run {pipeline} pipeline",
                "~run {pipeline}", "~load {pipeline}"),
            Example = "run pipeline users",
        },
    ];

    private static ChatReply List(ChatCall call) => ChatCall.Reply(new ChatText().Each(call.Workspace.Branches.List(), b => new ChatLine(ToneOf(b.Status),
        [b.Name, b.Status, b.Head.Short, b.Created is { } created ? ChatShown.Time(created) : ""]), 40), "branch", "list");

    private static ChatReply Show(ChatCall call)
    {
        var branch = call.Workspace.Branches.Show(call.Arguments.Branch("branch"));
        var text = new ChatText().Say($"{branch.Name} is {branch.Status}, at {branch.Head.Short}.");
        if (branch.Base is { } start) text.Say($"It left main at {start.Short}{(branch.Created is { } created ? $" on {ChatShown.Time(created)}" : "")}.");
        if (branch.Database is { } database) text.Say($"Its database: {call.Shown.Cell("", database)}");
        if (branch.Expires is { } expires) text.Say($"It may be removed from {ChatShown.Time(expires)} on.");
        return ChatCall.Reply(text, "branch", "show", branch.Name);
    }

    /// <summary>What a reviewer needs to know of <c>branch</c>.</summary>
    public static ChatReply Review(ChatCall call)
    {
        var review = call.Workspace.Agents.Review(call.Arguments.Branch("branch"), call.Cancel);
        using var diff = review.Diff;
        var text = new ChatText().Diff(call, diff);
        if (review.Task is { Gates.Count: > 0 } task)
        {
            text.Say(review.AreGatesAtHead ? "Gates:" : "Gates, as they judged what it was before:").Gates(call, task.Gates);
            if (task.Rows is { } rows) text
                .Say($"{Quantity.Of(rows.Loaded, "row")} loaded, {Quantity.Of(rows.Rejected)} rejected, of {Quantity.Of(rows.Read, "record")}.");
        }

        text.Each([review.Plan], plan => plan.State switch
        {
            MergeState.Merged => new ChatLine(ChatTone.Good, ["It is ready: 'merge it' merges it into main."]),
            MergeState.UpToDate => ChatText.Line("Main has it already."),
            MergeState.Conflicts => new ChatLine(ChatTone.Bad, [$"{Quantity.Of(plan.ConflictCount, "conflict")} with main."]),
            _ => new ChatLine(ChatTone.Bad, [$"Not ready: {call.Foreign(plan.Message)}"]),
        });
        text.Each(review.Plan.Destructive, d => new ChatLine(ChatTone.Bad, [$"! It {d.Message}."]));
        if (review.Plan.State == MergeState.Conflicts) text.Each(review.Plan.Conflicts, c => ChatShown.Conflict(call, c));
        return ChatCall.Reply(text, "branch", "review", review.Branch.Name);
    }

    private static ChatReply Conflicts(ChatCall call)
    {
        var merges = call.Workspace.Merges.Status();
        var text = new ChatText();
        if (merges.Count == 0) return ChatCall.Reply(text.Say("No merge waits for conflicts to be resolved."), "merge", "status");
        foreach (var merge in merges)
        {
            text.Say($"{merge.Source} into {merge.Target}, begun {ChatShown.Time(merge.Started)}: "
                + $"{merge.Open} of {Quantity.Of(merge.Conflicts, "conflict")} open.");
            text.Each(call.Workspace.Merges.ListConflicts(merge.Id, null, 20).Conflicts, c => ChatShown.Conflict(call, c.Conflict));
        }

        return ChatCall.Reply(text.Quiet("db-vc conflicts resolve ID --take source|target|base decides one; db-vc merge continue goes on."), "conflicts",
            "list");
    }

    private static ChatTone ToneOf(string status) => status switch
    {
        "failed" or "stopped" => ChatTone.Bad,
        "ready" or "merged" => ChatTone.Good,
        _ => ChatTone.Plain
    };

    private static string Name(ChatCall call, BranchReport branch)
    {
        foreach (var kind in new[] { SlotKind.Branch, SlotKind.Revision }) call.Talk.Name(kind, branch.Name);
        return branch.Name;
    }

    private static ChatReply Done(ChatCall call, string said) => ChatCall.Reply(new ChatText().Good(said));

    private static ChatReply PlanCreate(ChatCall call)
    {
        var (name, from) = (call.Arguments.Get("branch"), call.Arguments.Find("revision"));
        if (call.Workspace.Branches.List().Any(b => b.Name == name)) return ChatCall.Fail(FailureKind.Usage, new ChatText()
            .Bad($"There is a branch '{name}' already."), "branch", "show", name);
        string[] begin = from is null ? [] : ["--from", from];
        return ChatCall.Propose(new ChatText()
            .Say($"A branch '{name}' with a database of its own would be made from {from ?? "main and its live changes"}."),
            ["branch", "create", name, .. begin]);
    }

    private static ChatReply PlanDelete(ChatCall call)
    {
        var branch = call.Workspace.Branches.Show(call.Arguments.Branch("branch"));
        var text = new ChatText().Say($"{branch.Name} ({branch.Status}) would be removed with its database; its commits stay, "
            + $"and db-vc branch restore {branch.Name} brings it back.");
        if (branch.Status is not ("merged" or "protected")) text.Bad("It is not merged.");
        return ChatCall.Propose(text, "branch", "delete", branch.Name);
    }

    private static ChatReply Delete(ChatCall call)
    {
        call.Workspace.Branches.Delete(call.Arguments.Branch("branch"));
        return Done(call, $"Removed {call.Arguments.Get("branch")}.");
    }

    private static ChatReply PlanRename(ChatCall call) => ChatCall.Propose(
        new ChatText().Say($"{call.Arguments.Get("from")} would be called {call.Arguments.Get("branch")}; history, database, files and tasks go along."),
        "branch", "rename", call.Arguments.Get("from"), call.Arguments.Get("branch"));

    private static MergeRequest MergeRequest(ChatCall call, bool isDry) =>
        new(call.Arguments.Branch("branch"), call.Arguments.FindBranch("into") ?? BranchName.Main, isDry, []) { AllowDestructive = true };

    private static ChatReply PlanMerge(ChatCall call)
    {
        var request = MergeRequest(call, isDry: true);
        var plan = call.Workspace.Merges.Merge(request, call.Cancel);
        string[] into = request.Target.IsMain ? [] : ["--into", request.Target.Text];
        string[] allow = plan.Destructive.Count > 0 ? ["--allow-destructive"] : [];
        string[] command = ["branch", "merge", request.Source.Text, .. into, .. allow];
        switch (plan.State)
        {
            case MergeState.UpToDate:
                return ChatCall.Reply(new ChatText().Say(plan.Message), [.. command, "--dry-run"]);
            case MergeState.Refused:
                return ChatCall.Fail(FailureKind.Refused, new ChatText().Bad($"It cannot be merged: {call.Foreign(plan.Message)}").Merge(call, plan),
                    [.. command, "--dry-run"]);
            case MergeState.Conflicts:
                return ChatCall.Propose(new ChatText()
                    .Say($"Merging {request.Source} into {request.Target} would begin, and wait for conflicts to be resolved.").Merge(call, plan), command);
            default:
                return ChatCall.Propose(new ChatText().Say($"Merging {request.Source} would change in {request.Target}:").Merge(call, plan), command);
        }
    }

    private static ChatReply Merge(ChatCall call) => Ended(call, call.Workspace.Merges.Merge(MergeRequest(call, isDry: false), call.Cancel));

    /// <summary>How something ended that is a merge.</summary>
    public static ChatReply Ended(ChatCall call, MergeReport report)
    {
        var text = new ChatText().Each([report], r => new ChatLine(r.State is MergeState.Merged or MergeState.UpToDate ? ChatTone.Good : ChatTone.Bad,
            [call.Foreign(r.Message) + (r.Commit is { } commit ? $" ({commit.Short})" : "")])).Merge(call, report);
        return report.State switch
        {
            MergeState.Conflicts =>
                ChatCall.Fail(FailureKind.Conflict, text
                .Quiet("db-vc conflicts resolve ID --take source|target|base, then db-vc merge continue; or db-vc merge abort")),
            MergeState.Refused => ChatCall.Fail(FailureKind.Refused, text),
            _ => ChatCall.Reply(text),
        };
    }

    private static ChatReply PlanApprove(ChatCall call)
    {
        var branch = call.Workspace.Branches.Show(call.Arguments.Branch("branch"));
        return ChatCall.Propose(new ChatText().Say($"You would approve {branch.Name} as it is at {branch.Head.Short}, and nothing that comes after it."),
            "branch", "approve", branch.Name);
    }

    private static ChatReply Approve(ChatCall call)
    {
        var report = call.Workspace.Approvals.Approve(call.Arguments.Branch("branch"), null, call.Cancel);
        return Done(call, $"Approved; {report.State.Given.Count} of {Quantity.Of(report.State.Needed, "approval")}.");
    }

    private static ChatReply PlanReject(ChatCall call)
    {
        var branch = call.Workspace.Branches.Show(call.Arguments.Branch("branch"));
        var reason = Rejections.RequireReason(call.Arguments.Get("reason"));
        return ChatCall.Propose(new ChatText()
            .Say($"You would reject {branch.Name} as it is at {branch.Head.Short}: it does not come into main until it has another head."),
            "branch", "reject", branch.Name, "--reason", reason);
    }

    private static ChatReply Reject(ChatCall call)
    {
        var report = call.Workspace.Approvals.Reject(call.Arguments.Branch("branch"), call.Arguments.Get("reason"));
        return Done(call, $"Rejected: {report.Rejections[^1].Reason}");
    }

    private static ChatReply PlanCommit(ChatCall call)
    {
        var (branch, message) = (call.Arguments.Find("branch"), call.Arguments.Get("message"));
        string[] command = ["commit", "-m", message, .. branch is null or "main" ? [] : (string[])["--branch", branch]];
        if (branch is not null && branch != BranchName.Main.Text) return ChatCall.Propose(new ChatText()
            .Say($"What changed in the database and files of {branch} would be kept as a commit."), command);
        var changes = call.Workspace.Status(call.Cancel).Changes;
        return changes.Count == 0 ? ChatCall.Reply(new ChatText().Say("There is nothing to commit: the live database is what main's head says."), "status")
            : ChatCall.Propose(new ChatText().Say("These changes of the live database would be kept as a commit:").Changes(changes), command);
    }

    private static ChatReply Commit(ChatCall call)
    {
        var report = call.Workspace.Branches.Commit(call.Arguments.FindBranch("branch") ?? BranchName.Main, call.Arguments.Get("message"), null, call.Cancel);
        return report.Commit is { } commit ? ChatCall.Reply(new ChatText().Good($"Committed as {commit.Short}.").Changes(report.Tables))
            : Done(call, "There was nothing to commit.");
    }

    private static ChatReply PlanTag(ChatCall call)
    {
        call.Context.Guard.Require(AccessAction.Write, "making a tag");
        var (name, revision) = (TagName.Parse(call.Arguments.Get("name")).Text, call.Arguments.Find("revision") ?? "HEAD");
        var entry = call.Workspace.History.Find(revision);
        return ChatCall.Propose(new ChatText().Say($"{entry.Commit.Id.Short} ({call.Foreign(entry.Commit.Commit.Message)}) would be called {name}."), "tag",
            name, revision);
    }

    private static ChatReply PlanRun(ChatCall call)
    {
        var pipeline = call.Workspace.Pipelines.List().First(p => p.Name == call.Arguments.Get("pipeline"));
        return ChatCall.Propose(new ChatText().Say(
            $"{pipeline.Name} would load {pipeline.Source ?? "its source"} on a branch, and be merged into main if every gate passes."), "pipeline", "run",
                pipeline.Name);
    }

    private static ChatReply Run(ChatCall call)
    {
        var report = call.Workspace.Pipelines.Run(new PipelineRunRequest(call.Arguments.Get("pipeline"), null, Again: false, Merge: true), call.Progress,
            call.Cancel);
        if (report.Merged is { } merged) return Ended(call, merged);
        if (report.Run is null) return Done(call, report.NothingNew ? "The source has nothing new."
            : "The source was loaded before; db-vc pipeline run NAME --again loads it again.");
        var text = new ChatText().Bad($"The run is {report.Run.State.ToString().ToLowerInvariant()}.").Gates(call, [.. report.Run.Gates.Where(g => !g.Passed)]);
        if (report.Run.Error is { } error) text.Bad(call.Foreign(error));
        return ChatCall.Fail(report.Run.Gates.Any(g => !g.Passed) ? FailureKind.Refused : FailureKind.Failed, text);
    }
}

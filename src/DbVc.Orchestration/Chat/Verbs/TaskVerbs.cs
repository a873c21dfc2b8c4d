using DbVc.Model;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>Starts and watches tasks of agents, and says why they failed.</summary>
internal static class TaskVerbs
{
    private const int ErrorLines = 6;
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(500);

    private static readonly ChatSlot s_task = new("task", SlotKind.Task, "a task, by its id or its branch");

    public static IReadOnlyList<ChatVerb> All { get; } =
    [
        new("why", "agent status", "Why a task failed, or what went wrong last.", Why)
        {
            Slots = [s_task.OrNone()],
            Patterns = ChatVerb.Forms("why", "why not", "why is that", "what happened", "what is? fail", "what go|went|goes fail", "explain",
                "why do it fail", "explain fail", "explain it",
                "why do task? {task} fail", "why fail task? {task}", "why is task? {task} fail", "what is? fail in|of task? {task}",
                "what went|go|goes fail in|of task? {task}",
                "explain fail of|in task? {task}", "why task? {task} fail", "why do last|latest task fail", "why do task fail", "explain why task? {task} fail",
                "why is task? {task} not ready", "what is fail and task? {task}"),
            Example = "why did load-users fail",
        },
        new("task_list", "agent list", "The tasks of agents.", List)
        {
            Patterns = ChatVerb.Forms("task", "show? task", "what task is", "what task do you have", "what task have fail", "what task fail",
                "what task is running|ready|fail",
                "what is task do", "what is running", "who is working", "show? all task"),
            Example = "what tasks are there",
        },
        new("task_status", "agent status", "How a task is.", Status)
        {
            Slots = [s_task.OrNone()],
            Patterns = ChatVerb.Forms("status of task? {task}", "~how is task? {task}", "~how is task? {task} doing|going|do", "how far is task? {task}",
                "show? task {task}",
                "show? status of task? {task}", "progress of task? {task}", "is task? {task} ready|finished|running|do", "how do task? {task} go",
                "show? last|latest task",
                "what is status of task? {task}", "what do task {task} do", "show? progress", "how far is it"),
            Example = "how is load-users",
        },
        new("memory", "memory list", "What merged tasks taught.", Memory)
        {
            Slots = [new ChatSlot("words", SlotKind.Text, "what it is about").OrNone()],
            Patterns = ChatVerb.Forms("memory", "show? memory", "what is in memory", "what do you remember", "what do you remember about|of {words...}",
                "what have you learned", "what have you learned about|of {words...}", "show? lessons"),
            Example = "what do you remember about customers",
        },
        new("watch", "agent status", "Follow a task until it ends.", Watch)
        {
            Slots = [s_task],
            Patterns = ChatVerb.Forms("watch task? {task}", "follow task? {task}", "wait of task? {task}", "keep eye in task? {task}"),
            Example = "watch load-users",
        },
        new("gates", "evidence show", "What the gates said about a branch, and why.", Gates)
        {
            Slots = [new ChatSlot("branch", SlotKind.Branch, "a branch whose gates were run"),
                new ChatSlot("gate", SlotKind.Text, "one gate, for example lint").OrNone()],
            Patterns = ChatVerb.Forms("what do gate says about|of|to|in branch? {branch}", "gate of|in branch? {branch}",
                "show? gate of|in branch? {branch}",
                "show? gate report of|in branch? {branch}", "do gate pass in|of branch? {branch}", "do branch? {branch} pass gate?",
                "do branch? {branch} pass its? gate",
                "what gate fail in|of branch? {branch}", "what do gate {gate} says about|of|to|in branch? {branch}",
                "what do {gate} gate? says about|of|to|in branch? {branch}",
                "why do gate {gate} fail in|of branch? {branch}", "why do {gate} gate fail in|of branch? {branch}", "show? evidence of|in branch? {branch}"),
            Example = "what do the gates say about load-users",
        },
        new("task_create", "agent create", "Have an agent load a source, with the rules that you say.", PlanWords)
        {
            Act = call => Finish(call, call.Workspace.Agents.Create(Words(call), call.Progress, call.Cancel)),
            Slots = [new ChatSlot("words", SlotKind.Text, "the task: ingest FILE into TABLE, with rules")],
            Patterns = ChatVerb.Forms("~{words...}", "~create task to|that? {words...}"),
            Example = "ingest customers.csv into customers, age between 0 and 120",
            IsLast = true,
        },
        new("task_create_file", "agent create", "Have an agent make the pipeline that a metadata file describes.", PlanFile)
        {
            Act = call => Finish(call, call.Workspace.Agents.Create(OfFile(call), call.Progress, call.Cancel)),
            Slots = [new ChatSlot("file", SlotKind.File, "a metadata file"), new ChatSlot("branch", SlotKind.NewBranch, "the branch to make").OrNone()],
            Patterns = ChatVerb.Forms("create task of|and {file}", "create task of|and {file} in branch? {branch}", "create pipeline of|and {file}",
                "~run {file}", "~create {file}",
                "create pipeline of|and {file} in branch? {branch}", "~load {file}", "run task of|and {file}", "~ingest {file}",
                "~run {file} in branch? {branch}"),
            Example = "start a task with metadata/users.json",
        },
        new("task_retry", "agent retry", "Run a task again that stopped or failed.", PlanRetry)
        {
            Act = call => Finish(call, call.Workspace.Agents.Retry(call.Arguments.Branch("task"), call.Progress, call.Cancel)),
            Slots = [s_task],
            Patterns = ChatVerb.Forms("retry task? {task}", "~run task? {task}", "~create task? {task}", "run task {task}"),
            Example = "retry load-users",
        },
        new("gate_run", "gate run", "Run the gates of a branch.", PlanGates)
        {
            Act = RunGates,
            Slots = [new ChatSlot("branch", SlotKind.Branch, "a branch")],
            Patterns = ChatVerb.Forms("run all? gate in|of branch? {branch}", "gate run {branch}", "check branch? {branch}", "test branch? {branch}",
                "run gate {branch}",
                "run gate in|of branch? {branch}"),
            Example = "run the gates on load-users",
        },
    ];

    private static ChatReply Why(ChatCall call)
    {
        if (call.Arguments.Find("task") is null && call.Talk.Failure is { } failure)
        {
            call.Talk.Failure = null;
            var said = new ChatText().Bad(call.Foreign(failure.Message));
            if (failure.Where is { } where) said.Say($"Where: {call.Foreign(where)}");
            said.Say(failure.Hint is { } hint ? $"What to do: {hint}" : "Nothing more is known about it.");
            return ChatCall.Reply(said);
        }

        var tasks = call.Workspace.Agents.List();
        var named = call.Arguments.Find("task") ?? call.Talk.Refused ?? call.Talk.Find(SlotKind.Task);
        if (named is not null && tasks.All(t => t.Branch != named))
        {
            if (named == call.Talk.Refused) return BranchVerbs.Review(call with { Arguments = ChatArguments.Of("branch", named) });
            named = null;
        }

        var task = named is not null ? call.Workspace.Agents.Status(BranchName.Parse(named))
            : tasks.LastOrDefault(t => t.State is TaskState.Failed or TaskState.Stopped);
        if (task is null) return ChatCall.Reply(new ChatText().Say("No task failed, and nothing went wrong in this conversation."), "agent", "list");
        call.Talk.Name(SlotKind.Task, task.Branch);
        call.Talk.Name(SlotKind.Branch, task.Branch);
        return ChatCall.Reply(Explain(call, task), "agent", "status", task.Branch);
    }

    private static ChatText Explain(ChatCall call, AgentReport task)
    {
        var text = new ChatText();
        if (task.State is not (TaskState.Failed or TaskState.Stopped)) return Describe(call, task, text
            .Say($"It did not fail: the task on {task.Branch} is {Name(task.State)}."));
        text.Bad($"The task on {task.Branch} {Name(task.State)}{(task.End is { } end ? $" ({end})" : "")}.");
        var step = task.Steps.LastOrDefault(s => s.State == "failed");
        if (step is not null) text.Say($"The step that failed is {step.Name}: {call.Foreign(step.Summary)}");
        if (task.Error is { } error && error != step?.Summary) text.Each([.. error.TrimEnd().Split('\n')],
            line => new ChatLine(ChatTone.Bad, ["  " + call.Foreign(line)]), ErrorLines);
        text.Gates(call, [.. task.Gates.Where(g => !g.Passed)]).Failures(call, task.FirstFailures);
        return text.Quiet(task.State == TaskState.Stopped
            ? $"Its branch keeps what there was. 'retry {task.Branch}' runs it again."
            : $"Correct the metadata or the code in branches/{BranchName.Parse(task.Branch).Folder}, "
                + $"then 'retry {task.Branch}' or 'run the gates on {task.Branch}'.");
    }

    private static ChatReply List(ChatCall call)
    {
        var tasks = call.Workspace.Agents.List();
        var text = tasks.Count == 0 ? new ChatText().Say("No tasks.") : new ChatText().Each([.. tasks.Reverse()], t => new ChatLine(
            t.State is TaskState.Failed or TaskState.Stopped ? ChatTone.Bad : t.State is TaskState.Ready or TaskState.Merged ? ChatTone.Good : ChatTone.Plain,
            [t.Task, t.Branch, Name(t.State), ChatShown.Time(t.Created), t.Rows is { } rows ? Quantity.Of(rows.Loaded, "row") : ""]));
        return ChatCall.Reply(text, "agent", "list");
    }

    private static ChatReply Status(ChatCall call)
    {
        var branch = call.Arguments.FindBranch("task") ?? (call.Talk.Find(SlotKind.Task) is { } last ? BranchName.Parse(last) : (BranchName?)null);
        var report = call.Workspace.Agents.Status(branch);
        call.Talk.Name(SlotKind.Task, report.Branch);
        return ChatCall.Reply(Describe(call, report, new ChatText()), "agent", "status", report.Branch);
    }

    private static ChatReply Watch(ChatCall call)
    {
        var branch = call.Arguments.Branch("task");
        var (report, steps, gates) = (call.Workspace.Agents.Status(branch), 0, 0);
        while (true)
        {
            foreach (var step in report.Steps.Skip(steps).Where(s => s.State != "running")) call.Progress.StepFinished(step);
            foreach (var gate in report.Gates.Skip(gates)) call.Progress.GateFinished(gate);
            (steps, gates) = (Math.Max(steps, report.Steps.Count(s => s.State != "running")), Math.Max(gates, report.Gates.Count));
            if (report.State != TaskState.Running) break;
            call.Cancel.WaitHandle.WaitOne(s_look);
            call.Cancel.ThrowIfCancellationRequested();
            report = call.Workspace.Agents.Status(branch);
        }

        return ChatCall.Reply(Describe(call, report, new ChatText()), "agent", "log", branch.Text, "--follow");
    }

    private static ChatText Describe(ChatCall call, AgentReport task, ChatText text)
    {
        text.Each([task], t => new ChatLine(t.State is TaskState.Failed or TaskState.Stopped ? ChatTone.Bad : ChatTone.Plain,
            [$"Task {t.Task} on {t.Branch}: {Name(t.State)}, begun {ChatShown.Time(t.Created)}."]));
        if (task.Tests is { Total: > 0 } tests) text.Say($"{tests.Passed} of {Quantity.Of(tests.Total, "test")} passed.");
        if (task.Rows is { } rows) text
            .Say($"{Quantity.Of(rows.Loaded, "row")} loaded, {Quantity.Of(rows.Rejected)} rejected, of {Quantity.Of(rows.Read, "record")}.");
        if (task.Gates.Count > 0)
        {
            var failed = task.Gates.Where(g => !g.Passed).ToList();
            text.Say(failed.Count == 0 ? $"All {Quantity.Of(task.Gates.Count)} gates passed." : $"Refused by {GateSummary.DescribeRefusal(failed)}.");
        }

        text.Each(task.Assumptions, a => ChatText.Line($"Assumed: {call.Foreign(a)}"), 5);
        if (task.Error is { } error) text.Bad(call.Foreign(error));
        return task.State switch
        {
            TaskState.Ready => text.Quiet($"'review {task.Branch}' shows what it changed; 'merge {task.Branch}' merges it."),
            TaskState.Failed or TaskState.Stopped => text.Quiet("'why?' says more."),
            TaskState.Queued => text.Quiet("It waits for its turn: the work in the background begins it (db-vc work)."),
            TaskState.Waiting => text.Quiet($"It waits for its metadata: db-vc agent metadata --file FILE {task.Branch}"),
            _ => text,
        };
    }

    private static ChatReply Memory(ChatCall call)
    {
        var words = call.Arguments.Find("words");
        var lessons = call.Workspace.Memory.List(words);
        string[] command = words is null ? ["memory", "list"] : ["memory", "list", words];
        return ChatCall.Reply(lessons.Count == 0 ? new ChatText().Say(words is null ? "Nothing: no task of a model was merged." : "Nothing about that.")
            : new ChatText().Each(lessons, l => ChatText.Line(l.Id, l.Kind.ToString().ToLowerInvariant(), l.Pipeline, call.Foreign(l.About)), 20), command);
    }

    private static string Name(TaskState state) => state.ToString().ToLowerInvariant();

    private static ChatReply Gates(ChatCall call)
    {
        var branch = call.Arguments.Get("branch");
        var report = call.Workspace.Evidence.Show(branch);
        var gates = call.Arguments.Find("gate") is { } name ? [.. report.Gates.Where(g => g.Name.Contains(name, StringComparison.OrdinalIgnoreCase))]
            : report.Gates;
        var text = new ChatText();
        if (gates.Count == 0)
        {
            return ChatCall.Fail(FailureKind.Usage, text.Bad($"No gate '{call.Arguments.Find("gate")}' was asked about {branch}.")
                .Say($"Asked were: {string.Join(", ", report.Gates.Select(g => g.Name))}."), "evidence", "show", branch);
        }

        text.Gates(call, gates);
        if (call.Arguments.Find("gate") is not null) foreach (var gate in gates.Where(g => g.Passed)) text.Findings(call, gate);
        if (gates.Count == report.Gates.Count)
            text.Each([report], r => new ChatLine(r.Passed ? ChatTone.Good : ChatTone.Bad, [r.Passed ? "All of them let it through."
                : "It cannot be merged like that."]));
        return ChatCall.Reply(text, "evidence", "show", branch);
    }

    /// <summary>Throws <c>chat.meaning</c> for words that name no source.</summary>
    private static AgentRequest Words(ChatCall call) => new(null, null, call.Arguments.Get("words"), null, AutoMerge: false);

    private static ChatReply PlanWords(ChatCall call)
    {
        var words = call.Arguments.Get("words");
        if (BatchDesk.IsLarge(words))
        {
            return ChatCall.Fail(FailureKind.Usage, new ChatText().Bad("These are several sources, and a task here loads one.")
                .Say("The command makes a plan of them, shows it, and runs it on a yes."), "agent", "create", "--task", words);
        }

        if (TaskWords.Find(words) is not { } task) throw new DbVcException(FailureKind.Usage, ChatNames.Unmeant, "This names no source.");
        if (Path.GetExtension(task.Source) is ".json" or ".yaml" or ".yml" && task.Table is null
            && call.Names.MetadataFiles().Any(f => Path.GetFileName(f) == Path.GetFileName(task.Source)))
            throw new DbVcException(FailureKind.Usage, ChatNames.Unmeant, "This is a metadata file.");
        if (!task.Source.Contains("://", StringComparison.Ordinal)) call.Names.FullPath(task.Source);
        var preview = WordedTask.Preview(call.Context, task, call.Cancel);
        var text = new ChatText()
            .Say($"An agent would load {task.Source} into the table {preview.Proposal.Table}, on a branch of its own; main stays as it is.")
            .Say($"It would be given this as {call.Names.Shown(preview.Path)}:");
        text.Each(preview.Explained.Fields, f => ChatText.Line("  " + f.Name, f.Type, string.Join(", ", f.Notes)), 30);
        text.Each(preview.Explained.Steps, s => ChatText.Line("  step: " + s)).Each(preview.Explained.Rules, r => ChatText.Line("  rule: " + r.Text));
        text.Each(preview.Proposal.Questions, q => new ChatLine(ChatTone.Quiet, [$"  It will ask: {q.Text}"]));
        return ChatCall.Propose(text, "agent", "create", "--task", words) with { Document = preview.Text };
    }

    private static AgentRequest OfFile(ChatCall call) =>
        new(call.Names.FullPath(call.Arguments.Get("file")), call.Arguments.FindBranch("branch"), null, null, AutoMerge: false);

    private static ChatReply PlanFile(ChatCall call)
    {
        var file = call.Arguments.Get("file");
        var explained = MetadataDesk.Explain(call.Names.FullPath(file), call.Cancel, call.Names.Files);
        var text = new ChatText().Say("An agent would make a pipeline on a branch of its own; main stays as it is.")
            .Say($"From: {explained.Source}").Say($"Into: {explained.Destination}").Each(explained.Rules, r => ChatText.Line("  rule", r.Text));
        if (explained.Unreadable is { } problem) return ChatCall.Fail(problem.Kind, text.Bad(problem.Message).Quiet(problem.Hint ?? ""), "metadata",
            "explain", file);
        string[] branch = call.Arguments.Find("branch") is { } name ? ["--branch", name] : [];
        return ChatCall.Propose(text, ["agent", "create", "--metadata", file, .. branch]);
    }

    private static ChatReply PlanRetry(ChatCall call)
    {
        var report = call.Workspace.Agents.Status(call.Arguments.Branch("task"));
        string[] command = ["agent", "retry", report.Branch];
        return report.State is TaskState.Failed or TaskState.Stopped
            ? ChatCall.Propose(new ChatText().Say($"The task on {report.Branch} {Name(report.State)}; it would run again from its pinned metadata."), command)
            : ChatCall.Fail(FailureKind.Usage, new ChatText()
                .Bad($"The task on {report.Branch} is {Name(report.State)}; only one that stopped or failed is run again."), command);
    }

    private static ChatReply PlanGates(ChatCall call)
    {
        var branch = call.Arguments.Branch("branch");
        return branch.IsMain ? ChatCall.Fail(FailureKind.Usage, new ChatText().Bad("Gates judge branches, before they are merged into main."))
            : ChatCall.Propose(new ChatText().Say($"All gates would judge what is in {branch} now, and that is kept as its evidence."), "gate", "run",
                branch.Text);
    }

    private static ChatReply RunGates(ChatCall call)
    {
        var branch = call.Arguments.Branch("branch");
        if (!call.Workspace.Agents.IsPlain(branch)) return Finish(call, call.Workspace.Agents.RunGates(branch, call.Progress, call.Cancel));
        var report = call.Workspace.Agents.RunPlainGates(branch, [], call.Progress, call.Cancel);
        var text = new ChatText().Gates(call, report.Gates);
        return report.Passed ? ChatCall.Reply(text) : ChatCall.Fail(FailureKind.Refused, text);
    }

    private static ChatReply Finish(ChatCall call, AgentReport report)
    {
        foreach (var kind in new[] { SlotKind.Task, SlotKind.Branch, SlotKind.Revision }) call.Talk.Name(kind, report.Branch);
        var text = Describe(call, report, new ChatText());
        return report.State switch
        {
            TaskState.Ready or TaskState.Merged or TaskState.Waiting => ChatCall.Reply(text),
            _ => ChatCall.Fail(report.Gates.Any(g => !g.Passed) ? FailureKind.Refused : FailureKind.Failed, text.Failures(call, report.FirstFailures)),
        };
    }
}

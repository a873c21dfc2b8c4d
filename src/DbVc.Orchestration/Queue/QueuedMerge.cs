using DbVc.Live;
using DbVc.Model;
using DbVc.Store;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>
/// Brings one branch of the merge queue into main: up to main, past the gates, in. Each step is written down before it begins and can be begun again: a merge
/// that is there already is seen in the branch's history, a report of gates by the head that it names, a landing by main's history.
/// </summary>
internal sealed class QueuedMerge(WorkspaceContext context, BranchManager branches, MergeController merges, AgentCoordinator agents, QueueShelf shelf)
{
    /// <summary>How often a branch is brought up again because what it is about moved in main while its gates were asked.</summary>
    private const int MaxRounds = 3;

    private IRepositoryStore Store => context.Repository.Store;

    private CommitId Main => context.Repository.Head(BranchName.Main);

    /// <summary>Whether main's history holds a head already.</summary>
    public static bool IsHeld(WorkspaceContext context, CommitId head) =>
        new CommitGraph(context.Repository).IsAncestor(head, context.Repository.Head(BranchName.Main));

    /// <summary>The entry as it stands then; null where it was taken out meanwhile.</summary>
    public QueueEntry? Run(QueueEntry entry, IAgentProgress progress, CancellationToken cancel)
    {
        // If main itself cannot be read, that is no branch's fault.
        context.Publisher.Commit(CaptureRequest.Outside(BranchName.Main), cancel);
        progress.Message($"{entry.Branch}:");
        try
        {
            return RunOnce(entry, progress, cancel);
        }
        catch (DbVcException failure) when (failure.Kind is FailureKind.Locked or FailureKind.Conflict)
        {
            return shelf.Update(entry with { State = QueueState.Queued, Reason = failure.Message });
        }
        catch (DbVcException failure) when (!failure.Code.StartsWith("access.", StringComparison.Ordinal)
            && !failure.Code.StartsWith("token.", StringComparison.Ordinal))
        {
            return Refuse(entry, failure.Hint is null ? failure.Message : $"{failure.Message} {failure.Hint}");
        }
    }

    private QueueEntry? RunOnce(QueueEntry entry, IAgentProgress progress, CancellationToken cancel)
    {
        var name = BranchName.Parse(entry.Branch);
        if (BranchRecord.Read(Store, name) is not { } record || !entry.IsOf(record))
            return Refuse(entry, $"The branch '{name}' that was added is not there any more.");
        if (IsHeld(context, context.Repository.Head(name))) return Land(entry, FindLanding(context.Repository.Head(name)));
        // Before anything is brought up or asked: it would not come in.
        if (BranchRules.RefuseRejected(Rejections.Find(context, BranchName.Main, context.Repository.Head(name)), entry.Branch) is { } rejected)
            return Refuse(entry, rejected.Message);
        var task = record.Task is null ? null : AgentTasks.FindState(context, record.Task);
        if (task == "failed") return Refuse(entry, $"Its task failed. See: db-vc agent status {name}.");
        // What the queue itself was cut off at is no reason to wait.
        if (task is "running" or "waiting" or "queued" || (task == "stopped" && entry.Step != QueueStep.Gates))
            return shelf.Update(entry with { State = QueueState.Queued, Reason = $"Its task is {task}." });
        if (BranchStart.FindMissing(context.Repository, record, Main) is { Count: > 0 } on)
        {
            var why = $"It was made on {BranchStart.Names(on)}, which main does not hold yet.";
            return shelf.Update(entry with { State = QueueState.Queued, Reason = why });
        }

        if (Decide(entry, name, cancel) is { } undecided) return undecided;
        branches.RequireClean(name, cancel);
        // A task that was cut off at its gates stays stopped until they are asked again: until then that stays written down, or a second cut would leave it so.
        var isCutOff = task == "stopped";
        for (var round = 1; ; round++)
        {
            if (Step(entry, isCutOff && round == 1 ? QueueStep.Gates : QueueStep.BringUp) is not { } step) return null;
            if (BringUp(step, name, cancel) is { } stuck) return stuck;
            var upTo = Main;
            if (Judge(step, record, progress, cancel) is { } failed) return failed;
            context.Publisher.Commit(CaptureRequest.Outside(BranchName.Main), cancel);
            if (round < MaxRounds && Main != upTo && HaveMet(name, upTo)) continue;
            if (Step(entry, QueueStep.Land) is not { } landing) return null;
            if (LandOn(landing, name, cancel, isLast: round >= MaxRounds) is { } end) return end;
        }
    }

    /// <summary>Goes on with a merge into the branch whose conflicts are decided; the entry where some are not.</summary>
    private QueueEntry? Decide(QueueEntry entry, BranchName branch, CancellationToken cancel)
    {
        if (merges.FindOpen(branch) is not { } open) return null;
        if (open.Open > 0 || open.Verb != ConflictDesk.BringUp) return Keep(entry, open.Id, open.Open, isNew: false, cancel);
        var report = merges.Continue(open.Id, cancel);
        return report.State switch
        {
            MergeState.Conflicts => Keep(entry, open.Id, report.ConflictCount, isNew: true, cancel),
            MergeState.Refused => Refuse(entry, report.Message),
            _ => null,
        };
    }

    /// <summary>Brings the branch up, where main moved since. Null where it is up to main then.</summary>
    private QueueEntry? BringUp(QueueEntry entry, BranchName branch, CancellationToken cancel)
    {
        if (new CommitGraph(context.Repository).IsAncestor(Main, context.Repository.Head(branch))) return null;
        using var idle = AgentTasks.Find(context, branch) is null ? null : TaskLock.Hold(context, branch);
        // What its code makes is made again on main's rows; without gates nobody would run it.
        var task = BranchRules.Of(Store, BranchName.Main).Gates == GatesNeeded.None || agents.IsPlain(branch) ? null : AgentTasks.Find(context, branch);
        if (task is not null) HandMadeRows.Refuse(context, task, $"db-vc gate run {branch}");
        var report = merges.BringUp(branch, isRunAgain: task is not null, cancel);
        return report.State switch
        {
            MergeState.Conflicts => Keep(entry, report.Merge!, report.ConflictCount, isNew: true, cancel),
            MergeState.Refused => Refuse(entry, Describe(report)),
            _ => null,
        };
    }

    /// <summary>Asks the gates, where main's rules want what they say and nobody asked them about this head. Null where the branch may go on.</summary>
    private QueueEntry? Judge(QueueEntry entry, BranchRecord record, IAgentProgress progress, CancellationToken cancel)
    {
        var name = BranchName.Parse(record.Name);
        var head = context.Repository.Head(name);
        var needed = BranchRules.Of(Store, BranchName.Main).Gates;
        var report = GateReports.Find(context, name);
        if (needed == GatesNeeded.None) return null;
        // Whoever asked the gates before, of a branch that needs none, goes on to have what they say.
        var evidence = Evidence.Judge(context, name, BranchName.Main, head, report is null ? needed : GatesNeeded.All);
        if (evidence.Refusal is null) return null;
        var isPlain = agents.IsPlain(name);
        if (!isPlain && AgentTasks.Find(context, name) is null) return Refuse(entry, evidence.Refusal.Message);
        if (report?.Head == head.ToString() && report.Gates.Any(g => !g.Passed) && report.IsPlain == isPlain) return Refuse(entry, evidence.Refusal.Message);
        if (shelf.Update(entry with { Step = QueueStep.Gates }) is not { } asked) return null;
        if (isPlain)
        {
            var judged = agents.RunPlainGates(name, [], progress, cancel);
            return judged.Passed ? null : Refuse(asked, $"Refused by gates: {GateSummary.DescribeRefusal(judged.Gates)}.");
        }

        var ended = agents.JudgeQueued(name, progress, cancel);
        if (HaveFilesChanged(record, head))
        {
            // In the agent's name, and nobody else can say whose they are.
            if (AgentTasks.Find(context, name) is { } task) AgentTasks.Save(context, task with { Hands = [.. task.Hands, context.Options.User.Name] });
            return Refuse(asked, "Files of the branch were changed while its gates were asked.");
        }

        return ended.State == TaskState.Ready ? null : Refuse(asked, ended.Error ?? "Its gates did not pass.");
    }

    /// <summary>Merges into main; null where main moved so that the branch has to be brought up once more.</summary>
    private QueueEntry? LandOn(QueueEntry entry, BranchName branch, CancellationToken cancel, bool isLast)
    {
        var head = context.Repository.Head(branch);
        var report = merges.Merge(new MergeRequest(branch, BranchName.Main, DryRun: false, []) { KeepsConflicts = false }, cancel);
        switch (report.State)
        {
            case MergeState.Merged or MergeState.UpToDate:
                return Land(entry, report.Commit ?? FindLanding(head));
            case MergeState.Conflicts when !isLast:
                return null;
            case MergeState.Conflicts:
                return shelf.Update(entry with { State = QueueState.Queued, Step = null, Reason = "Main keeps changing what the branch changes." });
            default:
                return report is { LacksRequest: true } or { Approvals.Missing: > 0, Gates.Count: 0, Violations.Count: 0, Destructive.Count: 0 }
                    ? shelf.Update(entry with { State = QueueState.Waiting, Step = null, Reason = report.Message, Settled = Now })
                    : Refuse(entry, Describe(report));
        }
    }

    /// <summary>Whether main moved in a table, definition or file that the branch changes too: then what gates said may not hold any more. What else moved
    /// is merged as in any merge, and constraints and invariants are judged on the result.</summary>
    private bool HaveMet(BranchName branch, CommitId upTo)
    {
        var (own, moved) = (Touched(upTo, context.Repository.Head(branch)), Touched(upTo, Main));
        return own.Overlaps(moved);
    }

    private HashSet<string> Touched(CommitId from, CommitId to)
    {
        var difference = new SnapshotDiff(context.Repository.Chunks, context.Repository.ReadSnapshot(from).Snapshot,
            context.Repository.ReadSnapshot(to).Snapshot);
        var tables = difference.Tables().SelectMany(t => new[] { t.Before?.Schema.Name, t.After?.Schema.Name }).OfType<string>();
        var objects = difference.Objects().Select(o => o.After ?? o.Before).SelectMany(o => new[] { o!.Name, o.Table }).OfType<string>();
        return [.. tables.Concat(objects).Concat(difference.Files().Select(f => f.Path)).Select(name => name.ToUpperInvariant())];
    }

    /// <summary>An agent's commit takes along what lies in the folder: what somebody puts there meanwhile must not come in the agent's name.</summary>
    private bool HaveFilesChanged(BranchRecord record, CommitId judged)
    {
        var after = context.Repository.Head(BranchName.Parse(record.Name));
        var files = new SnapshotDiff(context.Repository.Chunks, context.Repository.ReadSnapshot(judged).Snapshot,
            context.Repository.ReadSnapshot(after).Snapshot).Files();
        return files.Any(f => !f.Path.StartsWith($"pipelines/{record.Pipeline}/{Checkout.StateFolder}/", StringComparison.Ordinal));
    }

    /// <summary>The commit of main that brought a head; null where main was at it.</summary>
    private CommitId? FindLanding(CommitId head)
    {
        var graph = new CommitGraph(context.Repository);
        CommitId? found = null;
        foreach (var id in context.FirstParents(Main))
        {
            if (!graph.IsAncestor(head, id)) break;
            found = id;
        }

        return found == head ? null : found;
    }

    private QueueEntry? Step(QueueEntry entry, QueueStep step) =>
        shelf.Update(entry with { State = QueueState.Queued, Step = step, Reason = null, Merge = null });

    /// <summary>Leaves conflicts to a person, with what is proposed about them.</summary>
    private QueueEntry? Keep(QueueEntry entry, string merge, int open, bool isNew, CancellationToken cancel)
    {
        if (isNew) Propose(merge, cancel);
        return shelf.Update(entry with
        {
            State = QueueState.Conflicts,
            Step = null,
            Merge = merge,
            Reason = $"{Quantity.Of(open, "conflict")} with main to decide: db-vc conflicts list {merge}",
            Settled = Now,
        });
    }

    /// <summary>A model that does not answer keeps no branch: the built-in rules always do.</summary>
    private void Propose(string merge, CancellationToken cancel)
    {
        try
        {
            merges.Propose(merge, null, cancel);
        }
        catch (DbVcException failure) when (failure.Code.StartsWith("model.", StringComparison.Ordinal))
        {
            merges.Propose(merge, BuiltinProposer.Name, cancel);
        }
    }

    private QueueEntry Land(QueueEntry entry, CommitId? commit) =>
        shelf.Complete((shelf.Find(entry.Number) ?? entry) is { IsOpen: false } marked ? marked : QueueShelf.AsLanded(entry, Now), commit);

    private QueueEntry? Refuse(QueueEntry entry, string why) =>
        shelf.Update(entry with { State = QueueState.Refused, Step = null, Reason = why, Settled = Now });

    private static string Describe(MergeReport report)
    {
        var broken = report.Violations.Select(v => $"{v.Constraint}: {v.Message}").Concat(report.Destructive.Select(d => $"It {d.Message}."));
        return string.Join(' ', broken.Take(3).Prepend(report.Message));
    }

    private DateTimeOffset Now => context.Repository.Clock.GetUtcNow();
}

using DbVc.Agents;
using DbVc.Live;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>Runs agents on branches of their own and keeps what became of them.</summary>
public sealed class AgentCoordinator
{
    private const int ReviewRows = 20;

    private readonly WorkspaceContext _context;
    private readonly BranchManager _branches;
    private readonly MergeController _merges;
    private readonly HistoryReader _history;
    private readonly InvariantDesk _invariants;
    private readonly TaskRunner _runner;

    internal AgentCoordinator(WorkspaceContext context, BranchManager branches, MergeController merges, HistoryReader history, InvariantDesk invariants)
    {
        (_context, _branches, _merges, _history, _invariants) = (context, branches, merges, history, invariants);
        _runner = new TaskRunner(context, branches);
    }

    /// <summary>
    /// Makes a task with a branch of its own and runs it to its end; without metadata it waits for <see cref="SupplyMetadata"/>.
    /// Metadata, source and destination are checked before anything is made. A task that fails keeps its branch and report.
    /// </summary>
    public AgentReport Create(AgentRequest request, IAgentProgress progress, CancellationToken cancel)
    {
        var model = _context.Models.Require(request.Model, LimitsText.Parse(request.Limits, _context.Configuration.Limits).Usd);
        if (request.MetadataPath is null) request = WordedTask.Read(_context, request, progress, cancel) ?? request;
        if (request.MetadataPath is null) return CreateWaiting(request, model, cancel);
        var plan = TaskPlan.Read(_context, request.MetadataPath, request.Footing?.Commit, new FetchWatch(progress, cancel));
        var name = request.Branch ?? TaskNames.ForTable(_context, plan.Spec.Destination.Table);
        using var held = TaskLock.Hold(_context, name);
        var report = _runner.Begin(plan, name, request, model, cancel);
        if (request.Detach) return report;
        return AutoMerge(request, _runner.Run(plan, report, progress, cancel), progress, cancel);
    }

    /// <summary>Gives a waiting task its metadata and runs it. Without a branch: the latest task that waits.</summary>
    /// <param name="metadataPath">The file.</param>
    /// <param name="branch">Whose; null for the latest that waits.</param>
    /// <param name="progress">Hears of what is done.</param>
    /// <param name="cancel">Ends it.</param>
    /// <param name="reload">Whether rows that people put into the branch may be dropped.</param>
    public AgentReport SupplyMetadata(string metadataPath, BranchName? branch, IAgentProgress progress, CancellationToken cancel, bool reload = false)
    {
        var name = BranchName.Parse(FindWaiting(branch).Branch);
        var plan = TaskPlan.Read(_context, metadataPath, TaskPlan.StartOf(_context, name), new FetchWatch(progress, cancel));
        using var held = TaskLock.Hold(_context, name);
        var waiting = FindWaiting(name);
        if (!reload) HandMadeRows.Refuse(_context, waiting, $"db-vc agent metadata {name} --file {metadataPath}");
        _context.Models.Require(waiting.Model, LimitsText.Parse(waiting.Limits, _context.Configuration.Limits).Usd);
        return _runner.Run(plan, _runner.Pin(plan, waiting), progress, cancel);
    }

    /// <summary>
    /// Makes the code of a pipeline once more, from other metadata or with another version of db-vc, on a branch of its own, and runs it like any task.
    /// Edits of the code that is there are merged in. Throws kind Conflict, <c>generate.conflict</c>, where they contradict it, before anything is made.
    /// </summary>
    public AgentReport Generate(GenerationRequest request, IAgentProgress progress, CancellationToken cancel)
    {
        var model = _context.Models.Require(null);
        var main = _context.Repository.ReadSnapshot(_context.Repository.Head(BranchName.Main));
        var pipeline = DeployedPipeline.Require(main, request.Pipeline);
        var plan = TaskPlan.OfGeneration(_context, pipeline, request, new FetchWatch(progress, cancel))
            ?? throw new DbVcException(FailureKind.Failed, "source.empty", "The source has nothing new on which the code could be tried.",
                hint: "Try it on a file: --source FILE.");
        RefuseUnfit(plan, pipeline, main);
        var name = request.Branch ?? TaskNames.ForGeneration(_context, pipeline.Name);
        using var held = TaskLock.Hold(_context, name);
        var report = _runner.Begin(plan, name, new AgentRequest(plan.MetadataPath, name, $"pipeline generate {pipeline.Name}", model, AutoMerge: false)
        {
            Pipeline = pipeline.Name,
            SourcePath = request.SourcePath,
            EditConflicts = request.Conflicts,
        }, model, cancel);
        return _runner.Run(plan, report, progress, cancel);
    }

    /// <summary>Runs a task again that stopped or failed, from its pinned metadata and what the source holds now. Rows that people committed in its branch
    /// are dropped only if that is said; else it throws kind Refused, <c>gates.by-hand</c>.</summary>
    /// <param name="branch">Whose task.</param>
    /// <param name="progress">Hears of what is done.</param>
    /// <param name="cancel">Ends it.</param>
    /// <param name="reload">Whether rows that people put into the branch may be dropped.</param>
    /// <param name="limits">As <see cref="AgentRequest.Limits"/>, from now on; null for those that it had.</param>
    public AgentReport Retry(BranchName branch, IAgentProgress progress, CancellationToken cancel, bool reload = false, string? limits = null)
    {
        using var held = TaskLock.Hold(_context, branch);
        var (plan, report) = PrepareRetry(new RetryRequest(branch, reload, limits), progress, cancel);
        return _runner.Run(plan, _runner.Restart(report), progress, cancel);
    }

    /// <summary>The same, checked now and carried out by the work in the background.</summary>
    public AgentReport RetryLater(RetryRequest request, IAgentProgress progress, CancellationToken cancel)
    {
        using var held = TaskLock.Hold(_context, request.Branch);
        var (plan, report) = PrepareRetry(request, progress, cancel);
        return _runner.Queue(plan, _runner.Renew(report), new DetachedTask(report.Task, Mandate.Of(_context), AutoMerge: false)
        {
            Reload = request.Reload,
        });
    }

    /// <summary>
    /// Cancels a task: one that waits for its turn is stopped at once, one at work when its process has noticed, which is waited for a little. Throws usage
    /// failure <c>agent.not-running</c>.
    /// </summary>
    /// <returns>As it is then; still running where its process has not noticed yet.</returns>
    public AgentReport Cancel(BranchName branch)
    {
        _context.Guard.RequireReach(branch);
        return new TaskStop(_context, _branches).Run(Require(branch));
    }

    /// <summary>Carries out a task that was left to the background, or goes on with it. Null where another process does, or nothing is left to do.</summary>
    internal AgentReport? Carry(DetachedTask task, Action begun, IAgentProgress progress, CancellationToken cancel) =>
        Detached.Carry(task.Task, begun, progress, cancel);

    /// <summary>Settles one that nobody may carry out any more.</summary>
    internal AgentReport? RefuseDetached(DetachedTask task, string why) => Detached.Refuse(task.Task, why);

    private DetachedWork Detached => new(_context, _branches, _runner, _merges);

    private (TaskPlan Plan, AgentReport Report) PrepareRetry(RetryRequest request, IAgentProgress progress, CancellationToken cancel)
    {
        var (branch, limits) = (request.Branch, request.Limits);
        _ = LimitsText.Parse(limits, _context.Configuration.Limits);
        var report = Require(branch);
        if (report.IsRun)
        {
            throw new DbVcException(FailureKind.Usage, "agent.not-stopped", $"No agent works on '{branch}'; it is a run of the pipeline {report.Pipeline}.",
                hint: $"db-vc pipeline run {report.Pipeline} makes another one.");
        }

        if (report.State is not (TaskState.Stopped or TaskState.Failed))
        {
            throw new DbVcException(FailureKind.Usage, "agent.not-stopped", $"The task on '{branch}' is {report.State.ToString().ToLowerInvariant()}; "
                + "only one that stopped or failed is run again.",
                hint: report.State == TaskState.Waiting ? $"Give it its metadata: db-vc agent metadata --file FILE {branch}" : $"db-vc agent status {branch}");
        }

        RefuseMerged(branch);
        if (!request.Reload) HandMadeRows.Refuse(_context, report, $"db-vc agent retry {branch}");
        _context.Models.Require(report.Model, LimitsText.Parse(limits ?? report.Limits, _context.Configuration.Limits).Usd);
        var plan = TaskPlan.Reread(_context, report, code: false, new FetchWatch(progress, cancel));
        return (plan, plan.NoteSource(report) with { Limits = limits ?? report.Limits });
    }

    /// <summary>The latest task of a branch, or the latest of all, with its lines. Throws usage failure <c>agent.missing</c>.</summary>
    public AgentReport Status(BranchName? branch) => new CodeLines(_context).Measure(Require(branch));

    /// <summary>The same; lines are counted where they are shown.</summary>
    private AgentReport Require(BranchName? branch) =>
        Current(AgentTasks.List(_context).LastOrDefault(t => branch is null || t.Branch == branch.Value.Text))
        ?? throw new DbVcException(FailureKind.Usage, "agent.missing",
            branch is null ? "There is no task yet." : $"No agent ever worked on '{branch}'.", hint: "db-vc agent create --metadata FILE starts one.");

    /// <summary>All tasks of agents with their lines, oldest first.</summary>
    public IReadOnlyList<AgentReport> List()
    {
        var lines = new CodeLines(_context);
        return [.. ListAgents().Select(lines.Measure)];
    }

    private IEnumerable<AgentReport> ListAgents() => AgentTasks.List(_context).Where(t => !t.IsRun).Select(t => Current(t)!);

    /// <summary>The transcript of a branch's latest task, line by line (JSON lines).</summary>
    /// <param name="branch">Whose.</param>
    /// <param name="follow">Whether to wait for more while its agent works.</param>
    /// <param name="cancel">Ends the wait.</param>
    public IEnumerable<string> Log(BranchName branch, bool follow, CancellationToken cancel)
    {
        var report = Require(branch);
        var path = Transcript.PathOf(_context.Layout.AgentLogs, TaskId.Parse(report.Task));
        bool IsRunning() => AgentTasks.Read(_context, report.Task) is { } kept && AgentTasks.Current(_context, kept).State == TaskState.Running;
        return TranscriptTail.Read(path, () => follow && IsRunning(), cancel);
    }

    /// <summary>Does what a task did once more, from its log and without a model, on a branch that goes away again, and compares the commits.</summary>
    /// <param name="name">A task's id, or a branch: then its latest.</param>
    /// <param name="progress">Hears of what is done.</param>
    /// <param name="cancel">Ends it.</param>
    public RepeatedTask Replay(string name, IAgentProgress progress, CancellationToken cancel)
    {
        var task = AgentTasks.Read(_context, name) is { } known ? Current(known)! : Require(BranchName.Parse(name));
        return new TaskRepeater(_context, _branches).Run(task, progress, cancel);
    }

    /// <summary>Everything a reviewer needs: task, gates, differences, and what a merge would do.</summary>
    public ReviewReport Review(BranchName branch, CancellationToken cancel)
    {
        var shown = _branches.Show(branch);
        var plan = _merges.Merge(new MergeRequest(branch, BranchName.Main, DryRun: true, []) { AllowDestructive = true }, cancel);
        // Not where it was made: what it took over from main since is not its own, and a branch that stands where main stood has nothing of its own.
        var start = _context.WasAt(BranchName.Main, shown.Head) ? shown.Head : FindStart(shown) ?? shown.Head;
        var diff = _history.Diff(new DiffRequest(start.ToString(), shown.Head.ToString(), null, ReviewRows), cancel);
        var task = Current(AgentTasks.Find(_context, branch)) is { } found ? new CodeLines(_context).Measure(found) : null;
        return new ReviewReport(shown, task, diff, plan)
        {
            AreGatesAtHead = GateReports.Find(_context, branch)?.Head == shown.Head.ToString(),
        };
    }

    /// <summary>Runs code and gates again on what is in the branch now, for example after a person edited it. Rows that people committed are dropped only if
    /// that is said; else it throws kind Refused, <c>gates.by-hand</c>. A branch that main holds throws <c>gates.merged</c>.</summary>
    public AgentReport RunGates(BranchName branch, IAgentProgress progress, CancellationToken cancel, bool reload = false) =>
        Judge(branch, progress, cancel, isQueue: false, reload);

    /// <summary>The same; the merge queue looks itself that no file comes along, so whoever runs it has no hand in the task.</summary>
    internal AgentReport JudgeQueued(BranchName branch, IAgentProgress progress, CancellationToken cancel) =>
        Judge(branch, progress, cancel, isQueue: true, reload: false);

    private AgentReport Judge(BranchName branch, IAgentProgress progress, CancellationToken cancel, bool isQueue, bool reload)
    {
        using var held = TaskLock.Hold(_context, branch);
        RefuseMerged(branch);
        var (plan, report) = Reread(branch, progress, cancel);
        if (!reload) HandMadeRows.Refuse(_context, report, $"db-vc gate run {branch}");
        return _runner.RunGates(plan, plan.NoteSource(report), progress, cancel, isHand: !isQueue);
    }

    /// <summary>Whether a branch holds no code and no agent's work, so that only gates about rows and definitions can judge it.</summary>
    public bool IsPlain(BranchName branch) =>
        Evidence.IsPlain(_context, _branches.RequireRecord(branch), _context.Repository.Head(branch), _context.Repository.Head(BranchName.Main));

    /// <summary>Judges a branch that holds no code, as its head is. With all gates it is evidence for a merge.</summary>
    /// <param name="branch">Whose; see <see cref="IsPlain"/>.</param>
    /// <param name="gates">By name, as people type it; empty for all that are configured.</param>
    /// <param name="progress">Hears of what is done.</param>
    /// <param name="cancel">Ends it.</param>
    public GateRunReport RunPlainGates(BranchName branch, IReadOnlyList<string> gates, IAgentProgress progress, CancellationToken cancel)
    {
        using var held = TaskLock.Hold(_context, branch);
        RefuseMerged(branch);
        if (!IsPlain(branch))
            throw new DbVcException(FailureKind.Usage, "gates.code", $"'{branch}' holds code or an agent's work.",
                hint: $"db-vc gate run {branch} judges it with all gates.");
        var head = _context.Repository.Head(branch);
        var common = new VersionControl.CommitGraph(_context.Repository).MergeBases(head, _context.Repository.Head(BranchName.Main));
        // The copy on which a change is tried has one name.
        using var trial = _context.Repository.Store.Lock(EvidenceDesk.TrialName, _context.Options.LockTimeout);
        var asked = gates.Count == 0 ? _context.Configuration.GateOrder : [.. gates.Select(GateRunner.NameOf)];
        var report = new PlainGates(_context, _invariants).Run(branch, common.Count > 0 ? common[0] : head, head, asked, progress.GateFinished, cancel);
        if (gates.Count == 0) GateReports.Save(_context, branch, head, report);
        return new GateRunReport(report.Branch, report.Passed, report.ToVerdict().Gates) { IsEvidence = gates.Count == 0, LeftOut = report.LeftOut };
    }

    /// <summary>Asks some gates about what is in the branch now. Throws usage failure <c>gate.missing</c>, and what <see cref="RunGates"/> does.</summary>
    /// <param name="branch">Whose.</param>
    /// <param name="gates">By name, as people type it.</param>
    /// <param name="progress">Hears of what is done.</param>
    /// <param name="cancel">Ends it.</param>
    /// <param name="reload">Whether rows that people committed may be dropped.</param>
    public GateRunReport RunSomeGates(BranchName branch, IReadOnlyList<string> gates, IAgentProgress progress, CancellationToken cancel, bool reload = false)
    {
        var names = gates.Select(GateRunner.NameOf).Distinct().ToList();
        using var held = TaskLock.Hold(_context, branch);
        RefuseMerged(branch);
        var (plan, report) = Reread(branch, progress, cancel);
        if (!reload && names.Any(GateRunner.JudgesRows)) HandMadeRows.Refuse(_context, report, $"db-vc gate run {branch} --only {string.Join(' ', gates)}");
        return _runner.RunSomeGates(plan, report, names, progress, cancel);
    }

    /// <summary>What a merge rested on stays what it was: report, rejected records, rows. If main took it back, code would run on its own rows.</summary>
    private void RefuseMerged(BranchName branch)
    {
        var head = _context.Repository.Head(branch);
        if (_context.WasAt(BranchName.Main, head)
            || !new VersionControl.CommitGraph(_context.Repository).IsAncestor(head, _context.Repository.Head(BranchName.Main))) return;
        throw new DbVcException(FailureKind.Refused, "gates.merged",
            $"The history of main holds all of '{branch}': there is nothing that gates could keep out.",
            hint: $"db-vc evidence verify {branch} asks them again and changes nothing. If main took it back, take that back first: db-vc undo.");
    }

    private (TaskPlan Plan, AgentReport Report) Reread(BranchName branch, IAgentProgress progress, CancellationToken cancel)
    {
        var report = Require(branch);
        if (report.MetadataPath is null)
        {
            throw new DbVcException(FailureKind.Usage, "agent.no-metadata", $"The task on '{branch}' has no metadata yet.",
                hint: "db-vc agent metadata --file FILE");
        }

        if (report.State == TaskState.Queued)
        {
            throw new DbVcException(FailureKind.Usage, "agent.queued", $"The task on '{branch}' was not begun yet: the work in the background does that.",
                hint: $"db-vc work does it now; db-vc agent cancel {branch} leaves it.");
        }

        return (TaskPlan.Reread(_context, report, code: true, new FetchWatch(progress, cancel)), report);
    }

    /// <summary>Metadata of another pipeline, and records that would come into the table a second time.</summary>
    private static void RefuseUnfit(TaskPlan plan, DeployedPipeline pipeline, VersionControl.SnapshotReader main)
    {
        if (plan.Spec.TaskId is { } id && TaskNames.Plain(id) != pipeline.Name)
        {
            throw new DbVcException(FailureKind.Usage, "pipeline.other",
                $"The metadata is that of the pipeline '{TaskNames.Plain(id)}', not of '{pipeline.Name}'.", plan.MetadataPath,
                "Change its task_id, or make a new pipeline: db-vc agent create --metadata FILE.");
        }

        if (plan.Spec.Destination.Disposition != Pipelines.Disposition.Append || SourceLoad.Find(main, pipeline.Name, plan) is not { } before) return;
        throw new DbVcException(FailureKind.Usage, "pipeline.loaded", $"The source was loaded already, by {before.Run}; its records would be added once more.",
            plan.SourcePath, "New code is tried on new records: --source FILE. With the disposition upsert or replace a source may come again.");
    }

    private CommitId? FindStart(BranchReport branch) =>
        BranchSpan.StartOf(_context, branch.Head, BranchRecord.Read(_context.Repository.Store, BranchName.Parse(branch.Name))) ?? branch.Base;

    private AgentReport? Current(AgentReport? report) => report is null ? null : AgentTasks.Current(_context, report);

    private AgentReport FindWaiting(BranchName? branch) =>
        ListAgents().LastOrDefault(t => t.State == TaskState.Waiting && (branch is null || t.Branch == branch.Value.Text))
        ?? throw new DbVcException(FailureKind.Usage, "agent.none-waiting",
            branch is null ? "No task waits for metadata." : $"No task on '{branch}' waits for metadata.",
            hint: "Start one with db-vc agent create --task \"…\", or give the metadata at once with --metadata FILE.");

    private AgentReport CreateWaiting(AgentRequest request, string model, CancellationToken cancel)
    {
        if (string.IsNullOrWhiteSpace(request.Text))
        {
            throw new DbVcException(FailureKind.Usage, "agent.nothing-asked", "There is neither metadata nor a task.",
                hint: "db-vc agent create --metadata FILE, or --task \"what to do\" followed by db-vc agent metadata --file FILE.");
        }

        return _runner.Wait(request.Branch ?? TaskNames.ForText(_context, request.Text), request, model, cancel);
    }

    private AgentReport AutoMerge(AgentRequest request, AgentReport report, IAgentProgress progress, CancellationToken cancel)
    {
        if (!request.AutoMerge || report.State != TaskState.Ready) return report;
        var merged = _merges.Merge(new MergeRequest(BranchName.Parse(report.Branch), BranchName.Main, DryRun: false, []), cancel);
        progress.Message(merged.Message);
        return AgentTasks.Current(_context, report);
    }
}

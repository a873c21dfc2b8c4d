using System.Diagnostics;
using System.Text.Json;
using DbVc.Agents;
using DbVc.Live;
using DbVc.Model;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>Makes tasks and runs them: branch, pinned metadata, agent loop, gates, report.</summary>
internal sealed class TaskRunner(WorkspaceContext context, BranchManager branches)
{
    /// <summary>Makes the branch and pins the metadata in it; the first commit of the task.</summary>
    public AgentReport Begin(TaskPlan plan, BranchName name, AgentRequest request, string model, CancellationToken cancel)
    {
        // Until its metadata is pinned it is a task that waits for metadata, should this process die.
        var pipeline = request.Pipeline ?? PipelineName(plan, name);
        var report = NewReport(name, request, model) with { SourcePath = request.SourcePath, EditConflicts = request.EditConflicts };
        RequireMergeable(plan, request.Footing?.Commit ?? context.Repository.Head(BranchName.Main), pipeline, report);
        branches.Create(name, request.Footing?.Commit.ToString(), BranchFor(plan, pipeline, report, request.Terms) with { On = request.Footing?.On }, cancel);
        return Pin(plan, report, pipeline, request.Detach ? new DetachedTask(report.Task, Mandate.Of(context), request.AutoMerge) : null);
    }

    /// <summary>Makes the branch of a task whose metadata comes later.</summary>
    public AgentReport Wait(BranchName name, AgentRequest request, string model, CancellationToken cancel)
    {
        var report = NewReport(name, request, model);
        branches.Create(name, null, new NewBranch(name.Folder, report, request.Terms), cancel);
        return report;
    }

    public AgentReport Pin(TaskPlan plan, AgentReport report)
    {
        var name = BranchName.Parse(report.Branch);
        RequireMergeable(plan, context.Repository.Head(name), PipelineName(plan, name), report);
        return Pin(plan, NoteHand(report), PipelineName(plan, name));
    }

    private AgentReport Pin(TaskPlan plan, AgentReport report, string pipeline, DetachedTask? later = null)
    {
        var name = BranchName.Parse(report.Branch);
        var record = branches.RequireRecord(name) with { Pipeline = pipeline };
        var transaction = new CommitTransaction(context.Repository, "agent metadata", context.Options.User.Name);
        transaction.PutDocument(BranchRecord.Collection, record.Name, record.ToBytes());
        transaction.Publish();
        var folder = context.Layout.Branch(name);
        BranchFiles.CheckOutCode(context.Repository.ReadSnapshot(context.Repository.Head(name)), record, folder);
        WholeFile.Write(Path.Combine(folder, BranchPath.MetadataFile), System.Text.Encoding.UTF8.GetBytes(plan.MetadataText));
        context.Publisher.Commit(new CaptureRequest(name, $"agent {report.Task}", context.Options.User, "Pin metadata of " + report.Task)
        {
            Provenance = new Provenance(report.Task),
            Files = new Checkout(folder).Collect(record.Pipeline),
            Tables = new HashSet<string>(),
        }, CancellationToken.None);
        var pinned = plan.NoteSource(report) with
        {
            State = TaskState.Running,
            Pipeline = record.Pipeline,
            MetadataPath = plan.MetadataPath,
            MetadataHash = plan.MetadataHash,
            SourceHeader = plan.SourceHeader,
            Assumptions = [.. report.Assumptions, .. plan.Spec.Assumptions],
        };
        if (later is not null) return Queue(plan, pinned, later);
        AgentTasks.Save(context, pinned);
        return pinned;
    }

    /// <summary>Makes the branch of a run, with the files of the pipeline as main has them.</summary>
    public AgentReport BeginRun(PlannedRun planned, BranchName name, BranchTerms terms, CancellationToken cancel)
    {
        var (plan, pipeline) = (planned.Plan, planned.Pipeline);
        var report = NewReport(name, new AgentRequest(null, name, $"pipeline run {pipeline}", null, AutoMerge: false), model: "") with
        {
            State = TaskState.Running,
            Due = planned.Due,
            Pipeline = pipeline,
            MetadataPath = plan.MetadataPath,
            MetadataHash = plan.MetadataHash,
            SourcePath = plan.SourcePath,
            SourceHeader = plan.SourceHeader,
        };
        branches.Create(name, null, BranchFor(plan, pipeline, report, terms), cancel);
        branches.CheckOutFiles(name);
        return report;
    }

    private static NewBranch BranchFor(TaskPlan plan, string pipeline, AgentReport report, BranchTerms terms) => new(pipeline, report, terms)
    {
        Destination = plan.Spec.Destination.Table,
        Asked = [.. plan.Spec.ReferenceRules.Select(r => r.Reference!.Table).Distinct()],
    };

    /// <summary>Runs the code that a branch got from main, and the gates.</summary>
    public AgentReport RunDeployed(TaskPlan plan, AgentReport report, IAgentProgress progress, CancellationToken cancel) =>
        Execute(plan, report, progress, "pipeline run " + report.Pipeline, cancel);

    /// <summary>The task as it was before it ran; its branch and its commits stay.</summary>
    public AgentReport Restart(AgentReport report)
    {
        var again = Renew(report);
        TaskCancellation.Forget(context.Repository.Store, report.Task);
        AgentTasks.Save(context, again);
        return again;
    }

    /// <summary>The same, kept by whoever calls.</summary>
    public AgentReport Renew(AgentReport report) => Clear(NoteHand(report)) with
    {
        ChangedBefore = new CodeLines(context).Measure(report).Lines?.Changed ?? 0,
        AsksAnew = report.State == TaskState.Failed,
    };

    /// <summary>Leaves a task whose metadata is pinned to the work in the background. Whose process that is may stand in another folder.</summary>
    public AgentReport Queue(TaskPlan plan, AgentReport report, DetachedTask later)
    {
        var queued = report with { State = TaskState.Queued, SourcePath = plan.SourcePath };
        later.Save(context.Repository.Store, queued);
        BranchInfo.Write(context, branches.RequireRecord(BranchName.Parse(report.Branch)), "queued");
        return queued;
    }

    /// <summary>Begins a task that was left to the background; whoever calls holds it.</summary>
    public AgentReport Take(AgentReport report, DetachedTask later)
    {
        var begun = Clear(report);
        (later with { Starts = later.Starts + 1, NotBefore = null }).Save(context.Repository.Store, begun);
        return begun;
    }

    private static AgentReport Clear(AgentReport report) => report with
    {
        State = TaskState.Running,
        Steps = [],
        Gates = [],
        Tests = null,
        Rows = null,
        RowsPerSecond = 0,
        Changes = null,
        FirstFailures = [],
        Error = null,
        End = null,
        Questions = [],
        Evidence = null,
    };

    /// <summary>Runs the agent to its end. Interrupted, the task is kept as stopped and the interruption goes on.</summary>
    public AgentReport Run(TaskPlan plan, AgentReport report, IAgentProgress progress, CancellationToken cancel)
    {
        report = PastFinder.Tell(context, plan.Spec, report, progress);
        var task = PreparedRun.TaskOf(plan, report);
        var kept = new TaskProgress(context, report, progress);
        using var time = StartTime(task.Branch, kept, cancel);
        try
        {
            using var run = PreparedRun.Make(context, plan, task, report, progress);
            var session = run.BeginSession(plan, report, kept, new TaskPerson(progress), progress);
            using var transcript = Transcript.Open(context.Layout.AgentLogs, task.Id, run.Setup.Mask, context.Options.Clock);
            var limits = LimitsText.Parse(report.Limits, context.Configuration.Limits);
            using var model = context.Models.Open(report.Model, report.Task, progress.Message, mayReuse: !report.AsksAnew, limits.Usd);
            var past = model.IsFree || report.AsksAnew ? null : context.Memory.FindPipeline(((ICodeGenerator)new CSharpCode(plan.Spec)).GenerateAll());
            if (past is not null) progress.Message($"As the merged task {past.Task}, of the very same metadata: the model is asked where that does not do.");
            var agent = new AgentRun(model.Remembering(past), session, limits, transcript, context.Options.Clock);
            var outcome = agent.RunAsync(time.Token).GetAwaiter().GetResult();
            if (time.IsUp) throw time.Translate(new OperationCanceledException(time.Token));
            var ended = Describe(kept.Report, run.Execution) with
            {
                State = Enum.Parse<TaskState>(outcome.State.ToString()),
                Error = outcome.State == AgentState.Ready ? null : outcome.Reason,
                Made = context.Repository.Head(task.Branch).ToString(),
                Cost = new CostSummary(outcome.Usage.Tokens, model.Usd, model.Saved),
                End = JsonNamingPolicy.KebabCaseLower.ConvertName(outcome.End.ToString()),
                Questions = [.. session.Questions.Select(q => new TaskQuestion(q.Question, q.Answer))],
            };
            kept.Save(outcome.End switch
            {
                AgentEnd.Cancelled => Interrupted(ended, time),
                AgentEnd.ModelFailed => DetachedTask.TryAgain(context, ended),
                _ => ended,
            });
        }
        catch (Exception e)
        {
            var failure = time.Translate(e);
            kept.Save(failure is OperationCanceledException
                ? Interrupted(kept.Report with { Error = failure.Message }, time)
                : DetachedTask.TryAgain(context, kept.Report with { State = TaskState.Failed, Error = failure.Message }, failure));
            if (failure != e) throw failure;
            if (failure is not OperationCanceledException || time.Cancelled is null) throw;
        }
        finally
        {
            BranchInfo.Write(context, branches.RequireRecord(task.Branch), kept.Report.State.ToString().ToLowerInvariant());
            context.Outbox.Tell(kept.Report);
        }

        if (cancel.IsCancellationRequested && kept.Report.State is TaskState.Stopped or TaskState.Queued)
            throw new TaskStoppedException(task.Branch, $"agent retry {task.Branch}", cancel);
        return kept.Report;
    }

    /// <summary>A task that was stopped before its end. What works in the background goes on when that does.</summary>
    private AgentReport Interrupted(AgentReport report, WorkTime time)
    {
        if (time.Cancelled is { } cancelled) return cancelled.Stop(report);
        return DetachedTask.Find(context.Repository.Store, report.Task) is null
            ? report with { State = TaskState.Stopped }
            : report with { State = TaskState.Queued, End = null, Error = null };
    }

    /// <summary>Refuses, before anything is made, code whose edits contradict the new generation.</summary>
    private void RequireMergeable(TaskPlan plan, CommitId start, string pipeline, AgentReport report)
    {
        var present = BranchFiles.Read(context.Repository.ReadSnapshot(start), pipeline);
        new KeptEdits(present, ((ICodeGenerator)new CSharpCode(plan.Spec)).GenerateAll(), report.EditConflicts).Require();
    }

    /// <summary>A task that has no time left failed; it was not stopped.</summary>
    private WorkTime StartTime(BranchName branch, TaskProgress kept, CancellationToken cancel)
    {
        var record = branches.RequireRecord(branch);
        try
        {
            return WorkTime.Start(context, record, cancel);
        }
        catch (DbVcException failure)
        {
            kept.Save(kept.Report with { State = TaskState.Failed, Error = failure.Message });
            BranchInfo.Write(context, record, "failed");
            throw;
        }
    }

    /// <summary>Runs the branch's code and the gates once more, and commits the rows that came of it.</summary>
    public AgentReport RunGates(TaskPlan plan, AgentReport report, IAgentProgress progress, CancellationToken cancel, bool isHand = true) =>
        Execute(plan, isHand ? NoteHand(report) : report, progress, "gate run " + report.Branch, cancel);

    /// <summary>Asks some gates about what is in the branch now. It is no evidence, and the task stays as it is but for the hand in it; rows are
    /// loaded where a gate judges them.</summary>
    public GateRunReport RunSomeGates(TaskPlan plan, AgentReport report, IReadOnlyList<string> gates, IAgentProgress progress, CancellationToken cancel)
    {
        if (AgentTasks.Read(context, report.Task) is { } kept) AgentTasks.Save(context, NoteHand(kept));
        var task = PreparedRun.TaskOf(plan, report);
        using var time = WorkTime.Start(context, branches.RequireRecord(task.Branch), cancel);
        try
        {
            using var run = PreparedRun.Make(context, plan, task, report, progress);
            var before = context.Repository.Head(task.Branch);
            if (gates.Any(GateRunner.JudgesRows)) Load(report, run, progress, time.Token);
            var judged = run.Execution.Judge(gates, progress.GateFinished, time.Token);
            var after = context.Repository.Head(task.Branch);
            return new GateRunReport(report.Branch, judged.Passed, judged.ToVerdict().Gates) { Committed = after == before ? null : after };
        }
        catch (Exception caught) when (time.Translate(caught) is var failure && failure != caught)
        {
            throw failure;
        }
    }

    private AgentReport Execute(TaskPlan plan, AgentReport report, IAgentProgress progress, string command, CancellationToken cancel)
    {
        var task = PreparedRun.TaskOf(plan, report);
        TaskCancellation.Forget(context.Repository.Store, report.Task);
        using var time = WorkTime.Start(context, branches.RequireRecord(task.Branch), cancel);
        AgentTasks.Save(context, report with { State = TaskState.Running, Error = null });
        try
        {
            return Keep(task, JudgeAgain(plan, task, report, progress, time.Token));
        }
        catch (Exception caught)
        {
            var e = time.Translate(caught);

            // Rows may have been committed that no gate has seen.
            var stopped = e is OperationCanceledException;
            if (stopped && time.Cancelled is { } cancelled) return Keep(task, cancelled.Stop(report));
            Keep(task, report with
            {
                State = stopped ? TaskState.Stopped : TaskState.Failed,
                Error = stopped ? "It was interrupted." : e.Message,
            });
            if (stopped && cancel.IsCancellationRequested) throw new TaskStoppedException(task.Branch, command, cancel);
            if (e != caught) throw e;
            throw;
        }
    }

    private AgentReport JudgeAgain(TaskPlan plan, PipelineTask task, AgentReport report, IAgentProgress progress, CancellationToken cancel)
    {
        using var run = PreparedRun.Make(context, plan, task, report, progress);
        Load(report, run, progress, cancel);
        var verdict = run.Execution.ValidateResults(progress.GateFinished, cancel);
        return Describe(report, run.Execution) with
        {
            State = verdict.Passed ? TaskState.Ready : TaskState.Failed,
            Error = verdict.Passed ? null : $"Refused by gates: {GateSummary.DescribeRefusal(verdict.Gates)}.",
        };
    }

    /// <summary>Runs the branch's code on its source and commits the rows that come of it.</summary>
    private static void Load(AgentReport report, PreparedRun run, IAgentProgress progress, CancellationToken cancel)
    {
        progress.StepStarted("load");
        var started = Stopwatch.GetTimestamp();
        var executed = run.Execution.Execute(mostRows: null, cancel);
        var rows = executed.Rows;
        var said = executed.Problem ?? $"{rows.Read} read, {rows.Loaded} loaded, {rows.Rejected} rejected, {rows.Filtered} filtered";
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        progress.StepFinished(new TaskStep("load", executed.Succeeded ? "done" : "failed", seconds, said));
        run.Branch.Commit(report.IsRun
            ? $"Run pipeline {report.Pipeline}: {Quantity.Of(executed.Rows.Loaded, "row")} loaded"
            : $"Run gates again: {Quantity.Of(executed.Rows.Loaded, "row")} loaded", cancel);
    }

    /// <summary>Kept before anything is committed: the agent signs what whoever acts now may have written into its branch.</summary>
    private AgentReport NoteHand(AgentReport report) => report.Hands.Contains(context.Options.User.Name) ? report
        : report with { Hands = [.. report.Hands, context.Options.User.Name] };

    private AgentReport Keep(PipelineTask task, AgentReport report)
    {
        AgentTasks.Save(context, report);
        BranchInfo.Write(context, branches.RequireRecord(task.Branch), report.State.ToString().ToLowerInvariant());
        // A run that is well is merged next, which is told.
        if (!report.IsRun || report.State == TaskState.Failed) context.Outbox.Tell(report);
        return report;
    }

    private AgentReport NewReport(BranchName name, AgentRequest request, string model)
    {
        var now = context.Options.Clock.GetUtcNow();
        return new AgentReport
        {
            Task = TaskId.For(name, now).Text,
            Branch = name.Text,
            State = TaskState.Waiting,
            Text = request.Text,
            Limits = request.Limits,
            Batch = request.Batch,
            Assumptions = request.Assumptions,
            Model = model,
            Created = now,
            Starter = context.Options.User.Name,
        };
    }

    private static AgentReport Describe(AgentReport report, BranchExecution execution)
    {
        var figures = execution.Report?.Figures;
        return report with
        {
            Gates = execution.Report?.ToVerdict().Gates ?? [],
            Evidence = execution.Report?.Hash.ToString(),
            Tests = figures?.TestsTotal is { } total
                ? new TestSummary(figures.TestsPassed ?? 0, total, figures.LineCoverage, figures.BranchCoverage, figures.MutationScore)
                : null,
            Rows = execution.LastRun?.Rows,
            RowsPerSecond = Math.Round(execution.LastRun?.RowsPerSecond ?? 0),
            PeakMemory = execution.LastRun?.PeakMemory ?? 0,
            Changes = execution.LastRun?.Changes,
            FirstFailures = execution.LastRun?.FirstFailures ?? [],
        };
    }

    private static string PipelineName(TaskPlan plan, BranchName name) => plan.Spec.TaskId is { } id ? TaskNames.Plain(id) : name.Folder;
}

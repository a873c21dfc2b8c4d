using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>Takes a plan the whole way: a branch of its own, sandbox, load, gates, merge.</summary>
internal sealed class PipelineRunner(WorkspaceContext context, BranchManager branches, MergeController merges)
{
    /// <summary>A branch of a run that nobody merged or deleted goes away by itself.</summary>
    private const string BranchLifetime = "30d";

    private readonly TaskRunner _runner = new(context, branches);

    /// <summary>Runs it. What was merged leaves no branch behind.</summary>
    /// <param name="planned">What is run on what.</param>
    /// <param name="progress">Hears of what is done.</param>
    /// <param name="cancel">Stops it; the branch is kept.</param>
    public PipelineRunReport Run(PlannedRun planned, IAgentProgress progress, CancellationToken cancel)
    {
        var name = TaskNames.ForRun(context, planned.Pipeline);
        var (report, merged) = Run(planned, name, progress, cancel);
        if (report.State == TaskState.Merged) branches.Delete(name);
        return new PipelineRunReport(planned.Pipeline, report, merged, null);
    }

    /// <summary>Merges a run that is ready, and takes its branch away.</summary>
    public PipelineRunReport Land(AgentReport run, CancellationToken cancel)
    {
        var name = BranchName.Parse(run.Branch);
        AgentReport report;
        MergeReport merged;
        using (TaskLock.Hold(context, name)) (report, merged) = Merge(run, name, cancel);
        if (report.State == TaskState.Merged) branches.Delete(name);
        return new PipelineRunReport(run.Pipeline!, report, merged, null);
    }

    /// <summary>Held from before main is looked at until the run is over: what one run loads, the next one knows. Throws kind Locked,
    /// <c>pipeline.running</c>.</summary>
    public IDisposable HoldAlone(string pipeline)
    {
        try
        {
            return context.Repository.Store.Lock("pipeline-" + pipeline, context.Options.LockTimeout);
        }
        catch (DbVcException failure) when (failure.Kind == FailureKind.Locked)
        {
            throw new DbVcException(FailureKind.Locked, "pipeline.running", $"A run of the pipeline '{pipeline}' is in progress.",
                hint: $"Wait for it: db-vc pipeline history {pipeline}.", inner: failure);
        }
    }

    /// <summary>Asked before anything is made. Throws kind Refused, <c>pipeline.approvals</c> or <c>pipeline.request</c>, where main needs approvals or a
    /// request: nobody has given any to what is not there yet.</summary>
    public void RequireMergeable(string pipeline, string command)
    {
        if (!BranchRules.NeedApprovals(context.Repository.Store, BranchName.Main))
        {
            if (!BranchRules.Of(context.Repository.Store, BranchName.Main).Request) return;
            throw new DbVcException(FailureKind.Refused, "pipeline.request",
                $"main takes merges by request alone, and nobody can have asked for what a run of '{pipeline}' is about to bring.",
                hint: $"{command}; then open a request for its branch (db-vc request open) and merge it (db-vc request merge).");
        }

        throw new DbVcException(FailureKind.Refused, "pipeline.approvals",
            $"main needs approvals, and nobody can have approved what a run of '{pipeline}' is about to bring.",
            hint: $"{command}; then have its branch approved (db-vc branch approve) and merge it (db-vc branch merge).");
    }

    /// <summary>Takes away the branch of a run that brought nothing.</summary>
    public AgentReport Drop(AgentReport run, string why)
    {
        var dropped = run with { State = TaskState.Failed, Error = why };
        AgentTasks.Save(context, dropped);
        branches.Delete(BranchName.Parse(run.Branch));
        return dropped;
    }

    private (AgentReport Run, MergeReport? Merged) Run(PlannedRun planned, BranchName name, IAgentProgress progress, CancellationToken cancel)
    {
        using var held = TaskLock.Hold(context, name);
        var report = _runner.BeginRun(planned, name, new BranchTerms(null, BranchLifetime), cancel);
        report = _runner.RunDeployed(planned.Plan, report, progress, cancel);
        return report.State == TaskState.Ready && planned.MayMerge(report) ? Merge(report, name, cancel) : (report, null);
    }

    private (AgentReport Run, MergeReport Merged) Merge(AgentReport report, BranchName name, CancellationToken cancel)
    {
        var merged = merges.Merge(new MergeRequest(name, BranchName.Main, DryRun: false, [])
        {
            // Nobody sits there: a merge in progress would keep everybody else's out until somebody comes.
            KeepsConflicts = report.Due is null,
        }, cancel);
        if (merged.State is not (MergeState.Merged or MergeState.UpToDate)) return (report, merged);
        report = report with { State = TaskState.Merged };
        AgentTasks.Save(context, report);
        return (report, merged);
    }
}

/// <summary>A run that is about to begin.</summary>
/// <param name="Plan">What is run on what.</param>
/// <param name="Pipeline">Its name below <c>pipelines/</c>.</param>
/// <param name="MayMerge">Asked once the gates have passed.</param>
internal sealed record PlannedRun(TaskPlan Plan, string Pipeline, Func<AgentReport, bool> MayMerge)
{
    /// <summary>When a schedule wanted it; null where a person does.</summary>
    public DateTimeOffset? Due { get; init; }
}

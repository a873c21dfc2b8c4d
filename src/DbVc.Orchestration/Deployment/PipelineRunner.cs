using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>Takes a plan the whole way: a branch of its own, sandbox, load, gates, merge.</summary>
internal sealed class PipelineRunner(WorkspaceContext context, BranchManager branches, MergeController merges)
{
    /// <summary>A branch of a run that nobody merged or deleted goes away by itself.</summary>
    private const string BranchLifetime = "30d";

    private readonly TaskRunner _runner = new(context, branches);

    /// <summary>Runs it. What was merged leaves no branch behind.</summary>
    /// <param name="plan">What is run on what.</param>
    /// <param name="pipeline">Its name below <c>pipelines/</c>.</param>
    /// <param name="mayMerge">Asked once the gates have passed.</param>
    /// <param name="progress">Hears of what is done.</param>
    /// <param name="cancel">Stops it; the branch is kept.</param>
    public PipelineRunReport Run(TaskPlan plan, string pipeline, Func<AgentReport, bool> mayMerge, IAgentProgress progress, CancellationToken cancel)
    {
        var name = TaskNames.ForRun(context, pipeline);
        var (report, merged) = Run(plan, pipeline, name, mayMerge, progress, cancel);
        if (report.State == TaskState.Merged) branches.Delete(name);
        return new PipelineRunReport(pipeline, report, merged, null);
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

    private (AgentReport Run, MergeReport? Merged) Run(
        TaskPlan plan, string pipeline, BranchName name, Func<AgentReport, bool> mayMerge, IAgentProgress progress, CancellationToken cancel)
    {
        using var held = TaskLock.Hold(context, name);
        var report = _runner.BeginRun(plan, pipeline, name, new BranchTerms(null, BranchLifetime), cancel);
        report = _runner.RunDeployed(plan, report, progress, cancel);
        if (report.State != TaskState.Ready || !mayMerge(report)) return (report, null);
        var merged = merges.Merge(new MergeRequest(name, BranchName.Main, DryRun: false, []), cancel);
        if (merged.State is not (MergeState.Merged or MergeState.UpToDate)) return (report, merged);
        report = report with { State = TaskState.Merged };
        AgentTasks.Save(context, report);
        return (report, merged);
    }
}

using DbVc.Model;
using DbVc.Pipelines;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>Pipelines that were merged into main: which there are, one more run of one, and what their runs did.</summary>
public sealed class PipelineDesk
{
    private readonly WorkspaceContext _context;
    private readonly PipelineRunner _runner;

    internal PipelineDesk(WorkspaceContext context, PipelineRunner runner) => (_context, _runner) = (context, runner);

    /// <summary>Every pipeline of main, by name.</summary>
    public IReadOnlyList<PipelineReport> List()
    {
        var runs = AgentTasks.List(_context).ToLookup(task => AgentTasks.PipelineOf(_context, task));
        return [.. DeployedPipeline.List(ReadMain()).Select(p => Describe(p, [.. runs[p.Name]]))];
    }

    /// <summary>What a pipeline's runs did, oldest first; the agent's own run is among them. Throws usage failure <c>pipeline.missing</c>.</summary>
    public (string Pipeline, IReadOnlyList<AgentReport> Runs) History(string name)
    {
        var pipeline = DeployedPipeline.Require(ReadMain(), name).Name;
        return (pipeline, [.. AgentTasks.ListOf(_context, pipeline).Select(t => AgentTasks.Current(_context, t))]);
    }

    /// <summary>
    /// Runs a pipeline's code on its source once more, in a branch of its own: sandbox, load, gates, then a merge that happens whole or not at all. A run
    /// that fails leaves its branch behind and main as it was. A source that adds rows and was loaded before is not loaded twice.
    /// </summary>
    public PipelineRunReport Run(PipelineRunRequest request, IAgentProgress progress, CancellationToken cancel)
    {
        using var alone = _runner.HoldAlone(DeployedPipeline.Require(ReadMain(), request.Pipeline).Name);
        var main = ReadMain();
        var pipeline = DeployedPipeline.Require(main, request.Pipeline);
        if (request.Merge) _runner.RequireMergeable(pipeline.Name, $"db-vc pipeline run {pipeline.Name} --no-merge");
        var plan = TaskPlan.OfDeployed(_context, pipeline, request.SourcePath, request.Again, new FetchWatch(progress, cancel));
        if (plan is null) return new PipelineRunReport(pipeline.Name, null, null, null) { NothingNew = true };
        var mayRepeat = request.Again || plan.Spec.Destination.Disposition != Disposition.Append;
        if (!mayRepeat && SourceLoad.Find(main, pipeline.Name, plan) is { } before)
        {
            FetchedFiles.Remove(_context, plan.SourcePath);
            return new PipelineRunReport(pipeline.Name, null, null, before);
        }

        return _runner.Run(new PlannedRun(plan, pipeline.Name, _ => request.Merge) { Due = request.Due }, progress, cancel);
    }

    /// <summary>Merges what a run made whose process ended before that.</summary>
    internal PipelineRunReport Land(AgentReport run, CancellationToken cancel)
    {
        using var alone = _runner.HoldAlone(run.Pipeline!);
        return _runner.Land(run, cancel);
    }

    private SnapshotReader ReadMain() => _context.Repository.ReadSnapshot(_context.Repository.Head(BranchName.Main));

    private PipelineReport Describe(DeployedPipeline pipeline, IReadOnlyList<AgentReport> runs)
    {
        var last = runs.Count == 0 ? null : AgentTasks.Current(_context, runs[^1]);
        try
        {
            var spec = pipeline.Read();
            return new PipelineReport(pipeline.Name, spec.Destination.Table, spec.Source.Location, null, runs.Count, last);
        }
        catch (DbVcException failure)
        {
            return new PipelineReport(pipeline.Name, null, null, failure.Message, runs.Count, last);
        }
    }
}

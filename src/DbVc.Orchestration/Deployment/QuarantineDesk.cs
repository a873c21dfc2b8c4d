using DbVc.Model;
using DbVc.Pipelines;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>What a pipeline's merged runs rejected: looking at it, writing it out to be mended, and running it again.</summary>
public sealed class QuarantineDesk
{
    private readonly WorkspaceContext _context;
    private readonly PipelineRunner _runner;

    internal QuarantineDesk(WorkspaceContext context, PipelineRunner runner) => (_context, _runner) = (context, runner);

    /// <summary>Records that nobody dealt with yet, run by run, oldest first. Throws usage failure <c>pipeline.missing</c>.</summary>
    public QuarantineReport List(QuarantineRequest request, int limit)
    {
        var pipeline = Require(request.Pipeline);
        var rules = new Dictionary<string, long>(StringComparer.Ordinal);
        var first = new List<QuarantinedRecord>();
        long count = 0;
        foreach (var record in Find(pipeline.Name, request))
        {
            count++;
            if (first.Count < limit) first.Add(record);
            foreach (var rule in record.Reasons.Select(r => r.Rule).Distinct(StringComparer.Ordinal)) rules[rule] = rules.GetValueOrDefault(rule) + 1;
        }

        return new QuarantineReport(pipeline.Name, count, rules, first);
    }

    /// <summary>Writes open records as a source of the pipeline, with its header, to be mended and given to <see cref="Retry"/>. Returns how many there are,
    /// and how many of them cannot be written as they were.</summary>
    public (string Pipeline, long Written, long Unwritable) Export(QuarantineRequest request, string path)
    {
        var pipeline = Require(request.Pipeline);
        if (Path.Exists(path))
        {
            throw new DbVcException(FailureKind.Usage, "quarantine.exists", "There is such a file already.", path, "Name another one, or remove it first.");
        }

        var records = Find(pipeline.Name, request).ToList();
        var whole = records.Where(r => r.IsWhole).ToList();
        WholeFile.Write(path, ReplaySource.Write(pipeline.Read().Source, whole));
        QuarantineShelf.NoteExport(_context, path, whole);
        return (pipeline.Name, whole.Count, records.Count - whole.Count);
    }

    /// <summary>Marks open records as dealt with, without loading them; returns how many.</summary>
    public (string Pipeline, long Closed) Discard(QuarantineRequest request)
    {
        _context.Guard.Require(AccessAction.Merge, "db-vc pipeline quarantine --discard");
        var pipeline = Require(request.Pipeline);
        var records = Find(pipeline.Name, request).ToList();
        QuarantineShelf.Close(_context, records);
        return (pipeline.Name, records.Count);
    }

    /// <summary>
    /// Runs the pipeline as main has it now on open records, or on what a person made of them. How many have to be accepted is not asked here: what is
    /// rejected again is in the quarantine of this run, and the records that were tried are closed once it is merged.
    /// </summary>
    /// <param name="request">Which records; of no account where a file is given.</param>
    /// <param name="mendedPath">A file that <see cref="Export"/> wrote and a person mended: the records that were written there are tried. Null for open
    /// records as they were.</param>
    /// <param name="progress">Hears of what is done.</param>
    /// <param name="cancel">Stops it; nothing is closed then.</param>
    public PipelineRunReport Retry(QuarantineRequest request, string? mendedPath, IAgentProgress progress, CancellationToken cancel)
    {
        _context.Guard.Require(AccessAction.Merge, "db-vc pipeline quarantine --retry");
        using var alone = _runner.HoldAlone(Require(request.Pipeline).Name);
        var pipeline = Require(request.Pipeline);
        _runner.RequireMergeable(pipeline.Name,
            $"db-vc pipeline quarantine {pipeline.Name} --export FILE, db-vc pipeline run {pipeline.Name} --source FILE --no-merge");
        if (mendedPath is not null) return Try(pipeline, mendedPath, FindExported(pipeline.Name, mendedPath), progress, cancel);
        var tried = Find(pipeline.Name, request).Where(r => r.IsWhole).ToList();
        if (tried.Count == 0)
        {
            throw new DbVcException(FailureKind.Usage, "quarantine.empty", "There is no record to try again.",
                hint: $"db-vc pipeline quarantine {pipeline.Name} lists what is open.");
        }

        var path = WriteReplay(pipeline, tried);
        try
        {
            return Try(pipeline, path, tried, progress, cancel);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private PipelineRunReport Try(
        DeployedPipeline pipeline, string path, IReadOnlyList<QuarantinedRecord> tried, IAgentProgress progress, CancellationToken cancel)
    {
        var plan = ForSome(TaskPlan.OfDeployed(_context, pipeline, path, again: false, new FetchWatch(progress, cancel))!);

        // The process that merged just this died before it could close them, or somebody gives the same file twice.
        if (SourceLoad.Find(ReadMain(), pipeline.Name, plan) is { } before)
        {
            QuarantineShelf.Close(_context, tried);
            return new PipelineRunReport(pipeline.Name, null, null, before);
        }

        var planned = new PlannedRun(plan, pipeline.Name, run => run.Rows is { } rows && rows.Loaded + rows.Kept > 0);
        var report = _runner.Run(planned, progress, cancel);
        if (report.Run!.State == TaskState.Merged) QuarantineShelf.Close(_context, tried);
        return report.Run is { State: TaskState.Ready, Rows: { Loaded: 0, Kept: 0 } }
            ? report with { Run = _runner.Drop(report.Run, "No record got through.") }
            : report;
    }

    /// <summary>Some records of a source never stand for all of them: they take nobody's place but that of a row with their key.</summary>
    private static TaskPlan ForSome(TaskPlan plan)
    {
        var destination = plan.Spec.Destination;
        if (destination.Disposition == Disposition.Replace)
            destination = destination with { Disposition = plan.Spec.PrimaryKey.Count > 0 ? Disposition.Upsert : Disposition.Append };
        return plan with { Spec = plan.Spec with { Destination = destination, ValidationThreshold = 0 } };
    }

    /// <summary>Those of the records that were written to a file which are still open.</summary>
    private List<QuarantinedRecord> FindExported(string pipeline, string path)
    {
        var exported = QuarantineShelf.ReadExport(_context, path);
        return [.. Find(pipeline, new QuarantineRequest(pipeline, null, null)).Where(r => exported.Contains((r.Run, r.Record)))];
    }

    private string WriteReplay(DeployedPipeline pipeline, IReadOnlyList<QuarantinedRecord> records)
    {
        Directory.CreateDirectory(_context.Layout.Scratch);
        var path = Path.Combine(_context.Layout.Scratch, $"replay-{pipeline.Name}-{Guid.NewGuid():n}.txt");
        File.WriteAllBytes(path, ReplaySource.Write(pipeline.Read().Source, records));
        return path;
    }

    private DeployedPipeline Require(string name) =>
        DeployedPipeline.Require(ReadMain(), name);

    private SnapshotReader ReadMain() => _context.Repository.ReadSnapshot(_context.Repository.Head(BranchName.Main));

    /// <summary>Only what main got: a branch that was not merged has its own quarantine, and its run may be repeated.</summary>
    private IEnumerable<QuarantinedRecord> Find(string pipeline, QuarantineRequest request) => AgentTasks.ListOf(_context, pipeline)
        .Where(t => (request.Run is null || t.Task == request.Run) && AgentTasks.Current(_context, t).State == TaskState.Merged)
        .SelectMany(t => QuarantineShelf.ReadOpen(_context, t))
        .Where(r => request.Rule is null || r.Reasons.Any(reason => reason.Rule == request.Rule));
}

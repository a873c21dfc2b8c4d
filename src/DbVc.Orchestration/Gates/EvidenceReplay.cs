using System.Text;
using DbVc.Agents;
using DbVc.Live;
using DbVc.Model;
using DbVc.Pipelines;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>
/// The work behind the gates of a commit, from the commit alone: its code and metadata, the sample of then, and main as it was where the branch began.
/// </summary>
internal sealed class EvidenceReplay : IGateWork, ITrialSessions, IDisposable
{
    private readonly WorkspaceContext _context;
    private readonly PipelineSpec _spec;
    private readonly IReadOnlyList<CodeFile> _code;
    private readonly Snapshot _after;
    private readonly CommitId _start;
    private readonly TrialDatabase _copy;
    private readonly SourceFile? _source;
    private readonly SampleTrial? _trial;
    private readonly CancellationToken _cancel;
    private WorkerSession? _session;

    private EvidenceReplay(WorkspaceContext context, ReplayParts parts, CancellationToken cancel)
    {
        (_context, _cancel, _spec, _code, _after, _start) = (context, cancel, parts.Spec, parts.Code, parts.After, parts.Start);
        Context = new GateContext(parts.Subject, context.Configuration.Gates, this);
        var path = parts.SamplePath;
        _source = path is null ? null : SourceFile.Open(path, _spec.Source, cancel);
        var content = path is null ? [] : File.ReadAllBytes(path);
        _copy = TrialDatabase.Make(context.Live, context.Shadow, EvidenceDesk.TrialName, parts.Start);
        if (_source is null) return;
        var records = Math.Min(_spec.SampleSize, parts.SampleRecords);
        _trial = new SampleTrial(new TrialSetup(context, _spec, _source, new SourceSample(content, records, true), _copy), this);
    }

    public GateContext Context { get; }

    public SandboxMode Sandbox => Options.Sandbox;

    private WorkerOptions Options => _context.Worker;

    /// <summary>Finds everything in the commit. Throws <c>evidence.other-code</c>.</summary>
    public static EvidenceReplay Prepare(WorkspaceContext context, CommitId commit, GateReport report, CancellationToken cancel)
    {
        // A gate that cannot be asked has failed; here that would look like evidence that is not confirmed.
        WorkerSession.Start(context.Worker).Dispose();
        var (judged, start) = FindSpan(context, commit, report.Branch);
        var snapshot = context.Repository.ReadSnapshot(judged);
        var (pipeline, code, metadata) = FindPipeline(snapshot, report)
            ?? throw new DbVcException(FailureKind.Refused, "evidence.other-code",
                $"Commit {judged.Short} does not hold the code and metadata that its gate report is about.", commit.ToString(),
                "The report is of something else: who made the commit did not pass these gates.");
        var spec = MetadataReader.Read(metadata, BranchPath.MetadataFile);
        if (SourceForm.Find(snapshot, pipeline) is { } form) spec = spec with { Source = form.ApplyTo(spec.Source) };
        var sample = EvidenceDesk.SampleOf(report) is { } hash ? SampleShelf.Find(context, hash) : null;
        if (sample is not null) spec = PipelineSource.Inspect(spec, sample, cancel);
        var subject = new GateSubject(BranchName.Parse(report.Branch), TaskId.Parse(report.Task), metadata, code,
            new GateExpectations([.. spec.Columns.Select(c => c.Name)], spec.ValidationThreshold) { Disposition = spec.Destination.Disposition });
        var trial = report.Gates.FirstOrDefault(g => g.Name == "integration")?.Evidence["trial"];
        return new EvidenceReplay(context, new ReplayParts(subject, spec, code, snapshot.Snapshot, start)
        {
            SamplePath = sample,
            SampleRecords = trial?["read"]?.GetValue<long>() ?? 0,
        }, cancel);
    }

    /// <summary>What the gates of a commit judged, and where that began. A merge that names its evidence holds what they judged in what it merged; a branch
    /// that took main over was judged as it is.</summary>
    public static (CommitId Judged, CommitId Start) FindSpan(WorkspaceContext context, CommitId commit, string branch)
    {
        var (made, record) = (context.Repository.ReadCommit(commit), BranchRecord.Read(context.Repository.Store, BranchName.Parse(branch)));
        if (made.Evidence is not null && made.Parents is [var into, var merged, ..])
            return (merged, BranchStart.Find(context.Repository, record, merged, into) ?? into);
        return (commit, BranchSpan.StartOf(context, commit, record) ?? commit);
    }

    /// <summary>The gates of a report that can be asked again.</summary>
    public IReadOnlyList<string> Repeatable(GateReport report) =>
        [.. report.Gates.Select(g => g.Name).Where(name => WhyNot(report, name) is null)];

    /// <summary>The others, with the reason.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> NotRepeated(GateReport report) =>
        [.. report.Gates.Select(g => KeyValuePair.Create(g.Name, WhyNot(report, g.Name)!)).Where(p => p.Value is not null)];

    public CompileResult Compile()
    {
        var compiled = _context.Analysis.Compile(Options, _spec.Name, _code, _cancel);
        return CodePolicy.Read(_context.Layout.Control).Apply(compiled, _context.Options.Clock.GetUtcNow());
    }

    public TestRunResult Test(CompiledPipeline pipeline)
    {
        using var session = WorkerSession.Start(Options);
        return session.RunTests(pipeline, withMutants: _context.Configuration.Gates.MutationScore > 0, _cancel);
    }

    public DefinitionCheck? CheckDefinition() => _trial?.CheckDefinition();

    public TrialResult? Try(CompiledPipeline pipeline) => _trial?.Run(pipeline, _cancel);

    /// <summary>What the trial has counted: the source itself is not kept.</summary>
    public SampleRun Run(CompiledPipeline pipeline)
    {
        var tried = Context.Tried ?? throw new InvalidOperationException("There is no sample.");
        return new SampleRun([.. _spec.Columns.Select(c => c.Name)], tried.Rows, TimeSpan.Zero, 0, tried.Rows.Loaded);
    }

    public double? MeasureNoise(CompiledPipeline pipeline) => null;

    public ReversalOutcome? TakeBack() => new Reversal(_context.Live, _copy).Try(_start, _after, _cancel);

    public IReadOnlyList<DestructiveChange> FindDestructive() =>
        DestructiveChanges.Find(_context.Repository.Chunks, _context.Repository.ReadSnapshot(_start).Snapshot, _after);

    WorkerSession ITrialSessions.Open() => _session ??= WorkerSession.Start(Options, _source);

    void ITrialSessions.Kill()
    {
        _session?.Kill();
        _session = null;
    }

    public void Dispose()
    {
        _session?.Dispose();
        _trial?.Dispose();
        _source?.Dispose();
        _copy.Dispose();
    }

    private string? WhyNot(GateReport report, string gate) => gate switch
    {
        "data quality" => "it judged the whole source, of which the sample is kept",
        "performance" => "it judged time and memory",
        "integration" or "syntax" when _trial is null && EvidenceDesk.SampleOf(report) is not null => "the sample is not there any more",
        "integration" when _trial is null => "nothing was tried on a sample then",
        "unit" when report.Figures.MutationScore is null && _context.Configuration.Gates.MutationScore > 0 => "no changed code was tried then",
        "reversibility" when report.Gates.First(g => g.Name == gate).Evidence["tables"] is null => "it was rows only, by code that was merged",
        _ => EvidenceComparison.IsRepeatable(gate) ? null : "it cannot be had again",
    };

    /// <summary>The pipeline of a commit that a report is about; null where there is none with exactly that code and metadata.</summary>
    internal static (string Name, IReadOnlyList<CodeFile> Code, string Metadata)? FindPipeline(SnapshotReader snapshot, GateReport report)
    {
        foreach (var name in DeployedPipeline.List(snapshot).Select(p => p.Name))
        {
            var files = BranchFiles.Read(snapshot, name);
            var code = files.Where(f => BranchPath.TryParse(f.Key, out _) && Path.GetExtension(f.Key) == ".cs").OrderBy(f => f.Key, StringComparer.Ordinal)
                .Select(f => new CodeFile(f.Key, Encoding.UTF8.GetString(f.Value).TrimStart('\uFEFF'), BranchPath.Parse(f.Key).IsTest)).ToList();
            if (!files.TryGetValue(BranchPath.MetadataFile, out var pinned)) continue;
            var subject = new GateSubject(BranchName.Main, TaskId.Parse(report.Task), Encoding.UTF8.GetString(pinned), code, new GateExpectations([], 0));
            if (subject.CodeHash.ToString() == report.Code && subject.MetadataHash.ToString() == report.Metadata) return (name, code, subject.MetadataText);
        }

        return null;
    }

    private sealed record ReplayParts(GateSubject Subject, PipelineSpec Spec, IReadOnlyList<CodeFile> Code, Snapshot After, CommitId Start)
    {
        public string? SamplePath { get; init; }

        public long SampleRecords { get; init; }
    }
}

using System.Diagnostics;
using DbVc.Agents;
using DbVc.Databases;
using DbVc.Live;
using DbVc.Model;
using DbVc.Pipelines;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>
/// The host's side of running a branch's code: compiles it in one sandbox that never runs it, tests and runs it in another,
/// loads what comes back into the branch's own database, and has the gates judge.
/// </summary>
internal sealed class BranchExecution(ExecutionSetup setup, AgentBranch branch, IAgentProgress progress)
    : IBranchExecution, IGateWork, ITrialSessions, IDisposable
{
    /// <summary>Of the whole source the first records are compared with the metadata; more would cost the load its speed.</summary>
    private const long MostCompared = 2_000;

    private readonly WorkspaceContext _context = setup.Context;
    private readonly SourceFile _source = SourceFile.Open(setup.SourcePath, setup.Spec.Source);
    private WorkerSession? _session;
    private (Hash Code, CompileResult Result)? _compiled;
    private (Hash Code, SampleRun Run)? _ran;
    private Task<long>? _counting;
    private TrialDatabase? _copy;
    private SampleTrial? _trial;

    /// <summary>Of the call that is being carried out; gates ask for work without naming it.</summary>
    private CancellationToken _cancellation;

    public SandboxMode Sandbox => Options.Sandbox;

    /// <summary>The last gate report; null before the gates were run.</summary>
    public GateReport? Report { get; private set; }

    /// <summary>What the last run measured, whether or not the gates were run; null before the first run.</summary>
    public SampleRun? LastRun => _ran?.Run;

    private WorkerOptions Options => _context.Worker;

    private Hash CodeHash => Subject().CodeHash;

    private CommitId Start => setup.Record.FindStart(_context.Repository);

    private TrialDatabase Copy => _copy ??= TrialDatabase.Make(_context.Live, _context.Shadow, setup.Record.InstanceId, Start);

    private SampleTrial Trial => _trial ??= new SampleTrial(
        new TrialSetup(_context, setup.Spec, _source, SourceSample.Read(_source, setup.Spec.Source, setup.Spec.SampleSize), Copy), this);

    public ExecutionReport Execute(long? mostRows, CancellationToken cancellation)
    {
        _cancellation = cancellation;
        var compiled = Compile();
        var findings = compiled.Errors.Concat(compiled.Security.Where(f => f.IsError)).Select(ToFinding).ToList();
        if (findings.Count > 0)
        {
            var problem = compiled.Succeeded ? "the code uses what is forbidden" : "the code does not compile";
            return new ExecutionReport(false, new RowCounts(0, 0, 0, 0), 0, [], problem) { Findings = findings };
        }

        if (mostRows is { } most) RequireFew(most);
        try
        {
            var run = RunOnSource(compiled.Pipeline!, cancellation);
            return new ExecutionReport(true, run.Rows, Math.Round(run.RowsPerSecond), run.FirstFailures);
        }
        catch (DbVcException e) when (e.Code.StartsWith("worker.", StringComparison.Ordinal) || e.Code.StartsWith("pipeline.", StringComparison.Ordinal))
        {
            return new ExecutionReport(false, new RowCounts(0, 0, 0, 0), 0, [], e.Hint is null ? e.Message : $"{e.Message} {e.Hint}")
            {
                CodeSaysProblem = e.Code is "pipeline.failed" or "pipeline.contract" or "pipeline.invalid" or "worker.failed",
            };
        }
    }

    public SourceProfile ProfileSource(int rows, CancellationToken cancellation) => SourceLook.Profile(setup.Spec, _source, rows, cancellation);

    public IReadOnlyList<SourceRow> ReadSource(IReadOnlySet<long> records, CancellationToken cancellation) =>
        SourceLook.Read(setup.Spec, _source, records, cancellation);

    public GateVerdict ValidateResults(Action<GateSummary> gateFinished, CancellationToken cancellation)
    {
        var head = _context.Repository.Head(branch.Place);
        var report = Judge(_context.Configuration.GateOrder, gateFinished, cancellation);
        RequireJudged(head, report);
        Report = report;
        new ResultsFolder(setup.Checkout.Folder, setup.Mask).Write(report);
        if (setup.IsRepetition) return report.ToVerdict();
        GateReports.Save(_context, branch.Place, head, report);
        if (_trial is not null) SampleShelf.Keep(_context, _trial.Sample);
        return report.ToVerdict();
    }

    /// <summary>A report is of the commit that was judged: of its files, and of no commit that came meanwhile. Throws <c>gates.moved</c>.</summary>
    private void RequireJudged(CommitId head, GateReport report)
    {
        if (_context.Repository.Head(branch.Place) == head && EvidenceReplay.FindPipeline(_context.Repository.ReadSnapshot(head), report) is not null) return;
        throw new DbVcException(FailureKind.Failed, "gates.moved", $"'{branch.Place}' was changed while its gates were asked.",
            hint: $"Commit what is in its folder, and ask again: db-vc gate run {branch.Place}.");
    }

    /// <summary>Asks some gates; what they say is no evidence for a merge until it is saved.</summary>
    public GateReport Judge(IReadOnlyList<string> gates, Action<GateSummary> gateFinished, CancellationToken cancellation)
    {
        _cancellation = cancellation;
        var runner = new GateRunner(_context.Options.Clock, gates);
        return runner.Run(new GateContext(Subject(), _context.Configuration.Gates, this), gateFinished, cancellation);
    }

    public CompileResult Compile()
    {
        var code = CodeHash;
        if (_compiled is { } known && known.Code == code) return known.Result;
        var compiled = _context.Analysis.Compile(Options, setup.Spec.Name, setup.Checkout.Code(), _cancellation);
        var (policy, now) = (CodePolicy.Read(_context.Layout.Control), _context.Options.Clock.GetUtcNow());
        foreach (var expired in policy.FindExpired(now)) progress.Message(expired);
        var result = policy.Apply(compiled, now);
        _compiled = (code, result);
        return result;
    }

    /// <summary>In a sandbox of its own: one that has run a pipeline may start no further process.</summary>
    public TestRunResult Test(CompiledPipeline pipeline)
    {
        using var session = WorkerSession.Start(Options);
        return session.RunTests(pipeline, withMutants: setup.TriesMutants, _cancellation);
    }

    public SampleRun Run(CompiledPipeline pipeline) =>
        _ran is { } known && known.Code == CodeHash ? known.Run : RunOnSource(pipeline, _cancellation);

    public DefinitionCheck? CheckDefinition() => setup.IsRun ? null : Trial.CheckDefinition();

    public TrialResult? Try(CompiledPipeline pipeline)
    {
        if (setup.IsRun) return null;
        try
        {
            return Trial.Run(pipeline, _cancellation);
        }
        catch
        {
            DropSession();
            throw;
        }
    }

    public double? MeasureNoise(CompiledPipeline pipeline)
    {
        try
        {
            return SpeedNoise.Measure(Session(), pipeline, Run(pipeline).Rows.Read, _cancellation);
        }
        catch
        {
            DropSession();
            throw;
        }
    }

    public ReversalOutcome? TakeBack()
    {
        var (start, head) = (Start, _context.Repository.ReadSnapshot(_context.Repository.Head(branch.Place)).Snapshot);
        return setup.IsRun && !ChangesDefinitions(start, head) ? null : new Reversal(_context.Live, Copy).Try(start, head, _cancellation);
    }

    public IReadOnlyList<DestructiveChange> FindDestructive() => DestructiveChanges.Find(_context.Repository.Chunks,
        _context.Repository.ReadSnapshot(Start).Snapshot, _context.Repository.ReadSnapshot(_context.Repository.Head(branch.Place)).Snapshot);

    WorkerSession ITrialSessions.Open() => Session();

    void ITrialSessions.Kill()
    {
        _session?.Kill();
        _session = null;
    }

    public void Dispose()
    {
        _session?.Dispose();
        DropTrial();
        _source.Dispose();
    }

    private static GateFinding ToFinding(CodeFinding finding) => new(finding.Message) { File = finding.File, Line = finding.Line, Rule = finding.Rule };

    private GateSubject Subject() => new(branch.Name, setup.Task.Id, setup.Task.MetadataText, setup.Checkout.Code(),
        new GateExpectations([.. setup.Spec.Columns.Select(c => c.Name)], setup.Spec.ValidationThreshold)
        { Disposition = setup.Spec.Destination.Disposition })
    { LastMerged = setup.LastMerged is { } last ? new SpeedBaseline(last.Rows!.Read, last.RowsPerSecond) { PeakMemory = last.PeakMemory } : null };

    private WorkerSession Session()
    {
        _source.Unpack(_cancellation);
        return _session ??= WorkerSession.Start(Options, _source);
    }

    /// <summary>Whatever went wrong, the next run starts in a sandbox of its own.</summary>
    private void DropSession()
    {
        _session?.Dispose();
        _session = null;
    }

    /// <summary>The copy on which gates try the code goes with the branch's instance: an agent may mend its code, load again, and ask them again.</summary>
    private void DropTrial()
    {
        _trial?.Dispose();
        _copy?.Dispose();
        (_trial, _copy) = (null, null);
    }

    private bool ChangesDefinitions(CommitId start, Snapshot head) =>
        new SnapshotDiff(_context.Repository.Chunks, _context.Repository.ReadSnapshot(start).Snapshot, head) is var difference
        && (difference.Objects().Any() || difference.Tables().Any(t => !SchemaEquality.Same(t.Before?.Schema, t.After?.Schema)));

    private SampleRun RunOnSource(CompiledPipeline pipeline, CancellationToken cancellation)
    {
        try
        {
            return LoadSource(pipeline, cancellation);
        }
        catch
        {
            // Half-way the instance holds neither the old rows nor the new ones; it is made anew at the branch's head when it is needed.
            _context.Instances.Drop(setup.Record);
            LoadMark.Remove(_context, setup.Record);
            throw;
        }
    }

    private SampleRun LoadSource(CompiledPipeline pipeline, CancellationToken cancellation)
    {
        _ran = null;
        _source.Unpack(cancellation);
        Checkout.RefuseLinks(setup.Checkout.Folder);
        LoadMark.Set(_context, setup.Record);
        DropTrial();
        _context.Instances.Reset(setup.Record);
        using var database = _context.Instances.Open(setup.Record);
        var table = Destination.Ensure(setup.Spec, database, _context.Live.Provider, _context.Live.LockTimeout);
        branch.ChangedTables = HasTriggers(database, table) || HoldsMore(table) ? null : new HashSet<string>([table.Name], StringComparer.Ordinal);
        var before = Destination.CountRows(table, database);
        using var quarantine = new Quarantine(setup.Checkout.Folder, _source.Length);
        var target = new LoadTarget(setup.Spec, table, database, _context.Live.LockTimeout)
        {
            Branch = setup.Record,
            CountRecords = () => _counting is { IsCompletedSuccessfully: true } counted ? counted.Result : null,
        };
        var now = branch.Clock.Now;
        using var loader = new RowLoader(target, quarantine, progress, now);
        // While the sandbox starts.
        var compared = new ComparingReceiver(loader, Task.Run(() => Expect(now, cancellation), CancellationToken.None));
        var started = Stopwatch.GetTimestamp();
        var summary = RunInSandbox(pipeline, compared, cancellation);
        _source.RequireUnchanged();
        loader.Commit(ReadRecords);
        var elapsed = Stopwatch.GetElapsedTime(started);
        loader.Dispose();
        var after = Destination.CountRows(table, database);
        var rows = LoadCounts.Of(setup.Spec, summary, loader, after - before);
        var profile = loader.Profile;
        var drift = FindDrift(profile);
        var run = new SampleRun([.. loader.Filled.Select(c => c.Name)], rows, elapsed, before, after)
        {
            RejectedByRule = loader.RejectedByRule,
            Rules = loader.Rules,
            TableRules = loader.JudgeTable(Facts(drift)),
            Unexplained = loader.Unexplained,
            Compared = compared.Comparison,
            Reshaped = _source.Reshaped,
            PeakMemory = summary.WorkerPeakMemory,
            FirstFailures = loader.FirstFailures,
            Disagreements = loader.Disagreements,
            FirstDisagreements = loader.FirstDisagreements,
            Changes = CountChanges(cancellation),
            Profile = profile,
            Drift = drift ?? [],
        };
        RejectedTable.Write(table.Name, QuarantineFile.Read(quarantine.Path, setup.Task.Id.Text), database, _context.Live.Provider, _context.Live.LockTimeout);
        ProfileFile.Write(Path.Combine(setup.Checkout.Folder, "results", "profile.json"), run, setup.LastMerged?.Task);
        ChangesFile.Write(Path.Combine(setup.Checkout.Folder, "results", "changes.json"), run.Changes);
        // What a merged run rejected is what main lacks; trying the branch again does not change that.
        if (setup.Record.Merged is null && !setup.IsRepetition)
        {
            QuarantineShelf.Keep(_context, setup.Task.Id.Text, quarantine.Path);
            ProfileFile.Write(PathOfProfile(setup.Task.Id.Text), run, setup.LastMerged?.Task);
        }

        new SourceLoad(SourceLoad.HashOf(_source), Path.GetFileName(_source.Path), _source.Length, rows.Read, setup.Task.Id.Text)
            .Write(setup.Checkout, _context.Repository.ReadSnapshot(CommitId.Parse(setup.Record.Base)), setup.Record.Pipeline);
        if (FetchedFiles.FindCursor(_context, setup.SourcePath) is { } cursor) SourceCursor.Write(setup.Checkout, cursor);
        _ran = (CodeHash, run);
        return run;
    }

    private LoadFacts Facts(IReadOnlyList<DriftFinding>? drift) => new()
    {
        Drift = drift,
        Now = branch.Clock.Now,
        LoadedBefore = setup.LastMerged?.Rows!.Loaded,
        SourceColumns = setup.Spec.SourceHeader,
    };

    /// <summary>In what the load differs from the last merged one; null where there was none, or nothing is left of it.</summary>
    private IReadOnlyList<DriftFinding>? FindDrift(TableProfile profile) =>
        setup.LastMerged is { } last && ProfileFile.Find(PathOfProfile(last.Task)) is { } before ? ProfileDrift.Find(before, profile) : null;

    /// <summary>Where the profile of a run outlives its branch.</summary>
    private string PathOfProfile(string run) => Path.Combine(_context.Layout.Profiles, run + ".json");

    private RunSummary RunInSandbox(CompiledPipeline pipeline, IRowReceiver receiver, CancellationToken cancellation)
    {
        try
        {
            // The host counts while the sandbox starts.
            var counting = _counting = Task.Run(CountRecords, CancellationToken.None);
            return Session().Run(new RunRequest(pipeline, _ => counting.GetAwaiter().GetResult()) { Time = branch.Clock.Now }, receiver, cancellation);
        }
        catch
        {
            DropSession();
            _source.RequireUnchanged();
            throw;
        }
    }

    private void RequireFew(long most)
    {
        _source.Unpack(_cancellation);
        if (CountRecords() is var records && records <= most) return;
        throw new LimitMetException(AgentEnd.Rows, $"The source has {Quantity.Of(records, "record")}, and the task may read {Quantity.Of(most)} more.");
    }

    private ExpectedRecords Expect(DateTimeOffset now, CancellationToken cancellation)
    {
        using var stream = _source.OpenStream();
        return ExpectedRecords.Read(setup.Spec, stream, MostCompared, now, cancellation);
    }

    private IReadOnlyDictionary<long, RecordText> ReadRecords(IReadOnlySet<long> records)
    {
        using var stream = _source.OpenStream();
        return PipelineSource.ReadRecords(stream, setup.Spec.Source, records);
    }

    /// <summary>By the declared steps: a number from the sandbox would prove nothing.</summary>
    private ChangeCounts? CountChanges(CancellationToken cancellation)
    {
        using var stream = _source.OpenStream();
        return ChangeCounter.Count(setup.Spec, stream, cancellation);
    }

    private long CountRecords()
    {
        using var stream = _source.OpenStream();
        return PipelineSource.Count(stream, setup.Spec.Source);
    }

    /// <summary>Whether the branch's head differs from what the database was made of in more than the destination: that is gone from the database, and
    /// must go from the branch.</summary>
    private bool HoldsMore(TableSchema table)
    {
        var head = _context.Repository.ReadSnapshot(_context.Repository.Head(branch.Place)).Snapshot;
        var difference = new SnapshotDiff(_context.Repository.Chunks, head, _context.Repository.ReadSnapshot(Start).Snapshot);
        return difference.Objects().Any() || difference.Tables().Any(t => (t.Before ?? t.After)!.Schema.Name != table.Name);
    }

    private static bool HasTriggers(IDatabase database, TableSchema table)
    {
        using var read = database.BeginRead();
        return read.ReadSchema().Objects.Any(o => o.Kind == SchemaObjectKind.Trigger && string.Equals(o.Table, table.Name, StringComparison.OrdinalIgnoreCase));
    }
}

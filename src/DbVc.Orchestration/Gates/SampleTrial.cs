using DbVc.Agents;
using DbVc.Databases;
using DbVc.Live;
using DbVc.Model;
using DbVc.PipelineRuntime;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>
/// Runs a pipeline on its sample in a private copy of main: once, killed midway, and once more. What it finds rests on nothing that the sandbox says of
/// itself.
/// </summary>
internal sealed class SampleTrial(TrialSetup setup, ITrialSessions sessions) : IDisposable
{
    private readonly WorkspaceContext _context = setup.Context;
    private readonly PipelineSpec _spec = setup.Spec;
    private readonly DateTimeOffset _now = setup.Context.Options.Clock.GetUtcNow();
    private readonly string _folder = MakeFolder(setup.Copy.Folder);

    public SourceSample Sample => setup.Sample;

    /// <summary>Lets the engine itself read the definition of the destination.</summary>
    public DefinitionCheck CheckDefinition()
    {
        try
        {
            using var database = setup.Copy.Open();
            return new DefinitionCheck(Ensure(database).Sql, null);
        }
        catch (DbVcException refused) when (refused.Kind != FailureKind.Locked)
        {
            return new DefinitionCheck(null, new GateFinding(refused.Message) { File = BranchPath.MetadataFile, Rule = refused.Code });
        }
    }

    public TrialResult Run(CompiledPipeline pipeline, CancellationToken cancel)
    {
        ComparingReceiver? compared = null;
        var expected = Task.FromResult(Expect(cancel));
        var first = RunOnce(pipeline, loader => compared = new ComparingReceiver(loader, expected), cancel);
        var problems = new List<GateFinding>();
        // What is added cannot be loaded twice.
        var isFresh = _spec.Destination.Disposition is Disposition.Append;
        if (isFresh) setup.Copy.Renew();
        var before = Read(first.Columns);
        var killedAfter = Kill(pipeline, before, first.Columns, problems, cancel);
        var second = RunOnce(pipeline, null, cancel);
        Compare(first, second, isFresh ? "again" : "again on top of the first", isFresh, problems);
        if (_spec.Destination.Disposition is Disposition.InsertOnly)
        {
            // On top, rows that are there stay: whether it would make the same ones anew is not seen.
            setup.Copy.Renew();
            var third = RunOnce(pipeline, null, cancel);
            Compare(first, third, "again from the beginning", isFresh: true, problems);
        }

        return new TrialResult(Sample.Hash, Sample.Records, first.Rows, first.Content, first.Rejected)
        {
            KilledAfter = killedAfter,
            Problems = problems,
            Compared = compared!.Comparison,
            RejectedByRule = first.RejectedByRule,
        };
    }

    /// <summary>In the repository, where purge looks for what was rejected. What a killed process left there is dropped, as its copy of main is.</summary>
    private static string MakeFolder(string folder)
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        return Directory.CreateDirectory(folder).FullName;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <param name="isFresh">The other began where the first did: it must have rejected the same, too.</param>
    private static void Compare(Trial first, Trial other, string how, bool isFresh, List<GateFinding> problems)
    {
        if (first.Content != other.Content)
        {
            problems.Add(new GateFinding($"The same records were loaded {how}, and the table is another one: something in the code depends on chance, on the "
                + "time, or on what is there already.")
            { Rule = "trial.repeat" });
        }
        else if (isFresh && first.Rejected != other.Rejected)
        {
            problems.Add(new GateFinding($"The same records were loaded {how}, and others were rejected, or for other reasons.") { Rule = "trial.repeat" });
        }
    }

    /// <summary>Kills the process once half of the records have arrived; nothing of them may be there afterwards.</summary>
    private long? Kill(CompiledPipeline pipeline, Hash before, IReadOnlyList<string> columns, List<GateFinding> problems, CancellationToken cancel)
    {
        long? killed = null;
        try
        {
            RunOnce(pipeline, loader => new KillingReceiver(loader, Math.Max(1, Sample.Records / 2), records =>
            {
                killed = records;
                sessions.Kill();
            }), cancel);
        }
        catch (DbVcException failure) when (killed is not null && failure.Code == KillingReceiver.Code)
        {
            // As planned.
        }

        if (killed is not null && Read(columns) != before)
        {
            problems.Add(new GateFinding("The process was killed midway, and some of its rows stayed in the table.") { Rule = "trial.killed" });
        }

        return killed;
    }

    private Trial RunOnce(CompiledPipeline pipeline, Func<IRowReceiver, IRowReceiver>? wrap, CancellationToken cancel)
    {
        using var database = setup.Copy.Open();
        var table = Ensure(database);
        var rowsBefore = Destination.CountRows(table, database);
        using var quarantine = new Quarantine(_folder, Sample.Content.Length);
        using var loader = new RowLoader(new LoadTarget(_spec, table, database, _context.Live.LockTimeout), quarantine, SilentProgress.Instance, _now);
        var request = new RunRequest(pipeline, _ => Sample.Records) { MaxRecords = Sample.Records, Time = _now };
        var summary = sessions.Open().Run(request, wrap is null ? loader : wrap(loader), cancel);
        loader.Commit(ReadRecords);
        loader.Dispose();
        // What the metadata fills with the time of the run is another one each time.
        var timed = _spec.Fields.Where(f => f.Default == FieldDefault.CurrentTimestamp && !f.PrimaryKey).Select(f => f.Name).ToHashSet();
        var columns = loader.Filled.Select(c => c.Name).Where(name => !timed.Contains(name)).ToList();
        var counts = LoadCounts.Of(_spec, summary, loader, Destination.CountRows(table, database) - rowsBefore);
        return new Trial(counts, columns, TableContent.HashOf(database, table, columns), Hash.Of(File.ReadAllBytes(quarantine.Path)))
        {
            RejectedByRule = loader.RejectedByRule,
        };
    }

    /// <summary>Throws kind Failed where the metadata says that the source cannot be read.</summary>
    private ExpectedRecords Expect(CancellationToken cancel)
    {
        try
        {
            using var stream = setup.Source.OpenStream();
            return ExpectedRecords.Read(_spec, stream, Sample.Records, _now, cancel);
        }
        catch (PipelineException failure)
        {
            throw new DbVcException(FailureKind.Failed, failure.Code, failure.Message, setup.Source.Path, inner: failure);
        }
    }

    private Hash Read(IReadOnlyList<string> columns)
    {
        using var database = setup.Copy.Open();
        return TableContent.HashOf(database, Ensure(database), columns);
    }

    private TableSchema Ensure(IDatabase database) => Destination.Ensure(_spec, database, _context.Live.Provider, _context.Live.LockTimeout);

    private IReadOnlyDictionary<long, RecordText> ReadRecords(IReadOnlySet<long> records)
    {
        using var stream = setup.Source.OpenStream();
        return PipelineSource.ReadRecords(stream, _spec.Source, records);
    }

    private sealed record Trial(RowCounts Rows, IReadOnlyList<string> Columns, Hash Content, Hash Rejected)
    {
        public IReadOnlyDictionary<string, long> RejectedByRule { get; init; } = new Dictionary<string, long>();
    }

    private sealed class SilentProgress : IAgentProgress
    {
        public static SilentProgress Instance { get; } = new();

        public void Message(string text)
        {
        }

        public void StepStarted(string name)
        {
        }

        public void StepFinished(TaskStep step)
        {
        }

        public void GateFinished(GateSummary gate)
        {
        }

        public void Rows(long loaded, long rejected, long? records)
        {
        }
    }
}

/// <summary>What a trial works with.</summary>
/// <param name="Source">The source, or its stored sample.</param>
/// <param name="Sample">How much of it is tried.</param>
/// <param name="Copy">Main as it was where the branch began.</param>
internal sealed record TrialSetup(WorkspaceContext Context, PipelineSpec Spec, SourceFile Source, SourceSample Sample, TrialDatabase Copy);

/// <summary>Where a trial gets its worker from, and how it loses it.</summary>
internal interface ITrialSessions
{
    /// <summary>The worker that is there, or a new one.</summary>
    WorkerSession Open();

    /// <summary>Kills the worker's process, as it is.</summary>
    void Kill();
}

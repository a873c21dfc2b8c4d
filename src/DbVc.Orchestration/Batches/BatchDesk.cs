using System.Globalization;
using DbVc.Agents;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>
/// Runs many tasks at once. Each has a branch, an instance, and a workspace of its own: they share what two processes share, and that is made for it.
/// Which are done is read off their reports, so that a batch goes on after any end of its process, and nothing in it is done twice.
/// </summary>
public sealed class BatchDesk
{
    /// <summary>The most tasks that may run at the same time.</summary>
    public const int MostJobs = 64;

    private readonly WorkspaceContext _context;
    private readonly AgentCoordinator _agents;

    internal BatchDesk(WorkspaceContext context, AgentCoordinator agents) => (_context, _agents) = (context, agents);

    /// <summary>
    /// Reads what is to be done and puts it in order; nothing is made. Where the same was begun and is not at its end, that is what is gone on with.
    /// Throws usage failures
    /// <c>plan.*</c>, and what is wrong with metadata, sources or destinations.
    /// </summary>
    public BatchReport Prepare(BatchRequest request, CancellationToken cancel)
    {
        _context.Models.Require(request.Model, LimitsText.Parse(request.Limits, _context.Configuration.Limits).Usd);
        var tasks = new PlanReader(_context).Read(request, cancel);
        var digest = PlanReader.DigestOf(tasks, request);
        if (FindUnfinished(digest) is { } begun) return begun;
        var taken = tasks.Select(t => t.Branch).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var record = new BatchRecord("", _context.Options.Clock.GetUtcNow(), _context.Options.User.Name, digest, [.. tasks.Select(t => ToItem(t, taken))])
        {
            Model = request.Model,
            Limits = request.Limits,
        };
        return BatchView.Describe(_context, record);
    }

    /// <summary>Makes a plan of sources that nobody described: metadata is read off each, and what refers to what is found by names and values. Nothing is
    /// run, and nothing but plan and metadata is written, where that is asked for.</summary>
    public BatchReport Draft(DraftRequest request, CancellationToken cancel)
    {
        var (tasks, taken) = (new PlanMaker(_context).Make(request, cancel), new HashSet<string>(StringComparer.Ordinal));
        var record = new BatchRecord("", _context.Options.Clock.GetUtcNow(), _context.Options.User.Name, "", [.. tasks.Select(t => ToItem(t, taken))]);
        return BatchView.Describe(_context, record);
    }

    /// <summary>Whether a task in words is one large request, of several sources: it is planned first, and not begun as it is.</summary>
    public static bool IsLarge(string task) => PlanSources.AreMany(task);

    /// <summary>
    /// Makes and writes the plan of a large request: into <c>plans/NUMBER/</c> of the repository, with the metadata beside it. Throws as <see cref="Draft"/>
    /// does, and then nothing was written.
    /// </summary>
    /// <returns>The plan's file.</returns>
    public string DraftWords(string task, CancellationToken cancel)
    {
        if (_context.Options.Files is not null)
        {
            throw new DbVcException(FailureKind.Refused, "access.source", "Words that name several sources are not looked for here.",
                hint: "Name the files: db-vc agent plan FILE …");
        }

        var folder = ClaimFolder();
        try
        {
            var path = Path.Combine(folder, "plan.yaml");
            Draft(new DraftRequest([]) { Task = task, Out = path }, cancel);
            return path;
        }
        catch
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    /// <summary>A folder for a plan, of the first number that is free; no other command takes it while sources are read.</summary>
    private string ClaimFolder()
    {
        using var alone = _context.Repository.Store.Lock("plans", _context.Options.LockTimeout);
        for (var number = 1; ; number++)
        {
            var folder = Path.Combine(_context.Layout.Root, "plans", number.ToString("000", CultureInfo.InvariantCulture));
            if (!Path.Exists(folder)) return Directory.CreateDirectory(folder).FullName;
        }
    }

    /// <summary>A batch as it is now; the latest that is not at its end where none is named. Throws usage failures <c>batch.missing</c> and
    /// <c>batch.none</c>.</summary>
    public BatchReport Find(string? id)
    {
        if (id is not null)
        {
            if (BatchRecord.Find(_context.Repository.Store, id) is { } record) return BatchView.Describe(_context, record) with { Resumes = true };
            var known = BatchRecord.List(_context.Repository.Store).Select(b => b.Id).ToList();
            throw new DbVcException(FailureKind.Usage, "batch.missing", $"There is no batch '{id}'.",
                hint: known.Count > 0 ? $"Batches: {string.Join(", ", known)}." : "Begin one: db-vc agent run PLAN.");
        }

        return FindUnfinished(null)
            ?? throw new DbVcException(FailureKind.Usage, "batch.none", "No batch waits to be gone on with.", hint: "Begin one: db-vc agent run PLAN.");
    }

    /// <summary>Does what was prepared, so much at once. One task that fails keeps none from going on but those that wait for it. Interrupted, all are
    /// stopped and kept. Throws kind Locked, <c>batch.running</c>, where another process is at it.</summary>
    /// <param name="prepared">From <see cref="Prepare"/> or <see cref="Find"/>.</param>
    /// <param name="jobs">How many at once; null for what is configured.</param>
    /// <param name="progress">Hears of all.</param>
    /// <param name="cancel">Stops all.</param>
    public BatchReport Run(BatchReport prepared, int? jobs, IBatchProgress progress, CancellationToken cancel)
    {
        var atOnce = jobs ?? _context.Configuration.Jobs ?? Environment.ProcessorCount;
        if (atOnce is < 1 or > MostJobs)
            throw new DbVcException(FailureKind.Usage, "batch.jobs", $"From 1 to {MostJobs} tasks run at once, not {atOnce}.", hint: "Give --jobs a number.");
        var (record, held) = Begin(prepared.Record);
        using (held) return new BatchRun(_context, record, progress, cancel).Run(Math.Min(atOnce, MostJobs));
    }

    /// <summary>Begins a task, or goes on with it from where its report says it is.</summary>
    internal void Carry(BatchRecord batch, BatchItem item, IAgentProgress progress, CancellationToken cancel)
    {
        var tasks = AgentTasks.List(_context).Where(t => t.Batch is not null).ToList();
        AgentReport? Find(BatchItem of) => tasks.LastOrDefault(t => t.Batch == batch.NameOf(of)) is { } kept ? AgentTasks.Current(_context, kept) : null;
        var report = Find(item);
        var branch = BranchName.Parse(report?.Branch ?? item.Branch);
        switch (report?.State)
        {
            case null:
                RequireUnchanged(item);
                var parents = batch.Tasks.Where(t => item.After.Contains(t.Name)).Select(t => Find(t)!).ToList();
                _agents.Create(new AgentRequest(item.Metadata, branch, null, batch.Model, AutoMerge: false)
                {
                    Limits = batch.Limits,
                    Batch = batch.NameOf(item),
                    Footing = Footing.Find(_context, parents, item.Name),
                }, progress, cancel);
                break;
            case TaskState.Waiting:
                RequireUnchanged(item);
                _agents.SupplyMetadata(item.Metadata, branch, progress, cancel);
                break;
            case TaskState.Stopped when !BatchView.NeedsLook(report):
                _agents.Retry(branch, progress, cancel);
                break;
            default:
                // Somebody went on with it by hand since it was looked at, or somebody has to.
                break;
        }
    }

    /// <summary>A person approved what the metadata said then.</summary>
    private static void RequireUnchanged(BatchItem item)
    {
        if (Hash.Of(System.Text.Encoding.UTF8.GetBytes(MetadataFile.ReadText(item.Metadata))).ToString() == item.MetadataHash) return;
        throw new DbVcException(FailureKind.Refused, "batch.metadata", "The metadata was changed after the batch was begun.", item.Metadata,
            "Put it back as it was, or load it with a task of its own: db-vc agent create --metadata FILE.");
    }

    /// <summary>The batch under its lock; a new one is written down first.</summary>
    private (BatchRecord Record, IDisposable Held) Begin(BatchRecord record)
    {
        var store = _context.Repository.Store;
        using var all = store.Lock("batches", _context.Options.LockTimeout);
        // Two processes may have prepared the same.
        if (record.Id.Length == 0) record = FindUnfinished(record.Digest)?.Record ?? record with { Id = BatchRecord.FreeId(store) };
        var held = Hold(record.Id);
        record = BatchRecord.Find(store, record.Id) ?? record;
        record.Save(store);
        return (record, held);
    }

    private IDisposable Hold(string id)
    {
        try
        {
            return _context.Repository.Store.Lock(id, TimeSpan.Zero);
        }
        catch (DbVcException failure) when (failure.Kind == FailureKind.Locked)
        {
            throw new DbVcException(FailureKind.Locked, "batch.running", $"Another process is at work on {id}.",
                hint: "Wait for it (db-vc agent list), or stop it with Ctrl-C where it runs.", inner: failure);
        }
    }

    /// <param name="digest">Of what is to be done; null for any.</param>
    private BatchReport? FindUnfinished(string? digest) => BatchRecord.List(_context.Repository.Store).Reverse()
        .Where(b => digest is null || b.Digest == digest).Select(b => BatchView.Describe(_context, b)).FirstOrDefault(BatchView.IsUnfinished) is { } found
        ? found with { Resumes = true }
        : null;

    private BatchItem ToItem(PlannedTask task, HashSet<string> taken)
    {
        var branch = task.Branch ?? TaskNames.ForTable(_context, task.Table, taken).Text;
        taken.Add(branch);
        return new BatchItem(task.Name, task.Table, task.Metadata, task.MetadataHash, branch, task.After) { Source = task.Source, Why = task.Why };
    }
}

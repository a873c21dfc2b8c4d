using DbVc.Databases;
using DbVc.Live;
using DbVc.Model;
using DbVc.Pipelines;
using DbVc.Store;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>Opens a repository and wires everything once, by hand. Every surface starts here.</summary>
public sealed class Workspace : IDisposable
{
    private readonly IRepositoryStore _store;
    private readonly WorkspaceContext _context;

    private Workspace(IRepositoryStore store, WorkspaceContext context)
    {
        _store = store;
        _context = context;
        Branches = new BranchManager(context);
        Replays = new ReplayController(context, Branches);
        Merges = new MergeController(context, Branches, Replays);
        History = new HistoryReader(context);
        Tags = new TagShelf(context);
        Stashes = new StashShelf(context, Branches);
        Operations = new OperationDesk(context, Branches);
        Upkeep = new Maintenance(context);
        Audit = new AuditDesk(context);
        Access = new AccessDesk(context);
        Answers = new AnswerDesk(context);
        Approvals = new ApprovalDesk(context);
        Requests = new RequestDesk(context, Merges, Approvals);
        Files = new BranchFileDesk(context);
        Tracking = new TrackingDesk(context);
        Invariants = new InvariantDesk(context, History);
        Evidence = new EvidenceDesk(context, Invariants);
        Outbox = context.Outbox;
        Costs = new CostDesk(context);
        Memory = context.Memory;
        Agents = new AgentCoordinator(context, Branches, Merges, History, Invariants);
        Queue = new MergeQueue(context, Branches, Merges, Agents);
        Batches = new BatchDesk(context, Agents);
        var runner = new PipelineRunner(context, Branches, Merges);
        Pipelines = new PipelineDesk(context, runner);
        Schedules = new ScheduleDesk(context);
        Quarantine = new QuarantineDesk(context, runner);
        Chat = new ChatDesk(this, context);
    }

    /// <summary>The folder that holds <c>.db-version-control</c>.</summary>
    public string Root => _context.Layout.Root;

    public BranchManager Branches { get; }

    public MergeController Merges { get; }

    public MergeQueue Queue { get; }

    public ReplayController Replays { get; }

    public HistoryReader History { get; }

    public TagShelf Tags { get; }

    public StashShelf Stashes { get; }

    public OperationDesk Operations { get; }

    public InvariantDesk Invariants { get; }

    public AgentCoordinator Agents { get; }

    public BatchDesk Batches { get; }

    public EvidenceDesk Evidence { get; }

    public Outbox Outbox { get; }

    public CostDesk Costs { get; }

    public MemoryDesk Memory { get; }

    public PipelineDesk Pipelines { get; }

    public ScheduleDesk Schedules { get; }

    public QuarantineDesk Quarantine { get; }

    public Maintenance Upkeep { get; }

    public TrackingDesk Tracking { get; }

    public AuditDesk Audit { get; }

    public AccessDesk Access { get; }

    public AnswerDesk Answers { get; }

    public ApprovalDesk Approvals { get; }

    public RequestDesk Requests { get; }

    public BranchFileDesk Files { get; }

    public ChatDesk Chat { get; }

    /// <summary>How many tasks run at once, as configured; null for as many as there are cores.</summary>
    public int? Jobs => _context.Configuration.Jobs;

    /// <summary>What the work in the background needs beside the verbs.</summary>
    internal WorkspaceContext Context => _context;

    /// <summary>Opens the repository that contains a folder, and finishes what a command left behind that was killed.</summary>
    public static Workspace Open(string startFolder, WorkspaceOptions options, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var layout = RepositoryLayout.Find(startFolder);
        var store = RepositoryStore.Open(layout.Control, options.StoreReached);
        try
        {
            var context = WorkspaceContext.Create(store, layout, options);
            context.Publisher.RecoverAll();
            Purger.FinishPending(context);
            return new Workspace(store, context);
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>The settings of the repository that contains a folder; works while they are wrong, and touches no database.</summary>
    public static ConfigurationDesk Settings(string startFolder, WorkspaceOptions? options = null) =>
        new(RepositoryLayout.Find(startFolder), options ?? new WorkspaceOptions(TimeProvider.System, Author.External, ""));

    /// <summary>Makes a repository beside a live database and commits all its tables. Leaves nothing behind when it fails.</summary>
    public static InitReport Init(InitRequest request, WorkspaceOptions options, CancellationToken cancel) =>
        new RepositoryMaker(request, options).Run(cancel);

    /// <summary>Takes up work with a live database that was restored, moved or copied.</summary>
    public static AttachReport Attach(AttachmentRequest request, WorkspaceOptions options, CancellationToken cancel) =>
        new Attacher(request, options).Run(cancel);

    /// <summary>Makes a repository out of an export file, with a live database at main's head. Leaves nothing behind when it fails.</summary>
    public static ImportReport Restore(RestoreRequest request, WorkspaceOptions options, CancellationToken cancel) =>
        new RepositoryRestorer(request, options).Run(cancel);

    /// <summary>Main, changes in the live database that no commit holds, branches, merges in progress.</summary>
    public StatusReport Status(CancellationToken cancel)
    {
        var head = _context.Repository.Head(BranchName.Main);
        var changes = History.LiveChanges(cancel);
        return new StatusReport(head, _context.Identity.Display, changes.Count == 0, changes, Branches.List(), Merges.Status())
        {
            Override = MergeTrailers.FindOverride(_context.Repository.ReadCommit(head)),
            Requests = Requests.List(all: false, branch: null),
        };
    }

    public void Dispose()
    {
        _context.Analysis.Dispose();
        _store.Dispose();
    }
}

/// <summary>The parts that all controllers share.</summary>
internal sealed record WorkspaceContext(
    Repository Repository, LiveContext Live, Shadow Shadow, BranchInstances Instances, Publisher Publisher, WorkspaceOptions Options)
{
    /// <summary>Says who may do what.</summary>
    public required AccessGuard Guard { get; init; }

    /// <summary>Compiles the code of branches.</summary>
    public Analysis Analysis { get; } = new(Options.KeepsCompiler);

    private readonly Lazy<Configuration> _configuration = new(() => Orchestration.Configuration.Read(Live.Layout.Config));

    private Outbox? _outbox;

    private ModelDesk? _models;

    private CostLedger? _costs;

    private MemoryDesk? _memory;

    public RepositoryLayout Layout => Live.Layout;

    /// <summary>Tells people what happened.</summary>
    public Outbox Outbox => _outbox ??= new Outbox(this);

    /// <summary>Finds and opens models.</summary>
    public ModelDesk Models => _models ??= new ModelDesk(this);

    /// <summary>What merged tasks taught.</summary>
    public MemoryDesk Memory => _memory ??= new MemoryDesk(this);

    /// <summary>What models cost.</summary>
    public CostLedger Costs => _costs ??= new CostLedger(Path.Combine(Layout.Control, CostLedger.FileName), Options.Clock, Options.LockTimeout);

    public RepositoryIdentity Identity => Live.Identity;

    /// <summary>True for a commit that was a branch's head; what a merge brought along was not, and nobody judged it alone.</summary>
    public bool WasAt(BranchName branch, CommitId commit) => FirstParents(Repository.Head(branch)).Contains(commit);

    /// <summary>A head, and where its branch was before, newest first.</summary>
    public IEnumerable<CommitId> FirstParents(CommitId head)
    {
        for (CommitId? at = head; at is { } id;)
        {
            yield return id;
            var parents = Repository.ReadCommit(id).Parents;
            at = parents.Count > 0 ? parents[0] : null;
        }
    }

    /// <summary>How the worker is started. Throws <c>worker.missing</c>.</summary>
    public WorkerOptions Worker => new(WorkerLocation.Find(Options.WorkerFolder.Length == 0 ? null : Options.WorkerFolder))
    {
        Sandbox = Configuration.Sandbox ? SandboxMode.Bubblewrap : SandboxMode.None,
    };

    /// <summary>Read on first use: most commands do not need it.</summary>
    public Configuration Configuration => _configuration.Value;

    /// <param name="store">The open store.</param>
    /// <param name="layout">Where the repository lies.</param>
    /// <param name="options">From the surface.</param>
    /// <param name="identity">Null: as the store says.</param>
    public static WorkspaceContext Create(
        IRepositoryStore store, RepositoryLayout layout, WorkspaceOptions options, RepositoryIdentity? identity = null)
    {
        identity ??= RepositoryIdentity.Read(store, layout.Root);
        var read = () => Orchestration.Configuration.ReadLive(layout.Config);
        var settings = new Lazy<LiveSettings>(read);
        var guard = new AccessGuard(options);
        var repository = new Repository(store, options.Clock)
        {
            MayMove = guard.CheckMove,
            Expected = options.Expected is { } expected ? new ExpectedHead(expected.Name, expected.Head) : null,
        };
        var live = new LiveContext(repository, ProviderFor(identity.Location, layout, options, settings), identity, layout)
        {
            Settings = settings,
            ReadSettings = read,
            LockTimeout = options.LockTimeout,
            InvariantTime = options.InvariantTime,
            StepReached = options.StepReached,
            Guard = guard,
        };
        var shadow = new Shadow(live);
        var instances = new BranchInstances(live, shadow);
        var caller = Caller.Find(AccessRecord.Read(store), options);
        var publisher = new Publisher(live, shadow, instances);
        var context = new WorkspaceContext(live.Repository, live, shadow, instances, publisher, options with { User = caller.Author })
        {
            Guard = guard,
        };
        guard.Attach(context);
        return context;
    }

    /// <summary>A database on a server needs to know where private ones may be made; for a file nothing is read.</summary>
    public static IDatabaseProvider ProviderFor(string location, RepositoryLayout layout, WorkspaceOptions options, Lazy<LiveSettings> settings)
    {
        var server = DatabaseEngines.FileOf(location) is not null ? null : settings.Value.WorkServer switch
        {
            null => null,
            LiveSettings.Production => ServerAddress.Parse(location).WithDatabase(null),
            var address => ServerAddress.Parse(DatabaseEngines.Normalize(address, layout.Control)),
        };
        return DatabaseEngines.For(location, new ProviderOptions(layout.Scratch, options.LockTimeout, server)
        {
            PrivateFolder = layout.Branches,
            Readers = (DatabaseEngines.FileOf(location) is null ? settings.Value.Readers : null) ?? ProviderOptions.DefaultReaders,
            MayPauseTriggers = DatabaseEngines.FileOf(location) is null && settings.Value.MayPauseTriggers,
        });
    }
}

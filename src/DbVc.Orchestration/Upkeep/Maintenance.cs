using DbVc.Model;
using DbVc.Store;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>Keeps a repository small and whole: removes what nothing needs, and checks everything.</summary>
public sealed class Maintenance
{
    /// <summary>Keeps apart what rewrites the store.</summary>
    internal const string LockName = "upkeep";

    /// <summary>What was made to answer questions about the past goes when nobody asked for it so long.</summary>
    private static readonly TimeSpan UnusedPast = TimeSpan.FromHours(1);

    private readonly WorkspaceContext _context;

    internal Maintenance(WorkspaceContext context) => _context = context;

    /// <summary>Removes branches whose time is over, then what no ref, operation within the retention or document needs. Throws kind Locked if another
    /// command maintains the store.</summary>
    public GcReport Collect(GcRequest request, CancellationToken cancel)
    {
        var expired = new ExpiredBranches(_context, new BranchManager(_context)).Sweep(request.DryRun, cancel);
        if (!request.DryRun)
        {
            SweepHistory();
            FetchedFiles.Sweep(_context);
        }

        using var held = _context.Repository.Store.Lock(LockName, _context.Options.LockTimeout);
        var since = _context.Repository.Clock.GetUtcNow() - (request.Retention ?? _context.Configuration.Retention);
        var needs = new Reachability(_context.Repository, since);
        var removed = _context.Repository.Store.Upkeep.Collect(needs, new CollectOptions(request.DryRun), cancel);
        return new GcReport(request.DryRun, since, removed.Commits, removed.Chunks, removed.Packs, removed.Bytes, removed.Waiting)
        {
            Expired = expired,
        };
    }

    /// <summary>A server that is away keeps the store from nothing.</summary>
    private void SweepHistory()
    {
        try
        {
            _context.Live.Provider.SweepHistory(_context.Identity.Id, UnusedPast);
        }
        catch (DbVcException)
        {
            // Whoever asks about the past next sweeps, too.
        }
    }

    /// <summary>Takes the row of a key out of every commit, database and file of the store; what it was cannot be found out any more.
    /// Throws kind Refused if a constraint needs the row, kind Locked if others write to the repository.</summary>
    public PurgeReport Purge(PurgeRequest request, CancellationToken cancel) => new Purger(_context).Run(request, cancel);

    /// <summary>Writes all branches and tags, or one branch, as one file.</summary>
    public ExportReport Export(ExportRequest request, CancellationToken cancel) => new Exporter(_context).Run(request, cancel);

    /// <summary>Takes in the branches and tags of an export file; its main arrives as a branch.</summary>
    public ImportReport Import(ImportRequest request, CancellationToken cancel) => new Importer(_context).Run(request, cancel);

    /// <summary>Looks at the live database, the private copy of main and branches' databases.</summary>
    /// <param name="fix">Drops private databases that belong to no branch.</param>
    public CheckupReport Examine(bool fix)
    {
        if (fix) _context.Guard.Require(AccessAction.Administer, "db-vc doctor --fix");
        return new Checkup(_context).Run(fix);
    }

    /// <summary>The private copy of main.</summary>
    public ShadowReport ReadShadow() => new Checkup(_context).ReadShadow();

    /// <summary>Makes the private copy of main anew, at main's head.</summary>
    public ShadowReport RebuildShadow() => new Checkup(_context).RebuildShadow();

    /// <summary>Recomputes every hash, follows every reference, and compares the live database with main's head.</summary>
    public VerifyReport Verify(CancellationToken cancel) => new Verifier(_context).Run(cancel);
}

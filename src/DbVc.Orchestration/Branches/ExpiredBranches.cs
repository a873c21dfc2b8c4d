using DbVc.Live;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>
/// Removes branches whose time is over, as <c>gc</c> does. What no commit holds of one is committed first, so that <c>branch restore</c> brings all of it
/// back as long as operations are kept. One that is being merged or worked on, or that is protected by now, stays.
/// </summary>
internal sealed class ExpiredBranches(WorkspaceContext context, BranchManager branches)
{
    public static bool IsOver(BranchRecord record, DateTimeOffset now) => record.Expires is { } end && end <= now;

    /// <summary>The names of those that were removed, or would be.</summary>
    public IReadOnlyList<string> Sweep(bool dryRun, CancellationToken cancel)
    {
        var now = context.Repository.Clock.GetUtcNow();
        var removed = new List<string>();
        foreach (var name in context.Repository.ListBranches().Select(b => BranchName.Parse(b.Key)).Where(b => !b.IsMain).ToList())
        {
            cancel.ThrowIfCancellationRequested();
            if (BranchRecord.Read(context.Repository.Store, name) is { } record && IsOver(record, now)
                && !BranchRules.Of(context.Repository.Store, name).Protected && (dryRun || TryRemove(name, record, cancel)))
            {
                removed.Add(name.Text);
            }
        }

        return removed;
    }

    private bool TryRemove(BranchName name, BranchRecord record, CancellationToken cancel)
    {
        try
        {
            if (context.Instances.Exists(record)) branches.CommitAll(name, $"What branch '{name}' held when it expired", cancel);
            branches.Delete(name, $"gc: branch {name} expired");
            return true;
        }
        catch (DbVcException failure) when (failure.Kind is FailureKind.Locked or FailureKind.Refused)
        {
            return false;
        }
    }
}

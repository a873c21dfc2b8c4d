using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>Runs agents on branches of their own and keeps what became of them.</summary>
public sealed class AgentCoordinator
{
    private readonly WorkspaceContext _context;
    private readonly BranchManager _branches;
    private readonly MergeController _merges;
    private readonly HistoryReader _history;

    internal AgentCoordinator(WorkspaceContext context, BranchManager branches, MergeController merges, HistoryReader history) =>
        (_context, _branches, _merges, _history) = (context, branches, merges, history);

    /// <summary>Makes a task and runs it to its end; without metadata it waits for <see cref="SupplyMetadata"/>.</summary>
    public AgentReport Create(AgentRequest request, IAgentProgress progress, CancellationToken cancel) => throw new NotSupportedException();

    /// <summary>Gives a waiting task its metadata and runs it. Without a branch: the latest that waits.</summary>
    public AgentReport SupplyMetadata(string metadataPath, BranchName? branch, IAgentProgress progress, CancellationToken cancel) => throw new NotSupportedException();

    /// <summary>The latest task of a branch, or the latest of all.</summary>
    public AgentReport Status(BranchName? branch) => throw new NotSupportedException();

    /// <summary>All tasks, oldest first.</summary>
    public IReadOnlyList<AgentReport> List() => AgentTasks.List(_context);

    /// <summary>The transcript of a branch's latest task, line by line (JSON lines).</summary>
    public IEnumerable<string> Log(BranchName branch) => throw new NotSupportedException();

    /// <summary>Everything a reviewer needs: task, gates, differences, and what a merge would do.</summary>
    public ReviewReport Review(BranchName branch, CancellationToken cancel)
    {
        var shown = _branches.Show(branch);
        var plan = _merges.Merge(new MergeRequest(branch, BranchName.Main, DryRun: true, []), cancel);
        var diff = _history.Diff(new DiffRequest((shown.Base ?? shown.Head).ToString(), shown.Head.ToString(), null, 20), cancel);
        return new ReviewReport(shown, AgentTasks.Find(_context, branch), diff, plan);
    }

    /// <summary>Runs the gates again on what is in the branch now.</summary>
    public AgentReport RunGates(BranchName branch, IAgentProgress progress, CancellationToken cancel) => throw new NotSupportedException();
}

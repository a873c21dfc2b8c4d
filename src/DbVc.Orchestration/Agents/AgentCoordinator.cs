
namespace DbVc.Orchestration;

/// <summary>Runs agents on branches of their own and keeps what became of them.</summary>
public sealed class AgentCoordinator
{
    private readonly WorkspaceContext _context;

    internal AgentCoordinator(WorkspaceContext context, BranchManager branches, MergeController merges, HistoryReader history)
    {
        _context = context;
    }

    /// <summary>All tasks, oldest first.</summary>
    public IReadOnlyList<AgentReport> List() => AgentTasks.List(_context);
}

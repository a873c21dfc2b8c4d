using System.Text;
using DbVc.Agents;
using DbVc.Live;
using DbVc.Model;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>Measures how much of a pipeline's code its agent made and how much people changed: by comparing commits, not by anybody's word.</summary>
internal sealed class CodeLines(WorkspaceContext context)
{
    private readonly Lazy<Dictionary<string, string>> _newest = new(() => FindNewest(context));

    /// <summary>The report with its lines, where they can be counted.</summary>
    public AgentReport Measure(AgentReport report)
    {
        if (report.Made is null || report.Pipeline is not { } pipeline || CommitId.Parse(report.Made) is var made && !Holds(made)) return report;
        var before = Code(made, pipeline);
        var now = FindNow(report) is { } commit && commit != made ? Code(commit, pipeline) : before;
        return report with { Lines = new LineCounts(before.Values.Sum(UnifiedDiff.CountLines), report.ChangedBefore + CountChanged(before, now)) };
    }

    /// <summary>Where people went on with it: on its branch, or on main until another task made the pipeline anew.</summary>
    private CommitId? FindNow(AgentReport report)
    {
        if (report.State == TaskState.Merged && _newest.Value.GetValueOrDefault(report.Pipeline!) == report.Task)
            return context.Repository.Head(BranchName.Main);
        return BranchRecord.Read(context.Repository.Store, BranchName.Parse(report.Branch)) is { } branch && branch.Task == report.Task
            ? context.Repository.Head(BranchName.Parse(report.Branch))
            : null;
    }

    /// <summary>By pipeline, the task that made what main holds of it: looked for once, however many reports are measured.</summary>
    private static Dictionary<string, string> FindNewest(WorkspaceContext context)
    {
        var newest = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var task in AgentTasks.List(context).Where(t => t.Made is not null))
        {
            if (AgentTasks.PipelineOf(context, task) is { } pipeline && AgentTasks.Current(context, task).State == TaskState.Merged)
                newest[pipeline] = task.Task;
        }

        return newest;
    }

    private static long CountChanged(Dictionary<string, string> before, Dictionary<string, string> now) =>
        before.Keys.Union(now.Keys).Sum(path => before.GetValueOrDefault(path) is var was && now.GetValueOrDefault(path) is var becomes && was == becomes
            ? 0L
            : UnifiedDiff.CountChanged(before.GetValueOrDefault(path), now.GetValueOrDefault(path)));

    private Dictionary<string, string> Code(CommitId commit, string pipeline) =>
        BranchFiles.Read(context.Repository.ReadSnapshot(commit), pipeline)
            .Where(f => BranchPath.TryParse(f.Key, out var path) && (path.IsGenerated || path.IsTest))
            .ToDictionary(f => f.Key, f => Encoding.UTF8.GetString(f.Value), StringComparer.Ordinal);

    private bool Holds(CommitId commit) => context.Repository.Store.ReadCommit(commit.Hash) is not null;
}

using System.Text;
using DbVc.Agents;
using DbVc.Live;
using DbVc.Model;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>Measures how much of a pipeline's code its agent made and how much people changed: by comparing commits, not by anybody's word.</summary>
internal static class CodeLines
{
    /// <summary>The report with its lines, where they can be counted.</summary>
    public static AgentReport Measure(WorkspaceContext context, AgentReport report)
    {
        if (report.Made is null || report.Pipeline is not { } pipeline || CommitId.Parse(report.Made) is var made && !Holds(context, made)) return report;
        var before = Code(context, made, pipeline);
        var now = FindNow(context, report) is { } commit && commit != made ? Code(context, commit, pipeline) : before;
        return report with { Lines = new LineCounts(before.Values.Sum(UnifiedDiff.CountLines), report.ChangedBefore + CountChanged(before, now)) };
    }

    /// <summary>Where people went on with it: on its branch, or on main until another task made the pipeline anew.</summary>
    private static CommitId? FindNow(WorkspaceContext context, AgentReport report)
    {
        if (report.State == TaskState.Merged && FindNewest(context, report.Pipeline!) == report.Task) return context.Repository.Head(BranchName.Main);
        return BranchRecord.Read(context.Repository.Store, BranchName.Parse(report.Branch)) is { } branch && branch.Task == report.Task
            ? context.Repository.Head(BranchName.Parse(report.Branch))
            : null;
    }

    /// <summary>The task that made what main holds of a pipeline.</summary>
    private static string? FindNewest(WorkspaceContext context, string pipeline) => AgentTasks.ListOf(context, pipeline)
        .LastOrDefault(t => t.Made is not null && AgentTasks.Current(context, t).State == TaskState.Merged)?.Task;

    private static long CountChanged(Dictionary<string, string> before, Dictionary<string, string> now) =>
        before.Keys.Union(now.Keys).Sum(path => before.GetValueOrDefault(path) is var was && now.GetValueOrDefault(path) is var becomes && was == becomes
            ? 0L
            : UnifiedDiff.CountChanged(before.GetValueOrDefault(path), now.GetValueOrDefault(path)));

    private static Dictionary<string, string> Code(WorkspaceContext context, CommitId commit, string pipeline) =>
        BranchFiles.Read(context.Repository.ReadSnapshot(commit), pipeline)
            .Where(f => BranchPath.TryParse(f.Key, out var path) && (path.IsGenerated || path.IsTest))
            .ToDictionary(f => f.Key, f => Encoding.UTF8.GetString(f.Value), StringComparer.Ordinal);

    private static bool Holds(WorkspaceContext context, CommitId commit) => context.Repository.Store.ReadCommit(commit.Hash) is not null;
}

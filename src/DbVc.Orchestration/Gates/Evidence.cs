using DbVc.Live;
using DbVc.Model;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>Decides whether a branch may be merged on the strength of its gate report.</summary>
internal static class Evidence
{
    private const string NotRun = "gates were not run";

    /// <summary>
    /// A branch with a pipeline needs a report of passed gates for exactly its head, and its task must have come to its end; one without needs none, unless
    /// the target's rule wants all.
    /// </summary>
    public static EvidenceVerdict Judge(WorkspaceContext context, BranchName source, BranchName target, CommitId head, GatesNeeded needed)
    {
        var record = BranchRecord.Read(context.Repository.Store, source);
        var goal = context.Repository.Head(target);
        if (record is null) return new EvidenceVerdict(null, null);
        if (BranchStart.FindMissing(context.Repository, record, goal) is { Count: > 0 } missing)
        {
            // What it stands on was judged, approved and may still be refused for itself.
            return Refuse("what it stands on is not merged", [], $"{source} was made on {BranchStart.Names(missing)}, which '{target}' does not hold yet.",
                string.Join(", ", missing.Select(on => $"db-vc branch merge {on.Branch}")));
        }

        var hasCode = HasPipeline(context, record, head, goal);
        var report = GateReports.Find(context, source);
        if (report?.Head != head.ToString() || (hasCode && report.IsPlain)) report = null;
        if (needed != GatesNeeded.All && !hasCode) return new EvidenceVerdict(report is not null && report.Gates.All(g =>
            g.Passed) ? Hash.Parse(report.Hash) : null, null);
        if (report is null)
        {
            return hasCode && AgentTasks.Find(context, source) is null
                ? Refuse(NotRun, [], $"The gates were not run on {source}'s head {head.Short}, and cannot be: it holds code or an agent's work and has no "
                    + "agent's task. An administrator can merge it nevertheless.", $"db-vc branch override {source}")
                : Refuse(NotRun, [], $"The gates were not run on {source}'s head {head.Short}.", $"db-vc gate run {source}");
        }

        var failed = report.Gates.Where(g => !g.Passed).ToList();
        if (failed.Count > 0)
        {
            var names = string.Join(", ", failed.Select(g => g.Name));
            return Refuse($"gates failed: {names} (report {report.Hash[..10]})", failed,
                $"{source} was refused by gates: {GateSummary.DescribeRefusal(failed)}.", $"db-vc agent status {source}");
        }

        return FindUnfinished(context, record) is { } state
            ? Refuse($"the task is {state}", [], $"The gates passed on {source}, but its task did not come to its end: it is {state}.",
                $"db-vc agent retry {source}, db-vc gate run {source}")
            : new EvidenceVerdict(Hash.Parse(report.Hash), null);
    }

    /// <summary>The state of a task that was interrupted, or is still at work, after its gates had passed: whoever stopped it expects no merge.</summary>
    private static string? FindUnfinished(WorkspaceContext context, BranchRecord record) =>
        record.Task is { } task && AgentTasks.FindState(context, task) is { } state and not ("ready" or "merged") ? state : null;

    /// <summary>
    /// What a merge would need gates for, a cherry-pick onto a protected branch needs them for too: files of pipelines, and anything that stands on an
    /// agent's commit; where the target's rule wants all, anything. What the branch was at itself was judged when it came, what a merge brought along was
    /// judged as a whole only.
    /// </summary>
    public static EvidenceVerdict JudgePick(WorkspaceContext context, CommitId commit, CommitId? parent, BranchName target, GatesNeeded needed)
    {
        if (context.WasAt(target, commit)) return new EvidenceVerdict(null, null);
        var files = parent is { } p ? context.Repository.ReadSnapshot(p).Snapshot.Files : default;
        var hasCode = context.Repository.ReadSnapshot(commit).Snapshot.Files != files || HoldsAgentWork(context, commit, context.Repository.Head(target));
        if (needed != GatesNeeded.All && !hasCode) return new EvidenceVerdict(null, null);
        var (branch, report) = context.Repository.ListBranches().Select(b => BranchName.Parse(b.Key)).Select(b => (b, GateReports.Find(context, b)))
            .FirstOrDefault(r => r.Item2?.Head == commit.ToString() && r.Item2.Gates.All(g => g.Passed) && !(hasCode && r.Item2.IsPlain));
        if (report is not null && BranchRecord.Read(context.Repository.Store, branch) is { } record && FindUnfinished(context, record) is { } state)
            return Refuse($"the task is {state}", [], $"The gates passed on {commit.Short}, but its task did not come to its end: it is {state}.",
                $"db-vc gate run {branch}");
        return report is not null
            ? new EvidenceVerdict(Hash.Parse(report.Hash), null)
            : Refuse(NotRun, [], needed == GatesNeeded.All ? $"'{target}' needs passed gates, and none were passed for {commit.Short} alone."
                    : $"{commit.Short} holds an agent's work or files of a pipeline, and no gates were passed for it alone.",
                "db-vc branch merge, db-vc gate run");
    }

    /// <summary>Whether a branch, as it is, can be judged without code being looked at.</summary>
    public static bool IsPlain(WorkspaceContext context, BranchRecord record, CommitId head, CommitId goal) => !HasPipeline(context, record, head, goal);

    /// <summary>
    /// A branch is judged by gates when it has a task, when it brings pipeline files that its target does not have, or when an agent
    /// made any commit that the target lacks: where the branch was started from does not matter.
    /// </summary>
    private static bool HasPipeline(WorkspaceContext context, BranchRecord record, CommitId head, CommitId goal)
    {
        if (record.Task is not null) return true;
        var graph = new CommitGraph(context.Repository);
        var common = graph.MergeBases(head, goal);
        if (common.Count == 1 && common[0] == head) return false;
        if (common.Count == 0 || context.Repository.ReadSnapshot(head).Snapshot.Files != context.Repository.ReadSnapshot(common[0]).Snapshot.Files) return true;
        return HoldsAgentWork(context, head, goal);
    }

    /// <summary>True if an agent made a commit that comes with a head, or one that such a commit repeats.</summary>
    private static bool HoldsAgentWork(WorkspaceContext context, CommitId head, CommitId goal) =>
        BroughtCommits.List(context, head, goal).Any(c => c.Commit.Author.Kind == AuthorKind.Agent || c.Commit.Provenance is not null);

    private static EvidenceVerdict Refuse(string lack, IReadOnlyList<GateSummary> gates, string message, string command) =>
        new(null, new MergeReport { State = MergeState.Refused, Gates = gates, Message = $"{message} See: {command}." }) { Lack = lack };
}

/// <summary>The evidence a merge carries, or why it is refused.</summary>
internal sealed record EvidenceVerdict(Hash? Hash, MergeReport? Refusal)
{
    /// <summary>What is missing, in few words; null where nothing is.</summary>
    public string? Lack { get; init; }
}

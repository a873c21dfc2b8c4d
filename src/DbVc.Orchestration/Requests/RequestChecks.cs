using DbVc.Model;
using DbVc.Store;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>
/// Says whether everything is there for the merge of an open request. It is asked anew whenever somebody looks, of the branches as they are then: main may
/// move at any moment, and what was true before says nothing.
/// </summary>
internal sealed class RequestChecks(WorkspaceContext context, MergeController merges)
{
    private const int MostNamed = 3;

    private IRepositoryStore Store => context.Repository.Store;

    /// <summary>The report with checks, approvals and plan; as it is for a request that is closed.</summary>
    public RequestReport AddTo(RequestReport report, StandingRequest view, CancellationToken cancel)
    {
        if (view.State != RequestState.Open) return report;
        if (view.Source is not { } source || view.Target is not { } target) return report with { Checks = [FindGone(view)] };
        var approvals = new ApprovalDesk(context).Show(source, target);
        var rule = approvals.Rule;
        var behind = CountBehind(view.Head, context.Repository.Head(target));
        var (plan, problem) = Plan(source, target, cancel);
        var checks = new List<RequestCheck>();
        if (problem is not null) checks.Add(problem);
        if (rule.Protected && rule.Gates != GatesNeeded.None) checks.Add(CheckGates(source, target, view.Head, rule.Gates));
        checks.Add(new RequestCheck("up-to-date", behind == 0, Blocks: false,
            behind == 0 ? $"It holds everything of {target}." : $"{target} moved on by {Quantity.Of(behind, "commit")}."));
        if (plan is not null) checks.AddRange(CheckPlan(plan, target));
        if (rule.Protected || approvals.State.Given.Count > 0) checks.Add(CheckApprovals(approvals, isAsked: rule is { Protected: true, Approvals: > 0 }));
        if (approvals.Rejections.Count > 0)
        {
            checks.Add(new RequestCheck("rejections", Passed: false, Blocks: rule.Protected,
                $"Changes were requested by {string.Join(", ", approvals.Rejections.Select(r => r.Name).Distinct())}."));
        }

        return report with { Checks = checks, Approvals = approvals, Behind = behind, Plan = plan };
    }

    private static RequestCheck FindGone(StandingRequest view) => new("branch", Passed: false, Blocks: true, view.Source is null
        ? $"The branch '{view.SourceName}' was deleted: db-vc branch restore {view.SourceName}, or db-vc request withdraw {view.Number}."
        : $"The branch '{view.TargetName}' was deleted: db-vc request withdraw {view.Number}.");

    /// <summary>Commits of the target that the source lacks.</summary>
    private int CountBehind(CommitId source, CommitId target)
    {
        var graph = new CommitGraph(context.Repository);
        if (graph.IsAncestor(target, source)) return 0;
        var held = graph.Walk(source).Select(c => c.Id).ToHashSet();
        return graph.Walk(target).Count(c => !held.Contains(c.Id));
    }

    private RequestCheck CheckGates(BranchName source, BranchName target, CommitId head, GatesNeeded needed)
    {
        var verdict = Evidence.Judge(context, source, target, head, needed);
        return new RequestCheck("gates", verdict.Refusal is null, Blocks: true,
            verdict.Refusal?.Message ?? (verdict.Hash is null ? "None are needed for what it brings." : $"They passed on {head.Short}."));
    }

    /// <summary>What a merge would do, without its destructive changes being a reason against it; or why that cannot be told.</summary>
    private (MergeReport? Plan, RequestCheck? Problem) Plan(BranchName source, BranchName target, CancellationToken cancel)
    {
        try
        {
            return (merges.Merge(new MergeRequest(source, target, DryRun: true, []) { AllowDestructive = true }, cancel), null);
        }
        catch (DbVcException failure) when (failure.Kind is FailureKind.Refused or FailureKind.Usage)
        {
            var what = failure.Hint is null ? failure.Message : $"{failure.Message} {failure.Hint}";
            return (null, new RequestCheck("branch", Passed: false, Blocks: true, what));
        }
    }

    private IEnumerable<RequestCheck> CheckPlan(MergeReport plan, BranchName target)
    {
        if (plan.State == MergeState.UpToDate)
        {
            yield return new RequestCheck("branch", Passed: false, Blocks: true, plan.Message);
            yield break;
        }

        var where = BranchRules.NeedApprovals(Store, target) ? " They are decided on the branch, and approved with it." : "";
        yield return new RequestCheck("conflicts", plan.ConflictCount == 0, Blocks: true,
            plan.ConflictCount == 0 ? $"None with {target} as it is now." : $"{Quantity.Of(plan.ConflictCount, "conflict")} with {target}.{where}");
        if (plan.Violations.Count > 0)
        {
            yield return new RequestCheck("constraints", Passed: false, Blocks: true,
                string.Join(" ", plan.Violations.Take(MostNamed).Select(v => $"{v.Constraint}: {v.Message}")));
        }

        if (plan.Destructive.Count > 0)
        {
            yield return new RequestCheck("destructive", Passed: false, Blocks: false,
                string.Join(" ", plan.Destructive.Take(MostNamed).Select(d => $"It {d.Message}.")) + " A merge takes --allow-destructive.");
        }
    }

    private static RequestCheck CheckApprovals(ApprovalReport report, bool isAsked)
    {
        var given = report.State.Given;
        var names = given.Count == 0 ? "." : $": {string.Join(", ", given.Select(a => a.Name))}.";
        return new RequestCheck("approvals", !isAsked || report.State.Missing == 0, isAsked, isAsked
            ? $"{given.Count} of {report.State.Needed}{names}"
            : given.Count == 0 ? "None are needed." : $"None are needed; {Quantity.Of(given.Count, "approval")}{names}");
    }
}

using DbVc.Model;
using DbVc.Store;

namespace DbVc.Orchestration;

/// <summary>Which branches need passed gates.</summary>
public enum GatesNeeded
{
    /// <summary>Those that bring a pipeline, or an agent's work.</summary>
    Pipelines,

    /// <summary>Every one.</summary>
    All,

    /// <summary>None.</summary>
    None,
}

/// <summary>What it takes to move the branches of a pattern.</summary>
/// <param name="Pattern">A name, or a pattern with <c>*</c> and <c>?</c>.</param>
/// <param name="Protected">Moved by judged merges alone, never removed or renamed.</param>
/// <param name="Approvals">How many reviewers must have approved.</param>
/// <param name="Gates">Whose gates must have passed.</param>
public sealed record BranchRule(string Pattern, bool Protected, int Approvals, GatesNeeded Gates)
{
    /// <summary>Main is protected from the first day on; any other branch is not.</summary>
    internal static BranchRule Default(string pattern) => new(pattern, pattern == BranchName.Main.Text, 0, GatesNeeded.Pipelines);
}

/// <summary>Finds the rule of a branch, and judges a merge by it.</summary>
internal static class BranchRules
{
    /// <summary>The longest pattern that fits; a name that fits exactly is the rule whatever else does.</summary>
    public static BranchRule Of(IRepositoryStore store, BranchName branch) => AccessRecord.Read(store).Rules
        .Where(rule => AccessRecord.Matches(rule.Pattern, branch))
        .OrderByDescending(rule => rule.Pattern == branch.Text).ThenByDescending(rule => rule.Pattern.Length)
        .ThenBy(rule => rule.Pattern, StringComparer.Ordinal)
        .FirstOrDefault() is { } found ? branch.IsMain ? found with { Protected = true } : found : BranchRule.Default(branch.Text);

    /// <summary>Gates first, then approvals.</summary>
    public static BranchVerdict Judge(WorkspaceContext context, BranchName source, BranchName target, CommitId head)
    {
        var rule = Of(context.Repository.Store, target);
        if (!rule.Protected) return new BranchVerdict(null, ApprovalState.NotNeeded, null);
        var approvals = Approvals.Count(context, source, target, head, rule.Approvals);
        var evidence = rule.Gates == GatesNeeded.None ? new EvidenceVerdict(null, null) : Evidence.Judge(context, source, target, head, rule.Gates);
        return new BranchVerdict(evidence.Hash, approvals, evidence.Refusal ?? RefuseMissing(approvals, source.Text));
    }

    /// <summary>The same for a single commit. Nobody can approve that alone: where approvals are needed, it takes a branch.</summary>
    public static EvidenceVerdict JudgePick(WorkspaceContext context, CommitId commit, CommitId? parent, BranchName target)
    {
        var rule = Of(context.Repository.Store, target);
        if (!rule.Protected) return new EvidenceVerdict(null, null);
        var evidence = rule.Gates == GatesNeeded.None ? new EvidenceVerdict(null, null) : Evidence.JudgePick(context, commit, parent, target);
        if (evidence.Refusal is not null || rule.Approvals == 0 || context.IsOn(commit, target)) return evidence;
        return new EvidenceVerdict(null, new MergeReport
        {
            State = MergeState.Refused,
            Message = $"'{target}' needs approvals, and {commit.Short} alone cannot be approved. Pick it onto a branch, have that approved, and merge it.",
        });
    }

    private static MergeReport? RefuseMissing(ApprovalState approvals, string source) => approvals.Missing == 0 ? null : new MergeReport
    {
        State = MergeState.Refused,
        Approvals = approvals,
        Message = $"'{source}' has {approvals.Given.Count} of {approvals.Needed} approvals for its head"
            + (approvals.Given.Count == 0 ? "" : $" ({string.Join(", ", approvals.Given.Select(a => a.Name))})") + $". See: db-vc branch approve {source}.",
    };
}

/// <summary>What the target's rules say about a merge.</summary>
/// <param name="Evidence">The gate report that allows it.</param>
/// <param name="Approvals">Who approved.</param>
/// <param name="Refusal">Why not; null where it may be merged.</param>
internal sealed record BranchVerdict(Hash? Evidence, ApprovalState Approvals, MergeReport? Refusal);

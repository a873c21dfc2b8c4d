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
    /// <summary>Merged into only while a request to do so is open.</summary>
    public bool Request { get; init; }

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

    /// <summary>True where nothing comes that nobody has approved: no conflict is decided on the way there.</summary>
    public static bool NeedApprovals(IRepositoryStore store, BranchName branch) => Of(store, branch) is { Protected: true, Approvals: > 0 };

    /// <summary>Gates first, then rejections, then approvals, then whether it was asked for.</summary>
    public static BranchVerdict Judge(WorkspaceContext context, BranchName source, BranchName target, CommitId head)
    {
        var rule = Of(context.Repository.Store, target);
        if (!rule.Protected) return new BranchVerdict(null, ApprovalState.NotNeeded, null);
        var approvals = Approvals.Count(context, source, target, head, rule.Approvals);
        var evidence = rule.Gates == GatesNeeded.None ? new EvidenceVerdict(null, null) : Evidence.Judge(context, source, target, head, rule.Gates);
        var rejections = source.IsMain ? [] : Rejections.Find(context, target, head);
        var isUnasked = rule.Request && !new OpenRequests(context, source, target).Any;
        var refusal = evidence.Refusal ?? RefuseRejected(rejections, source.Text) ?? RefuseMissing(approvals, source.Text)
            ?? (isUnasked ? RefuseUnasked(source, target) : null);
        return new BranchVerdict(evidence.Hash, approvals, refusal is null ? null : refusal with { Rejections = rejections })
        {
            Rejections = rejections,
            Lacking =
            [
                .. new[]
                {
                    evidence.Lack, NameRejections(rejections),
                    approvals.Missing == 0 ? null : $"{approvals.Given.Count} of {approvals.Needed} approvals",
                    isUnasked ? "no request" : null,
                }.OfType<string>(),
            ],
        };
    }

    /// <summary>The same for a single commit that is to be repeated.</summary>
    public static EvidenceVerdict JudgePick(WorkspaceContext context, CommitId commit, CommitId? parent, BranchName target) =>
        JudgeAlone(context, commit, parent, target) is var verdict && verdict.Refusal is null && RefuseRejectedPick(context, commit, target) is { } refusal
            ? new EvidenceVerdict(null, refusal)
            : verdict;

    /// <summary>Nobody can approve a commit alone, or ask for it: where approvals or requests are needed, it takes a branch.</summary>
    private static EvidenceVerdict JudgeAlone(WorkspaceContext context, CommitId commit, CommitId? parent, BranchName target)
    {
        var rule = Of(context.Repository.Store, target);
        if (!rule.Protected) return new EvidenceVerdict(null, null);
        var evidence = rule.Gates == GatesNeeded.None ? new EvidenceVerdict(null, null) : Evidence.JudgePick(context, commit, parent, target, rule.Gates);
        if (evidence.Refusal is not null || rule is { Approvals: 0, Request: false } || context.WasAt(target, commit)) return evidence;
        return new EvidenceVerdict(null, new MergeReport
        {
            State = MergeState.Refused,
            Message = rule.Approvals == 0
                ? $"'{target}' takes merges by request alone, and nobody can ask for {commit.Short} alone. Repeat it, or take it back, on a branch; "
                    + "open a request for that, and merge it."
                : $"'{target}' needs approvals, and {commit.Short} alone cannot be approved. Repeat it, or take it back, on a branch; "
                    + "have that approved, and merge it.",
        });
    }

    /// <summary>For taking one commit back: null where it may be. What the branch was at is taken back freely, what a merge brought along only where it
    /// could have come alone; and gates that passed for a commit say nothing of what was before it.</summary>
    public static MergeReport? RefuseRevert(WorkspaceContext context, CommitId commit, CommitId parent, BranchName target)
    {
        var verdict = JudgeAlone(context, commit, parent, target);
        return verdict.Refusal ?? (verdict.Hash is null ? null : new MergeReport
        {
            State = MergeState.Refused,
            Message = $"{commit.Short} came to '{target}' with a merge, and no gates were passed for what was before it. Take the merge back as a whole: "
                + $"db-vc revert MERGE (see: db-vc log {target}).",
        });
    }

    /// <summary>Null where nobody said no to a branch that the commit, or what it repeats, is of.</summary>
    private static MergeReport? RefuseRejectedPick(WorkspaceContext context, CommitId commit, BranchName target) =>
        !Of(context.Repository.Store, target).Protected || Rejections.FindRepeated(context, target, commit) is not { Count: > 0 } rejections ? null
        : new MergeReport
        {
            State = MergeState.Refused,
            Rejections = rejections,
            Message = $"{commit.Short} is of '{rejections[0].Branch}', which was rejected by {Quote(rejections)}. It comes in with that branch, once that has "
                + $"another head, or once whoever rejected it takes that back: db-vc branch reject {rejections[0].Branch} --withdraw.",
        };

    private static string? NameRejections(IReadOnlyList<Rejection> rejections) => rejections.Count == 0 ? null
        : "rejected by " + string.Join(", ", rejections.Select(r => r.Name).Distinct());

    /// <summary>Null where nobody said no.</summary>
    internal static MergeReport? RefuseRejected(IReadOnlyList<Rejection> rejections, string source) => rejections.Count == 0 ? null : new MergeReport
    {
        State = MergeState.Refused,
        Rejections = rejections,
        Message = rejections.All(r => r.IsBrought)
            ? $"'{source}' brings work of '{rejections[0].Branch}', which was rejected by {Quote(rejections)}. It may come in once whoever rejected that "
                + $"approves '{source}' as it is, or takes the rejection back: db-vc branch reject {source} --withdraw."
            : $"'{source}' was rejected by {Quote(rejections)}. It may come in once it has another head, or whoever rejected it takes that back: "
                + $"db-vc branch reject {source} --withdraw.",
    };

    private static string Quote(IReadOnlyList<Rejection> rejections) => string.Join("; by ", rejections.Select(r => $"{r.Name}: {r.Reason.TrimEnd('.')}"));

    private static MergeReport RefuseUnasked(BranchName source, BranchName target) => new()
    {
        State = MergeState.Refused,
        LacksRequest = true,
        Message = $"'{target}' takes merges by request alone, and there is none of '{source}'. See: db-vc request open {source}"
            + $"{(target.IsMain ? "" : $" --into {target}")}.",
    };

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
internal sealed record BranchVerdict(Hash? Evidence, ApprovalState Approvals, MergeReport? Refusal)
{
    /// <summary>Who said no to it.</summary>
    public IReadOnlyList<Rejection> Rejections { get; init; } = [];

    /// <summary>All that keeps it out, in words; what an override passes over.</summary>
    public IReadOnlyList<string> Lacking { get; init; } = [];
}

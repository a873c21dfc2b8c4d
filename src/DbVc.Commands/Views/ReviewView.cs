using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>A review for people: what changes first, the verdict last, where the question follows.</summary>
internal static class ReviewView
{
    public static void Write(Output output, ReviewReport review, bool isShort)
    {
        if (output.IsJson) return;
        if (isShort) DiffView.WriteStat(output, review.Diff);
        else DiffView.Write(output, review.Diff);
        output.Line();
        if (review.Task is { Gates.Count: > 0 } checkedTask)
        {
            output.Line(Piece.Strong("Gates"), review.AreGatesAtHead ? "" : Piece.Warning(
                $"  of what the branch was before; not run on its head: db-vc gate run {review.Branch.Name}"));
            GateView.Write(output, checkedTask.Gates);
            output.Line();
        }

        output.Line("Branch: ", Piece.Name(review.Branch.Name));
        output.Line("Status: ", Verdict(review.Plan));
        if (review.Plan.Approvals is { } approvals) WriteApprovals(output, approvals);
        WriteRejections(output, review.Plan.Rejections);
        if (review.Branch.Override is { } reason) output.Line(Piece.Bad($"OVERRIDE {reason}"));
        MergeView.WriteDestructive(output, review.Plan);
        if (review.Task is not { } task) return;
        if (task.Tests is { } tests)
        {
            output.Line("Tests: ", tests.Total == 0 ? Piece.Bad("none") : $"{tests.Passed}/{tests.Total} passed");
            if (tests.LineCoverage is { } lines) output.Line("Coverage: ", Shown.Percent(lines));
            if (tests.MutationScore is { } score) output.Line("Mutation score: ", Shown.Percent(score));
        }

        if (task.Rows is { } rows)
        {
            output.Line("Rows: ", AgentView.Rows(rows));
            if (task.Changes is { } changes) output.Line("Changed: ", AgentView.Changes(changes));
            output.Line("Performance: ", $"{Math.Round(task.RowsPerSecond):0} rows/sec");
        }

        foreach (var assumption in task.Assumptions) output.Line(Piece.Dim("Assumed: "), assumption);
    }

    /// <summary>Who approved, and how many are missing.</summary>
    public static void WriteApprovals(Output output, ApprovalState state)
    {
        output.Line("Approvals: ", $"{state.Given.Count} of {state.Needed}", state.Missing == 0 ? "" : Piece.Warning($", {state.Missing} missing"));
        foreach (var approval in state.Given)
            output.Line(Piece.Good("  ✓ "), Piece.Name(approval.Name), Piece.Dim($"  {Shown.Time(approval.Time)}  "), approval.Comment ?? "");
    }

    /// <summary>Who said no, and why.</summary>
    public static void WriteRejections(Output output, IReadOnlyList<Rejection> rejections)
    {
        foreach (var rejection in rejections)
            output.Line(Piece.Bad("Rejected: "), Piece.Name(rejection.Name), Piece.Dim($"  {Shown.Time(rejection.Time)}  "), rejection.Reason);
    }

    private static Piece Verdict(MergeReport plan) => plan.State switch
    {
        MergeState.Merged => Piece.Good("✅ Ready for merge"),
        MergeState.UpToDate => "Merged already",
        MergeState.Conflicts => Piece.Warning($"⚠ {Shown.Count(plan.Conflicts.Count, "conflict")} with main"),
        _ => Piece.Bad($"❌ Not ready: {plan.Message}"),
    };
}

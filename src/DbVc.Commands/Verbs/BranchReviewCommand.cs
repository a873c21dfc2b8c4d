using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>Shows all that a reviewer needs, and merges on a yes.</summary>
internal static class BranchReviewCommand
{
    public static Verb Create()
    {
        var name = BranchCommand.Name();
        var filter = new DiffFilter();
        return new Verb("review", "Review a branch: its gates, code, rows and schema; on a terminal, approve its merge.",
            "db-vc branch review agent-users", "db-vc branch review agent-users --stat", "db-vc branch review agent-users --json")
        {
            name,
            filter.Stat,
        }.Answers<ReviewDocument>()
            .OnRepository((context, workspace) => RunAsync(context, workspace, BranchName.Parse(context.Get(name)), context.Get(filter.Stat)));
    }

    private static async Task<int> RunAsync(CommandContext context, Workspace workspace, BranchName branch, bool isShort)
    {
        var review = workspace.Agents.Review(branch, context.Interrupted);
        context.Output.Json(review.ToJson());
        ReviewView.Write(context.Output, review, isShort);
        // What only lacks approvals may become ready by this one.
        var isAsked = review.Plan.Approvals is { Missing: > 0 } && workspace.Approvals.IsAsked(branch, BranchName.Main);
        if (!(review.IsReady() || isAsked) || !context.Output.CanAsk) return 0;
        if (!await context.ConfirmAsync("Approve merge?", "db-vc branch merge").ConfigureAwait(false))
        {
            context.Output.Line("Not merged.");
            return 0;
        }

        if (isAsked) workspace.Approvals.Approve(branch, null, context.Interrupted);
        var report = workspace.Merges.Merge(new MergeRequest(branch, BranchName.Main, DryRun: false, [])
        {
            // What it takes away stands above, in red: the yes is about that too.
            AllowDestructive = true,
        }, context.Interrupted);
        if (report.State != MergeState.Merged) return MergeView.Finish(context, report, BranchName.Main.Text);
        context.Output.Line();
        context.Output.Line("Merging to main... ", Piece.Good("✓"));
        context.Output.Line(Piece.Good("Deployed successfully!"), " ", Piece.Id(report.Commit?.Short ?? ""));
        return 0;
    }
}

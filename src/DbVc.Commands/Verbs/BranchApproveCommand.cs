using System.CommandLine;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>Approves or rejects a branch, or merges it in spite of its target's rules.</summary>
internal static class BranchApproveCommand
{
    public static Verb Create()
    {
        var name = BranchCommand.Name();
        var comment = new Option<string?>("--comment", "-m") { Description = "Why.", HelpName = "TEXT" };
        var withdraw = new Option<bool>("--withdraw") { Description = "Take your approval back." };
        return new Verb("approve", "Approve a branch as it is now; its next commit leaves the approval behind.",
            "db-vc branch approve agent-users", "db-vc branch approve agent-users --comment \"rows checked\"", "db-vc branch approve agent-users --withdraw")
        {
            name,
            comment,
            withdraw,
        }.Answers<BranchApprovalDocument>().OnRepository((context, workspace) =>
        {
            var branch = BranchName.Parse(context.Get(name));
            var report = context.Get(withdraw)
                ? workspace.Approvals.Withdraw(branch)
                : workspace.Approvals.Approve(branch, context.Get(comment), context.Interrupted);
            context.Output.Line(Piece.Good("✓ "), context.Get(withdraw) ? "Withdrew the approval of " : "Approved ", Piece.Name(branch.Text), " at ",
                Piece.Id(CommitId.Parse(report.Head).Short));
            return Write(context, report);
        });
    }

    public static Verb CreateReject()
    {
        var name = BranchCommand.Name();
        var reason = new Option<string?>("--reason") { Description = "Why, for people and for whoever tries the like.", HelpName = "TEXT" };
        var withdraw = new Option<bool>("--withdraw") { Description = "Take your rejection back, and what it taught." };
        return new Verb("reject", "Reject a branch as it is now: it does not come into main until it has another head.",
            "db-vc branch reject agent-users --reason \"ages over 120 are typing errors, not people\"", "db-vc branch reject agent-users --withdraw")
        {
            name,
            reason,
            withdraw,
        }.Answers<BranchApprovalDocument>().OnRepository((context, workspace) =>
        {
            var branch = BranchName.Parse(context.Get(name));
            if (context.Get(withdraw) == (context.Get(reason) is not null))
            {
                throw new DbVcException(FailureKind.Usage, "usage", "Say why, or take it back: --reason TEXT or --withdraw.",
                    hint: "db-vc branch reject --help");
            }

            var report = context.Get(withdraw) ? workspace.Approvals.WithdrawRejection(branch) : workspace.Approvals.Reject(branch, context.Get(reason));
            context.Output.Line(Piece.Good("✓ "), context.Get(withdraw) ? "Withdrew the rejection of " : "Rejected ", Piece.Name(branch.Text), " at ",
                Piece.Id(CommitId.Parse(report.Head).Short));
            return Write(context, report);
        });
    }

    public static Verb CreateOverride()
    {
        var name = BranchCommand.Name();
        var into = new Option<string?>("--into") { Description = "The branch that receives the changes; otherwise main.", HelpName = "BRANCH" };
        var reason = new Option<string>("--reason")
        {
            Description = "Why; it stays in the commit and in the operation log.",
            HelpName = "TEXT",
            Required = true,
        };
        var destructive = new Option<bool>("--allow-destructive") { Description = "What it takes away may go, too." };
        return new Verb("override", "Merge in spite of gates and approvals, as an administrator; constraints, invariants and conflicts still hold.",
            "db-vc branch override hotfix --reason \"outage 42, agreed with Grace\"")
        {
            name,
            into,
            reason,
            destructive,
        }.Answers<MergeDocument>().OnRepository((context, workspace) =>
        {
            var target = Session.Branch(context.Get(into)) ?? BranchName.Main;
            var report = workspace.Merges.Merge(new MergeRequest(BranchName.Parse(context.Get(name)), target, DryRun: false, [])
            {
                Override = context.Get(reason),
                AllowDestructive = context.Get(destructive),
            }, context.Interrupted);
            return MergeView.Finish(context, report, target.Text);
        });
    }

    private static int Write(CommandContext context, ApprovalReport report)
    {
        RequestView.WriteVerdicts(context.Output, report);
        context.Output.Json(report.ToJson());
        return 0;
    }
}

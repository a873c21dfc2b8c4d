using System.CommandLine;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>Merges a branch.</summary>
internal static class BranchMergeCommand
{
    public static Verb Create()
    {
        var name = BranchCommand.Name();
        var into = new Option<string?>("--into") { Description = "The branch that receives the changes; otherwise main.", HelpName = "BRANCH" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would happen, and change nothing." };
        var yes = new Option<bool>("--yes", "-y") { Description = "Accepted for scripts; a merge never asks." };
        var policy = new Option<string[]>("--policy")
        {
            Description = "Settle a column's conflicts by a rule, for example stock.quantity=delta.",
            HelpName = "TABLE.COLUMN=RULE",
        };
        var allow = new Option<bool>("--allow-destructive")
        {
            Description = "Let it drop tables or columns, narrow types, or make unique or NOT NULL what is not.",
        };
        return new Verb("merge", "Merge a branch: three-way, row by row, cell by cell.",
            "db-vc branch merge agent-users", "db-vc branch merge agent-users --dry-run", "db-vc branch merge restock --policy stock.quantity=delta")
        {
            name,
            into,
            dryRun,
            yes,
            policy,
            allow,
        }.Answers<MergeDocument>().OnRepository((context, workspace) =>
        {
            var target = Session.Branch(context.Get(into)) ?? BranchName.Main;
            var request = new MergeRequest(BranchName.Parse(context.Get(name)), target, context.Get(dryRun), context.Get(policy) ?? [])
            {
                AllowDestructive = context.Get(allow),
            };
            return MergeView.Finish(context, workspace.Merges.Merge(request, context.Interrupted), target.Text);
        });
    }
}

using System.CommandLine;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>Repeats what a commit changed, or a part of it, on a branch.</summary>
internal static class CherryPickCommand
{
    public static Verb Create()
    {
        var revision = new Argument<string>("REV") { Description = "The commit whose change is repeated." };
        var onto = new Option<string?>("--onto", "--branch", "-b") { Description = "The branch that gets the change; otherwise main.", HelpName = "BRANCH" };
        var table = new Option<string?>("--table", "-t") { Description = "Only what it changed in this table.", HelpName = "TABLE" };
        var keys = new Option<string[]>("--key", "-k") { Description = "Only the row with this key; may be given several times.", HelpName = "KEY" };
        var mainline = ReplayOptions.Mainline("For a merge: the parent that its change is counted from; otherwise the first.");
        var dryRun = ReplayOptions.DryRun();
        var allow = new Option<bool>("--allow-destructive") { Description = "Let it take away what only history brings back." };
        return new Verb("cherry-pick", "Repeat what a commit changed on another branch.",
            "db-vc cherry-pick 4f2a91c03d", "db-vc cherry-pick repair~1 --table prices", "db-vc cherry-pick repair --table prices --key 17 --key 23",
            "db-vc cherry-pick HEAD~2 --onto new-tariffs")
        {
            revision,
            onto,
            table,
            keys,
            mainline,
            dryRun,
            allow,
        }.Answers<MergeDocument>().Answers<NoReplayDocument>().OnRepository((context, workspace) =>
        {
            var target = Session.Branch(context.Get(onto)) ?? BranchName.Main;
            var report = workspace.Replays.CherryPick(new CherryPickRequest(context.Get(revision)!, target)
            {
                Table = context.Get(table),
                Keys = context.Get(keys) ?? [],
                Mainline = context.Get(mainline),
                DryRun = context.Get(dryRun),
                AllowDestructive = context.Get(allow),
            }, context.Interrupted);
            return MergeView.Finish(context, report, target.Text, "cherry-pick");
        });
    }
}

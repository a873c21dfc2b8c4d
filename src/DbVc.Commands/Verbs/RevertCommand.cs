using System.CommandLine;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>Takes back what one commit changed; what came after it stays.</summary>
internal static class RevertCommand
{
    public static Verb Create()
    {
        var revision = new Argument<string>("REV") { Description = "The commit whose change is taken back." };
        var branch = ReplayOptions.Branch();
        var mainline = ReplayOptions.Mainline("For a merge: the parent to go back to; otherwise the first.");
        var dryRun = ReplayOptions.DryRun();
        return new Verb("revert", "Take back what one commit changed by a new commit; what came after it stays.",
            "db-vc revert HEAD~3", "db-vc revert 4f2a91c03d --dry-run", "db-vc revert HEAD -m 2 --branch new-tariffs")
        {
            revision,
            branch,
            mainline,
            dryRun,
        }.Answers<MergeDocument>().Answers<NoReplayDocument>().OnRepository((context, workspace) =>
        {
            var target = Session.Branch(context.Get(branch)) ?? BranchName.Main;
            var report = workspace.Replays.Revert(new RevertRequest(context.Get(revision)!, target)
            {
                Mainline = context.Get(mainline),
                DryRun = context.Get(dryRun),
            }, context.Interrupted);
            return MergeView.Finish(context, report, target.Text, "revert");
        });
    }
}

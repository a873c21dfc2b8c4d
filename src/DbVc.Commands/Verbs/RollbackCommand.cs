using System.CommandLine;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>Takes main or another branch back to an earlier commit by a new one.</summary>
internal static class RollbackCommand
{
    public static Verb Create()
    {
        var revision = new Option<string>("--to-commit") { Description = "The commit whose content comes back.", HelpName = "REV", Required = true };
        var branch = ReplayOptions.Branch();
        var dryRun = ReplayOptions.DryRun();
        return new Verb("rollback", "Take main back to an earlier commit by a new commit; nothing is lost.",
            "db-vc rollback --to-commit HEAD~1", "db-vc rollback --to-commit 4f2a91c03d --dry-run")
        {
            revision,
            branch,
            dryRun,
        }.Answers<NewCommitDocument>().Answers<NoCommitDocument>().OnRepository((context, workspace) =>
        {
            var isDry = context.Get(dryRun);
            var target = Session.Branch(context.Get(branch)) ?? BranchName.Main;
            var report = workspace.Replays.Rollback(new RollbackRequest(context.Get(revision)!, isDry) { Target = target }, context.Interrupted);
            Write(context.Output, report, target, isDry);
            context.Output.Json(report.ToJson(isDry));
            return 0;
        });
    }

    private static void Write(Output output, CommitReport report, BranchName target, bool isDry)
    {
        if (isDry)
        {
            output.Line("A rollback would change in ", Piece.Name(target.Text), ":");
            ChangesView.Write(output, report.Tables);
            output.Line(Piece.Dim("Nothing was changed."));
        }
        else if (report.Commit is { } commit)
        {
            output.Line(Piece.Good("✓ "), "Rolled back by commit ", Piece.Id(commit.Short));
            ChangesView.Write(output, report.Tables);
        }
        else
        {
            output.Line(target.IsMain ? "Main" : $"'{target}'", " holds exactly that already.");
        }
    }
}

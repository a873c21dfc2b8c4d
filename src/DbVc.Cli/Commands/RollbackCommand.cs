using System.CommandLine;
using DbVc.Orchestration;

namespace DbVc.Cli;

/// <summary>Takes main back to an earlier commit by a new one.</summary>
internal static class RollbackCommand
{
    public static Verb Create()
    {
        var revision = new Option<string>("--to-commit") { Description = "The commit whose content main gets back.", HelpName = "REV", Required = true };
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would change, and change nothing." };
        return new Verb("rollback", "Take main back to an earlier commit by a new commit; nothing is lost.",
            "db-vc rollback --to-commit HEAD~1", "db-vc rollback --to-commit 4f2a91c03d --dry-run")
        {
            revision,
            dryRun,
        }.OnRepository((context, workspace) =>
        {
            var isDry = context.Get(dryRun);
            var report = workspace.Merges.Rollback(new RollbackRequest(context.Get(revision)!, isDry), context.Interrupted);
            Write(context.Output, report, isDry);
            context.Output.Json(report.ToJson(isDry));
            return 0;
        });
    }

    private static void Write(Output output, CommitReport report, bool isDry)
    {
        if (isDry)
        {
            output.Line("A rollback would change in ", Piece.Name("main"), ":");
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
            output.Line("Main holds exactly that already.");
        }
    }
}

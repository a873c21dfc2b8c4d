using System.CommandLine;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>Forgets a row for good.</summary>
internal static class PurgeCommand
{
    public static Verb Create()
    {
        var table = new Argument<string>("TABLE") { Description = "The table of the row." };
        var key = new Option<string>("--key", "-k") { Description = "The values of its key, separated by commas.", HelpName = "KEY", Required = true };
        var yes = new Option<bool>("--yes", "-y") { Description = "Do not ask." };
        return new Verb("purge", "Forget a row for good: in every commit, live and in every branch.",
            "db-vc purge customers --key 17", "db-vc purge items --key 4,2 --yes")
        {
            table,
            key,
            yes,
        }.Answers<PurgeDocument>().OnRepository(async (context, workspace) =>
        {
            var request = new PurgeRequest(context.Get(table)!, context.Get(key)!.Split(','));
            const string Question = "Forget this row in all of history, in the live database and in every branch, for good?";
            if (!context.Get(yes) && !await context.ConfirmAsync(Question, "--yes").ConfigureAwait(false))
            {
                context.Output.Line("Nothing was changed.");
                return 0;
            }

            var report = workspace.Upkeep.Purge(request, context.Interrupted);
            Write(context.Output, report);
            context.Output.Json(report.ToJson());
            return 0;
        });
    }

    private static void Write(Output output, PurgeReport report)
    {
        output.Line(Piece.Good("✓ "), $"Forgotten; {Shown.Count(report.Commits, "commit")} got another id. Main is at ", Piece.Id(report.Head.Short), ".");
        if (report.Remaining.Count == 0) return;
        output.Line(Piece.Warning("These still hold values that the row had; look at them and remove what must go:"));
        foreach (var place in report.Remaining) output.Line("  ", place);
    }
}

using System.CommandLine;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>Removes what nothing needs any more.</summary>
internal static class GcCommand
{
    public static Verb Create()
    {
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would go, and remove nothing." };
        return new Verb("gc", "Remove expired branches, and what no branch, tag, merge in progress or recent operation needs.",
            "db-vc gc --dry-run", "db-vc gc") { dryRun }
            .Answers<GcDocument>().OnRepository((context, workspace) =>
            {
                var report = workspace.Upkeep.Collect(new GcRequest(context.Get(dryRun)), context.Interrupted);
                context.Output.Json(report.ToJson());
                Write(context.Output, report);
                return 0;
            });
    }

    private static void Write(Output output, GcReport report)
    {
        foreach (var branch in report.Expired)
        {
            output.Line(report.DryRun ? "Would remove branch " : Piece.Good("✓ Removed branch "), Piece.Name(branch), Piece.Dim(": its time is over. "),
                Piece.Dim(report.DryRun ? "" : $"db-vc branch restore {branch} brings it back."));
        }

        if (report is { Commits: 0, Chunks: 0, Packs: 0, Waiting: 0, Expired.Count: > 0 }) return;
        if (report is { Commits: 0, Chunks: 0, Packs: 0, Waiting: 0 })
        {
            output.Line("Nothing can go: all of it is needed.");
            return;
        }

        output.Line(report.DryRun ? "Would remove " : Piece.Good("✓ Removed "),
            $"{Shown.Count(report.Commits, "commit")}, {Shown.Count(report.Chunks, "chunk")}, {Shown.Count(report.Packs, "pack")}: ",
            Piece.Strong(Shown.Count(report.Bytes, "byte")), ".");
        if (report.Waiting > 0)
        {
            output.Line(Piece.Dim($"  {Shown.Count(report.Waiting, "chunk")} more may be in use by a command that is running; the next gc takes them."));
        }
    }
}

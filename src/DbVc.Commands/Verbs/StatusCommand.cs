using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>The repository at a glance.</summary>
internal static class StatusCommand
{
    public static Verb Create() => new Verb("status", "Show what changed in the live database, the branches and the merges in progress.",
        "db-vc status", "db-vc status --json").Answers<StatusDocument>().OnRepository((context, workspace) =>
    {
        var report = workspace.Status(context.Interrupted);
        context.Output.Json(report.ToJson());
        Write(context.Output, report);
        return 0;
    });

    private static void Write(Output output, StatusReport report)
    {
        output.Line("On ", Piece.Name("main"), " at ", Piece.Id(report.Head.Short), Piece.Dim($"  {report.Database}"));
        if (report.Override is { } reason) output.Line(Piece.Bad($"OVERRIDE {reason}"));
        if (report.Clean) output.Line("The live database has no uncommitted changes.");
        else
        {
            output.Line("Changes in the live database that no commit holds", Piece.Dim(" (db-vc diff shows them, db-vc commit keeps them):"));
            ChangesView.Write(output, report.Changes);
        }

        var branches = report.Branches.Where(branch => branch.Status != "protected").ToList();
        if (branches.Count > 0)
        {
            output.Line();
            output.Line("Branches:");
            BranchesView.Write(output, branches);
        }

        if (report.Merges.Count > 0)
        {
            output.Line();
            output.Line("Merges in progress:");
            BranchesView.Write(output, report.Merges);
        }

        if (report.Requests.Count == 0) return;
        output.Line();
        output.Line("Requests:");
        RequestView.Write(output, report.Requests);
    }
}

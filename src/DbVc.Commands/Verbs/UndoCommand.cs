using System.CommandLine;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>Undoes what a command did.</summary>
internal static class UndoCommand
{
    public static Verb Create()
    {
        var operation = new Argument<long?>("OP")
        {
            Description = "The number of the operation in db-vc op log; otherwise the newest one that moved something.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        return new Verb("undo", "Undo what a command did, a merge and a rollback too; undoing an undo does it again.", "db-vc undo", "db-vc undo 17")
        {
            operation,
        }.Answers<UndoDocument>().OnRepository((context, workspace) =>
        {
            var report = workspace.Operations.Undo(context.Get(operation), context.Interrupted);
            Write(context.Output, report);
            context.Output.Json(report.ToJson());
            return report.Main?.State switch
            {
                MergeState.Conflicts => (int)FailureKind.Conflict,
                MergeState.Refused => (int)FailureKind.Refused,
                _ => 0,
            };
        });
    }

    private static void Write(Output output, UndoReport report)
    {
        if (report.Main is { State: MergeState.Conflicts or MergeState.Refused } stopped)
        {
            MergeView.Write(output, stopped, BranchName.Main.Text, "undo");
            return;
        }

        output.Line(Piece.Good("✓ "), $"Undid operation {report.Operation}: {report.Command}");
        foreach (var move in report.Moves) output.Line(Piece.Dim("  " + move));
        if (report.Main is not { } main) return;
        if (main.Commit is { } commit) output.Line(Piece.Dim("  main  "), Piece.Id(commit.Short));
        else if (main.State == MergeState.UpToDate) output.Line(Piece.Dim("  main held exactly that already"));
        ChangesView.Write(output, main.Tables);
    }
}
